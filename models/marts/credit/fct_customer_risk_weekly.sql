{%- set factors = risk_factors() -%}
{%- set caps = [] -%}
{%- for factor in factors if factor.cap not in caps -%}{%- do caps.append(factor.cap) -%}{%- endfor -%}
{#- The points of a sub-score: of each group of related factors at most its cap, added up. -#}
{%- set sums = {} -%}
{%- for group, column in [('behaviour', 'points'), ('behaviour', 'most_points'), ('solvency', 'points')] -%}
    {%- set capped = [] -%}
    {%- for cap in caps -%}
        {%- set parts = [] -%}
        {%- for factor in factors if factor.cap == cap and factor.group == group -%}
            {%- do parts.append('coalesce(' ~ factor.name ~ '_points.' ~ column ~ ', 0)') -%}
        {%- endfor -%}
        {%- if parts -%}
            {%- do capped.append('least(caps.' ~ cap ~ '_cap, ' ~ parts | join(' + ') ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do sums.update({group ~ '_' ~ column: capped | join(' + ')}) -%}
{%- endfor -%}
{%- set alarms = risk_flags() + ['prior_default', 'parent_state', 'insolvency'] -%}
{%- set boundaries = ['B', 'C', 'D', 'E'] -%}
with

inputs as (

    select * from {{ ref('int_customer_risk_inputs') }}

),

points as (

    select * from {{ ref('int_risk_points') }}

),

policy_weeks as (

    select * from {{ ref('int_policy_weeks') }}

),

caps as (

    select
        {% for cap in caps %}
            max(case when cap_group = '{{ cap }}' then cap_points end) as {{ cap }}_cap,
        {% endfor %}
        policy_version
    from {{ ref('risk_caps') }}
    group by policy_version

),

boundaries as (

    select
        {% for tier in boundaries %}
            max(case when risk_tier = '{{ tier }}' then from_score end) as from_score_{{ tier }},
            max(case when risk_tier = '{{ tier }}' then from_score - margin end) as until_score_{{ tier }},
        {% endfor %}
        policy_version
    from {{ ref('risk_boundaries') }}
    group by policy_version

),

pointed as (

    select
        inputs.week_ending_on,
        inputs.as_of_on,
        inputs.customer_id,
        inputs.exposure_amount,
        inputs.overdue_amount,
        inputs.own_risk_amount,
        {{ sums.behaviour_points }} as behaviour_points,
        {{ sums.behaviour_most_points }} as possible_points,
        coalesce(tenure_months_points.most_points, 0) as tenure_possible_points,
        {{ sums.solvency_points }} as solvency_points,
        inputs.bureau_score is not null as has_bureau_score,
        coalesce(bureau_score_points.points, 0) as bureau_points,
        {% for alarm in alarms %}
            coalesce(inputs.{{ alarm }}, 0) > 0{{ ' or' if not loop.last }}
        {% endfor %} as has_alarm,
        coalesce(inputs.insolvency, 0) > 0 as is_insolvent,
        policy_weeks.policy_version,
        policy_weeks.solvency_weight
    from inputs
    inner join policy_weeks
        on inputs.week_ending_on = policy_weeks.week_ending_on
    inner join caps
        on policy_weeks.policy_version = caps.policy_version
    {% for factor in factors %}
        left join points as {{ factor.name }}_points
            on
                inputs.{{ factor.name }} = {{ factor.name }}_points.value
                and policy_weeks.policy_version = {{ factor.name }}_points.policy_version
                and {{ factor.name }}_points.factor = '{{ factor.name }}'
    {% endfor %}

),

scored as (

    -- A factor that cannot be measured is missing, not zero: the others speak for it, in proportion. But how long it
    -- has been a customer says nothing alone. Of solvency, what is unknown adds nothing: there is no proportion of
    -- what nobody asked for.
    select
        *,
        cast(
            case
                when possible_points > tenure_possible_points
                    then round(100 * {{ ratio('behaviour_points', 'possible_points') }}, 0)
            end as integer
        ) as behaviour_score,
        cast(case when has_bureau_score or has_alarm then least(solvency_points, 100) end as integer)
            as solvency_score
    from pointed

),

weighted as (

    -- A bureau's score is mixed with the behaviour, and what it says is the floor: who cannot pay is no better for
    -- having paid. An alarm says nothing good and is no floor: alone it lifts the behaviour towards 100, beside a
    -- bureau's score it is mixed in, or a good score would make a customer worse than none.
    select
        *,
        solvency_score is null as is_behaviour_only,
        cast(
            round(
                case
                    when is_insolvent then 100
                    when solvency_score is null then behaviour_score
                    when behaviour_score is null then solvency_score
                    when has_bureau_score
                        then greatest(
                                bureau_points,
                                (1 - solvency_weight) * behaviour_score
                                + solvency_weight * solvency_score
                            )
                    else
                        behaviour_score
                        + (100 - behaviour_score) * solvency_weight * solvency_score * 0.01
                end,
                0
            ) as integer
        ) as risk_score
    from scored

),

crossings as (

    -- Each boundary is on from its score upwards, off below its score less the margin, else as it last was: by the
    -- week's version of the policy, also in the first week after a change.
    select
        {% for tier in boundaries %}
            case
                when weighted.risk_score >= boundaries.from_score_{{ tier }} then 1
                when weighted.risk_score < boundaries.until_score_{{ tier }} then 0
            end as crossed_{{ tier }},
        {% endfor %}
        weighted.*
    from weighted
    inner join boundaries
        on weighted.policy_version = boundaries.policy_version

),

held as (

    select
        {% for tier in boundaries %}
            coalesce(
                {{ last_known('crossings.crossed_' ~ tier, 'crossings.customer_id', 'crossings.week_ending_on') }}, 0
            ) as on_{{ tier }},
        {% endfor %}
        {{ last_known('crossings.risk_score', 'crossings.customer_id', 'crossings.week_ending_on') }} as known_score,
        crossings.*
    from crossings

),

tiered as (

    -- Before anything was ever measured of a customer it has no score, and no tier.
    select
        held.*,
        1 + held.on_{{ boundaries | join(' + held.on_') }} as tier_order
    from held
    where held.known_score is not null

),

-- Of several overrides on one day, the last to begin speaks.
overrides as (

    select
        weeks.customer_id,
        weeks.week_ending_on,
        overrides.override_id,
        overrides.risk_tier,
        row_number() over (
            partition by weeks.customer_id, weeks.week_ending_on
            order by overrides.from_on desc, overrides.override_id desc
        ) as override_rank
    from {{ ref('stg_raw__tier_overrides') }} as overrides
    inner join inputs as weeks
        on
            overrides.customer_id = weeks.customer_id
            and overrides.from_on <= weeks.as_of_on
            and overrides.to_on >= weeks.as_of_on

),

in_effect as (

    -- Proceedings are E at once, and nobody's word is above them.
    select
        tiered.*,
        names.risk_tier as scored_tier,
        case when tiered.is_insolvent then names.risk_tier else coalesce(overrides.risk_tier, names.risk_tier) end
            as risk_tier,
        case when not tiered.is_insolvent then overrides.override_id end as override_id
    from tiered
    inner join {{ ref('risk_tiers') }} as names
        on tiered.tier_order = names.tier_order
    left join overrides
        on
            tiered.customer_id = overrides.customer_id
            and tiered.week_ending_on = overrides.week_ending_on
            and overrides.override_rank = 1

),

followed as (

    select
        *,
        lag(risk_tier) over (partition by customer_id order by week_ending_on) as previous_risk_tier
    from in_effect

),

changed as (

    select
        *,
        max(case when previous_risk_tier is null or previous_risk_tier <> risk_tier then week_ending_on end) over (
            partition by customer_id order by week_ending_on rows between unbounded preceding and current row
        ) as since_week_on
    from followed

),

final as (

    select
        week_ending_on,
        as_of_on,
        customer_id,
        behaviour_score,
        solvency_score,
        risk_score,
        risk_tier,
        previous_risk_tier,
        scored_tier,
        override_id,
        cast({{ days_between('since_week_on', 'week_ending_on') }} / 7 as integer) as weeks_in_tier,
        is_behaviour_only,
        exposure_amount,
        overdue_amount,
        own_risk_amount,
        policy_version
    from changed

)

select * from final
{{ sorted_by('customer_id', 'week_ending_on') }}
