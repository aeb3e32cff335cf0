{#
  Targets by month, by entity and in total, in each reporting currency. Several of one month add up.
#}
with

targets as (

    select * from {{ ref('int_targets') }}

),

converted as (

    select
        targets.entity_id,
        targets.measure,
        targets.period_ending_on,
        reporting.reporting_currency,
        case
            when targets.base_currency = reporting.reporting_currency then targets.amount
            else {{ convert_money('targets.amount', 'rates.numerator', 'rates.denominator') }}
        end as amount
    from targets
    cross join {{ ref('int_reporting_currencies') }} as reporting
    left join {{ ref('int_fx_rates') }} as rates
        on
            targets.base_currency = rates.from_currency
            and reporting.reporting_currency = rates.to_currency
            and targets.rate_on = rates.rate_on

),

by_measure as (

    select
        entity_id,
        period_ending_on,
        reporting_currency,
        case when measure = 'collected_amount' then amount end as collected_target_amount
    from converted

),

final as (

    select
        entity_id,
        period_ending_on,
        reporting_currency,
        {{ money('sum(collected_target_amount)') }} as collected_target_amount
    from by_measure
    group by
        entity_id,
        period_ending_on,
        reporting_currency
    union all
    select
        '*' as entity_id,
        period_ending_on,
        reporting_currency,
        {{ money('sum(collected_target_amount)') }} as collected_target_amount
    from by_measure
    group by
        period_ending_on,
        reporting_currency

)

select * from final
