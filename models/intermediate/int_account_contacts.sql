{#
  Where the work on each customer stands on the as-of day: the last contact, the last note and what it says, the promise that
  counts, the stage its overdue items have reached and the stage that is next by its tier's pace of dunning.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

given as (

    select * from {{ ref('int_given_tables') }}

),

stages as (

    select * from {{ ref('collection_stages') }}

),

actions as (

    select
        actions.*,
        stages.stage_order,
        stages.stage_label,
        coalesce(stages.notifies_insurer, 0) as notifies_insurer
    from {{ ref('stg_raw__collection_actions') }} as actions
    cross join as_of
    left join stages
        on actions.stage = stages.stage
    where actions.done_on <= as_of.as_of_on

),

last_actions as (

    select
        customer_id,
        done_on,
        coalesce(stage_label, stage, channel) as action_label,
        outcome,
        row_number() over (partition by customer_id order by done_on desc, action_id desc) as newest_rank
    from actions
    where notifies_insurer = 0

),

notes as (

    select
        notes.customer_id,
        cast(notes.written_at as date) as written_on,
        notes.text,
        notes.status,
        notes.next_on,
        row_number() over (
            partition by notes.customer_id order by notes.written_at desc, notes.note_id desc
        ) as newest_rank
    from {{ ref('stg_raw__account_notes') }} as notes
    cross join as_of
    where cast(notes.written_at as date) <= as_of.as_of_on

),

promises as (

    -- The one that falls due first, of those still open; else one broken in the four weeks that the watch list speaks
    -- of; else the last that was decided.
    select
        promises.customer_id,
        promises.due_on,
        promises.promised_amount,
        promises.outcome,
        row_number() over (
            partition by promises.customer_id
            order by
                (
                    case
                        when promises.outcome = 'open' then 1
                        when
                            promises.outcome = 'broken'
                            and {{ add_days('promises.decided_on', 28) }} > as_of.as_of_on
                            then 2
                        else 3
                    end
                ) asc,
                (case when promises.outcome = 'open' then promises.due_on end) asc,
                promises.due_on desc,
                promises.promise_id asc
        ) as promise_rank
    from {{ ref('int_promise_outcomes') }} as promises
    cross join as_of

),

overdue_items as (

    select
        intervals.customer_id,
        intervals.document_number,
        intervals.due_on
    from {{ ref('fct_item_intervals') }} as intervals
    cross join as_of
    where
        intervals.open_amount > intervals.disputed_amount
        and intervals.due_on < as_of.as_of_on
        and intervals.valid_from_on <= as_of.as_of_on
        and (intervals.valid_to_on is null or intervals.valid_to_on > as_of.as_of_on)

),

oldest as (

    select
        customer_id,
        min(due_on) as oldest_due_on
    from overdue_items
    group by customer_id

),

-- What was done about an overdue item, or about the account since one fell due.
reached as (

    select
        customer_id,
        max(stage_order) as stage_order
    from (
        select
            overdue_items.customer_id,
            actions.stage_order
        from overdue_items
        inner join actions
            on
                overdue_items.customer_id = actions.customer_id
                and overdue_items.document_number = actions.invoice_id
        where actions.notifies_insurer = 0
        union all
        select
            oldest.customer_id,
            actions.stage_order
        from oldest
        inner join actions
            on
                oldest.customer_id = actions.customer_id
                and oldest.oldest_due_on < actions.done_on
        where
            actions.invoice_id is null
            and actions.notifies_insurer = 0
    ) as done
    group by customer_id

),

risk as (

    select
        risk.customer_id,
        tiers.dunning_pace
    from {{ ref('fct_customer_risk_weekly') }} as risk
    inner join as_of
        on risk.as_of_on = as_of.as_of_on
    inner join {{ ref('risk_tiers') }} as tiers
        on risk.risk_tier = tiers.risk_tier

),

nexts as (

    select
        oldest.customer_id,
        stages.stage_label,
        {{ add_days('oldest.oldest_due_on', 'plan.after_days') }} as due_on,
        row_number() over (partition by oldest.customer_id order by stages.stage_order) as next_rank
    from oldest
    inner join risk
        on oldest.customer_id = risk.customer_id
    inner join {{ ref('dunning_plan') }} as plan
        on risk.dunning_pace = plan.dunning_pace
    inner join stages
        on plan.stage = stages.stage
    left join reached
        on oldest.customer_id = reached.customer_id
    -- Where nobody says what was done, nobody knows what is next.
    inner join given
        on given.table_name = 'collection_actions'
    where stages.stage_order > coalesce(reached.stage_order, 0)

),

concerned as (

    select customer_id from last_actions
    union
    select customer_id from notes
    union
    select customer_id from promises
    union
    select customer_id from oldest

),

final as (

    select
        concerned.customer_id,
        last_actions.done_on as last_action_on,
        last_actions.action_label as last_action,
        last_actions.outcome as last_action_outcome,
        notes.written_on as last_note_on,
        notes.text as last_note,
        notes.status as account_status,
        notes.next_on as reviewed_until_on,
        promises.due_on as promise_due_on,
        promises.promised_amount as promise_amount,
        promises.outcome as promise_outcome,
        nexts.stage_label as next_stage,
        nexts.due_on as next_stage_on
    from concerned
    left join last_actions
        on
            concerned.customer_id = last_actions.customer_id
            and last_actions.newest_rank = 1
    left join notes
        on
            concerned.customer_id = notes.customer_id
            and notes.newest_rank = 1
    left join promises
        on
            concerned.customer_id = promises.customer_id
            and promises.promise_rank = 1
    left join nexts
        on
            concerned.customer_id = nexts.customer_id
            and nexts.next_rank = 1

)

select * from final
