with

entities as (

    select * from {{ ref('int_entities') }}

),

chosen as (

    select * from {{ ref('reporting_currencies') }}

),

base_currencies as (

    select
        base_currency as reporting_currency,
        count(*) as entities_count
    from entities
    group by base_currency

),

candidates as (

    select
        chosen.reporting_currency,
        coalesce(base_currencies.entities_count, 0) as entities_count
    from chosen
    left join base_currencies
        on chosen.reporting_currency = base_currencies.reporting_currency
    union all
    -- No choice made in the seed: every currency that books are kept in.
    select
        base_currencies.reporting_currency,
        base_currencies.entities_count
    from base_currencies
    where not exists (select 1 from chosen)

),

final as (

    select
        reporting_currency,
        row_number() over (
            order by
                entities_count desc,
                (case when reporting_currency = 'EUR' then 0 else 1 end) asc,
                reporting_currency asc
        ) = 1 as is_main
    from candidates

)

select * from final
