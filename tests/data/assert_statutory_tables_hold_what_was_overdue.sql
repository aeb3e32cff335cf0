{#
  What: of table I with tax, the total is the sum of its delays, and the total and the disputed together are all
  that was overdue on invoices, debit notes and openings at the year's end, in base currency; what is unsettled and
  late at the year's end was late in the year, so table II counts at least as many.
  Why it happens: a delay that falls in no column or in two; a year that is a day off.
  Window: all financial years. A row is an entity and year that does not add up.
#}
with

tables as (

    select
        entity_id,
        year_ending_on,
        sum(case when statutory_table = 'I' and column_order between 1 and 4 then invoices_amount else 0 end)
            as delays_amount,
        sum(case when statutory_table = 'I' and delay_column = 'total' then invoices_amount else 0 end) as total_amount,
        sum(case when statutory_table = 'I' and delay_column = 'disputed' then invoices_amount else 0 end)
            as disputed_amount,
        sum(case when statutory_table = 'I' and delay_column in ('total', 'disputed') then invoices_count else 0 end)
            as unsettled_count,
        sum(case when statutory_table = 'II' and delay_column in ('total', 'disputed') then invoices_count else 0 end)
            as late_count
    from {{ ref('rpt_statutory_delays') }}
    where tax_basis = 'with_tax'
    group by
        entity_id,
        year_ending_on

),

overdue as (

    select
        tables.entity_id,
        tables.year_ending_on,
        sum(intervals.base_open_amount) as overdue_amount
    from tables
    inner join {{ ref('fct_item_intervals') }} as intervals
        on
            tables.entity_id = intervals.entity_id
            and tables.year_ending_on >= intervals.valid_from_on
            and tables.year_ending_on < coalesce(intervals.valid_to_on, date '9999-12-31')
            and tables.year_ending_on > intervals.due_on
    where
        intervals.item_kind in ('invoice', 'debit_note', 'opening')
        and intervals.amount > 0
        and intervals.open_amount > 0
    group by
        tables.entity_id,
        tables.year_ending_on

)

select
    tables.entity_id,
    tables.year_ending_on,
    tables.total_amount,
    tables.disputed_amount,
    overdue.overdue_amount
from tables
left join overdue
    on
        tables.entity_id = overdue.entity_id
        and tables.year_ending_on = overdue.year_ending_on
where
    tables.total_amount <> tables.delays_amount
    or tables.total_amount + tables.disputed_amount <> coalesce(overdue.overdue_amount, 0)
    or tables.late_count < tables.unsettled_count
