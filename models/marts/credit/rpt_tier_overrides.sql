with

as_of as (

    select * from {{ ref('int_build') }}

),

overrides as (

    select
        overrides.*,
        as_of.as_of_on,
        least(overrides.to_on, as_of.as_of_on) as until_on
    from {{ ref('stg_raw__tier_overrides') }} as overrides
    cross join as_of

),

customers as (

    select * from {{ ref('dim_customers') }}

),

tiers as (

    select * from {{ ref('risk_tiers') }}

),

weeks as (

    select
        overrides.override_id,
        overrides.from_on,
        risk.as_of_on,
        risk.scored_tier,
        risk.exposure_amount,
        risk.overdue_amount
    from overrides
    inner join {{ ref('fct_customer_risk_weekly') }} as risk
        on
            overrides.customer_id = risk.customer_id
            and overrides.until_on >= risk.as_of_on
            and overrides.from_on <= overrides.as_of_on

),

-- The newest week row by the day the override began, and by its last day (or the build's).
starts as (

    select
        *,
        row_number() over (partition by override_id order by as_of_on desc) as newest_rank
    from weeks
    where as_of_on <= from_on

),

ends as (

    select
        *,
        row_number() over (partition by override_id order by as_of_on desc) as newest_rank
    from weeks

),

matured as (

    select
        overrides.override_id,
        count(
            distinct case when items.maturity_kind = 'late' then items.document_id || ' ' || items.entity_id end
        ) as matured_count,
        count(
            distinct case
                when items.maturity_kind = 'late' and items.is_late then items.document_id || ' ' || items.entity_id
            end
        ) as late_count,
        count(
            distinct case
                when items.maturity_kind = 'serious' and items.is_late then items.document_id || ' ' || items.entity_id
            end
        ) as seriously_late_count
    from overrides
    inner join {{ ref('fct_item_maturities') }} as items
        on
            overrides.customer_id = items.customer_id
            and overrides.from_on <= items.lapses_on
            and overrides.until_on >= items.lapses_on
            and items.valid_to_on is null
    group by overrides.override_id

),

states as (

    select
        overrides.*,
        starts.scored_tier as scored_tier_at_start,
        ends.scored_tier as scored_tier_at_end,
        override_tiers.tier_order as override_order,
        start_tiers.tier_order as start_order,
        end_tiers.tier_order as end_order,
        starts.exposure_amount as exposure_at_start_amount,
        starts.overdue_amount as overdue_at_start_amount,
        ends.exposure_amount as exposure_at_end_amount,
        ends.overdue_amount as overdue_at_end_amount,
        coalesce(matured.matured_count, 0) as matured_count,
        coalesce(matured.late_count, 0) as late_count,
        coalesce(matured.seriously_late_count, 0) as seriously_late_count
    from overrides
    left join starts
        on
            overrides.override_id = starts.override_id
            and starts.newest_rank = 1
    left join ends
        on
            overrides.override_id = ends.override_id
            and ends.newest_rank = 1
    left join matured
        on overrides.override_id = matured.override_id
    left join tiers as override_tiers
        on overrides.risk_tier = override_tiers.risk_tier
    left join tiers as start_tiers
        on starts.scored_tier = start_tiers.risk_tier
    left join tiers as end_tiers
        on ends.scored_tier = end_tiers.risk_tier

),

final as (

    select
        states.override_id,
        states.customer_id,
        coalesce(customers.customer_name, states.customer_id) as customer_name,
        states.risk_tier,
        states.from_on,
        states.to_on,
        states.reason,
        states.approved_by,
        states.scored_tier_at_start,
        states.scored_tier_at_end,
        {{ money('states.exposure_at_start_amount') }} as exposure_at_start_amount,
        {{ money('states.exposure_at_end_amount') }} as exposure_at_end_amount,
        {{ money('states.overdue_at_start_amount') }} as overdue_at_start_amount,
        {{ money('states.overdue_at_end_amount') }} as overdue_at_end_amount,
        states.matured_count,
        states.late_count,
        states.seriously_late_count,
        {{ ratio('states.late_count', 'states.matured_count') }} as late_rate,
        -- Was the person right where the score was not? A milder tier is borne out by a score that comes to it, refuted
        -- by one that worsens or by a seriously late invoice; a stricter one is borne out by either of these.
        case
            when states.from_on > states.as_of_on then 'waiting'
            when states.to_on >= states.as_of_on then 'running'
            when states.start_order is null or states.end_order is null then 'unknown'
            when states.override_order > states.start_order
                then case
                        when states.end_order >= states.override_order or states.seriously_late_count > 0
                            then 'justified'
                        else 'not borne out'
                    end
            when states.end_order > states.start_order or states.seriously_late_count > 0 then 'worse'
            when states.end_order <= states.override_order then 'justified'
            else 'not borne out'
        end as outcome,
        case
            when states.from_on <= states.as_of_on and states.to_on >= states.as_of_on
                then {{ days_between('states.as_of_on', 'states.to_on') }}
        end as days_left
    from states
    left join customers
        on states.customer_id = customers.customer_id

)

select * from final
{{ sorted_by('from_on', 'override_id') }}
