{#
  What became of each promise and each part of a payment plan. Kept is what the cash of the customer reaches, received
  after the promise was made (from the day a plan was agreed) and by its day with the days of grace; a promise for one
  invoice asks for the cash set against it, or for the invoice to be settled. What bounced did not come.

  Cash is run up once by customer (and invoice), and each promise reads it on its first and its last day: no promise is
  ever laid beside every payment.
#}
with

as_of as (

    select
        int_build.as_of_on,
        int_policy.promise_grace_days
    from {{ ref('int_build') }} as int_build
    cross join {{ ref('int_policy') }} as int_policy

),

items as (

    select
        customer_id,
        item_kind,
        is_cash,
        received_on,
        posted_on,
        amount
    from {{ ref('int_receivable_items') }}
    where is_cash or item_kind = 'bounce'

),

promises as (

    select
        'promise' as promise_kind,
        promise_id,
        1 as instalment_no,
        customer_id,
        invoice_id,
        promised_on,
        {{ add_days('promised_on', 1) }} as counts_from_on,
        due_on,
        amount as promised_amount,
        cast(0 as decimal(18, 2)) as earlier_amount
    from {{ ref('stg_raw__promises') }}

),

-- What a customer promised on the telephone stands in the team's notes.
noted as (

    select
        'promise' as promise_kind,
        'note ' || note_id as promise_id,
        1 as instalment_no,
        customer_id,
        cast(null as varchar) as invoice_id,
        cast(written_at as date) as promised_on,
        {{ add_days('cast(written_at as date)', 1) }} as counts_from_on,
        promised_due_on as due_on,
        promised_amount,
        cast(0 as decimal(18, 2)) as earlier_amount
    from {{ ref('stg_raw__account_notes') }}
    where promised_amount > 0 and promised_due_on is not null

),

plan_days as (

    select
        *,
        -- A plan without the day it was agreed: from a month before its first part.
        coalesce(
            agreed_on, {{ add_days('min(due_on) over (partition by plan_id)', -30) }}
        ) as promised_on,
        coalesce(
            sum(amount) over (
                partition by plan_id order by due_on, instalment_no
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as earlier_amount
    from {{ ref('stg_raw__payment_plans') }}

),

asked as (

    select * from promises
    union all
    select * from noted
    union all
    select
        'plan' as promise_kind,
        plan_id as promise_id,
        instalment_no,
        customer_id,
        cast(null as varchar) as invoice_id,
        promised_on,
        promised_on as counts_from_on,
        due_on,
        amount as promised_amount,
        {{ money('earlier_amount') }} as earlier_amount
    from plan_days

),

windows as (

    select
        asked.*,
        coalesce(asked.invoice_id, '') as invoice_key,
        {{ add_days('asked.due_on', 'as_of.promise_grace_days') }} as last_on,
        as_of.as_of_on
    from asked
    cross join as_of
    where asked.promised_on <= as_of.as_of_on

),

cash as (

    select
        customer_id,
        '' as invoice_key,
        received_on as paid_on,
        -amount as amount
    from items
    where is_cash
    union all
    select
        customer_id,
        '' as invoice_key,
        posted_on as paid_on,
        -amount as amount
    from items
    where item_kind = 'bounce'
    union all
    -- What is set against an invoice counts once it is known to be: not before it was received, nor before it was
    -- allocated.
    {% for day, sign in [('effective_on', ''), ('reversed_on', '-')] %}
        select
            customer_id,
            substr(debit_document_id, length(debit_kind) + 2) as invoice_key,
            greatest({{ day }}, received_on) as paid_on,
            {{ sign }}debit_amount as amount
        from {{ ref('int_allocations') }}
        where is_cash and {{ day }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

asked_keys as (

    select distinct
        customer_id,
        invoice_key
    from windows

),

-- The cash of each day, and the marks at which promises read what has come by then.
entries as (

    select
        cash.customer_id,
        cash.invoice_key,
        cash.paid_on,
        cash.amount,
        false as is_mark
    from cash
    inner join asked_keys
        on
            cash.customer_id = asked_keys.customer_id
            and cash.invoice_key = asked_keys.invoice_key
    union all
    select
        customer_id,
        invoice_key,
        {{ add_days('counts_from_on', -1) }} as paid_on,
        0 as amount,
        true as is_mark
    from windows
    union all
    select
        customer_id,
        invoice_key,
        last_on as paid_on,
        0 as amount,
        true as is_mark
    from windows

),

run_up as (

    select
        customer_id,
        invoice_key,
        paid_on,
        is_mark,
        sum(amount) over (
            partition by customer_id, invoice_key order by paid_on
            range between unbounded preceding and current row
        ) as paid_through_amount
    from entries

),

marks as (

    select distinct
        customer_id,
        invoice_key,
        paid_on,
        paid_through_amount
    from run_up
    where is_mark

),

-- An invoice is settled when nothing of it is open on the last day, whatever a later day makes of it.
invoices as (

    select distinct
        customer_id,
        document_number as invoice_key
    from {{ ref('int_receivable_items') }}
    where item_kind in ('invoice', 'debit_note', 'opening')

),

still_open as (

    select distinct
        windows.promise_kind,
        windows.promise_id,
        windows.instalment_no
    from windows
    inner join {{ ref('fct_item_intervals') }} as intervals
        on
            windows.customer_id = intervals.customer_id
            and windows.invoice_key = intervals.document_number
            and windows.last_on >= intervals.valid_from_on
            and (intervals.valid_to_on is null or windows.last_on < intervals.valid_to_on)
            and intervals.open_amount > 0

),

measured as (

    select
        windows.*,
        {{ money(
            'greatest(0, least(windows.promised_amount, ends.paid_through_amount - starts.paid_through_amount'
            ~ ' - windows.earlier_amount))'
        ) }} as paid_amount,
        invoices.invoice_key is not null and still_open.promise_id is null as is_settled
    from windows
    inner join marks as starts
        on
            windows.customer_id = starts.customer_id
            and windows.invoice_key = starts.invoice_key
            and {{ add_days('windows.counts_from_on', -1) }} = starts.paid_on
    inner join marks as ends
        on
            windows.customer_id = ends.customer_id
            and windows.invoice_key = ends.invoice_key
            and windows.last_on = ends.paid_on
    left join invoices
        on
            windows.customer_id = invoices.customer_id
            and windows.invoice_key = invoices.invoice_key
    left join still_open
        on
            windows.promise_kind = still_open.promise_kind
            and windows.promise_id = still_open.promise_id
            and windows.instalment_no = still_open.instalment_no

),

final as (

    select
        promise_kind,
        promise_id,
        instalment_no,
        customer_id,
        promised_on,
        due_on,
        promised_amount,
        paid_amount,
        case
            when paid_amount >= promised_amount or is_settled then 'kept'
            when last_on < as_of_on then 'broken'
            else 'open'
        end as outcome,
        -- Whatever happened, it is decided on the day after the days of grace: a past week knows no more than that.
        case when last_on < as_of_on then {{ add_days('last_on', 1) }} end as decided_on
    from measured

)

select * from final
