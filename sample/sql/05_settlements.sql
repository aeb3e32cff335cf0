-- How each document is settled: cash, deposits, credit notes and write-offs, each on its day.
create or replace table disputes as
with

opened as (

    select
        document_no,
        cents,
        days.working_day_after as opened_on,
        draw_exponential('dispute lasts', document_no) as length_draw,
        draw('dispute part', document_no) as part_draw,
        draw('dispute ends', document_no) < 0.45 as is_credited
    from documents
    inner join days
        on documents.posted_on + 5 + cast(draw_integer('dispute opens', document_no, 30) as integer) = days.day
    where fate = 'disputed'

)

select
    opened.document_no,
    opened.opened_on,
    -- Most are over in weeks, some drag on for more than half a year.
    days.working_day_after as closed_on,
    case
        when opened.part_draw < 0.6 then opened.cents
        else cast(round(opened.cents * (0.3 + 0.5 * draw('disputed part', opened.document_no))) as bigint)
    end as cents,
    opened.part_draw < 0.6 as is_whole,
    case draw_integer('dispute reason', opened.document_no, 5)
        when 0 then 'Price' when 1 then 'Quantity' when 2 then 'Quality' when 3 then 'Delivery' else 'Paperwork'
    end as reason,
    opened.is_credited
from opened
inner join days
    on least(
        opened.opened_on
        + cast(round(12 + 46 * opened.length_draw) as integer),
        getvariable('as_of_on') + 120
    ) = days.day;

create or replace table instalments as
with

