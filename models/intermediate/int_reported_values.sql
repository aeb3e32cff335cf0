{#
  From which publication to which a figure was said alike. Kept is only what a publication said anew; what it said
  stands until a later one says otherwise. A publication of the past has all its figures and stands by itself.
  A figure that older publications did not have yet was not known to them: it is there, and null.
#}
with

publications as (

    select * from {{ ref('int_publications') }}

),

statements as (

    select
        reported.publication_number,
        publications.is_past,
        reported.period_kind,
        reported.period_ending_on,
        reported.entity_id,
        reported.scope,
        reported.reporting_currency,
        reported.measure,
        reported.is_stated,
        reported.reported_value
    from {{ source('raw', 'reported_kpis') }} as reported
    inner join publications
        on reported.publication_number = publications.publication_number

),

ordered as (

    select
        *,
        lead(publication_number) over (
            partition by period_kind, period_ending_on, entity_id, scope, reporting_currency, measure
            order by publication_number
        ) as next_number,
        row_number() over (
            partition by period_kind, period_ending_on, entity_id, scope, reporting_currency, measure
            order by publication_number
        ) as statement_no,
        min(publication_number) over (
            partition by period_kind, period_ending_on, entity_id, scope, reporting_currency
        ) as first_number
    from statements
    where not is_past

),

final as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        scope,
        reporting_currency,
        measure,
        publication_number as from_number,
        next_number - 1 as to_number,
        is_past,
        reported_value
    from ordered
    where is_stated
    union all
    select
        period_kind,
        period_ending_on,
        entity_id,
        scope,
        reporting_currency,
        measure,
        first_number as from_number,
        publication_number - 1 as to_number,
        is_past,
        cast(null as decimal(28, 8)) as reported_value
    from ordered
    where statement_no = 1 and publication_number > first_number
    union all
    select
        period_kind,
        period_ending_on,
        entity_id,
        scope,
        reporting_currency,
        measure,
        publication_number as from_number,
        publication_number as to_number,
        is_past,
        reported_value
    from statements
    where is_past

)

select * from final
