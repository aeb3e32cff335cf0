{#
  Every day has one version of the risk policy, and no version is named that has no first day. Every factor of every version
  has bands [from, below) without a hole or an overlap, from its lowest value to an open end, and a cap; the lists in seeds/
  and in macros/ledger/risk_factors.sql are the same. Else a value would score twice, or not at all. A row is one fault,
  with the seed, the line it is in and what is wrong.
#}
with

bands as (

    select
        *,
        lag(below_value) over (partition by policy_version, factor order by from_value) as before_below_value,
        row_number() over (partition by policy_version, factor order by from_value) as band_no,
        lead(from_value) over (partition by policy_version, factor order by from_value) as next_from_value
    from {{ ref('risk_scorecard') }}

),

factors as (

    select * from {{ ref('risk_factors') }}

),

caps as (

    select * from {{ ref('risk_caps') }}

),

coded_factors as (

    {% for factor in risk_factors() %}
        select
            '{{ factor.name }}' as factor,
            '{{ factor.group }}' as factor_group,
            '{{ factor.cap }}' as cap_group,
            {{ loop.index }} as factor_order
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    select distinct cap_group from factors

),

policies as (

    select
        *,
        count(*) over (partition by policy_version) as versions_count,
        count(*) over (partition by from_on) as days_count,
        row_number() over (order by from_on, policy_version) as version_no
    from {{ ref('risk_policies') }}

),

versions as (

    select distinct policy_version from policies

),

named_versions as (

    select
        'risk_scorecard' as seed,
        policy_version
    from bands
    union
    select
        'risk_caps' as seed,
        policy_version
    from caps

),

faults as (

    select
        'risk_policies' as seed,
        '*' as line,
        'hole: no version of the policy' as fault
    from (select count(*) as versions_count from policies) as counted
    where versions_count = 0
    union all
    select
        'risk_policies' as seed,
        coalesce(policy_version, 'empty') as line,
        'hole: policy_version and from_on must be given' as fault
    from policies
    where policy_version is null or from_on is null
    union all
    select
        'risk_policies' as seed,
        policy_version as line,
        'hole: the first version must reach back to 1900-01-01 or before, not begin on ' || cast(from_on as varchar)
            as fault
    from policies
    where version_no = 1 and from_on > date '1900-01-01'
    union all
    select distinct
        'risk_policies' as seed,
        policy_version as line,
        'stands ' || cast(versions_count as varchar) || ' times' as fault
    from policies
    where versions_count > 1
    union all
    select
        'risk_policies' as seed,
        policy_version as line,
        'overlap: from_on ' || cast(from_on as varchar) || ' stands ' || cast(days_count as varchar) || ' times'
            as fault
    from policies
    where from_on is not null and days_count > 1
    union all
    select
        'risk_policies' as seed,
        policy_version as line,
        'solvency_weight must be 0 to 1, not ' || coalesce(cast(solvency_weight as varchar), 'empty') as fault
    from policies
    where solvency_weight is null or solvency_weight < 0 or solvency_weight > 1
    union all
    select
        named.seed,
        coalesce(named.policy_version, 'empty') as line,
        'unknown version: seeds/risk_policies.csv does not name it' as fault
    from named_versions as named
    left join versions
        on named.policy_version = versions.policy_version
    where versions.policy_version is null
    union all
    select
        'risk_scorecard' as seed,
        policy_version || ' ' || factor || ' from ' || cast(from_value as varchar) as line,
        'hole: nothing from ' || cast(before_below_value as varchar) || ' to ' || cast(from_value as varchar) as fault
    from bands
    where before_below_value < from_value
    union all
    select
        'risk_scorecard' as seed,
        policy_version || ' ' || factor || ' from ' || cast(from_value as varchar) as line,
        'overlap: the band before it ends at ' || coalesce(cast(before_below_value as varchar), 'no value at all')
            as fault
    from bands
    where band_no > 1 and (before_below_value is null or before_below_value > from_value)
    union all
    select
        'risk_scorecard' as seed,
        policy_version || ' ' || factor || ' from ' || cast(from_value as varchar) as line,
        'hole: nothing from ' || cast(below_value as varchar) || ' on, the last band must have no end' as fault
    from bands
    where next_from_value is null and below_value is not null
    union all
    select
        'risk_scorecard' as seed,
        policy_version || ' ' || factor || ' from ' || cast(from_value as varchar) as line,
        'empty band: it ends at ' || cast(below_value as varchar) as fault
    from bands
    where below_value <= from_value
    union all
    select
        'risk_scorecard' as seed,
        bands.policy_version || ' ' || bands.factor || ' from ' || cast(bands.from_value as varchar) as line,
        'hole: the first band must begin at '
        || case when factors.explanation_below_zero is null then '0' else '-10000' end || ' or below' as fault
    from bands
    inner join factors
        on bands.factor = factors.factor
    where
        bands.band_no = 1
        and bands.from_value > case when factors.explanation_below_zero is null then 0 else -10000 end
    union all
    select
        'risk_scorecard' as seed,
        policy_version || ' ' || factor || ' from ' || cast(from_value as varchar) as line,
        'points must be 0 to 100, not ' || coalesce(cast(points as varchar), 'empty') as fault
    from bands
    where points is null or points < 0 or points > 100
    union all
    select
        'risk_scorecard' as seed,
        bands.policy_version || ' ' || bands.factor as line,
        'unknown factor: seeds/risk_factors.csv does not name it' as fault
    from bands
    left join factors
        on bands.factor = factors.factor
    where factors.factor is null and bands.band_no = 1
    union all
    select
        'risk_scorecard' as seed,
        versions.policy_version || ' ' || factors.factor as line,
        'hole: this version has no band for the factor' as fault
    from versions
    cross join factors
    left join bands
        on
            versions.policy_version = bands.policy_version
            and factors.factor = bands.factor
    where bands.factor is null
    union all
    select
        'risk_caps' as seed,
        versions.policy_version || ' ' || factors.cap_group as line,
        'hole: this version has no cap for the group' as fault
    from versions
    cross join factors
    left join caps
        on
            versions.policy_version = caps.policy_version
            and factors.cap_group = caps.cap_group
    where caps.cap_group is null
    union all
    select
        'risk_caps' as seed,
        caps.policy_version || ' ' || caps.cap_group as line,
        case
            when groups.cap_group is null then 'unknown group: no factor of seeds/risk_factors.csv is in it'
            else 'a cap must be 1 to 100, not ' || coalesce(cast(caps.cap_points as varchar), 'empty')
        end as fault
    from caps
    left join groups
        on caps.cap_group = groups.cap_group
    where groups.cap_group is null or caps.cap_points is null or caps.cap_points < 1 or caps.cap_points > 100
    union all
    select
        'risk_caps' as seed,
        policy_version || ' ' || cap_group as line,
        'stands ' || cast(count(*) as varchar) || ' times' as fault
    from caps
    group by
        policy_version,
        cap_group
    having count(*) > 1
    union all
    select
        'risk_factors' as seed,
        coalesce(factors.factor, coded.factor) as line,
        case
            when coded.factor is null then 'unknown factor: macros/ledger/risk_factors.sql does not measure it'
            when factors.factor is null then 'missing: macros/ledger/risk_factors.sql measures it'
            else 'must be number ' || cast(coded.factor_order as varchar) || ', in sub-score ' || coded.factor_group
                || ' and cap group ' || coded.cap_group
        end as fault
    from factors
    full outer join coded_factors as coded
        on factors.factor = coded.factor
    where
        factors.factor is null
        or coded.factor is null
        or factors.factor_order <> coded.factor_order
        or factors.factor_group <> coded.factor_group
        or factors.cap_group <> coded.cap_group
    union all
    select
        'risk_factors' as seed,
        factor as line,
        'unknown unit: ' || coalesce(unit, 'empty') as fault
    from factors
    where unit is null or unit not in ('days', 'percent', 'months', 'count', 'score', 'flag', 'state')
    union all
    select
        'risk_factors' as seed,
        factor as line,
        'stands ' || cast(count(*) as varchar) || ' times' as fault
    from factors
    group by factor
    having count(*) > 1

)

select * from faults
