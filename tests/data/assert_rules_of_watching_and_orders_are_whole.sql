{#
  What: the rules that credit work follows can be followed: those of the watch list, of orders and of alerts ask for measures and
  kinds that exist, in an order of their own; each tier has its limit factor and its pace a plan of dunning that rises; stages,
  collectors and recipients are known and come once.
  Why it happens: a slip in `seeds/watch_rules.csv`, `order_rules.csv`, `alert_rules.csv`, `limit_factors.csv`,
  `collection_stages.csv`, `dunning_plan.csv` or `team_capacity.csv`.
  Window: the whole policy. A row is one fault, with the seed, the line it is in and what is wrong.
#}
with

known_watch_measures as (

    {% for measure in watch_measures() %}
        select '{{ measure }}' as measure_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

known_order_measures as (

    {% for measure in order_measures().keys() %}
        select '{{ measure }}' as measure_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

known_alerts as (

    {% for alert_kind in alert_kinds() %}
        select '{{ alert_kind }}' as kind_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

watch_rules as (

    select
        *,
        count(*) over (partition by rule_order) as orders_count,
        count(*) over (partition by reason_code) as codes_count
    from {{ ref('watch_rules') }}

),

order_rules as (

    select
        *,
        count(*) over (partition by rule_order) as orders_count,
        count(*) over (partition by rule_code) as codes_count
    from {{ ref('order_rules') }}

),

alert_rules as (

    select
        *,
        count(*) over (partition by alert_kind, recipient_role) as recipients_count
    from {{ ref('alert_rules') }}

),

tiers as (

    select * from {{ ref('risk_tiers') }}

),

factors as (

    select
        factors.*,
        tiers.tier_order,
        count(*) over (partition by factors.risk_tier) as tiers_count,
        lag(factors.limit_factor) over (order by tiers.tier_order) as better_limit_factor
    from {{ ref('limit_factors') }} as factors
    left join tiers
        on factors.risk_tier = tiers.risk_tier

),

stages as (

    select
        *,
        count(*) over (partition by stage) as stages_count,
        count(*) over (partition by stage_order) as orders_count
    from {{ ref('collection_stages') }}

),

plans as (

    select
        plans.*,
        stages.stage_order,
        count(*) over (partition by plans.dunning_pace, plans.stage) as stages_count,
        lag(plans.after_days) over (partition by plans.dunning_pace order by stages.stage_order) as earlier_days
    from {{ ref('dunning_plan') }} as plans
    left join stages
        on plans.stage = stages.stage

),

capacity as (

    select
        *,
        count(*) over (partition by collector) as collectors_count
    from {{ ref('team_capacity') }}

),

faults as (

    select
        'watch_rules' as seed,
        reason_code as line,
        case
            when codes_count > 1 then 'overlap: the code stands ' || cast(codes_count as varchar) || ' times'
            when orders_count > 1
                then 'overlap: rule_order ' || cast(rule_order as varchar) || ' stands '
                    || cast(orders_count as varchar) || ' times'
            when coalesce(measure, '') not in (select known_watch_measures.measure_name from known_watch_measures)
                then 'unknown measure: ' || coalesce(measure, 'empty')
            when and_measure not in (select known_watch_measures.measure_name from known_watch_measures)
                then 'unknown measure: ' || and_measure
            when from_value is null then 'from_value is empty'
            when and_measure is not null and and_from_value is null then 'and_measure without and_from_value'
            when and_measure is null and and_from_value is not null then 'and_from_value without and_measure'
            when weight is null or weight < 1 then 'weight must be at least 1'
            when coalesce(unit, '') not in ('count', 'percent', 'flag') then 'unknown unit: ' || coalesce(unit, 'empty')
            when reason is null or recommended_action is null then 'reason and recommended_action must be given'
        end as fault
    from watch_rules
    union all
    select
        'order_rules' as seed,
        rule_code as line,
        case
            when codes_count > 1 then 'overlap: the code stands ' || cast(codes_count as varchar) || ' times'
            when orders_count > 1
                then 'overlap: rule_order ' || cast(rule_order as varchar) || ' stands '
                    || cast(orders_count as varchar) || ' times'
            when coalesce(measure, '') not in (select known_order_measures.measure_name from known_order_measures)
                then 'unknown measure: ' || coalesce(measure, 'empty')
            when from_value is null then 'from_value is empty'
            when coalesce(decision, '') not in ('block', 'approve')
                then 'unknown decision: ' || coalesce(decision, 'empty')
            when reason is null then 'reason must be given'
        end as fault
    from order_rules
    union all
    select
        'alert_rules' as seed,
        alert_kind || ' to ' || recipient_role as line,
        case
            when recipients_count > 1 then 'overlap: stands ' || cast(recipients_count as varchar) || ' times'
            when alert_kind not in (select known_alerts.kind_name from known_alerts)
                then 'unknown alert_kind: ' || alert_kind
            when recipient_role not in ('sales_owner', 'collector', 'management')
                then 'unknown recipient_role: ' || recipient_role
            when from_value is null or within_days is null or within_days < 1
                then 'from_value and within_days (at least 1) must be given'
        end as fault
    from alert_rules
    union all
    select
        'limit_factors' as seed,
        risk_tier as line,
        case
            when tier_order is null then 'unknown tier: ' || coalesce(risk_tier, 'empty')
            when tiers_count > 1 then 'overlap: the tier stands ' || cast(tiers_count as varchar) || ' times'
            when limit_factor is null or limit_factor < 0 then 'limit_factor must be 0 or more'
            when limit_factor > better_limit_factor then 'a worse tier must not have a larger factor'
        end as fault
    from factors
    union all
    select
        'limit_factors' as seed,
        tiers.risk_tier as line,
        'hole: no factor for the tier' as fault
    from tiers
    left join factors
        on tiers.risk_tier = factors.risk_tier
    where factors.risk_tier is null
    union all
    select
        'collection_stages' as seed,
        stage as line,
        case
            when stages_count > 1 then 'overlap: the stage stands ' || cast(stages_count as varchar) || ' times'
            when orders_count > 1
                then 'overlap: stage_order ' || cast(stage_order as varchar) || ' stands '
                    || cast(orders_count as varchar) || ' times'
            when coalesce(notifies_insurer, -1) not in (0, 1) then 'notifies_insurer must be 0 or 1'
        end as fault
    from stages
    union all
    select
        'dunning_plan' as seed,
        dunning_pace || ', ' || stage as line,
        case
            when stage_order is null then 'unknown stage: ' || coalesce(stage, 'empty')
            when stages_count > 1 then 'overlap: stands ' || cast(stages_count as varchar) || ' times'
            when after_days is null or after_days < 0 then 'after_days must be 0 or more'
            when after_days < earlier_days then 'a later stage must not come sooner'
        end as fault
    from plans
    union all
    select
        'dunning_plan' as seed,
        tiers.dunning_pace as line,
        'hole: no stage for the pace of tier ' || min(tiers.risk_tier) as fault
    from tiers
    left join plans
        on tiers.dunning_pace = plans.dunning_pace
    where plans.dunning_pace is null
    group by tiers.dunning_pace
    union all
    select
        'team_capacity' as seed,
        collector as line,
        case
            when collectors_count > 1 then 'overlap: stands ' || cast(collectors_count as varchar) || ' times'
            when accounts_a_week is null or accounts_a_week < 0 then 'accounts_a_week must be 0 or more'
        end as fault
    from capacity
    union all
    select
        'team_capacity' as seed,
        '*' as line,
        'hole: no line for who is not named' as fault
    where
        not exists (
            select 1 from capacity
            where collector = '*'
        )

)

select * from faults
where fault is not null
