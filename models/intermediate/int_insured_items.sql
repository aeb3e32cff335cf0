{#
  What was delivered to customers with a cover, and whether the cover binds it: by the decision valid on the delivery day,
  within the terms and the extension that the insurer allows, and for as long as a missed notification does not end it.
  Without a delivery day an item counts as delivered on its invoice day. Tax is not covered unless the cover says so.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

policy as (

    select * from {{ ref('int_policy') }}

),

covers as (

    select * from {{ ref('int_cover_spans') }}

),

covered_customers as (

    select distinct customer_id from covers

),

invoices as (

    select
        entity_id,
        document_type || ':' || invoice_id as document_id,
        delivered_on,
        original_due_on
    from {{ ref('stg_raw__invoices') }}

),

items as (

    select
        items.entity_id,
        items.document_id,
        items.document_number,
        items.instalment_no,
        items.item_kind,
        items.customer_id,
        items.currency,
        items.invoiced_on,
        items.posted_on,
        items.due_on,
        items.amount,
        coalesce(invoices.original_due_on, items.due_on) as original_due_on,
        coalesce(invoices.delivered_on, items.invoiced_on) as delivered_on,
        items.document_amount,
        coalesce(taxes.net_amount, items.document_amount) as document_net_amount
    from {{ ref('int_receivable_items') }} as items
    inner join covered_customers
        on items.customer_id = covered_customers.customer_id
    left join invoices
        on
            items.entity_id = invoices.entity_id
            and items.document_id = invoices.document_id
    left join {{ ref('int_document_taxes') }} as taxes
        on
            items.entity_id = taxes.entity_id
            and items.document_id = taxes.document_id
    where
        items.amount > 0
        and items.item_kind in ('invoice', 'debit_note', 'opening')

),

-- Days on which something of the customer's was overdue for longer than the insurer allows.
extensions as (

    select distinct
        customer_id,
        max_extension_days
    from covers
    where max_extension_days is not null

),

overrun_days as (

    select
        intervals.customer_id,
        extensions.max_extension_days,
        intervals.valid_to_on as ends_on,
        greatest(
            intervals.valid_from_on,
            {{ add_days('intervals.due_on', 'extensions.max_extension_days + 1') }}
        ) as starts_on
    from {{ ref('fct_item_intervals') }} as intervals
    inner join extensions
        on intervals.customer_id = extensions.customer_id
    cross join policy
    where
        -- What is disputed, or a remainder too small to be late, is no reason to stop deliveries.
        intervals.open_amount - intervals.disputed_amount > policy.late_tolerance_amount
        and intervals.item_kind in ('invoice', 'debit_note', 'opening')

),

-- Overlapping stretches are one: a new one starts where nothing before reaches it.
overrun_stretches as (

    select
        overrun_days.customer_id,
        overrun_days.max_extension_days,
        overrun_days.starts_on,
        coalesce(overrun_days.ends_on, date '9999-12-31') as ends_on
    from overrun_days
    cross join as_of
    where overrun_days.starts_on < coalesce(overrun_days.ends_on, {{ add_days('as_of.as_of_on', 1) }})

),

overrun_reaches as (

    select
        *,
        max(ends_on) over (
            partition by customer_id, max_extension_days
            order by starts_on, ends_on
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from overrun_stretches

),

overrun_numbers as (

    select
        *,
        sum(case when starts_on <= reached_on then 0 else 1 end) over (
            partition by customer_id, max_extension_days
            order by starts_on, ends_on
            rows between unbounded preceding and current row
        ) as overrun_number
    from overrun_reaches

),

overruns as (

    select
        customer_id,
        max_extension_days,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on
    from overrun_numbers
    group by
        customer_id,
        max_extension_days,
        overrun_number

),

notices as (

    select
        actions.customer_id,
        actions.invoice_id,
        min(actions.done_on) as notified_on
    from {{ ref('stg_raw__collection_actions') }} as actions
    inner join {{ ref('collection_stages') }} as stages
        on
            actions.stage = stages.stage
            and stages.notifies_insurer = 1
    cross join as_of
    where actions.done_on <= as_of.as_of_on
    group by
        actions.customer_id,
        actions.invoice_id

),

bound as (

    select
        items.*,
        covers.starts_on as cover_starts_on,
        covers.cover_id,
        covers.status as cover_status,
        covers.is_covering,
        coalesce(covers.includes_tax, false) as includes_tax,
        covers.longest_covered_days,
        covers.max_extension_days,
        overruns.customer_id is not null as is_beyond_extension,
        notices.notified_on,
        {{ add_days(
            "case covers.notify_basis when 'original_due_on' then items.original_due_on"
            ~ " when 'invoiced_on' then items.invoiced_on else items.due_on end",
            'covers.notify_days'
        ) }} as notify_by_on
    from items
    left join covers
        on
            items.customer_id = covers.customer_id
            and items.delivered_on >= covers.starts_on
            and (covers.ends_on is null or items.delivered_on < covers.ends_on)
    left join overruns
        on
            covers.customer_id = overruns.customer_id
            and covers.max_extension_days = overruns.max_extension_days
            and items.delivered_on >= overruns.starts_on
            and items.delivered_on < overruns.ends_on
    left join notices
        on
            items.customer_id = notices.customer_id
            and items.document_number = notices.invoice_id

),

final as (

    select
        entity_id,
        document_id,
        document_number,
        instalment_no,
        item_kind,
        customer_id,
        currency,
        invoiced_on,
        delivered_on,
        due_on,
        cover_id,
        cover_status,
        cover_starts_on,
        includes_tax,
        document_amount,
        case when includes_tax then document_amount else document_net_amount end as document_insurable_amount,
        notify_by_on,
        notified_on,
        case
            when cover_id is null then 'not_covered'
            when not is_covering then 'after_cut'
            when {{ days_between('invoiced_on', 'original_due_on') }} > longest_covered_days then 'terms_too_long'
            when is_beyond_extension then 'beyond_extension'
        end as not_eligible_reason,
        -- The first day on which a missed notification has ended the cover.
        case
            when notified_on is null or notified_on > notify_by_on then {{ add_days('notify_by_on', 1) }}
        end as cover_lapses_on
    from bound

)

select * from final
