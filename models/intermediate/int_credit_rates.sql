{#
  The rates that credit control needs beside those of the books: of orders on the day they came, of limits and covers on each
  week's day, and of the as-of day's exposure in the currency of each limit. None stops a build: where a rate is missing,
  that limit or order is unknown in the reporting currency, and listed.
#}
with

policy as (

    select * from {{ ref('int_policy') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

orders as (

    select distinct
        orders.currency,
        orders.ordered_on
    from {{ ref('int_orders') }} as orders

),

granted as (

    select distinct currency from {{ ref('stg_raw__credit_limits') }}
    union
    select distinct currency from {{ ref('stg_raw__credit_covers') }}

),

weeks as (

    select distinct as_of_on from {{ ref('int_period_rows') }}
    where period_kind = 'week'

),

owed as (

    select distinct currency from {{ ref('int_receivable_items') }}
    union
    select distinct currency from orders
    union
    select currency from granted
    union
    select reporting_currency as currency from main_currency

),

needed as (

    select
        from_currency,
        to_currency,
        rate_on
    from (
        select
            orders.currency as from_currency,
            main_currency.reporting_currency as to_currency,
            orders.ordered_on as rate_on
        from orders
        cross join main_currency
        union
        select
            granted.currency as from_currency,
            main_currency.reporting_currency as to_currency,
            weeks.as_of_on as rate_on
        from granted
        cross join main_currency
        cross join weeks
        union
        select
            owed.currency as from_currency,
            granted.currency as to_currency,
            as_of.as_of_on as rate_on
        from owed
        cross join granted
        cross join as_of
        union
        select
            owed.currency as from_currency,
            main_currency.reporting_currency as to_currency,
            as_of.as_of_on as rate_on
        from owed
        cross join main_currency
        cross join as_of
    ) as together
    where from_currency <> to_currency

),

{{ rates_of('needed') }},

final as (

    select
        needed.from_currency,
        needed.to_currency,
        needed.rate_on,
        ranked.numerator,
        ranked.denominator
    from needed
    left join ranked
        on
            needed.from_currency = ranked.from_currency
            and needed.to_currency = ranked.to_currency
            and needed.rate_on = ranked.rate_on
            and ranked.preference_rank = 1
    union all
    -- A currency in itself, so that who converts needs no second way.
    select
        currency as from_currency,
        currency as to_currency,
        rate_on,
        {{ scaled_rate('1') }} as numerator,
        {{ scaled_rate('1') }} as denominator
    from (
        select
            owed.currency,
            as_of.as_of_on as rate_on
        from owed
        cross join as_of
        union
        select
            granted.currency,
            weeks.as_of_on as rate_on
        from granted
        cross join weeks
        union
        select
            currency,
            ordered_on as rate_on
        from orders
    ) as themselves

)

select * from final
