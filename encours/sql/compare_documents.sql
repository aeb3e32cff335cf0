-- What the documents of a build say otherwise than those of an earlier publication, for the days both know.
--
-- Reads the published marts of both, attached as `earlier` and `built`; leaves the temporary table `restatements`
-- with the columns of raw.restatements. Both speak of the same reporting currency. Linear in documents: whole items
-- are held against each other by one hash each, and only those that differ are looked at span by span.

-- The last day that both know.
create or replace temp table common_day as
select least(before_day.as_of_on, after_day.as_of_on) as last_on
from earlier.marts.rpt_passport as before_day
cross join built.marts.rpt_passport as after_day;

-- The items of both. `side`: -1 before, 1 after. Seen is what the figures see of the days that both know:
-- intragroup customers are in no figure.
create or replace temp view items as
select
    sides.*,
    sides.posted_on <= common_day.last_on and sides.customer_kind <> 'intragroup' as is_seen
from (
    select -1 as side, items.entity_id, items.document_id, items.instalment_no, items.item_kind, items.customer_id,
        items.currency, items.posted_on, items.due_on, items.amount, items.reporting_amount, customers.customer_kind
    from earlier.marts.fct_receivable_items as items
    inner join earlier.marts.dim_customers as customers using (customer_id)
    union all
    select 1 as side, items.entity_id, items.document_id, items.instalment_no, items.item_kind, items.customer_id,
        items.currency, items.posted_on, items.due_on, items.amount, items.reporting_amount, customers.customer_kind
    from built.marts.fct_receivable_items as items
    inner join built.marts.dim_customers as customers using (customer_id)
) as sides
cross join common_day;

-- Their spans, as far as both know: what came after the common day is not there yet.
create or replace temp view spans as
select
    sides.side, spans.entity_id, spans.document_id, spans.instalment_no, spans.customer_id, spans.due_on,
    spans.valid_from_on,
    least(coalesce(spans.valid_to_on, common_day.last_on + 1), common_day.last_on + 1) as valid_to_on,
    spans.open_amount, spans.reporting_open_amount, spans.reporting_disputed_amount
from (
    select -1 as side, entity_id, document_id, instalment_no, customer_id, due_on, valid_from_on, valid_to_on,
        open_amount, reporting_open_amount, reporting_disputed_amount
    from earlier.marts.fct_item_intervals
    union all
    select 1 as side, entity_id, document_id, instalment_no, customer_id, due_on, valid_from_on, valid_to_on,
        open_amount, reporting_open_amount, reporting_disputed_amount
    from built.marts.fct_item_intervals
) as spans
inner join (
    select -1 as side, customer_id from earlier.marts.dim_customers where customer_kind <> 'intragroup'
    union all
    select 1 as side, customer_id from built.marts.dim_customers where customer_kind <> 'intragroup'
) as sides using (side, customer_id)
cross join common_day
where spans.valid_from_on <= common_day.last_on;

-- The items that are not the same on both sides, in themselves or in their spans.
create or replace temp table changed_items as
select entity_id, document_id, instalment_no
from (
    select entity_id, document_id, instalment_no,
        side * cast(hash(customer_id, posted_on, due_on, amount, reporting_amount) as hugeint) as difference
    from items
    where is_seen
    union all
    select entity_id, document_id, instalment_no,
        side * cast(
            hash(
                customer_id, due_on, valid_from_on, valid_to_on, open_amount, reporting_open_amount,
                reporting_disputed_amount
            ) as hugeint
        ) as difference
    from spans
)
group by entity_id, document_id, instalment_no
having sum(difference) <> 0;

create or replace temp table changed as
select
    entity_id, document_id, instalment_no,
    coalesce(after.customer_id, before.customer_id) as customer_id,
    coalesce(after.item_kind, before.item_kind) as item_kind,
    coalesce(after.currency, before.currency) as currency,
    before.entity_id is not null as was_there, after.entity_id is not null as is_there,
    coalesce(before.is_seen, false) as was_seen, coalesce(after.is_seen, false) as is_seen,
    before.customer_id as before_customer_id, after.customer_id as after_customer_id,
    before.customer_kind = 'intragroup' as was_intragroup, after.customer_kind = 'intragroup' as is_intragroup,
    before.posted_on as before_posted_on, after.posted_on as after_posted_on,
    before.due_on as before_due_on, after.due_on as after_due_on,
    before.amount as before_amount, after.amount as after_amount,
    before.reporting_amount as before_reporting_amount, after.reporting_amount as after_reporting_amount
