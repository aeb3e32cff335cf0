-- What each document moved of the figures of one day, from what compare_documents.sql left of two builds of that day.
--
-- Leaves the temporary tables `moved_documents` (a row a document, measure) and `moved_figures` (a row an entity,
-- measure: before, after, and the sum of its documents). Scope `all`, main reporting currency; `*` is all entities.
create or replace temp table figures as
select
    coalesce(after.entity_id, before.entity_id) as entity_id,
    coalesce(after.measure, before.measure) as measure,
    before.reported_value as before_value,
    after.reported_value as after_value
from (
    from earlier.marts.rpt_reported_kpis
    where
        publication_number = 0 and period_kind = 'week' and scope = 'all'
        and reporting_currency = $reporting_currency and as_of_on = cast($day as date)
) as before
full join (
    from built.marts.rpt_reported_kpis
    where
        publication_number = 0 and period_kind = 'week' and scope = 'all'
        and reporting_currency = $reporting_currency and as_of_on = cast($day as date)
) as after using (entity_id, measure, period_ending_on);

create or replace temp table moved_documents as
with windows as (
    select max(window_days) as window_days, max(window_12m_days) as window_12m_days
    from built.marts.fct_kpis
    where
        period_kind = 'week' and scope = 'all' and reporting_currency = $reporting_currency
        and least(period_ending_on, cast($day as date)) = cast($day as date)
),
balances as (
    select
        entity_id, document_id, customer_id, reason,
        unnest([
            'receivable_amount', 'overdue_amount', 'over_90_amount', 'disputed_amount', 'unapplied_amount',
            'not_due_amount', 'disputed_overdue_amount'
        ]) as measure,
        unnest([
            after_reporting_amount - before_reporting_amount,
            after_overdue_amount - before_overdue_amount,
            after_over_90_amount - before_over_90_amount,
            after_disputed_amount - before_disputed_amount,
            case when after_amount < 0 then after_reporting_amount else 0 end
            - case when before_amount < 0 then before_reporting_amount else 0 end,
            case when after_amount > 0 then after_reporting_amount - after_overdue_amount else 0 end
            - case when before_amount > 0 then before_reporting_amount - before_overdue_amount else 0 end,
            case when after_overdue_amount <> 0 then after_disputed_amount else 0 end
            - case when before_overdue_amount <> 0 then before_disputed_amount else 0 end
        ]) as difference
    from restatements
    where restatement_basis = 'balance' and valid_from_on <= cast($day as date) and valid_to_on > cast($day as date)
),
postings as (
    select
        restatements.entity_id, restatements.document_id, restatements.customer_id, restatements.reason, kinds.measure,
        kinds.sign * (restatements.after_reporting_amount - restatements.before_reporting_amount) as difference
    from restatements
    cross join windows
    inner join (
        -- Cash is negative in the ledger and positive in the figure.
        values
        ('invoice', 'sales_amount', 1), ('debit_note', 'sales_amount', 1), ('credit_note', 'sales_amount', 1),
        ('invoice', 'sales_12m_amount', 1), ('debit_note', 'sales_12m_amount', 1),
        ('credit_note', 'sales_12m_amount', 1),
        ('payment', 'collected_amount', -1), ('deposit', 'collected_amount', -1)
    ) as kinds (item_kind, measure, sign)
        on restatements.item_kind = kinds.item_kind
    where
        restatements.restatement_basis = 'posting'
        and restatements.valid_from_on <= cast($day as date)
        and restatements.valid_from_on > cast($day as date)
        - case when kinds.measure = 'sales_12m_amount' then windows.window_12m_days else windows.window_days end
)
select entity_id, measure, document_id, customer_id, reason, sum(difference) as difference
from (select * from balances union all select * from postings)
where difference <> 0
group by all;

create or replace temp table moved_figures as
with sums as (
    select entity_id, measure, sum(difference) as documents_difference, count(distinct document_id) as documents_count
    from moved_documents group by all
    union all
    select '*' as entity_id, measure, sum(difference), count(distinct (entity_id, document_id))
    from moved_documents group by all
)
select
    entity_id, measure, figures.before_value, figures.after_value,
    coalesce(figures.after_value, 0) - coalesce(figures.before_value, 0) as difference,
    measure in (
        'receivable_amount', 'overdue_amount', 'over_90_amount', 'disputed_amount', 'unapplied_amount',
        'not_due_amount', 'disputed_overdue_amount', 'sales_amount', 'sales_12m_amount', 'collected_amount'
    ) as is_a_sum,
    coalesce(sums.documents_difference, 0) as documents_difference,
    coalesce(sums.documents_count, 0) as documents_count
from figures
left join sums using (entity_id, measure)
where figures.before_value is distinct from figures.after_value or sums.documents_difference <> 0;
