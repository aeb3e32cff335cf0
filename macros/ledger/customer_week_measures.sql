{#
  The measures of a customer's week: their name, the figure of `int_customer_spans` they sum, and which of its two
  amounts. One list for the model that sums changes and the one that runs them up.
#}
{% macro customer_week_measures() %}
    {{ return([
        {'name': 'not_due_amount', 'figure': 'not_due', 'amount': 'amount'},
        {'name': 'overdue_amount', 'figure': 'overdue', 'amount': 'amount'},
        {'name': 'overdue_amount_due_days', 'figure': 'overdue', 'amount': 'weighted_amount'},
        {'name': 'over_90_amount', 'figure': 'over_90', 'amount': 'amount'},
        {'name': 'unapplied_amount', 'figure': 'unapplied', 'amount': 'amount'},
        {'name': 'disputed_amount', 'figure': 'disputed', 'amount': 'amount'},
        {'name': 'disputed_overdue_amount', 'figure': 'disputed_overdue', 'amount': 'amount'},
        {'name': 'sales_amount', 'figure': 'sales', 'amount': 'amount'},
        {'name': 'collected_amount', 'figure': 'collected', 'amount': 'amount'},
        {'name': 'matured_amount', 'figure': 'matured', 'amount': 'amount'},
        {'name': 'late_amount', 'figure': 'matured', 'amount': 'weighted_amount'},
        {'name': 'seriously_matured_amount', 'figure': 'seriously_matured', 'amount': 'amount'},
        {'name': 'seriously_late_amount', 'figure': 'seriously_matured', 'amount': 'weighted_amount'},
        {'name': 'paid_amount', 'figure': 'paid', 'amount': 'amount'},
        {'name': 'paid_amount_days_beyond_terms', 'figure': 'paid', 'amount': 'weighted_amount'},
        {'name': 'paid_amount_days_squared', 'figure': 'paid_spread', 'amount': 'weighted_amount'},
        {'name': 'paid_13w_amount', 'figure': 'paid_13w', 'amount': 'amount'},
        {'name': 'paid_13w_amount_days_beyond_terms', 'figure': 'paid_13w', 'amount': 'weighted_amount'},
        {'name': 'financed_amount', 'figure': 'financed', 'amount': 'amount'},
        {'name': 'open_deposits_amount', 'figure': 'open_deposits', 'amount': 'amount'},
        {'name': 'ordered_amount', 'figure': 'ordered', 'amount': 'amount'},
        {'name': 'delivered_not_billed_amount', 'figure': 'delivered', 'amount': 'amount'},
        {'name': 'order_deposits_amount', 'figure': 'order_deposits', 'amount': 'amount'},
    ]) }}
{% endmacro %}
