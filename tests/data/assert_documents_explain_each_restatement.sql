{#
  What: what a publication says otherwise than the one it was compared with is the sum of what its documents say
  otherwise, to the cent: balances on the row's day, scope `all`, main reporting currency.
  Why it happens: kept history that was changed by hand; a publication compared with the wrong file.
  Window: every publication that was compared, every period that spoke of the same day in both. A row is a figure
  that changed without its documents, or the other way round.
#}
{%- set parts = {
    'receivable_amount': 'side_reporting_amount',
    'overdue_amount': 'side_overdue_amount',
    'over_90_amount': 'side_over_90_amount',
    'disputed_amount': 'side_disputed_amount',
    'unapplied_amount': 'case when side_amount < 0 then side_reporting_amount else 0 end',
    'not_due_amount': 'case when side_amount > 0 then side_reporting_amount - side_overdue_amount else 0 end',
    'disputed_overdue_amount': 'case when side_overdue_amount <> 0 then side_disputed_amount else 0 end',
} -%}
with

publications as (

    select * from {{ ref('int_publications') }}

),

comparisons as (

    select
        publications.publication_number,
        publications.compared_with_number,
        publications.reporting_currency,
        publications.as_of_on,
        earlier.as_of_on as earlier_as_of_on
    from publications
    inner join publications as earlier
        on publications.compared_with_number = earlier.publication_number
    where publications.comparison = 'compared'

),

reported as (

    select * from {{ ref('int_reported_values') }}
    where
        scope = 'all'
        and not is_past
        and measure in (
            {%- for measure in parts %}
                '{{ measure }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )

),

figures as (

    select
        comparisons.publication_number,
        reported.entity_id,
        reported.measure,
        reported.period_kind,
        reported.period_ending_on,
        least(reported.period_ending_on, comparisons.as_of_on) as as_of_on,
        reported.reported_value - earlier.reported_value as difference
    from comparisons
    inner join reported
        on
            comparisons.reporting_currency = reported.reporting_currency
            and comparisons.publication_number >= reported.from_number
            and comparisons.publication_number <= coalesce(reported.to_number, comparisons.publication_number)
            and (
                comparisons.as_of_on = comparisons.earlier_as_of_on
                or reported.period_ending_on <= least(comparisons.as_of_on, comparisons.earlier_as_of_on)
            )
    inner join reported as earlier
        on
            reported.period_kind = earlier.period_kind
            and reported.period_ending_on = earlier.period_ending_on
            and reported.entity_id = earlier.entity_id
            and reported.reporting_currency = earlier.reporting_currency
            and reported.measure = earlier.measure
            and comparisons.compared_with_number >= earlier.from_number
            and comparisons.compared_with_number <= coalesce(earlier.to_number, comparisons.compared_with_number)

),

balances as (

    select * from {{ ref('rpt_restatements') }}
    where restatement_basis = 'balance'

),

differences as (

    {% for measure, part in parts.items() %}
        select
            publication_number,
            entity_id,
            '{{ measure }}' as measure,
            valid_from_on,
            valid_to_on,
            {{ part | replace('side_', 'after_') }} - {{ part | replace('side_', 'before_') }} as difference
        from balances
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

moves as (

    select
        publication_number,
        entity_id,
        measure,
        valid_from_on as moved_on,
        difference
    from differences
    union all
    select
        publication_number,
        entity_id,
        measure,
        valid_to_on as moved_on,
        -difference as difference
    from differences

),

moves_and_figures as (

    select
        publication_number,
        entity_id,
        measure,
        moved_on as day,
        sum(difference) as moved_amount,
        0 as is_figure,
        cast(null as varchar) as period_kind,
        cast(null as date) as period_ending_on,
        0 as difference
    from moves
    group by
        publication_number,
        entity_id,
        measure,
        moved_on
    union all
    select
        publication_number,
        '*' as entity_id,
        measure,
        moved_on as day,
        sum(difference) as moved_amount,
        0 as is_figure,
        cast(null as varchar) as period_kind,
        cast(null as date) as period_ending_on,
        0 as difference
    from moves
    group by
        publication_number,
        measure,
        moved_on
    union all
    select
        publication_number,
        entity_id,
        measure,
        as_of_on as day,
        0 as moved_amount,
        1 as is_figure,
        period_kind,
        period_ending_on,
        difference
    from figures

),

summed as (

    select
        *,
        sum(moved_amount) over (
            partition by publication_number, entity_id, measure
            order by day, is_figure
            range between unbounded preceding and current row
        ) as documents_difference
    from moves_and_figures

)

select
    publication_number,
    period_kind,
    period_ending_on,
    entity_id,
    measure,
    difference,
    documents_difference
from summed
where is_figure = 1 and difference <> documents_difference
