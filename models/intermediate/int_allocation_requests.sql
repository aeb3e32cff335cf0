{#
  What the source says was set against what, in entities that go by what is stated: each row with its two
  documents found, its effective day, and why it is left out where it is (`left_out_because`).
#}
with

allocations as (

    -- What a bank statement names is matched, where it can be: the source says nothing by it.
    select allocations.*
    from {{ ref('stg_raw__allocations') }} as allocations
    left join {{ ref('int_bank_references') }} as of_bank
        on allocations.allocation_id = of_bank.allocation_id
    where of_bank.allocation_id is null

),

entities as (

    select * from {{ ref('int_entities') }}

),

documents as (

    select * from {{ ref('int_receivable_documents') }}
    where amount <> 0

),

-- Only numbers that come without their kind are looked up by number.
numbers_alone as (

    select
        entity_id,
        credit_id as document_number
    from allocations
    where credit_kind is null
    union
    select
        entity_id,
        debit_id as document_number
    from allocations
    where debit_kind is null

),

documents_by_number as (

    select
        documents.entity_id,
        documents.document_number,
        documents.amount < 0 as is_credit,
        min(documents.document_id) as document_id,
        count(*) as documents_count
    from documents
    inner join numbers_alone
        on
            documents.entity_id = numbers_alone.entity_id
            and documents.document_number = numbers_alone.document_number
    group by
        documents.entity_id,
        documents.document_number,
        documents.amount < 0

),

resolved as (

    select
        allocations.*,
        entities.allocation_policy,
        case
            when allocations.credit_kind is not null then allocations.credit_kind || ':' || allocations.credit_id
            when credits.documents_count = 1 then credits.document_id
        end as credit_document_id,
        case
            when allocations.debit_kind is not null then allocations.debit_kind || ':' || allocations.debit_id
            when debits.documents_count = 1 then debits.document_id
        end as debit_document_id,
        allocations.credit_kind is null and credits.documents_count > 1 as is_credit_ambiguous,
        allocations.debit_kind is null and debits.documents_count > 1 as is_debit_ambiguous
    from allocations
    left join entities
        on allocations.entity_id = entities.entity_id
    left join documents_by_number as credits
        on
            allocations.entity_id = credits.entity_id
            and allocations.credit_id = credits.document_number
            and credits.is_credit
    left join documents_by_number as debits
        on
            allocations.entity_id = debits.entity_id
            and allocations.debit_id = debits.document_number
            and not debits.is_credit

),

stated as (

    select
        resolved.allocation_id,
        resolved.entity_id,
        resolved.credit_id,
        resolved.debit_id,
        resolved.credit_document_id,
        resolved.debit_document_id,
        resolved.instalment_no,
        resolved.amount as debit_amount,
        case
            when credits.currency = debits.currency then resolved.amount
            else resolved.credit_amount
        end as credit_amount,
        abs(credits.amount) as credit_total,
        greatest(credits.posted_on, debits.posted_on) as both_posted_on,
        resolved.applied_on,
        resolved.reversed_on,
        case
            when resolved.allocation_policy = 'fifo' then 'the entity goes by fifo: what is stated is not used'
            when resolved.is_credit_ambiguous then 'the credit id names several documents: give credit_kind'
            when resolved.is_debit_ambiguous then 'the debit id names several documents: give debit_kind'
            when credits.document_id is null then 'no posted credit document has this id'
            when debits.document_id is null then 'no posted debit document has this id'
            when credits.amount > 0 then 'the credit document is not a credit'
            when debits.amount < 0 then 'the debit document is not a debit'
            when resolved.amount = 0 then 'the amount is zero'
            when credits.currency <> debits.currency and resolved.credit_amount is null
                then 'the two documents differ in currency: give credit_amount'
            when
                credits.currency <> debits.currency
                and sign(resolved.credit_amount) <> sign(resolved.amount)
                then 'amount and credit_amount differ in sign'
        end as left_out_because
    from resolved
    left join documents as credits
        on
            resolved.entity_id = credits.entity_id
            and resolved.credit_document_id = credits.document_id
    left join documents as debits
        on
            resolved.entity_id = debits.entity_id
            and resolved.debit_document_id = debits.document_id

),

settlements as (

    -- A settlement that a file with one row an invoice, or a list of open items, tells of names its own invoice; a
    -- credit note is settled by a refund.
    select
        settlements.entity_id,
        settlements.is_settlement_day_inferred,
        settlements.settled_until_on,
        case when settlements.amount < 0 then settlements.document_id else invoices.document_id end
            as credit_document_id,
        case when settlements.amount < 0 then invoices.document_id else settlements.document_id end
            as debit_document_id,
        abs(settlements.amount) as amount,
        case when settlements.amount < 0 then abs(settlements.amount) else abs(invoices.amount) end as credit_total,
        greatest(invoices.posted_on, settlements.posted_on) as effective_on,
        settlements.posted_on as applied_on
    from documents as settlements
    inner join entities
        on
            settlements.entity_id = entities.entity_id
            and entities.allocation_policy = 'stated'
    inner join documents as invoices
        on
            settlements.entity_id = invoices.entity_id
            and settlements.settles_document_id = invoices.document_id

),

offsets as (

    -- Credits and debits that lists of open items drop together.
    select
        offsets.entity_id,
        offsets.credit_document_id,
        offsets.debit_document_id,
        offsets.amount,
        abs(credits.amount) as credit_total,
        offsets.settled_on
    from {{ ref('int_listed_offsets') }} as offsets
    inner join entities
        on
            offsets.entity_id = entities.entity_id
            and entities.allocation_policy = 'stated'
    inner join documents as credits
        on
            offsets.entity_id = credits.entity_id
            and offsets.credit_document_id = credits.document_id

),

found as (

    -- What no allocation says outright: letters of the books, and bank payments matched to invoices.
    select
        *,
        'lettered' as allocation_source
    from {{ ref('int_letterings') }}
    union all
    select
        *,
        'matched' as allocation_source
    from {{ ref('int_bank_matches') }}

),

final as (

    select
        allocation_id,
        entity_id,
        credit_id,
        debit_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        {{ money('debit_amount') }} as debit_amount,
        {{ money('credit_amount') }} as credit_amount,
        credit_total,
        greatest(both_posted_on, coalesce(applied_on, both_posted_on)) as effective_on,
        coalesce(applied_on, both_posted_on) as applied_on,
        reversed_on,
        'stated' as allocation_source,
        left_out_because
    from stated
    union all
    select
        'settled:' || entity_id || ':' || credit_document_id || ':' || debit_document_id as allocation_id,
        entity_id,
        credit_document_id as credit_id,
        debit_document_id as debit_id,
        credit_document_id,
        debit_document_id,
        cast(null as integer) as instalment_no,
        {{ money('amount') }} as debit_amount,
        {{ money('amount') }} as credit_amount,
        credit_total,
        effective_on,
        applied_on,
        settled_until_on as reversed_on,
        case when is_settlement_day_inferred then 'inferred' else 'stated' end as allocation_source,
        cast(null as varchar) as left_out_because
    from settlements
    union all
    select
        'offset:' || entity_id || ':' || credit_document_id || ':' || debit_document_id || ':'
        || cast(settled_on as varchar) as allocation_id,
        entity_id,
        credit_document_id as credit_id,
        debit_document_id as debit_id,
        credit_document_id,
        debit_document_id,
        cast(null as integer) as instalment_no,
        {{ money('amount') }} as debit_amount,
        {{ money('amount') }} as credit_amount,
        credit_total,
        settled_on as effective_on,
        settled_on as applied_on,
        cast(null as date) as reversed_on,
        'inferred' as allocation_source,
        cast(null as varchar) as left_out_because
    from offsets
    union all
    select
        found.allocation_id,
        found.entity_id,
        found.credit_id,
        found.debit_id,
        found.credit_document_id,
        found.debit_document_id,
        cast(null as integer) as instalment_no,
        {{ money('found.amount') }} as debit_amount,
        {{ money('found.amount') }} as credit_amount,
        found.credit_total,
        found.effective_on,
        found.effective_on as applied_on,
        cast(null as date) as reversed_on,
        found.allocation_source,
        cast(null as varchar) as left_out_because
    from found
    inner join entities
        on
            found.entity_id = entities.entity_id
            and entities.allocation_policy = 'stated'

)

select * from final
