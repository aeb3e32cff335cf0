{#
  Credits and debits of a customer that lists of open items drop on one day are taken to have been set off, as far as the
  amounts go: first those of one amount, then the oldest with the oldest. Only what is left over was paid, or paid back.
#}
with

settlements as (

    select
        settlements.entity_id,
        settlements.document_type || ':' || settlements.invoice_id as document_id,
        settlements.settled_on,
        settlements.amount,
        abs(settlements.amount) as size,
        settlements.amount < 0 as is_credit,
        invoices.customer_id,
        invoices.account,
        coalesce(invoices.currency, entities.base_currency) as currency,
        invoices.posted_on
    from {{ ref('int_listed_settlements') }} as settlements
    inner join {{ ref('stg_raw__invoices') }} as invoices
        on
            settlements.entity_id = invoices.entity_id
            and settlements.document_type = invoices.document_type
            and settlements.invoice_id = invoices.invoice_id
    inner join {{ ref('int_entities') }} as entities
        on settlements.entity_id = entities.entity_id
    where settlements.open_again_on is null

),

numbered as (

    select
        *,
        row_number() over (
            partition by entity_id, customer_id, account, currency, settled_on, is_credit, size
            order by posted_on, document_id
        ) as place_in_size
    from settlements

),

twins as (

    -- The n-th credit of an amount and the n-th debit of the same amount.
    select
        entity_id,
        customer_id,
        account,
        currency,
        settled_on,
        size,
        place_in_size
    from numbered
    group by
        entity_id,
        customer_id,
        account,
        currency,
        settled_on,
        size,
        place_in_size
    having count(*) = 2

),

in_order as (

    -- Twins come first and in one order on both sides, so that their running sums meet.
    select
        numbered.*,
        sum(numbered.size) over (
            partition by
                numbered.entity_id,
                numbered.customer_id,
                numbered.account,
                numbered.currency,
                numbered.settled_on,
                numbered.is_credit
            order by
                (case when twins.size is null then 1 else 0 end),
                twins.size,
                twins.place_in_size,
                numbered.posted_on,
                numbered.document_id
            rows between unbounded preceding and current row
        ) as size_through
    from numbered
    left join twins
        on
            numbered.entity_id = twins.entity_id
            and numbered.customer_id = twins.customer_id
            and numbered.account is not distinct from twins.account
            and numbered.currency = twins.currency
            and numbered.settled_on = twins.settled_on
            and numbered.size = twins.size
            and numbered.place_in_size = twins.place_in_size

),

final as (

    select
        credits.entity_id,
        credits.document_id as credit_document_id,
        debits.document_id as debit_document_id,
        credits.settled_on,
        {{ money(
            'least(credits.size_through, debits.size_through)'
            ~ ' - greatest(credits.size_through - credits.size, debits.size_through - debits.size)'
        ) }} as amount
    from in_order as credits
    inner join in_order as debits
        on
            credits.entity_id = debits.entity_id
            and credits.customer_id = debits.customer_id
            and credits.account is not distinct from debits.account
            and credits.currency = debits.currency
            and credits.settled_on = debits.settled_on
            and credits.size_through > debits.size_through - debits.size
            and debits.size_through > credits.size_through - credits.size
    where credits.is_credit and not debits.is_credit

)

select * from final
