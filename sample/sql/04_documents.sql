-- One row a billed document. Its number says when it was billed: between numbers 1 and M, as large a share of them
-- falls on a day as the day has of all weight, so seasons hold exactly and numbers rise with time. Numbers up to 0 lie
-- before the first posting (what is still open then is the opening balance), those above M after the last day (only
-- their deposits count).
create or replace macro counts_to(weight, span) as
    (2 * (weight - span.weight_before) * getvariable('documents_count') + span.weight_at_end - span.weight_at_start)
    // (2 * (span.weight_at_end - span.weight_at_start));

create or replace table billing_days as
with

span as (

    select
        min(weight_to) filter (where day = getvariable('start_on') - 150) as weight_before,
        min(weight_to) filter (where day = getvariable('start_on') - 1) as weight_at_start,
        min(weight_to) filter (where day = getvariable('as_of_on')) as weight_at_end
    from days

),

-- How many documents there are up to a weight, counted from the first day: rounded, all in whole numbers.
counted as (

    select
        days.day,
        counts_to(days.weight_to - days.weight, span) - counts_to(span.weight_at_start, span) as documents_before,
        counts_to(days.weight_to, span) - counts_to(span.weight_at_start, span) as documents_to
    from days
    cross join span
    where days.weight > 0
        and days.day > getvariable('start_on') - 150
        and days.day <= getvariable('as_of_on') + 45

)

select
    unnest(range(documents_before + 1, documents_to + 1)) as document_no,
    day as invoiced_on
from counted;

-- Who buys: by share. A draw that hits a customer before its first day goes to one that was always there.
create or replace table buyers as
with

line as (

    select
        customer_no,
        created_on,
        sum(weight) over (order by customer_no)::bigint - weight as weight_from,
        sum(weight) over ()::bigint as weight_in_all
    from customers
    where not is_story

),

old_line as (

    select
        customer_no,
        sum(weight) over (order by customer_no)::bigint - weight as weight_from,
        sum(weight) over ()::bigint as weight_in_all
    from customers
    where not is_story and not is_new

),

first_draw as (

    select
        billing_days.document_no,
        billing_days.invoiced_on,
        draw_integer('buyer', billing_days.document_no, (select max(weight_in_all) from line)) as position,
        draw_integer('other buyer', billing_days.document_no, (select max(weight_in_all) from old_line))
            as other_position
    from billing_days

),

found as (

    select
        first_draw.document_no,
        first_draw.other_position,
        line.customer_no,
        line.created_on <= first_draw.invoiced_on as is_there
    from first_draw
    asof join line on first_draw.position >= line.weight_from

)

select document_no, customer_no
from found
where is_there
union all
select absent.document_no, old_line.customer_no
from (select * from found where not is_there) as absent
asof join old_line on absent.other_position >= old_line.weight_from;

create or replace table documents as
with

drawn as (

    select
        billing_days.document_no,
        billing_days.invoiced_on,
        customers.customer_no,
        customers.payment_terms,
        customers.behaviour,
        case
            when not customers.is_key_account then customers.home_entity_id
            when draw('entity', billing_days.document_no) < 0.65 then 'FR'
            when draw('entity', billing_days.document_no) < 0.85 then 'UK'
            else 'PL'
        end as entity_id,
        -- Log-normal with mean 9,000 euros: mean = exp(mu + sigma² / 2).
        greatest(
            cast(round(100 * 9000 * exp(draw_normal('amount', billing_days.document_no) - 0.5)) as bigint), 2500
        ) as euro_cents,
        -- A few reach the ledger a working day late, never in another month.
        case
            when draw('posted late', billing_days.document_no) < 0.03
                and last_day(next_days.working_day_after) = last_day(billing_days.invoiced_on)
                and not (
                    billing_days.invoiced_on <= getvariable('as_of_on')
                    and next_days.working_day_after > getvariable('as_of_on')
                )
                then next_days.working_day_after
            else billing_days.invoiced_on
        end as posted_on,
        draw('fate', billing_days.document_no) as fate_draw,
        draw('second fate', billing_days.document_no) as second_draw
    from billing_days
    inner join buyers on billing_days.document_no = buyers.document_no
    inner join customers on buyers.customer_no = customers.customer_no
    inner join days as next_days on billing_days.invoiced_on + 1 = next_days.day

),

located as (

    select
        drawn.*,
        entities.base_currency,
        entities.tax_rate_e4,
        -- A customer deals with an entity in one currency.
        case
            when draw('currency ' || drawn.entity_id, drawn.customer_no) < case drawn.entity_id when 'PL' then 0.75 else 0.85 end
                then entities.base_currency
            when drawn.entity_id = 'FR' or draw('currency ' || drawn.entity_id, drawn.customer_no) < 0.92 then
                case drawn.entity_id when 'PL' then 'EUR' else 'USD' end
            when drawn.entity_id = 'UK' then 'EUR'
            else 'USD'
        end as currency
    from drawn
    inner join entities on drawn.entity_id = entities.entity_id

)

select
    located.document_no,
    located.customer_no,
    located.entity_id,
    located.base_currency,
    located.currency,
    case when located.document_no % 201 = 0 and located.document_no > 0 then 'debit_note' else 'invoice' end
        as document_type,
    located.invoiced_on,
    located.posted_on,
    case located.payment_terms
        when '30_net' then located.invoiced_on + 30
        when '60_net' then located.invoiced_on + 60
        when '30_eom' then last_day(located.invoiced_on + 30)
        when '45_eom' then last_day(located.invoiced_on + 45)
        else located.invoiced_on
    end as due_on,
    cast(null as date) as original_due_on,
    located.payment_terms,
    cast(round(located.euro_cents * (daily_rates.rate_e5 / 100000.0)) as bigint) as cents,
    located.euro_cents,
    case when located.currency = located.base_currency then located.tax_rate_e4 else 0 end as tax_rate_e4,
    case
        when located.document_no > 0 and located.second_draw < 0.005 then 'draft'
        when located.document_no > 0 and located.second_draw < 0.008 then 'void'
        else 'posted'
    end as status,
    -- What becomes of it; each is a way of being settled, see settlements.
    case
        when located.document_no > 0 and located.second_draw < 0.008 then 'never counted'
        when located.payment_terms = 'prepaid' then 'prepaid'
        -- The late giant is good for all it owes.
        when located.fate_draw < 0.0027 then case when located.behaviour = 'giant' then 'plain' else 'bad' end
        when located.fate_draw < 0.0327 then case when located.document_no > 0 then 'disputed' else 'plain' end
        when located.fate_draw < 0.0632 then 'credited'
        when located.document_no > 0
            and located.euro_cents > 3000000
            and located.currency = located.base_currency
            and located.second_draw < 0.35
            then 'instalments'
        when located.euro_cents > 2500000 and located.second_draw > 0.85 then 'deposit'
        when located.fate_draw between 0.90 and 0.939 then 'part paid'
        when located.fate_draw > 0.994 and located.behaviour <> 'giant' then 'short paid'
        when located.fate_draw between 0.98 and 0.9812 then 'chased'
        else 'plain'
    end as fate,
    false as is_story,
    -- A few are contested by a mark on the document alone.
    draw('flagged', located.document_no) < 0.001 and located.document_no > 0 as is_flagged_disputed,
    true as has_due_on
from located
inner join daily_rates on located.invoiced_on = daily_rates.day and located.currency = daily_rates.currency;
