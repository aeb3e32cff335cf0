{#
  The balances of each week and month row in reporting currency, by entity and in total (`*`), for each cut, with the
  disputed part of each: what `clean` takes off. Each open interval counts up in the first row that sees it and down in
  the first that does not; overdue and over 90 begin later; openings are balances that a row sees a window later.
#}
{%- set measures = [
    'receivable_amount', 'overdue_amount', 'over_90_amount', 'unapplied_amount', 'unapplied_cash_amount',
    'disputed_amount', 'disputed_overdue_amount', 'disputed_over_90_amount', 'overdue_amount_due_days',
    'disputed_overdue_amount_due_days', 'unapplied_cash_amount_posted_days', 'opening_receivable_amount',
    'opening_12m_receivable_amount',
] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

kinds as (

    select distinct period_kind from period_rows

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

cells as (

    select * from {{ ref('int_kpi_cells') }}

),

intervals as (

    select
        intervals.entity_id,
        cells.cell_id,
        reporting.reporting_currency,
        intervals.item_kind,
        intervals.posted_on,
        intervals.due_on,
        intervals.valid_from_on,
        intervals.valid_to_on,
        intervals.open_amount > 0 as is_debit,
        intervals.base_open_amount as open_amount,
        intervals.base_disputed_amount as disputed_amount
    from {{ ref('fct_item_intervals') }} as intervals
    inner join cells
        on
            intervals.customer_id = cells.customer_id
            and intervals.currency = cells.currency
    inner join reporting
        on intervals.base_currency = reporting.reporting_currency
    union all
    select
        intervals.entity_id,
        cells.cell_id,
        intervals.reporting_currency,
        intervals.item_kind,
        intervals.posted_on,
        intervals.due_on,
        intervals.valid_from_on,
        intervals.valid_to_on,
        intervals.is_debit,
        intervals.open_amount,
        intervals.disputed_amount
    from {{ ref('int_reporting_intervals') }} as intervals
    inner join cells
        on
            intervals.customer_id = cells.customer_id
            and intervals.currency = cells.currency

),

-- From which day on an interval counts in which balance.
spans as (

    select
        intervals.*,
        'open' as span_kind,
        intervals.valid_from_on as starts_on
    from intervals
    {% for span_kind, days in [('overdue', 1), ('over_90', 91)] %}
        union all
        select
            intervals.*,
            '{{ span_kind }}' as span_kind,
            greatest(intervals.valid_from_on, {{ add_days('intervals.due_on', days) }}) as starts_on
        from intervals
        cross join as_of
        where
            intervals.is_debit
            and {{ add_days('intervals.due_on', days) }}
            < coalesce(intervals.valid_to_on, {{ add_days('as_of.as_of_on', 1) }})
    {% endfor %}

),

moves as (

    select
        *,
        starts_on as moved_on,
        1 as sign
    from spans
    union all
    select
        *,
        valid_to_on as moved_on,
        -1 as sign
    from spans
    where valid_to_on is not null

),

-- Days as numbers, so that an age is a sum like any other: Σ amount × (day − due day).
weighted as (

    select
        *,
        sign * open_amount as amount,
        sign * disputed_amount as disputed,
        {{ days_between("date '2000-01-01'", 'due_on') }} as due_day_number,
        {{ days_between("date '2000-01-01'", 'posted_on') }} as posted_day_number,
        not is_debit and item_kind in ('payment', 'deposit') as is_unapplied_cash
    from moves

),

by_day as (

    select
        entity_id,
        cell_id,
        reporting_currency,
        moved_on,
        sum(case when span_kind = 'open' then amount else 0 end) as receivable_amount,
        sum(case when span_kind = 'overdue' then amount else 0 end) as overdue_amount,
        sum(case when span_kind = 'over_90' then amount else 0 end) as over_90_amount,
        sum(case when span_kind = 'open' and not is_debit then amount else 0 end) as unapplied_amount,
        sum(case when span_kind = 'open' and is_unapplied_cash then amount else 0 end) as unapplied_cash_amount,
        sum(case when span_kind = 'open' then disputed else 0 end) as disputed_amount,
        sum(case when span_kind = 'overdue' then disputed else 0 end) as disputed_overdue_amount,
        sum(case when span_kind = 'over_90' then disputed else 0 end) as disputed_over_90_amount,
        sum(case when span_kind = 'overdue' then amount * due_day_number else 0 end) as overdue_amount_due_days,
        sum(case when span_kind = 'overdue' then disputed * due_day_number else 0 end)
            as disputed_overdue_amount_due_days,
        sum(case when span_kind = 'open' and is_unapplied_cash then amount * posted_day_number else 0 end)
            as unapplied_cash_amount_posted_days
    from weighted
    group by
        entity_id,
        cell_id,
        reporting_currency,
        moved_on

),

seen as (

    select
        by_day.*,
        0 as opening_receivable_amount,
        0 as opening_12m_receivable_amount,
        kinds.period_kind,
        by_day.moved_on as seen_on
    from by_day
    cross join kinds
    {% for opening, days, months in [
        ('opening_receivable_amount', 28, 1), ('opening_12m_receivable_amount', 364, 12)
    ] %}
        union all
        select
            by_day.entity_id,
            by_day.cell_id,
            by_day.reporting_currency,
            by_day.moved_on,
            {% for measure in measures[:-2] %}
                0 as {{ measure }},
            {% endfor %}
            {{ 'by_day.receivable_amount' if opening == 'opening_receivable_amount' else '0' }}
                as opening_receivable_amount,
            {{ 'by_day.receivable_amount' if opening == 'opening_12m_receivable_amount' else '0' }}
                as opening_12m_receivable_amount,
            kinds.period_kind,
            {{ window_leaves('kinds.period_kind', 'by_day.moved_on', days, months) }} as seen_on
        from by_day
        cross join kinds
    {% endfor %}

),

by_cell as (

    select
        seen.entity_id,
        seen.cell_id,
        seen.reporting_currency,
        seen.period_kind,
        {{ period_ending('seen.period_kind', 'seen.seen_on') }} as period_ending_on,
        {{ summed(measures, 'seen') }}
    from seen
    inner join as_of
        on seen.seen_on <= as_of.as_of_on
    group by
        seen.entity_id,
        seen.cell_id,
        seen.reporting_currency,
        seen.period_kind,
        {{ period_ending('seen.period_kind', 'seen.seen_on') }}

),

by_cut as (

    {{ spread_over_cuts('by_cell', ['reporting_currency', 'period_kind', 'period_ending_on'], measures) }}

),

-- Every entity has a row for every period from its first posting on, whether anything is open at its end or not.
first_postings as (

    select
        items.entity_id,
        cells.cell_id,
        min(items.posted_on) as first_posted_on
    from {{ ref('int_receivable_items') }} as items
    inner join cells
        on
            items.customer_id = cells.customer_id
            and items.currency = cells.currency
    group by
        items.entity_id,
        cells.cell_id

),

first_postings_by_cut as (

    select
        first_postings.entity_id,
        cuts.cut_id,
        first_postings.first_posted_on
    from first_postings
    inner join {{ ref('int_kpi_cuts') }} as cuts
        on first_postings.cell_id = cuts.cell_id

),

first_rows as (

    select
        entity_id,
        cut_id,
        min(first_posted_on) as first_posted_on
    from first_postings_by_cut
    group by
        entity_id,
        cut_id
    union all
    select
        '*' as entity_id,
        cut_id,
        min(first_posted_on) as first_posted_on
    from first_postings_by_cut
    group by cut_id

),

first_changes as (

    -- Nothing moves by it; it makes the row from which on the others are made.
    select
        first_rows.entity_id,
        first_rows.cut_id,
        reporting.reporting_currency,
        kinds.period_kind,
        {{ period_ending('kinds.period_kind', 'first_rows.first_posted_on') }} as period_ending_on,
        {{ zeros(measures) }}
    from first_rows
    cross join reporting
    cross join kinds

),

changes as (

    select * from by_cut
    union all
    select * from first_changes

),

running as (

    {{ run_up('changes', ['entity_id', 'cut_id', 'reporting_currency'], measures) }}

),

final as (

    select
        running.period_kind,
        running.period_ending_on,
        running.entity_id,
        running.cut_id,
        running.reporting_currency,
        {{ money('running.receivable_amount') }} as receivable_amount,
        {{ money('running.receivable_amount - running.overdue_amount - running.unapplied_amount') }} as not_due_amount,
        {% for measure in measures[1:8] %}
            {{ money('running.' ~ measure) }} as {{ measure }},
        {% endfor %}
        {% for amount, days, name in [
            ('overdue_amount', 'overdue_amount_due_days', 'overdue_amount_days'),
            ('disputed_overdue_amount', 'disputed_overdue_amount_due_days', 'disputed_overdue_amount_days'),
            ('unapplied_cash_amount', 'unapplied_cash_amount_posted_days', 'unapplied_cash_amount_days'),
        ] %}
            cast(
                running.{{ amount }} * {{ days_between("date '2000-01-01'", 'period_rows.as_of_on') }}
                - running.{{ days }} as decimal(28, 2)
            ) as {{ name }},
        {% endfor %}
        {{ money('running.opening_receivable_amount') }} as opening_receivable_amount,
        {{ money('running.opening_12m_receivable_amount') }} as opening_12m_receivable_amount
    from running
    inner join period_rows
        on
            running.period_kind = period_rows.period_kind
            and running.period_ending_on = period_rows.period_ending_on

)

select * from final
