{#
  What people did and heard beside the books, in one shape: notes, actions, promises, plans, disputes, signals, tiers set by
  hand. Known by the as-of day; but notes are there whatever day they were written on: who reads an account
  wants the newest word.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

disputed_documents as (

    select
        entity_id,
        document_number,
        min(customer_id) as customer_id,
        min(currency) as currency
    from {{ ref('int_receivable_documents') }}
    where item_kind in ('invoice', 'debit_note', 'opening', 'adjustment') and is_posted
    group by
        entity_id,
        document_number

),

disputes as (

    select
        disputes.*,
        disputed_documents.customer_id,
        -- A dispute speaks in its document's currency, all other amounts in the reporting currency.
        case
            when disputes.amount is not null
                then cast(disputes.amount as varchar) || ' ' || disputed_documents.currency
        end as amount_words
    from {{ ref('stg_raw__disputes') }} as disputes
    inner join disputed_documents
        on
            disputes.entity_id = disputed_documents.entity_id
            and disputes.invoice_id = disputed_documents.document_number

),

plans as (

    select
        plan_id,
        customer_id,
        count(*) as parts_count,
        sum(amount) as amount,
        min(coalesce(agreed_on, due_on)) as agreed_on,
        max(due_on) as last_due_on
    from {{ ref('stg_raw__payment_plans') }}
    group by
        plan_id,
        customer_id

),

statuses as (

    select * from {{ ref('note_statuses') }}

),

happened as (

    select
        'note:' || notes.note_id as account_event_id,
        notes.customer_id,
        'note' as event_kind,
        cast(notes.written_at as date) as event_on,
        notes.written_at as event_at,
        coalesce(statuses.status_label, notes.status) as title,
        notes.text,
        notes.author as by_whom,
        cast(null as varchar) as document_number,
        notes.promised_amount as amount,
        notes.promised_due_on as due_on,
        notes.next_on
    from {{ ref('stg_raw__account_notes') }} as notes
    left join statuses
        on notes.status = statuses.status
    union all
    select
        'action:' || action_id as account_event_id,
        customer_id,
        'action' as event_kind,
        done_on as event_on,
        cast(null as timestamp) as event_at,
        coalesce(stage, replace(channel, '_', ' ')) as title,
        outcome as text,
        replace(channel, '_', ' ') as by_whom,
        invoice_id as document_number,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as due_on,
        cast(null as date) as next_on
    from {{ ref('stg_raw__collection_actions') }}
    union all
    select
        'promise:' || promise_id as account_event_id,
        customer_id,
        'promise' as event_kind,
        promised_on as event_on,
        cast(null as timestamp) as event_at,
        'Payment promised' as title,
        cast(null as varchar) as text,
        cast(null as varchar) as by_whom,
        invoice_id as document_number,
        amount,
        due_on,
        cast(null as date) as next_on
    from {{ ref('stg_raw__promises') }}
    union all
    select
        'plan:' || plan_id as account_event_id,
        customer_id,
        'plan' as event_kind,
        agreed_on as event_on,
        cast(null as timestamp) as event_at,
        'Plan agreed: ' || cast(parts_count as varchar) || ' parts' as title,
        cast(null as varchar) as text,
        cast(null as varchar) as by_whom,
        cast(null as varchar) as document_number,
        amount,
        last_due_on as due_on,
        cast(null as date) as next_on
    from plans
    union all
    select
        'dispute:' || dispute_id as account_event_id,
        customer_id,
        'dispute' as event_kind,
        opened_on as event_on,
        cast(null as timestamp) as event_at,
        'Dispute opened' as title,
        concat_ws(' · ', reason, amount_words) as text,
        cast(null as varchar) as by_whom,
        invoice_id as document_number,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as due_on,
        cast(null as date) as next_on
    from disputes
    union all
    select
        'dispute closed:' || dispute_id as account_event_id,
        customer_id,
        'dispute_closed' as event_kind,
        closed_on as event_on,
        cast(null as timestamp) as event_at,
        'Dispute closed' as title,
        outcome as text,
        cast(null as varchar) as by_whom,
        invoice_id as document_number,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as due_on,
        cast(null as date) as next_on
    from disputes
    where closed_on is not null
    union all
    select
        'signal:' || signal_id as account_event_id,
        customer_id,
        'signal' as event_kind,
        observed_on as event_on,
        cast(null as timestamp) as event_at,
        replace(signal, '_', ' ') as title,
        case when value is not null then 'Value ' || cast(value as varchar) end as text,
        source as by_whom,
        cast(null as varchar) as document_number,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as due_on,
        cast(null as date) as next_on
    from {{ ref('stg_raw__credit_signals') }}
    union all
    select
        'override:' || override_id as account_event_id,
        customer_id,
        'override' as event_kind,
        from_on as event_on,
        cast(null as timestamp) as event_at,
        'Tier ' || risk_tier || ' set by hand' as title,
        reason as text,
        approved_by as by_whom,
        cast(null as varchar) as document_number,
        cast(null as decimal(18, 2)) as amount,
        to_on as due_on,
        cast(null as date) as next_on
    from {{ ref('stg_raw__tier_overrides') }}

),

final as (

    select happened.*
    from happened
    cross join as_of
    where happened.event_kind = 'note' or happened.event_on <= as_of.as_of_on

)

select * from final