parts as (

    select
        documents.document_no,
        numbers.instalment_no,
        documents.invoiced_on + 30 * cast(numbers.instalment_no as integer) as due_on,
        case
            when numbers.instalment_no < 3 then documents.cents // 3
            else documents.cents - 2 * (documents.cents // 3)
        end as cents
    from documents
    cross join range(1, 4) as numbers (instalment_no)
    where documents.fate = 'instalments'

)

select * from parts;

update documents
set due_on = invoiced_on + 90
where fate = 'instalments';

-- One row a part of a document that is paid in cash, before its day is found. floor_on: not before.
create or replace table cash_parts as
select
    document_no,
    1 as part_no,
    cast(null as bigint) as instalment_no,
    cents,
    due_on,
    0 as more_days,
    posted_on as floor_on
from documents
where fate = 'plain'
union all
select document_no, instalments.instalment_no, instalments.instalment_no, instalments.cents, instalments.due_on, 0, posted_on
from instalments
inner join documents using (document_no)
union all
-- What is not contested is paid as usual.
select document_no, 1, null, documents.cents - disputes.cents, due_on, 0, posted_on
from documents
inner join disputes using (document_no)
where not disputes.is_whole
union all
select document_no, 2, null, disputes.cents, due_on, 0, disputes.closed_on
from documents
inner join disputes using (document_no)
where not disputes.is_credited
union all
select
    document_no,
    numbers.part_no,
    null,
    case
        when numbers.part_no = 1 then cast(round(cents * (0.3 + 0.4 * draw('first part', document_no))) as bigint)
        else cents - cast(round(cents * (0.3 + 0.4 * draw('first part', document_no))) as bigint)
    end,
    due_on,
    case when numbers.part_no = 1 then 0 else 12 + cast(draw_integer('second part', document_no, 25) as integer) end,
    posted_on
from documents
cross join range(1, 3) as numbers (part_no)
where fate = 'part paid'
union all
-- An agency gets it in the end.
select
    document_no, 1, null, cents, due_on, 0, due_on + 120 + cast(draw_integer('chased', document_no, 150) as integer)
from documents
where fate = 'chased' and due_on < getvariable('as_of_on')
union all
-- A bank took its fee on the way.
select document_no, 1, null, cents - 400 - draw_integer('bank fee', document_no, 1400), due_on, 0, posted_on
from documents
where fate = 'short paid'
union all
select document_no, 2, null, cents - cast(round(cents * 0.3) as bigint), due_on, 0, posted_on
from documents
where fate = 'deposit';

create or replace table credit_notes as
with

drawn as (

    select
        document_no,
        case
            when draw('credited whole', document_no) < 0.32 then cents
            else cast(round(cents * (0.2 + 0.35 * draw('credited part', document_no))) as bigint)
        end as cents,
        posted_on + 4 + cast(draw_integer('credited', document_no, 24) as integer) as not_before_on
    from documents
    where fate = 'credited'

)

select drawn.document_no, drawn.cents, days.working_day_after as settle_on
from drawn
inner join days on drawn.not_before_on = days.day
union all
select document_no, cents, closed_on
from disputes
where is_credited;

insert into cash_parts
select document_no, 2, null, documents.cents - credit_notes.cents, due_on, 0, credit_notes.settle_on
from documents
inner join credit_notes using (document_no)
where documents.fate = 'credited' and documents.cents > credit_notes.cents;

-- Nothing of a document of the three years is received before the books open.
create or replace macro first_day(day, document_no) as
    case when document_no > 0 then greatest(day, getvariable('start_on')) else day end;

create or replace table settlements as
with

behaving as (

    select
        cash_parts.*,
        customers.pays_in_runs,
        customers.is_in_group,
        draw('late', cash_parts.document_no * 4 + cash_parts.part_no) < behaviours.late_share as is_late,
        behaviours.late_days * draw_exponential('late days', cash_parts.document_no * 4 + cash_parts.part_no)
            as late_days,
        behaviours.early_days * draw_exponential('early days', cash_parts.document_no * 4 + cash_parts.part_no)
            as early_days,
        draw_integer('year end', cash_parts.document_no, 7) as year_end_draw
    from cash_parts
    inner join documents on cash_parts.document_no = documents.document_no
    inner join customers on documents.customer_no = customers.customer_no
    inner join behaviours on customers.behaviour = behaviours.behaviour

),

targeted as (

    select
        *,
        greatest(
            case
                when is_late then due_on + 1 + cast(floor(late_days) as integer)
                -- Big groups close their books before they pay: what falls due in December waits for January.
                when is_in_group and month(due_on) = 12 and day(due_on) >= 5
                    then make_date(year(due_on) + 1, 1, 5) + cast(year_end_draw as integer)
                else due_on - cast(floor(early_days) as integer)
            end + more_days,
            floor_on
        ) as target_on,
        is_late or more_days > 0 or (is_in_group and month(due_on) = 12 and day(due_on) >= 5) as waits_for_run
    from behaving

)

select
    targeted.document_no,
    targeted.part_no,
    targeted.instalment_no,
    'cash' as settlement_kind,
    targeted.cents,
    case
        when targeted.pays_in_runs and targeted.waits_for_run then days.run_day_after
        when targeted.pays_in_runs and days.run_day_before >= targeted.floor_on then days.run_day_before
        when not targeted.waits_for_run and days.working_day_before >= targeted.floor_on then days.working_day_before
        else days.working_day_after
    end as settle_on,
    false as arrives_late
from targeted
inner join days on targeted.target_on = days.day
where targeted.target_on < getvariable('as_of_on') + 130
union all
select document_no, 3, null, 'credit_note', cents, settle_on, false
from credit_notes
union all
-- Prepaid: the money is there before the goods leave.
select document_no, 1, null, 'deposit', cents, first_day(days.working_day_before, document_no), false
from documents
inner join days on documents.posted_on - 2 - cast(draw_integer('prepaid', document_no, 12) as integer) = days.day
where fate = 'prepaid'
union all
select
    document_no,
    1,
    null,
    'deposit',
    cast(round(cents * 0.3) as bigint),
    first_day(days.working_day_before, document_no),
    false
from documents
inner join days on documents.posted_on - 6 - cast(draw_integer('deposit', document_no, 20) as integer) = days.day
where fate = 'deposit'
union all
-- Given up after ten months or more.
select document_no, 3, null, 'write_off', cents, days.working_day_after, false
from documents
inner join days on documents.due_on + 330 + cast(draw_integer('given up', document_no, 180) as integer) = days.day
where fate = 'bad' and documents.due_on < getvariable('as_of_on') - 290;

-- What a bank kept is written off a while later.
insert into settlements
select
    settlements.document_no,
    3,
    null,
    'write_off',
    documents.cents - settlements.cents,
    days.working_day_after,
    false
from settlements
inner join documents on settlements.document_no = documents.document_no
inner join days on settlements.settle_on + 5 + cast(draw_integer('fee', documents.document_no, 20) as integer) = days.day
where documents.fate = 'short paid';
