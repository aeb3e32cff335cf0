{#
  The rest of the credit policy: tiers A to E with known actions; in each version of the risk policy a boundary for each of B
  to E, with rising scores and a margin smaller than each gap; signals that the score knows, stale before they lapse;
  weights and rates between 0 and 1. A row is one fault, with the seed, the line it is in and what is wrong.
#}
with

tiers as (

    select
        *,
        lag(review_days) over (order by tier_order) as before_review_days
    from {{ ref('risk_tiers') }}

),

versions as (

    select distinct policy_version from {{ ref('risk_policies') }}

),

boundaries as (

    select
        *,
        coalesce(lag(from_score) over (partition by policy_version order by risk_tier), 0) as before_score,
        coalesce(policy_version, 'empty') || ' ' || coalesce(risk_tier, 'empty') as line
    from {{ ref('risk_boundaries') }}

),

named_tiers as (

    {% for tier in ['A', 'B', 'C', 'D', 'E'] %}
        select
            '{{ tier }}' as risk_tier,
            {{ loop.index }} as tier_order
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

signals as (

    select * from {{ ref('credit_signals') }}

),

coded_signals as (

    {% for signal in ['bureau_score'] + risk_flags() %}
        select
            '{{ signal }}' as signal,
            '{{ 'score' if signal == 'bureau_score' else 'flag' }}' as signal_kind
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

parameters as (

    select * from {{ ref('policy') }}

),

faults as (

    select
        'risk_tiers' as seed,
        coalesce(tiers.risk_tier, named_tiers.risk_tier) as line,
        case
            when tiers.risk_tier is null then 'missing: the tiers are A to E'
            when named_tiers.risk_tier is null then 'unknown tier: the tiers are A to E'
            else 'must be number ' || cast(named_tiers.tier_order as varchar)
        end as fault
    from tiers
    full outer join named_tiers
        on tiers.risk_tier = named_tiers.risk_tier
    where
        tiers.risk_tier is null
        or named_tiers.risk_tier is null
        or tiers.tier_order <> named_tiers.tier_order
    union all
    select
        'risk_tiers' as seed,
        risk_tier as line,
        'stands ' || cast(count(*) as varchar) || ' times' as fault
    from tiers
    group by risk_tier
    having count(*) > 1
    union all
    select distinct
        'risk_boundaries' as seed,
        coalesce(boundaries.policy_version, 'empty') as line,
        'unknown version: seeds/risk_policies.csv does not name it' as fault
    from boundaries
    left join versions
        on boundaries.policy_version = versions.policy_version
    where versions.policy_version is null
    union all
    select
        'risk_boundaries' as seed,
        coalesce(boundaries.line, versions.policy_version || ' ' || named_tiers.risk_tier) as line,
        case
            when boundaries.line is null then 'hole: this version has no boundary for the tier'
            else 'stands ' || cast(count(*) as varchar) || ' times'
        end as fault
    from versions
    cross join named_tiers
    left join boundaries
        on
            versions.policy_version = boundaries.policy_version
            and named_tiers.risk_tier = boundaries.risk_tier
    where named_tiers.tier_order > 1
    group by
        versions.policy_version,
        named_tiers.risk_tier,
        boundaries.line
    having boundaries.line is null or count(*) > 1
    union all
    select
        'risk_boundaries' as seed,
        boundaries.line,
        'unknown tier: boundaries are those of B to E' as fault
    from boundaries
    left join named_tiers
        on boundaries.risk_tier = named_tiers.risk_tier
    where coalesce(named_tiers.tier_order, 1) = 1
    union all
    select
        'risk_boundaries' as seed,
        line,
        'hole: from_score and margin must be given' as fault
    from boundaries
    where from_score is null or margin is null
    union all
    select
        'risk_boundaries' as seed,
        line,
        'overlap: from_score ' || cast(from_score as varchar) || ' must be above ' || cast(before_score as varchar)
        || ', that of the tier before, and at most 100' as fault
    from boundaries
    where from_score <= before_score or from_score > 100
    union all
    select
        'risk_boundaries' as seed,
        line,
        'margin ' || cast(margin as varchar) || ' must be 0 or more and smaller than the gap of '
        || cast(from_score - before_score as varchar) || ' to the tier before' as fault
    from boundaries
    where margin < 0 or margin >= from_score - before_score
    union all
    select
        'risk_tiers' as seed,
        risk_tier as line,
        'unknown credit_action: ' || coalesce(credit_action, 'empty') as fault
    from tiers
    where credit_action is null or credit_action not in ('free', 'watch', 'approve', 'prepay', 'stop')
    union all
    select
        'risk_tiers' as seed,
        risk_tier as line,
        'unknown dunning_pace: ' || coalesce(dunning_pace, 'empty') as fault
    from tiers
    where dunning_pace is null or dunning_pace not in ('gentle', 'usual', 'close', 'firm', 'legal')
    union all
    select
        'risk_tiers' as seed,
        risk_tier as line,
        'deposit_rate must be 0 to 1, not ' || coalesce(cast(deposit_rate as varchar), 'empty') as fault
    from tiers
    where deposit_rate is null or deposit_rate < 0 or deposit_rate > 1
    union all
    select
        'risk_tiers' as seed,
        risk_tier as line,
        'max_terms_days must be 0 or more and review_days at least 1, no longer than in the tier before' as fault
    from tiers
    where
        max_terms_days is null
        or max_terms_days < 0
        or review_days is null
        or review_days < 1
        or review_days > before_review_days
    union all
    select
        'credit_signals' as seed,
        coalesce(signals.signal, coded.signal) as line,
        case
            when coded.signal is null then 'unknown signal: macros/ledger/risk_factors.sql has no factor for it'
            when signals.signal is null then 'missing: a factor of the score rests on it'
            else 'signal_kind must be ' || coded.signal_kind
        end as fault
    from signals
    full outer join coded_signals as coded
        on signals.signal = coded.signal
    where
        signals.signal is null
        or coded.signal is null
        or signals.signal_kind is null
        or signals.signal_kind <> coded.signal_kind
    union all
    select
        'credit_signals' as seed,
        signal as line,
        'stands ' || cast(count(*) as varchar) || ' times' as fault
    from signals
    group by signal
    having count(*) > 1
    union all
    select
        'credit_signals' as seed,
        signal as line,
        'stale_days must be at least 1 and at most counts_days' as fault
    from signals
    where stale_days is null or counts_days is null or stale_days < 1 or stale_days > counts_days
    union all
    select
        'policy' as seed,
        policy as line,
        'must be 0 to 1, not ' || coalesce(cast(value as varchar), 'empty') as fault
    from parameters
    where
        policy in (
            'late_tolerance_rate', 'funding_rate', 'gl_stops_build', 'headline_dso_is_countback',
            'insurance_uplift_rate'
        )
        and (value is null or value < 0 or value > 1)
    union all
    select
        'policy' as seed,
        policy as line,
        'must be 0 or more, not ' || coalesce(cast(value as varchar), 'empty') as fault
    from parameters
    where value is null or value < 0
    union all
    select
        'policy' as seed,
        wanted.policy as line,
        'missing or doubled: stands ' || cast(count(parameters.policy) as varchar) || ' times' as fault
    from (
        {% for name in [
            'late_tolerance_amount', 'late_tolerance_rate', 'bank_days', 'grace_days', 'gl_tolerance_amount',
            'fx_carry_days', 'gl_stops_build', 'funding_rate', 'headline_dso_is_countback',
            'fiscal_year_end_month', 'promise_grace_days', 'default_write_off_amount', 'order_pattern_multiple',
            'order_horizon_days', 'insurance_uplift_rate', 'limit_step_amount',
        ] %}
            select '{{ name }}' as policy
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as wanted
    left join parameters
        on wanted.policy = parameters.policy
    group by wanted.policy
    having count(parameters.policy) <> 1

)

select * from faults
