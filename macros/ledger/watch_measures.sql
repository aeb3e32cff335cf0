{#
  The measures that the rules of `seeds/watch_rules.csv` may name: columns of `int_watch_states`. A data test refuses a rule
  that names another.
#}
{% macro watch_measures() %}
    {{ return([
        'insolvency', 'prior_default', 'tier_order', 'tier_fall', 'oldest_days_past_due', 'first_payment_overdue_days',
        'days_beyond_terms_rise', 'overdue_amount', 'disputed_rate', 'broken_promises', 'orders_out_of_pattern',
        'recent_bounces', 'recent_broken_promises', 'recent_signals', 'recent_cover_cuts', 'missed_notifications',
        'utilisation_rate', 'own_risk_amount',
    ]) }}
{% endmacro %}
