{#
  One row for each pair of currencies and day that a document or a target needs, and for each pair of documents and books on the
  as-of day, which open items are revalued at: its rate as a fraction of whole numbers.
  Direct, else the inverse pair, else through the euro; each leg carried forward a few days at most.
#}
with

policy as (

    select * from {{ ref('int_policy') }}

),

documents as (

    select distinct
        currency,
        base_currency,
        posted_on,
        given_base_amount is not null as has_base_amount
    from {{ ref('int_receivable_documents') }}
    where is_posted

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

needed_by_documents as (

    select
        currency as from_currency,
        base_currency as to_currency,
        posted_on as rate_on
    from documents
    where not has_base_amount
    union
    select
        documents.currency as from_currency,
        reporting.reporting_currency as to_currency,
        documents.posted_on as rate_on
    from documents
    inner join reporting
        on documents.base_currency <> reporting.reporting_currency

),

needed_by_targets as (

    select distinct
        targets.base_currency as from_currency,
        reporting.reporting_currency as to_currency,
        targets.rate_on
    from {{ ref('int_targets') }} as targets
    cross join reporting

),

needed_on_the_day as (

    -- Revaluation is a figure apart: where its rate is missing, it is unknown and listed, and nothing else stops.
    select distinct
        documents.currency as from_currency,
        documents.base_currency as to_currency,
        as_of.as_of_on as rate_on
    from documents
    cross join {{ ref('int_build') }} as as_of

),

needed as (

    select
        from_currency,
        to_currency,
        rate_on,
        max(is_needed) = 1 as is_required
    from (
        select
            from_currency,
            to_currency,
            rate_on,
            1 as is_needed
        from needed_by_documents
        union all
        select
            from_currency,
            to_currency,
            rate_on,
            1 as is_needed
        from needed_by_targets
        union all
        select
            from_currency,
            to_currency,
            rate_on,
            0 as is_needed
        from needed_on_the_day
    ) as together
    where from_currency <> to_currency
    group by
        from_currency,
        to_currency,
        rate_on

),

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
    from needed
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
    from needed
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

),

final as (

    select
        needed.from_currency,
        needed.to_currency,
        needed.rate_on,
        needed.is_required,
        ranked.numerator,
        ranked.denominator
    from needed
    left join ranked
        on
            needed.from_currency = ranked.from_currency
            and needed.to_currency = ranked.to_currency
            and needed.rate_on = ranked.rate_on
            and ranked.preference_rank = 1

)

select * from final
