{#
  What changes in a customer's week, in the main reporting currency: each balance, window sum and weighted sum
  as the amount by which it rises or falls in the first week row that sees it. Running sums over a customer's
  weeks give every figure of `fct_customer_weekly`; nothing is multiplied out into weeks here.
  Work is cut into ranges of customers, so that the grouping fits in memory.
#}
{%- set measures = [
    'not_due_amount', 'overdue_amount', 'over_90_amount', 'unapplied_amount', 'disputed_amount',
    'overdue_amount_due_days', 'sales_amount', 'collected_amount', 'matured_amount', 'late_amount',
    'paid_amount', 'paid_amount_days_beyond_terms', 'paid_13w_amount', 'paid_13w_amount_days_beyond_terms',
] -%}
with

as_of as (

    select
        as_of_on,
        {{ add_days('as_of_on', 1) }} as after_on
    from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

counted_customers as (

    select customer_id from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

converted as (

    select * from {{ ref('int_reporting_items') }}
    where is_main

),

intervals as (

    select
        intervals.entity_id,
        intervals.customer_id,
        intervals.due_on,
        intervals.valid_from_on,
        coalesce(intervals.valid_to_on, as_of.after_on) as valid_to_on,
        intervals.reporting_open_amount as open_amount,
        intervals.reporting_disputed_amount as disputed_amount,
        intervals.open_amount > 0 as is_debit,
        -- The due day as a number, so that the average age of what is overdue is a sum like any other.
        {{ days_between("date '2000-01-01'", 'intervals.due_on') }} as due_day_number
    from {{ ref('fct_item_intervals') }} as intervals
    inner join counted_customers
        on intervals.customer_id = counted_customers.customer_id
    cross join as_of

),

flows as (

    select
        items.entity_id,
        items.customer_id,
        items.posted_on,
        items.is_cash,
        sum(
            case
                when items.base_currency = main_currency.reporting_currency then items.base_amount
                else converted.reporting_amount
            end
        ) as amount
    from {{ ref('int_receivable_items') }} as items
    inner join counted_customers
        on items.customer_id = counted_customers.customer_id
    cross join main_currency
    left join converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no
    where items.item_kind in ('invoice', 'debit_note', 'credit_note', 'payment', 'deposit')
    group by
        items.entity_id,
        items.customer_id,
        items.posted_on,
        items.is_cash

),

segments as (

    select
        segments.entity_id,
        segments.customer_id,
        segments.valid_from_on,
        least(
            coalesce(segments.valid_to_on, as_of.after_on), {{ add_days('segments.lapses_on', 364) }}
        ) as valid_to_on,
        case
            when segments.base_currency = main_currency.reporting_currency then segments.base_amount
            else converted.reporting_amount
        end as reporting_amount,
        segments.amount,
        segments.late_amount
    from {{ ref('int_maturity_segments') }} as segments
    cross join as_of
    cross join main_currency
    left join converted
        on
            segments.entity_id = converted.entity_id
            and segments.document_id = converted.document_id
            and segments.instalment_no = converted.instalment_no
    where segments.maturity_kind = 'late'

),

cash as (

    select
        cash.entity_id,
        cash.customer_id,
        cash.valid_from_on,
        coalesce(cash.valid_to_on, as_of.after_on) as valid_to_on,
        cash.received_on,
        cash.days_beyond_terms,
        {{ share_money(
            '(case when cash.base_currency = main_currency.reporting_currency'
            ~ ' then cash.base_amount else converted.reporting_amount end)',
            'cash.credit_amount',
            'cash.amount'
        ) }} as paid_amount
    from {{ ref('int_cash_allocations') }} as cash
    cross join as_of
    cross join main_currency
    left join converted
        on
            cash.entity_id = converted.entity_id
            and cash.credit_document_id = converted.document_id

),

final as (

{% for slice in customer_slices('customer_id') %}
    select
        entity_id,
        customer_id,
        week_ending_on,
        {% for measure in measures %}
            sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from (
        {% set steps = [
            {
                'from': 'intervals', 'when': 'is_debit', 'starts': 'valid_from_on',
                'ends': 'least(valid_to_on, ' ~ add_days('due_on', 1) ~ ')',
                'measures': {'not_due_amount': 'open_amount'},
            },
            {
                'from': 'intervals', 'when': 'is_debit',
                'starts': 'greatest(valid_from_on, ' ~ add_days('due_on', 1) ~ ')', 'ends': 'valid_to_on',
                'measures': {
                    'overdue_amount': 'open_amount', 'overdue_amount_due_days': 'open_amount * due_day_number',
                },
            },
            {
                'from': 'intervals', 'when': 'is_debit',
                'starts': 'greatest(valid_from_on, ' ~ add_days('due_on', 91) ~ ')', 'ends': 'valid_to_on',
                'measures': {'over_90_amount': 'open_amount'},
            },
            {
                'from': 'intervals', 'when': 'not is_debit', 'starts': 'valid_from_on', 'ends': 'valid_to_on',
                'measures': {'unapplied_amount': 'open_amount'},
            },
            {
                'from': 'intervals', 'when': 'disputed_amount <> 0', 'starts': 'valid_from_on',
                'ends': 'valid_to_on', 'measures': {'disputed_amount': 'disputed_amount'},
            },
            {
                'from': 'flows', 'when': 'not is_cash', 'starts': 'posted_on', 'ends': add_days('posted_on', 91),
                'measures': {'sales_amount': 'amount'},
            },
            {
                'from': 'flows', 'when': 'is_cash', 'starts': 'posted_on', 'ends': add_days('posted_on', 91),
                'measures': {'collected_amount': '-amount'},
            },
            {
                'from': 'segments', 'when': 'true', 'starts': 'valid_from_on', 'ends': 'valid_to_on',
                'measures': {
                    'matured_amount': 'reporting_amount',
                    'late_amount': share_money('reporting_amount', 'late_amount', 'amount'),
                },
            },
            {
                'from': 'cash', 'when': 'true', 'starts': 'valid_from_on',
                'ends': 'least(valid_to_on, ' ~ add_days('received_on', 364) ~ ')',
                'measures': {
                    'paid_amount': 'paid_amount', 'paid_amount_days_beyond_terms': 'paid_amount * days_beyond_terms',
                },
            },
            {
                'from': 'cash', 'when': 'true', 'starts': 'valid_from_on',
                'ends': 'least(valid_to_on, ' ~ add_days('received_on', 91) ~ ')',
                'measures': {
                    'paid_13w_amount': 'paid_amount',
                    'paid_13w_amount_days_beyond_terms': 'paid_amount * days_beyond_terms',
                },
            },
        ] %}
        {% for step in steps %}
            {% for direction, day in [(1, step.starts), (-1, step.ends)] %}
                select
                    entity_id,
                    customer_id,
                    {{ week_ending(day) }} as week_ending_on,
                    {% for measure in measures %}
                        {% if measure in step.measures %}
                            {{ '-' if direction == -1 }}({{ step.measures[measure] }}) as {{ measure }}
                        {%- else %}
                            cast(0 as decimal(18, 2)) as {{ measure }}
                        {%- endif %}{{ ',' if not loop.last }}
                    {% endfor %}
                from {{ step.from }}
                cross join as_of
                where
                    {{ slice }}
                    and {{ step.when }}
                    and {{ step.starts }} <= as_of.as_of_on
                    and {{ step.starts }} < {{ step.ends }}
                    {% if direction == 1 %}
                        and (
                            {{ step.ends }} > as_of.as_of_on
                            or {{ week_ending(step.starts) }} < {{ week_ending(step.ends) }}
                        )
                    {% else %}
                        and {{ step.ends }} <= as_of.as_of_on
                        and {{ week_ending(step.starts) }} < {{ week_ending(step.ends) }}
                    {% endif %}
                {% if not loop.last %}union all{% endif %}
            {% endfor %}
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as changes
    group by
        entity_id,
        customer_id,
        week_ending_on
    {% if not loop.last %}union all{% endif %}
{% endfor %}

)

select * from final
