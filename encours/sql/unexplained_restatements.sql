-- The figures of two publications whose difference is not, to the cent, the sum of the differences of their documents.
--
-- Reads what compare_documents.sql left, and both publications' own figures, for periods that speak of the same day
-- in both: balances on that day, sales and cash in the window that ends on it. Scope `all`, main reporting currency.
with figures as (
    select
        after.entity_id, after.period_kind, after.period_ending_on, after.as_of_on, after.measure,
        after.reported_value - before.reported_value as difference
    from built.marts.rpt_reported_kpis as after
    inner join earlier.marts.rpt_reported_kpis as before
        using (entity_id, period_kind, period_ending_on, as_of_on, measure, scope, reporting_currency)
    cross join common_day
    where
        after.publication_number = 0
        and before.publication_number = $earlier_number
        and after.scope = 'all'
        and after.reporting_currency = $reporting_currency
        and after.as_of_on <= common_day.last_on
        and after.measure in (
            'receivable_amount', 'not_due_amount', 'overdue_amount', 'over_90_amount', 'unapplied_amount',
            'disputed_amount', 'disputed_overdue_amount', 'sales_amount', 'sales_12m_amount', 'collected_amount'
        )
),
-- The first day of what a figure adds up: a balance adds up all that changed until its day.
windows as (
    select
        figures.*,
        case
            when figures.measure in ('sales_amount', 'collected_amount') then figures.as_of_on - kpis.window_days + 1
            when figures.measure = 'sales_12m_amount' then figures.as_of_on - kpis.window_12m_days + 1
            else date '0001-01-01'
        end as from_on
    from figures
    inner join built.marts.fct_kpis as kpis
        on
            figures.entity_id = kpis.entity_id
            and figures.period_kind = kpis.period_kind
            and figures.period_ending_on = kpis.period_ending_on
            and kpis.scope = 'all'
            and kpis.reporting_currency = $reporting_currency
),
parts as (
    select
        restatements.entity_id, restatements.valid_from_on, restatements.valid_to_on, parts.measure,
        parts.after_part - parts.before_part as difference
    from restatements
    cross join lateral (
        select
            unnest([
                'receivable_amount', 'overdue_amount', 'over_90_amount', 'disputed_amount', 'unapplied_amount',
                'not_due_amount', 'disputed_overdue_amount'
            ]) as measure,
            unnest([
                before_reporting_amount, before_overdue_amount, before_over_90_amount, before_disputed_amount,
                case when before_amount < 0 then before_reporting_amount else 0 end,
                case when before_amount > 0 then before_reporting_amount - before_overdue_amount else 0 end,
                case when before_overdue_amount <> 0 then before_disputed_amount else 0 end
            ]) as before_part,
            unnest([
                after_reporting_amount, after_overdue_amount, after_over_90_amount, after_disputed_amount,
                case when after_amount < 0 then after_reporting_amount else 0 end,
                case when after_amount > 0 then after_reporting_amount - after_overdue_amount else 0 end,
                case when after_overdue_amount <> 0 then after_disputed_amount else 0 end
            ]) as after_part
    ) as parts
    where restatements.restatement_basis = 'balance' and parts.after_part <> parts.before_part
),
moves as (
    select entity_id, measure, valid_from_on as moved_on, difference from parts
    union all
    select entity_id, measure, valid_to_on as moved_on, -difference as difference from parts
    union all
    select
        restatements.entity_id, kinds.measure, restatements.valid_from_on as moved_on,
        kinds.sign * (restatements.after_reporting_amount - restatements.before_reporting_amount) as difference
    from restatements
    inner join (
        -- Cash is negative in the ledger and positive in the figure.
        values
        ('invoice', 'sales_amount', 1), ('debit_note', 'sales_amount', 1), ('credit_note', 'sales_amount', 1),
        ('invoice', 'sales_12m_amount', 1), ('debit_note', 'sales_12m_amount', 1),
        ('credit_note', 'sales_12m_amount', 1),
        ('payment', 'collected_amount', -1), ('deposit', 'collected_amount', -1)
    ) as kinds (item_kind, measure, sign)
        on restatements.item_kind = kinds.item_kind
    where restatements.restatement_basis = 'posting'
),
days as (
    select entity_id, measure, moved_on, sum(difference) as difference from moves group by all
    union all
    select '*' as entity_id, measure, moved_on, sum(difference) as difference from moves group by all
),
sums as (
    select entity_id, measure, moved_on, sum(difference) over (
        partition by entity_id, measure order by moved_on
    ) as moved_amount
    from days
),
explained as (
    -- What had moved by the row's day, less what had moved before its window.
    select
        windows.entity_id, windows.period_kind, windows.period_ending_on, windows.measure, windows.difference,
        coalesce(by_then.moved_amount, 0) - coalesce(before_window.moved_amount, 0) as documents_difference
    from windows
    asof left join sums as by_then
        on
            windows.entity_id = by_then.entity_id
            and windows.measure = by_then.measure
            and windows.as_of_on >= by_then.moved_on
    asof left join sums as before_window
        on
            windows.entity_id = before_window.entity_id
            and windows.measure = before_window.measure
            and windows.from_on > before_window.moved_on
)
select period_kind, period_ending_on, entity_id, measure, difference, documents_difference
from explained
where difference <> documents_difference
order by all
