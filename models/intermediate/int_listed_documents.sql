{#
  What lists of open items say of a document, beside its row: the most that was ever open of it, which is its amount where
  that is more; and when it entered the books: by the first list that has it, and after the list before, which had not.
#}
with

balances as (

    select * from {{ ref('stg_raw__open_item_balances') }}

),

invoices as (

    select * from {{ ref('stg_raw__invoices') }}

),

loads as (

    select * from {{ source('raw', 'loads') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

list_days as (

    select distinct
        source as source_name,
        slice,
        as_of_on as listed_on
    from loads
    where kind = 'open_items' and {{ is_in_effect() }}

),

listed as (

    select
        entity_id,
        document_type,
        invoice_id,
        source_name,
        slice,
        min(listed_on) as first_listed_on,
        max(open_amount) as largest_open_amount,
        min(open_amount) as smallest_open_amount
    from balances
    group by
        entity_id,
        document_type,
        invoice_id,
        source_name,
        slice

),

days_before as (

    select
        listed.entity_id,
        listed.document_type,
        listed.invoice_id,
        max(list_days.listed_on) as list_before_on
    from listed
    inner join list_days
        on
            listed.source_name = list_days.source_name
            and listed.slice = list_days.slice
            and listed.first_listed_on > list_days.listed_on
    group by
        listed.entity_id,
        listed.document_type,
        listed.invoice_id

),

final as (

    select
        listed.entity_id,
        listed.document_type,
        listed.invoice_id,
        listed.first_listed_on,
        case
            when invoices.amount < 0 then least(invoices.amount, listed.smallest_open_amount)
            else greatest(invoices.amount, listed.largest_open_amount)
        end as amount,
        least(
            greatest(
                invoices.posted_on,
                coalesce({{ add_days('days_before.list_before_on', 1) }}, invoices.posted_on)
            ),
            listed.first_listed_on
        ) as posted_on,
        invoices.posted_on as given_posted_on
    from listed
    inner join invoices
        on
            listed.entity_id = invoices.entity_id
            and listed.document_type = invoices.document_type
            and listed.invoice_id = invoices.invoice_id
    left join days_before
        on
            listed.entity_id = days_before.entity_id
            and listed.document_type = days_before.document_type
            and listed.invoice_id = days_before.invoice_id

)

select * from final
