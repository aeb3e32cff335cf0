{#
  Targets of months that have begun, with the day their amount is converted on: their own, or the as-of day where that
  comes first.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

final as (

    select
        targets.entity_id,
        targets.measure,
        {{ month_end('targets.period_on') }} as period_ending_on,
        least(targets.period_on, as_of.as_of_on) as rate_on,
        entities.base_currency,
        targets.amount
    from {{ ref('stg_raw__targets') }} as targets
    inner join {{ ref('int_entities') }} as entities
        on targets.entity_id = entities.entity_id
    cross join as_of
    where {{ month_start('targets.period_on') }} <= as_of.as_of_on

)

select * from final