from changed_items
left join (from items where side = -1) as before using (entity_id, document_id, instalment_no)
left join (from items where side = 1) as after using (entity_id, document_id, instalment_no);

-- Whether the document itself was and is there: an instalment that comes may belong to an old one.
create or replace temp table documents as
select entity_id, document_id, bool_or(side = -1) as was_there, bool_or(side = 1) as is_there
from items
semi join changed_items using (entity_id, document_id)
group by entity_id, document_id;

-- Each side's spans of the changed items, cut where they become overdue and 90 days overdue.
create or replace temp table aged_spans as
with changed_spans as (
    select spans.* from spans semi join changed_items using (entity_id, document_id, instalment_no)
),
bounds as (
    select side, entity_id, document_id, instalment_no, valid_from_on, valid_from_on as bound_on from changed_spans
    union
    select side, entity_id, document_id, instalment_no, valid_from_on, due_on + 1 as bound_on from changed_spans
    where open_amount > 0 and due_on + 1 > valid_from_on and due_on + 1 < valid_to_on
    union
    select side, entity_id, document_id, instalment_no, valid_from_on, due_on + 91 as bound_on from changed_spans
    where open_amount > 0 and due_on + 91 > valid_from_on and due_on + 91 < valid_to_on
)
select
    side, entity_id, document_id, instalment_no, bound_on as valid_from_on,
    lead(bound_on, 1, valid_to_on) over (
        partition by side, entity_id, document_id, instalment_no, valid_from_on order by bound_on
    ) as valid_to_on,
    open_amount,
    reporting_open_amount,
    case when open_amount > 0 and bound_on > due_on then reporting_open_amount else 0 end as overdue_amount,
    case when open_amount > 0 and bound_on > due_on + 90 then reporting_open_amount else 0 end as over_90_amount,
    reporting_disputed_amount as disputed_amount
from changed_spans
inner join bounds using (side, entity_id, document_id, instalment_no, valid_from_on);

-- The spans of both sides side by side: cut wherever either is cut, then one row a cut with what each side says.
create or replace temp table balances as
with cuts as (
    select entity_id, document_id, instalment_no, valid_from_on as cut_on from aged_spans
    union
    select entity_id, document_id, instalment_no, valid_to_on as cut_on from aged_spans
),
stretches as (
    select entity_id, document_id, instalment_no, cut_on as valid_from_on,
        lead(cut_on) over (partition by entity_id, document_id, instalment_no order by cut_on) as valid_to_on
    from cuts
)
select
    stretches.entity_id, stretches.document_id, stretches.instalment_no,
    stretches.valid_from_on, stretches.valid_to_on,
    coalesce(sum(aged_spans.open_amount) filter (side = -1), 0) as before_amount,
    coalesce(sum(aged_spans.open_amount) filter (side = 1), 0) as after_amount,
    coalesce(sum(aged_spans.reporting_open_amount) filter (side = -1), 0) as before_reporting_amount,
    coalesce(sum(aged_spans.reporting_open_amount) filter (side = 1), 0) as after_reporting_amount,
    coalesce(sum(aged_spans.overdue_amount) filter (side = -1), 0) as before_overdue_amount,
    coalesce(sum(aged_spans.overdue_amount) filter (side = 1), 0) as after_overdue_amount,
    coalesce(sum(aged_spans.over_90_amount) filter (side = -1), 0) as before_over_90_amount,
    coalesce(sum(aged_spans.over_90_amount) filter (side = 1), 0) as after_over_90_amount,
    coalesce(sum(aged_spans.disputed_amount) filter (side = -1), 0) as before_disputed_amount,
    coalesce(sum(aged_spans.disputed_amount) filter (side = 1), 0) as after_disputed_amount
