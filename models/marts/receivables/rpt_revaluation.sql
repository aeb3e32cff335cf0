{#
  What is open in foreign currency at the build's day, revalued at that day's rate. A figure apart: items keep their
  own rate everywhere else. Of all customers, as it ties to the ledger.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

open_balances as (

    select
        entity_id,
        currency,
        base_currency,
        {{ money('sum(open_amount)') }} as open_amount,
        {{ money('sum(base_open_amount)') }} as base_open_amount,
        count(*) as items_count
    from {{ ref('fct_receivable_items') }}
    where is_open and currency <> base_currency
    group by
        entity_id,
        currency,
        base_currency

),

revalued as (

    select
        open_balances.*,
        as_of.as_of_on,
        cast(rates.numerator as double) / cast(rates.denominator as double) as rate,
        -- The balance is converted once, whole, and rounded once.
        {{ convert_money('open_balances.open_amount', 'rates.numerator', 'rates.denominator') }}
            as revalued_base_amount
    from open_balances
    cross join as_of
    left join rates
        on
            open_balances.currency = rates.from_currency
            and open_balances.base_currency = rates.to_currency
            and as_of.as_of_on = rates.rate_on

),

final as (

    select
        as_of_on,
        entity_id,
        currency,
        base_currency,
        open_amount,
        base_open_amount,
        rate,
        {{ money('revalued_base_amount') }} as revalued_base_amount,
        {{ money('revalued_base_amount - base_open_amount') }} as difference,
        cast(items_count as bigint) as items_count
    from revalued

)

select * from final
{{ sorted_by('entity_id', 'currency') }}
