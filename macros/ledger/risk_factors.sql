{#
  The factors of the risk score, in the order of `seeds/risk_factors.csv`, with their sub-score and cap group: what wide
  SQL needs to know while it is compiled. A data test holds the two lists together.

      {{ risk_factors() | map(attribute='name') | join(', ') }}      -> days_beyond_terms, days_beyond_terms_trend, …
#}
{% macro risk_factors() %}
    {%- set factors = [] -%}
    {%- for group, cap, names in [
        ('behaviour', 'payment', [
            'days_beyond_terms', 'days_beyond_terms_trend', 'late_payment_rate', 'payment_volatility_days',
        ]),
        ('behaviour', 'overdue', ['overdue_rate', 'oldest_days_past_due']),
        ('behaviour', 'incidents', ['broken_promises', 'bounces']),
        ('behaviour', 'disputes', ['disputed_rate']),
        ('behaviour', 'orders', ['orders_out_of_pattern']),
        ('behaviour', 'tenure', ['tenure_months']),
        ('solvency', 'bureau', ['bureau_score']),
        ('solvency', 'signals', risk_flags()),
        ('solvency', 'defaults', ['prior_default', 'parent_state']),
        ('solvency', 'insolvency', ['insolvency']),
    ] -%}
        {%- for name in names -%}
            {%- do factors.append({'name': name, 'group': group, 'cap': cap}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(factors) }}
{% endmacro %}

{# The signals that are on or off, of `seeds/credit_signals.csv`: each is a factor of its own. #}
{% macro risk_flags() %}
    {{ return([
        'accounts_not_filed', 'ownership_change', 'deposit_refused', 'references_refused', 'own_conditions', 'bad_press',
    ]) }}
{% endmacro %}

{#
  What is known of a customer for some days beside its amounts: the figures of `int_customer_risk_spans`, each a column
  of the week rows.
#}
{% macro customer_risk_figures() %}
    {{ return([
        'bureau_known', 'bureau_score', 'prior_default', 'parent_written_off', 'parent_insolvent', 'promises_due',
        'broken_promises', 'bounces', 'orders_measured', 'orders_out_of_pattern', 'oldest_due_day',
        'oldest_undisputed_due_day', 'dated_disputed_amount',
        'recent_bounces', 'recent_broken_promises', 'recent_signals', 'recent_cover_cuts', 'missed_notifications',
    ] + risk_flags()) }}
{% endmacro %}
