{#
  What payments of bank statements were for: the invoices that structured references name, for the amounts given with
  them, as far as they go (amounts beyond the payment say nothing); the invoice that the only reference names; else the
  one open invoice of the customer with exactly that amount. Where several could be meant, and ever after with that
  customer and amount, nothing is matched: the payment stays unapplied. What went back whole has paid nothing from that
  day on. What the source itself says of an invoice goes before: it is left alone.
#}
with recursive

documents as (

    select * from {{ ref('int_receivable_documents') }}

),

credits as (

    select
        documents.entity_id,
        documents.document_id,
        documents.document_number,
        documents.customer_id,
        documents.currency,
        documents.posted_on,
        -documents.amount as size,
        payments.reference_document_id
    from {{ ref('int_payments') }} as payments
    inner join documents
        on
            payments.entity_id = documents.entity_id
            and payments.payment_type || ':' || payments.payment_id = documents.document_id
    where
        payments.is_from_bank
        and payments.payment_type = 'payment'
        and documents.amount < 0

),

parts as (

    select
        named.entity_id,
        named.payment_type || ':' || named.payment_id as credit_document_id,
        named.document_id as debit_document_id,
        named.amount,
        sum(named.amount) over (partition by named.entity_id, named.payment_type, named.payment_id) as named_amount
    from {{ ref('int_bank_references') }} as named
    where
        named.amount > 0
        and named.document_id is not null

),

requests as (

    select
        credits.entity_id,
        credits.document_id,
        parts.debit_document_id,
        sum(parts.amount) as requested
    from credits
    inner join parts
        on
            credits.entity_id = parts.entity_id
            and credits.document_id = parts.credit_document_id
            and credits.size >= parts.named_amount
    group by
        credits.entity_id,
        credits.document_id,
        parts.debit_document_id

),

with_parts as (

    select distinct
        entity_id,
        document_id
    from requests

),

all_requests as (

    select * from requests
    union all
    select
        credits.entity_id,
        credits.document_id,
        credits.reference_document_id as debit_document_id,
        credits.size as requested
    from credits
    left join with_parts
        on
            credits.entity_id = with_parts.entity_id
            and credits.document_id = with_parts.document_id
    where
        with_parts.document_id is null
        and credits.reference_document_id is not null

),

spoken_for as (

    select
        entity_id,
        settles_document_id as document_id
    from documents
    where settles_document_id is not null
    union
    -- What lists of open items drop, they say was settled.
    select
        entity_id,
        debit_document_id as document_id
    from {{ ref('int_listed_offsets') }}
    union
    select
        entity_id,
        debit_document_id as document_id
    from {{ ref('int_letterings') }}
    union
    select
        documents.entity_id,
        documents.document_id
    from {{ ref('stg_raw__allocations') }} as allocations
    inner join documents
        on
            allocations.entity_id = documents.entity_id
            and allocations.debit_id = documents.document_number
            and coalesce(allocations.debit_kind, documents.item_kind) = documents.item_kind
    left join {{ ref('int_bank_references') }} as of_bank
        on allocations.allocation_id = of_bank.allocation_id
    where of_bank.allocation_id is null

),

debits as (

    select
        documents.entity_id,
        documents.document_id,
        documents.document_number,
        documents.customer_id,
        documents.currency,
        documents.posted_on,
        documents.amount as size
    from documents
    left join spoken_for
        on
            documents.entity_id = spoken_for.entity_id
            and documents.document_id = spoken_for.document_id
    where
        documents.amount > 0
        and documents.item_kind in ('invoice', 'debit_note', 'opening')
        and spoken_for.document_id is null

),

returned as (

    -- Credits that went back whole, and since when.
    select
        credits.entity_id,
        credits.document_id,
        min(greatest(bounces.posted_on, credits.posted_on)) as returned_on
    from credits
    inner join documents as bounces
        on
            credits.entity_id = bounces.entity_id
            and credits.document_number = bounces.original_payment_id
            and credits.customer_id = bounces.customer_id
            and credits.currency = bounces.currency
            and credits.size = bounces.amount
    where bounces.item_kind = 'bounce'
    group by
        credits.entity_id,
        credits.document_id

),

paid as (

    select
        credits.entity_id,
        credits.document_id,
        debits.document_id as debit_document_id,
        all_requests.requested,
        credits.posted_on as paid_on,
        false as is_return
    from credits
    inner join all_requests
        on
            credits.entity_id = all_requests.entity_id
            and credits.document_id = all_requests.document_id
    inner join debits
        on
            all_requests.entity_id = debits.entity_id
            and all_requests.debit_document_id = debits.document_id
            and credits.currency = debits.currency

),

all_paid as (

    select * from paid
    union all
    select
        paid.entity_id,
        paid.document_id,
        paid.debit_document_id,
        -paid.requested as requested,
        returned.returned_on as paid_on,
        true as is_return
    from paid
    inner join returned
        on
            paid.entity_id = returned.entity_id
            and paid.document_id = returned.document_id

),

in_turn as (

    select
        *,
        coalesce(
            sum(requested) over (
                partition by entity_id, debit_document_id
                order by paid_on, document_id, is_return
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as paid_before
    from all_paid

),

named as (

    select
        credits.*,
        in_turn.requested,
        debits.document_id as debit_document_id,
        debits.document_number as debit_number,
        debits.posted_on as debit_posted_on,
        debits.size as debit_size,
        in_turn.paid_before
    from in_turn
    inner join credits
        on
            in_turn.entity_id = credits.entity_id
            and in_turn.document_id = credits.document_id
    inner join debits
        on
            in_turn.entity_id = debits.entity_id
            and in_turn.debit_document_id = debits.document_id
    where not in_turn.is_return

),

paid_by_name as (

    select distinct
        entity_id,
        debit_document_id
    from named

),

unnamed as (

    -- Credits and debits of a customer with one amount, in the order of their days.
    select
        credits.entity_id,
        credits.document_id,
        credits.document_number,
        credits.customer_id,
        credits.currency,
        credits.posted_on,
        credits.size,
        0 as is_debit
    from credits
    left join all_requests
        on
            credits.entity_id = all_requests.entity_id
            and credits.document_id = all_requests.document_id
    where
        credits.customer_id <> 'UNIDENTIFIED'
        and all_requests.document_id is null
    union all
    select
        debits.entity_id,
        debits.document_id,
        debits.document_number,
        debits.customer_id,
        debits.currency,
        debits.posted_on,
        debits.size,
        1 as is_debit
    from debits
    left join paid_by_name
        on
            debits.entity_id = paid_by_name.entity_id
            and debits.document_id = paid_by_name.debit_document_id
    where paid_by_name.debit_document_id is null
    union all
    -- What a credit took is open again when that went back: a debit once more.
    select
        credits.entity_id,
        'returned:' || credits.document_id as document_id,
        credits.document_number,
        credits.customer_id,
        credits.currency,
        returned.returned_on as posted_on,
        credits.size,
        1 as is_debit
    from credits
    inner join returned
        on
            credits.entity_id = returned.entity_id
            and credits.document_id = returned.document_id
    left join all_requests
        on
            credits.entity_id = all_requests.entity_id
            and credits.document_id = all_requests.document_id
    where
        credits.customer_id <> 'UNIDENTIFIED'
        and all_requests.document_id is null

),

counted as (

    select
        *,
        row_number() over (
            partition by entity_id, customer_id, currency, size, is_debit
            order by posted_on, document_id
        ) as place,
        sum(is_debit) over (
            partition by entity_id, customer_id, currency, size
            order by posted_on asc, is_debit desc, document_id asc
            rows between unbounded preceding and current row
        ) as debits_until
    from unnamed

),

judged as (

    -- Each credit before took one debit: exactly one is left, or this one and all later ones are open to doubt.
    select
        *,
        max(case when debits_until - place + 1 = 1 then 0 else 1 end) over (
            partition by entity_id, customer_id, currency, size
            order by place
            rows between unbounded preceding and current row
        ) as is_doubtful
    from counted
    where is_debit = 0

),

taken as (

    select
        judged.entity_id,
        judged.document_number as credit_id,
        judged.document_id as credit_document_id,
        judged.size,
        judged.posted_on as credit_posted_on,
        debits.document_id as taken_document_id
    from judged
    inner join counted as debits
        on
            judged.entity_id = debits.entity_id
            and judged.customer_id = debits.customer_id
            and judged.currency = debits.currency
            and judged.size = debits.size
            and judged.place = debits.place
            and debits.is_debit = 1
    where judged.is_doubtful = 0

),

-- What was taken once more is what the credit that went back had taken, and so on.
traced as (

    select
        *,
        taken_document_id as debit_document_id
    from taken
    union all
    select
        traced.entity_id,
        traced.credit_id,
        traced.credit_document_id,
        traced.size,
        traced.credit_posted_on,
        traced.taken_document_id,
        earlier.taken_document_id as debit_document_id
    from traced
    inner join taken as earlier
        on
            traced.entity_id = earlier.entity_id
            and traced.debit_document_id = 'returned:' || earlier.credit_document_id

),

matched as (

    select
        entity_id,
        document_number as credit_id,
        debit_number as debit_id,
        document_id as credit_document_id,
        debit_document_id,
        least(requested, debit_size - paid_before) as amount,
        size as credit_total,
        greatest(posted_on, debit_posted_on) as effective_on
    from named
    where debit_size > paid_before
    union all
    select
        traced.entity_id,
        traced.credit_id,
        debits.document_number as debit_id,
        traced.credit_document_id,
        debits.document_id as debit_document_id,
        traced.size as amount,
        traced.size as credit_total,
        greatest(traced.credit_posted_on, debits.posted_on) as effective_on
    from traced
    inner join debits
        on
            traced.entity_id = debits.entity_id
            and traced.debit_document_id = debits.document_id

),

final as (

    select
        'matched:' || entity_id || ':' || credit_document_id || ':' || debit_document_id as allocation_id,
        entity_id,
        credit_id,
        debit_id,
        credit_document_id,
        debit_document_id,
        {{ money('amount') }} as amount,
        credit_total,
        effective_on
    from matched

)

select * from final
