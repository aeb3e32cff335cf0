{#
  What: the policy of new customers can be followed: a level's rates lie between 0 and 1 and lead to the whole limit, it
  watches at least one due day; levels do not ask for less the less is known; approvers may grant more and more, the last
  any amount; no code comes twice, and every incident is one that can happen.
  Why it happens: a slip in `seeds/onboarding_rules.csv`, `approvers.csv` or `onboarding_incidents.csv`.
  Window: the whole policy. A row is a fault: seed, row and why.
#}
with

rules as (

    select
        *,
        lag(references_asked) over (order by acceptance_level) as references_asked_before,
        lag(start_rate) over (order by acceptance_level) as start_rate_before,
        count(*) over (partition by acceptance_level) as levels_count
    from {{ ref('onboarding_rules') }}

),

approvers as (

    select
        *,
        lag(up_to_amount) over (order by approver_order) as up_to_amount_before,
        lead(approver) over (order by approver_order) as approver_after,
        count(*) over (partition by approver) as approvers_count
    from {{ ref('approvers') }}

),

incidents as (

    select
        *,
        count(*) over (partition by incident) as incidents_count
    from {{ ref('onboarding_incidents') }}

),

faults as (

    select
        'onboarding_rules' as seed,
        cast(acceptance_level as varchar) as seed_row,
        case
            when acceptance_level is null or acceptance_level not in (1, 2) then 'no such level: 1 or 2'
            when levels_count > 1 then 'the level comes twice'
            when
                start_rate not between 0 and 1
                or step_up_rate not between 0 and 1
                or step_down_rate not between 0 and 1
                then 'a rate is not between 0 and 1'
            when watched_due_days is null or watched_due_days < 1 then 'no due day is watched'
            when start_rate < 1 and step_up_rate = 0 then 'the limit never steps up'
            when freeze_after_days is null or freeze_after_days < 0 then 'freeze_after_days is not 0 or more'
            when references_asked is null or references_asked < references_asked_before
                then 'asks for fewer references than the level before'
            when start_rate > start_rate_before then 'begins with more than the level before'
            when bureau_asked is null or bureau_asked not in (0, 1) then 'bureau_asked is not 0 or 1'
        end as fault
    from rules
    union all
    select
        'onboarding_rules' as seed,
        cast(levels.acceptance_level as varchar) as seed_row,
        'the level is missing' as fault
    from (
        select 1 as acceptance_level
        union all
        select 2 as acceptance_level
    ) as levels
    left join rules
        on levels.acceptance_level = rules.acceptance_level
    where rules.acceptance_level is null
    union all
    select
        'approvers' as seed,
        approver as seed_row,
        case
            when approvers_count > 1 then 'the approver comes twice'
            when up_to_amount is null and approver_after is not null
                then 'may grant any amount, but ' || approver_after || ' comes after'
            when up_to_amount is not null and approver_after is null then 'nobody may grant more than this'
            when up_to_amount <= up_to_amount_before then 'may not grant more than the one before'
        end as fault
    from approvers
    union all
    select
        'onboarding_incidents' as seed,
        incident as seed_row,
        case
            when incidents_count > 1 then 'the incident comes twice'
            when
                incident not in (
                    'insolvency', 'prior_default', 'bounce', 'due_day_missed', 'accounts_not_filed', 'ownership_change',
                    'deposit_refused', 'references_refused', 'own_conditions', 'bad_press'
                )
                then 'no incident of this name can happen'
        end as fault
    from incidents

)

select * from faults
where fault is not null