from stretches
inner join aged_spans
    on
        stretches.entity_id = aged_spans.entity_id
        and stretches.document_id = aged_spans.document_id
        and stretches.instalment_no = aged_spans.instalment_no
        and stretches.valid_from_on >= aged_spans.valid_from_on
        and stretches.valid_from_on < aged_spans.valid_to_on
where stretches.valid_to_on is not null
group by all;

-- What was posted on a day and is no longer, or is now and was not.
create or replace temp table postings as
select
    entity_id, document_id, instalment_no, days.posted_on as valid_from_on, days.posted_on + 1 as valid_to_on,
    case when was_seen and days.posted_on = before_posted_on then before_amount else 0 end as before_amount,
    case when is_seen and days.posted_on = after_posted_on then after_amount else 0 end as after_amount,
    case when was_seen and days.posted_on = before_posted_on then before_reporting_amount else 0 end
        as before_reporting_amount,
    case when is_seen and days.posted_on = after_posted_on then after_reporting_amount else 0 end
        as after_reporting_amount,
    0 as before_overdue_amount, 0 as after_overdue_amount,
    0 as before_over_90_amount, 0 as after_over_90_amount,
    0 as before_disputed_amount, 0 as after_disputed_amount
from changed
inner join (
    select entity_id, document_id, instalment_no, before_posted_on as posted_on from changed where was_seen
    union
    select entity_id, document_id, instalment_no, after_posted_on as posted_on from changed where is_seen
) as days using (entity_id, document_id, instalment_no);

create or replace temp table restatements as
select
    compared.restatement_basis,
    compared.entity_id,
    compared.document_id,
    compared.instalment_no,
    changed.item_kind,
    changed.customer_id,
    changed.currency,
    (select reporting_currency from built.marts.rpt_publications where publication_number = 0) as reporting_currency,
    compared.valid_from_on,
    compared.valid_to_on,
    case
        when not documents.was_there then 'new document'
        when not documents.is_there then 'withdrawn'
        when not changed.was_there or not changed.is_there then 'schedule changed'
        when
            changed.before_customer_id <> changed.after_customer_id or changed.was_intragroup <> changed.is_intragroup
            then 'customer changed'
        when changed.before_amount <> changed.after_amount then 'amount changed'
        when changed.before_posted_on <> changed.after_posted_on then 'posted on another day'
        when compared.before_amount <> compared.after_amount
            then
                case
                    when abs(compared.after_amount) < abs(compared.before_amount) then 'allocation added'
                    else 'allocation taken back'
                end
        when changed.before_due_on <> changed.after_due_on then 're-dated'
        when compared.before_reporting_amount <> compared.after_reporting_amount then 'rate changed'
        else 'dispute changed'
    end as reason,
    changed.before_due_on,
    changed.after_due_on,
    compared.before_amount,
    compared.after_amount,
    compared.before_reporting_amount,
    compared.after_reporting_amount,
    compared.before_overdue_amount,
    compared.after_overdue_amount,
    compared.before_over_90_amount,
    compared.after_over_90_amount,
    compared.before_disputed_amount,
    compared.after_disputed_amount
from (
    select 'balance' as restatement_basis, * from balances
    union all
    select 'posting' as restatement_basis, * from postings
) as compared
inner join changed using (entity_id, document_id, instalment_no)
inner join documents using (entity_id, document_id)
left join (select distinct entity_id, document_id, instalment_no, true as is_there from balances) as balanced
    using (entity_id, document_id, instalment_no)
where
    compared.before_amount <> compared.after_amount
    or compared.before_reporting_amount <> compared.after_reporting_amount
    or compared.before_overdue_amount <> compared.after_overdue_amount
    or compared.before_over_90_amount <> compared.after_over_90_amount
    or compared.before_disputed_amount <> compared.after_disputed_amount
    -- Another due day or customer is told wherever the document was open, or once where it never was.
    or (
        (changed.before_due_on <> changed.after_due_on or changed.before_customer_id <> changed.after_customer_id)
        and (compared.restatement_basis = 'balance' or balanced.is_there is null)
    );
