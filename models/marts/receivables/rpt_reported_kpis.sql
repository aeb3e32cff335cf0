{#
  What each publication said, beside what is said now. This build's own figures have the number 0 until
  `encours publish` gives them one, in the published file and in the kept history.
#}
with

build as (

    select * from {{ ref('int_build') }}

),

publications as (

    select * from {{ ref('int_publications') }}
    where is_shown

),

now_values as (

    select * from {{ ref('int_kpi_values') }}

),

reported as (

    select
        publications.publication_number,
        publications.published_at,
        publications.build_id,
        publications.is_past,
        publications.known_at_load_id,
        values_said.period_kind,
        values_said.period_ending_on,
        least(values_said.period_ending_on, publications.as_of_on) as as_of_on,
        values_said.entity_id,
        values_said.scope,
        values_said.reporting_currency,
        values_said.measure,
        values_said.reported_value
    from {{ ref('int_reported_values') }} as values_said
    inner join publications
        on
            values_said.is_past = publications.is_past
            and values_said.from_number <= publications.publication_number
            and coalesce(values_said.to_number, publications.publication_number) >= publications.publication_number
    union all
    select
        0 as publication_number,
        cast(null as timestamp) as published_at,
        '{{ env_var("ENCOURS_BUILD_ID", "unnamed") }}' as build_id,
        false as is_past,
        build.known_at_load_id,
        now_values.period_kind,
        now_values.period_ending_on,
        now_values.as_of_on,
        now_values.entity_id,
        now_values.scope,
        now_values.reporting_currency,
        now_values.measure,
        now_values.measured_value as reported_value
    from now_values
    cross join build

),

final as (

    select
        reported.publication_number,
        reported.published_at,
        reported.build_id,
        reported.is_past,
        reported.known_at_load_id,
        reported.period_kind,
        reported.period_ending_on,
        reported.as_of_on,
        reported.period_ending_on <= reported.as_of_on as is_complete,
        reported.entity_id,
        reported.scope,
        reported.reporting_currency,
        reported.measure,
        reported.reported_value,
        now_values.measured_value as restated,
        now_values.as_of_on as restated_as_of_on,
        -- A week that was not over yet when it was reported has gone on since: that is no restatement.
        cast(
            case
                when reported.as_of_on = now_values.as_of_on then now_values.measured_value - reported.reported_value
            end as decimal(28, 8)
        ) as difference
    from reported
    left join now_values
        on
            reported.period_kind = now_values.period_kind
            and reported.period_ending_on = now_values.period_ending_on
            and reported.entity_id = now_values.entity_id
            and reported.scope = now_values.scope
            and reported.reporting_currency = now_values.reporting_currency
            and reported.measure = now_values.measure

)

select * from final
{{ sorted_by(
    'reporting_currency', 'scope', 'entity_id', 'measure', 'period_kind', 'period_ending_on', 'publication_number'
) }}
