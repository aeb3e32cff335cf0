{#
  How the parts that DSO is made of move day by day, customer by customer, in the documents' currency and in each
  reporting currency side by side: what bridges at constant rates need. An interval gives at most three rows
  (it opens, it becomes overdue, it ends), never one a week. Sales are the day's.
#}
{%- set balances = ['not_due_amount', 'overdue_amount', 'disputed_overdue_amount', 'unapplied_amount'] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

customers as (

    select customer_id
    from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

intervals as (

    select intervals.*
    from {{ ref('fct_item_intervals') }} as intervals
    inner join customers
        on intervals.customer_id = customers.customer_id

),

items as (

    select items.*
    from {{ ref('int_receivable_items') }} as items
    inner join customers
        on items.customer_id = customers.customer_id
    where items.item_kind in ('invoice', 'debit_note', 'credit_note')

),

converted as (

    select * from {{ ref('int_reporting_items') }}

),

valued as (

    select
        intervals.entity_id,
        intervals.customer_id,
        intervals.currency,
        reporting.reporting_currency,
        intervals.valid_from_on,
        intervals.valid_to_on,
        {{ add_days('intervals.due_on', 1) }} as overdue_from_on,
        intervals.open_amount,
        intervals.disputed_amount,
        intervals.base_open_amount as reporting_open_amount,
        intervals.base_disputed_amount as reporting_disputed_amount
    from intervals
    inner join reporting
        on intervals.base_currency = reporting.reporting_currency
    union all
    select
        intervals.entity_id,
        intervals.customer_id,
        intervals.currency,
        converted.reporting_currency,
        intervals.valid_from_on,
        intervals.valid_to_on,
        {{ add_days('intervals.due_on', 1) }} as overdue_from_on,
        intervals.open_amount,
        intervals.disputed_amount,
        {{ share_money('converted.reporting_amount', 'intervals.open_amount', 'intervals.amount') }}
            as reporting_open_amount,
        case
            when intervals.disputed_amount = 0 then 0
            else {{ share_money('converted.reporting_amount', 'intervals.disputed_amount', 'intervals.amount') }}
        end as reporting_disputed_amount
    from intervals
    inner join converted
        on
            intervals.entity_id = converted.entity_id
            and intervals.document_id = converted.document_id
            and intervals.instalment_no = converted.instalment_no

),

stays as (

    -- Each interval is in one part at its start and in one at its end; in between it may become overdue.
    select
        valued.*,
        valued.open_amount > 0 as is_debit,
        valued.overdue_from_on <= valued.valid_from_on as starts_overdue,
        valued.overdue_from_on < coalesce(valued.valid_to_on, {{ add_days('as_of.as_of_on', 1) }}) as ends_overdue
    from valued
    cross join as_of

),

moves as (

    select
        entity_id,
        customer_id,
        currency,
        reporting_currency,
        valid_from_on as changed_on,
        {% for side in ['', 'reporting_'] %}
            case when is_debit and not starts_overdue then {{ side }}open_amount else 0 end
                as {{ side }}not_due_amount,
            case when is_debit and starts_overdue then {{ side }}open_amount else 0 end as {{ side }}overdue_amount,
            case when is_debit and starts_overdue then {{ side }}disputed_amount else 0 end
                as {{ side }}disputed_overdue_amount,
            case when is_debit then 0 else {{ side }}open_amount end as {{ side }}unapplied_amount,
        {% endfor %}
        0 as sales_amount,
        0 as reporting_sales_amount
    from stays
    union all
    select
        entity_id,
        customer_id,
        currency,
        reporting_currency,
        overdue_from_on as changed_on,
        {% for side in ['', 'reporting_'] %}
            -{{ side }}open_amount as {{ side }}not_due_amount,
            {{ side }}open_amount as {{ side }}overdue_amount,
            {{ side }}disputed_amount as {{ side }}disputed_overdue_amount,
            0 as {{ side }}unapplied_amount,
        {% endfor %}
        0 as sales_amount,
        0 as reporting_sales_amount
    from stays
    where is_debit and not starts_overdue and ends_overdue
    union all
    select
        entity_id,
        customer_id,
        currency,
        reporting_currency,
        valid_to_on as changed_on,
        {% for side in ['', 'reporting_'] %}
            case when is_debit and not ends_overdue then -{{ side }}open_amount else 0 end
                as {{ side }}not_due_amount,
            case when is_debit and ends_overdue then -{{ side }}open_amount else 0 end as {{ side }}overdue_amount,
            case when is_debit and ends_overdue then -{{ side }}disputed_amount else 0 end
                as {{ side }}disputed_overdue_amount,
            case when is_debit then 0 else -{{ side }}open_amount end as {{ side }}unapplied_amount,
        {% endfor %}
        0 as sales_amount,
        0 as reporting_sales_amount
    from stays
    where valid_to_on is not null
    union all
    select
        items.entity_id,
        items.customer_id,
        items.currency,
        reporting.reporting_currency,
        items.posted_on as changed_on,
        {% for side in ['', 'reporting_'] %}
            {% for balance in balances %}
                0 as {{ side }}{{ balance }},
            {% endfor %}
        {% endfor %}
        items.amount as sales_amount,
        items.base_amount as reporting_sales_amount
    from items
    inner join reporting
        on items.base_currency = reporting.reporting_currency
    union all
    select
        items.entity_id,
        items.customer_id,
        items.currency,
        converted.reporting_currency,
        items.posted_on as changed_on,
        {% for side in ['', 'reporting_'] %}
            {% for balance in balances %}
                0 as {{ side }}{{ balance }},
            {% endfor %}
        {% endfor %}
        items.amount as sales_amount,
        converted.reporting_amount as reporting_sales_amount
    from items
    inner join converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no

),

final as (

    select
        entity_id,
        customer_id,
        currency,
        reporting_currency,
        {% for component in balances + ['sales_amount'] %}
            {{ money('sum(' ~ component ~ ')') }} as {{ component }},
            {{ money('sum(reporting_' ~ component ~ ')') }} as reporting_{{ component }},
        {% endfor %}
        changed_on
    from moves
    group by
        entity_id,
        customer_id,
        currency,
        reporting_currency,
        changed_on

)

select * from final
