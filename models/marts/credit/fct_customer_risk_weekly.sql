{%- set factors = [
    'days_beyond_terms', 'days_beyond_terms_trend', 'late_payment_rate', 'overdue_rate', 'overdue_age_days',
    'disputed_rate', 'tenure_months',
] -%}
{%- set earned = [] -%}
{%- set possible = [] -%}
{%- for factor in factors -%}
    {%- do earned.append('coalesce(' ~ factor ~ '_points.points, 0)') -%}
    {%- do possible.append('coalesce(' ~ factor ~ '_points.most_points, 0)') -%}
{%- endfor -%}
{%- set boundaries = ['B', 'C', 'D', 'E'] -%}
with

inputs as (

    select * from {{ ref('int_customer_risk_inputs') }}

),

points as (

    select * from {{ ref('int_risk_points') }}

),

versions as (

    select max(policy_version) as policy_version from {{ ref('risk_scorecard') }}

),

policy as (

    select
        int_policy.solvency_weight,
        versions.policy_version
    from {{ ref('int_policy') }} as int_policy
    cross join versions

),

tiers as (

    select
        {% for tier in boundaries %}
            max(case when risk_tier = '{{ tier }}' then from_score end) as from_score_{{ tier }},
            max(case when risk_tier = '{{ tier }}' then from_score - margin end) as until_score_{{ tier }},
        {% endfor %}
        count(*) as tiers_count
    from {{ ref('risk_tiers') }}

),

scored as (

    -- A factor that cannot be measured is missing, not zero: the others speak for it, in proportion.
    select
        inputs.week_ending_on,
        inputs.as_of_on,
        inputs.customer_id,
        inputs.exposure_amount,
        inputs.overdue_amount,
        inputs.own_risk_amount,
        cast(
            round(100 * {{ ratio('(' ~ earned | join(' + ') ~ ')', '(' ~ possible | join(' + ') ~ ')') }}, 0)
            as integer
        ) as behaviour_score,
        cast(round(100 * {{ ratio('insolvency_points.points', 'insolvency_points.most_points') }}, 0) as integer)
            as solvency_score
    from inputs
    {% for factor in factors + ['insolvency'] %}
        left join points as {{ factor }}_points
            on
                inputs.{{ factor }} = {{ factor }}_points.value
                and {{ factor }}_points.factor = '{{ factor }}'
    {% endfor %}

),

weighted as (

    -- Who cannot pay is no better for having paid: the solvency score is a floor, the mix of both above it.
    select
        scored.*,
        policy.policy_version,
        scored.solvency_score is null as is_behaviour_only,
        case
            when scored.solvency_score is null then scored.behaviour_score
            else greatest(
                    scored.solvency_score,
                    cast(
                        round(
                            (1 - policy.solvency_weight) * scored.behaviour_score
                            + policy.solvency_weight * scored.solvency_score,
                            0
                        ) as integer
                    )
                )
        end as risk_score
    from scored
    cross join policy

),

crossings as (

    -- Each boundary is on from its score upwards, off below its score less the margin, else as it last was.
    select
        {% for tier in boundaries %}
            case
                when weighted.risk_score >= tiers.from_score_{{ tier }} then 1
                when weighted.risk_score < tiers.until_score_{{ tier }} then 0
            end as crossed_{{ tier }},
        {% endfor %}
        weighted.*
    from weighted
    cross join tiers

),

held as (

    select
        {% for tier in boundaries %}
            coalesce(
                {{ last_known('crossings.crossed_' ~ tier, 'crossings.customer_id', 'crossings.week_ending_on') }}, 0
            ) as on_{{ tier }},
        {% endfor %}
        crossings.*
    from crossings

),

tiered as (

    select
        held.*,
        1 + held.on_{{ boundaries | join(' + held.on_') }} as tier_order
    from held

),

final as (

    select
        tiered.week_ending_on,
        tiered.as_of_on,
        tiered.customer_id,
        tiered.behaviour_score,
        tiered.solvency_score,
        tiered.risk_score,
        names.risk_tier,
        lag(names.risk_tier) over (
            partition by tiered.customer_id order by tiered.week_ending_on
        ) as previous_risk_tier,
        tiered.is_behaviour_only,
        tiered.exposure_amount,
        tiered.overdue_amount,
        tiered.own_risk_amount,
        tiered.policy_version
    from tiered
    inner join {{ ref('risk_tiers') }} as names
        on tiered.tier_order = names.tier_order

)

select * from final
{{ sorted_by('customer_id', 'week_ending_on') }}
