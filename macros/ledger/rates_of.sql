{#
  The CTEs that find the rate of each pair of currencies and day of `needed` (from_currency, to_currency, rate_on), as a
  fraction of whole numbers: direct, else the inverse pair, else through the euro; each leg carried forward a few days at
  most. Of `ranked`, the rows of `preference_rank` 1 count. Needs a CTE `policy` (`int_policy`).

      needed: GBP, USD, 2024-03-31; quoted: EUR to GBP 0.80, EUR to USD 1.25
        -> 1.25 ÷ 0.80, through the euro
#}
{% macro rates_of(needed) %}
quotes as (

    select
        rate_on,
        from_currency,
        to_currency,
        {{ scaled_rate('rate') }} as numerator,
        {{ scaled_rate('1') }} as denominator,
        1 as preference
    from {{ ref('stg_raw__fx_rates') }}
    union all
    select
        rate_on,
        to_currency as from_currency,
        from_currency as to_currency,
        {{ scaled_rate('1') }} as numerator,
        {{ scaled_rate('rate') }} as denominator,
        2 as preference
    from {{ ref('stg_raw__fx_rates') }}

),

valid_quotes as (

    select
        quotes.*,
        least(
            {{ add_days('quotes.rate_on', 'policy.fx_carry_days + 1') }},
            coalesce(
                lead(quotes.rate_on) over (
                    partition by quotes.from_currency, quotes.to_currency, quotes.preference order by quotes.rate_on
                ),
                date '9999-12-31'
            )
        ) as valid_to_on
    from quotes
    cross join policy

),

single_legs as (

    select
        needed.from_currency,
        needed.to_currency,
        needed.rate_on,
        valid_quotes.numerator,
        valid_quotes.denominator,
        valid_quotes.preference
    from {{ needed }} as needed
    inner join valid_quotes
        on
            needed.from_currency = valid_quotes.from_currency
            and needed.to_currency = valid_quotes.to_currency
            and needed.rate_on >= valid_quotes.rate_on
            and needed.rate_on < valid_quotes.valid_to_on

),

through_euro as (

    select
        needed.from_currency,
        needed.to_currency,
        needed.rate_on,
        -- One side of each product is a plain one, scaled: the division brings the scale back and loses nothing.
        first_leg.numerator * second_leg.numerator as numerator,
        first_leg.denominator * second_leg.denominator as denominator,
        2 + first_leg.preference + second_leg.preference as preference
    from {{ needed }} as needed
    inner join valid_quotes as first_leg
        on
            needed.from_currency = first_leg.from_currency
            and first_leg.to_currency = 'EUR'
            and needed.rate_on >= first_leg.rate_on
            and needed.rate_on < first_leg.valid_to_on
    inner join valid_quotes as second_leg
        on
            second_leg.from_currency = 'EUR'
            and needed.to_currency = second_leg.to_currency
            and needed.rate_on >= second_leg.rate_on
            and needed.rate_on < second_leg.valid_to_on
    where needed.from_currency <> 'EUR' and needed.to_currency <> 'EUR'

),

candidates as (

    select * from single_legs
    union all
    select * from through_euro

),

ranked as (

    select
        *,
        row_number() over (partition by from_currency, to_currency, rate_on order by preference, numerator, denominator)
            as preference_rank
    from candidates

)
{% endmacro %}
