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

{{ rates_of('needed') }},

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
