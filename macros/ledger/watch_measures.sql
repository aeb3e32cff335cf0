{#
  The measures that the rules of `seeds/watch_rules.csv` may name: columns of `int_watch_states`. A data test refuses a rule
  that names another.
#}
{% macro watch_measures() %}
    {{ return([
        'insolvency', 'prior_default', 'tier_order', 'tier_fall', 'oldest_undisputed_days_past_due',
        'first_payment_overdue_days',
        'days_beyond_terms_rise', 'overdue_amount', 'disputed_rate', 'broken_promises', 'orders_out_of_pattern',
        'recent_bounces', 'recent_broken_promises', 'recent_signals', 'recent_cover_cuts', 'missed_notifications',
        'utilisation_rate', 'own_risk_amount', 'undisputed_overdue_amount', 'owes_without_credit',
    ]) }}
{% endmacro %}

{#
  Of these, the counts of incidents: figures of `int_customer_risk_spans`, each span beginning on the day of one. What
  happened after a look at the account is news, whatever was known before.
#}
{% macro incident_measures() %}
    {{ return(['recent_bounces', 'recent_broken_promises', 'recent_signals', 'recent_cover_cuts']) }}
{% endmacro %}

{#
  The measures that the rules of `seeds/order_rules.csv` may name, each with its value in `rpt_order_decisions`.
#}
{% macro order_measures() %}
    {{ return({
        'insolvency': 'insolvency',
        'action_stop': "case when credit_action = 'stop' then 1 end",
        'action_prepay': "case when credit_action = 'prepay' then 1 end",
        'action_approve': "case when credit_action = 'approve' then 1 end",
        'not_accepted': 'not_accepted',
        'no_file': 'no_file',
        'is_frozen': 'is_frozen',
        'over_step_amount': 'over_step_amount',
        'limit_expired': 'limit_expired',
        'no_limit': 'no_limit',
        'unknown_amount':
            "case when reporting_amount is null or (limit_state = 'given' and (unvalued_count > 0 or over_amount is null)) then 1 end",
        'excess_amount': 'over_amount',
        'oldest_undisputed_days_past_due': 'oldest_undisputed_days_past_due',
        'missing_deposit_amount': 'missing_deposit_amount',
        'usual_order_multiple': 'usual_order_multiple',
        'unsigned': 'unsigned',
    }) }}
{% endmacro %}

{# The alerts that `rpt_alerts` knows how to raise; `seeds/alert_rules.csv` says to whom and from when. #}
{% macro alert_kinds() %}
    {{ return([
        'tier_worsened', 'exposure_after_freeze', 'cover_cut', 'notification_due', 'large_invoice_due',
    ]) }}
{% endmacro %}
