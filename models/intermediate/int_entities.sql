with

entities as (

    select * from {{ ref('stg_raw__entities') }}

),

allocations as (

    select distinct entity_id from {{ ref('stg_raw__allocations') }}

),

settled_invoices as (

    -- A file with one row an invoice says what was paid of it: that is a statement, not a guess.
    select distinct entity_id
    from {{ ref('stg_raw__invoices') }}
    where settled_on is not null or paid_amount is not null or open_amount is not null

),

lettered_lines as (

    select distinct entity_id from {{ ref('int_ledger_lines') }}
    where matching_code is not null

),

bank_payments as (

    -- What a bank statement brings is matched, or waits: it is not spread over the oldest items.
    select distinct entity_id from {{ ref('stg_raw__payments') }}
    where customer_id = 'UNIDENTIFIED'

),

final as (

    select
        entities.entity_id,
        coalesce(entities.entity_name, entities.entity_id) as entity_name,
        entities.base_currency,
        entities.country_code,
        coalesce(
            entities.allocation_policy,
            case
                when
                    allocations.entity_id is not null
                    or settled_invoices.entity_id is not null
                    or lettered_lines.entity_id is not null
                    or bank_payments.entity_id is not null
                    then 'stated'
                else 'fifo'
            end
        ) as allocation_policy,
        coalesce(entities.is_made_up, false) as is_made_up,
        entities.is_derived
    from entities
    left join allocations
        on entities.entity_id = allocations.entity_id
    left join settled_invoices
        on entities.entity_id = settled_invoices.entity_id
    left join lettered_lines
        on entities.entity_id = lettered_lines.entity_id
    left join bank_payments
        on entities.entity_id = bank_payments.entity_id

)

select * from final
