-- What credit control grants and hears: limits, covers, signals, acceptance.

-- Amounts people choose are round: upwards to steps that grow with the amount.
create or replace macro round_up(cents) as
    cast(
        case
            when cents >= 10000000 then 2500000 when cents >= 2500000 then 500000
            when cents >= 500000 then 100000 else 50000
        end
        * ceil(
            cents / case
                when cents >= 10000000 then 2500000.0 when cents >= 2500000 then 500000.0
                when cents >= 500000 then 100000.0 else 50000.0
            end
        ) as bigint
    );

create or replace table buyers as
with

bought as (

    select
        customer_no,
        entity_id,
        sum(coalesce(base_cents, cents)) filter (where posted_on > getvariable('as_of_on') - 365)::bigint
            as year_cents,
        count(*) filter (where posted_on > getvariable('as_of_on') - 365) as year_count,
        min(posted_on) as first_posted_on
    from ledger_documents
    where document_type in ('invoice', 'opening') and status = 'posted'
    group by customer_no, entity_id

)

select
    named.customer_no,
    named.customer_id,
    named.home_entity_id as entity_id,
    entities.base_currency as currency,
    coalesce(customers.behaviour, 'usual') as behaviour,
    customers.segment,
    customers.payment_terms,
    customers.created_on,
    customers.insolvency_on,
    customers.is_story,
    customers.created_on >= getvariable('start_on') as is_new,
    coalesce(bought.year_cents, 0) as year_cents,
    coalesce(bought.year_count, 0) as year_count,
    bought.first_posted_on,
    -- Sales of the terms and of three months more, and three usual orders at least: what most of them owe and have on
    -- order at the worst.
    round_up(
        greatest(
            scaled(
                greatest(coalesce(bought.year_cents, 0), 300000),
                100 + case customers.payment_terms
                    when '30_net' then 30 when '30_eom' then 45 when '45_eom' then 60 when '60_net' then 60 else 0
                end,
                365
            ),
            3 * coalesce(bought.year_cents // nullif(bought.year_count, 0), 0)
        )
    ) as limit_cents
from named_customers as named
inner join customers on named.customer_no = customers.customer_no
inner join entities on customers.home_entity_id = entities.entity_id
left join bought on customers.customer_no = bought.customer_no and customers.home_entity_id = bought.entity_id;

create or replace table drawn_limits as
with

reviewed as (

    select
        *,
        greatest(created_on, getvariable('start_on')) as opened_on,
        getvariable('as_of_on') - 10 - cast(draw_integer('reviewed', customer_no, 480) as integer) as reviewed_on
    from buyers
    where payment_terms <> 'prepaid' and not is_story

)

select
    customer_no, customer_id, currency, 'own' as limit_kind,
    round_up(cast(limit_cents * 0.75 as bigint)) as cents,
    opened_on as valid_from,
    case when reviewed_on > opened_on + 60 then reviewed_on - 1 end as valid_to
from reviewed
union all
-- Some are granted for a year, and not all of these were renewed.
select
    customer_no, customer_id, currency, 'own', limit_cents, reviewed_on,
    case when draw('limited', customer_no) < 0.1 then reviewed_on + 365 end
from reviewed
where reviewed_on > opened_on + 60
union all
-- For a season or one large order.
select
    customer_no, customer_id, currency, 'temporary', round_up(cast(limit_cents * 0.3 as bigint)),
    getvariable('as_of_on') - 5 - cast(draw_integer('temporary from', customer_no, 80) as integer),
    getvariable('as_of_on') + 10 + cast(draw_integer('temporary to', customer_no, 60) as integer)
from reviewed
where draw('temporary', customer_no) < 0.05 and opened_on < getvariable('as_of_on') - 90
union all
select customer_no, customer_id, currency, limit_kind, cents, valid_from, valid_to from planted_limits
inner join buyers using (customer_no);

create or replace view file_credit_limits as
select
    'LIM-' || lpad(
        cast(row_number() over (order by valid_from, customer_id, limit_kind) as varchar), getvariable('id_digits'), '0'
    ) as limit_id,
    customer_id,
    limit_kind,
    money(cents) as amount,
    currency,
    valid_from,
    valid_to,
    case
        when cents < 2500000 then 'Credit controller' when cents < 15000000 then 'Credit manager' else 'CFO'
    end as approved_by,
    valid_from as reviewed_on
from drawn_limits;

create or replace table drawn_covers as
with

insured as (

    select
        *,
        draw('cover', customer_no) as cover_draw,
        greatest(created_on, getvariable('start_on')) as opened_on,
        getvariable('as_of_on') - 30 - cast(draw_integer('cover decided', customer_no, 300) as integer) as decided_on
    from buyers
    where payment_terms <> 'prepaid' and segment <> 'Public sector' and not is_story
        and draw('insured', customer_no) < 0.85

),

decided as (

    select
        *,
        case when limit_cents >= 2500000 then 'named' else 'discretionary' end as cover_kind,
        case
            when limit_cents < 2500000 then 'active'
            when behaviour = 'bad' and cover_draw < 0.35 then 'refused'
            when behaviour = 'bad' and cover_draw < 0.6 then 'reduced'
            when behaviour = 'slow' and cover_draw < 0.06 then 'cancelled'
            else 'active'
        end as status
    from insured

)

select
    customer_no, customer_id, currency, cover_kind, status,
    case
        when cover_kind = 'discretionary' then 2000000
        when status in ('refused', 'cancelled') then 0
        when status = 'reduced' then round_up(cast(limit_cents * 0.4 as bigint))
        else round_up(cast(limit_cents * (0.7 + 0.5 * cover_draw) as bigint))
    end as cents,
    greatest(decided_on, opened_on) as valid_from,
    -- A few end with the insurer's next review.
    case
        when cover_kind = 'named' and draw('cover ends', customer_no) < 0.1
            then getvariable('as_of_on') + 15 + cast(draw_integer('cover end', customer_no, 120) as integer)
    end as valid_to
from decided
union all
-- What was covered before the decision.
select
    customer_no, customer_id, currency, 'named', 'active', round_up(cast(limit_cents * 0.8 as bigint)),
    opened_on, decided_on - 1
from decided
where cover_kind = 'named' and status <> 'refused' and decided_on > opened_on
union all
select customer_no, customer_id, currency, cover_kind, status, cents, valid_from, valid_to from planted_covers
inner join buyers using (customer_no);

create or replace view file_credit_covers as
select
    'COV-' || lpad(
        cast(row_number() over (order by valid_from, customer_id, cover_kind) as varchar), getvariable('id_digits'), '0'
    ) as cover_id,
    customer_id,
    'POL-2023-01' as policy_id,
    'Assurance Crédit Exemple' as insurer,
    cover_kind,
    status,
    money(cents) as limit_amount,
    currency,
    case cover_kind when 'discretionary' then 0.8 else 0.9 end as cover_rate,
    false as includes_tax,
    valid_from as decided_on,
    valid_from,
    valid_to,
    90 as max_terms_days,
    60 as max_extension_days,
    90 as notify_days,
    'due_on' as notify_basis
from drawn_covers;

create or replace table drawn_signals as
with

scored as (

    select
        buyers.*,
        years.ago,
        getvariable('as_of_on') - cast(365 * years.ago as integer)
        - cast(draw_integer('bureau day', buyers.customer_no * 4 + years.ago, 360) as integer) as observed_on,
        case buyers.behaviour
            when 'giant' then 84 when 'punctual' then 78 when 'usual' then 69 when 'slow' then 58 else 41
        end as usual_score
    from buyers
    cross join (values (0), (1), (2)) as years (ago)
    where buyers.limit_cents >= 2500000 and not buyers.is_story

),

heard as (

    select
        *,
        getvariable('as_of_on') - cast(draw_integer('heard day', customer_no, 540) as integer) as observed_on,
        draw('heard', customer_no) / case behaviour when 'bad' then 6.0 when 'slow' then 1.5 else 0.5 end as heard_draw
    from buyers
    where not is_story

)

select
    customer_no, customer_id, observed_on, 'bureau_score' as signal,
    cast(
        least(99, greatest(1, round(usual_score + 7 * draw_normal('bureau', customer_no * 4 + ago)))) as bigint
    ) as score,
    'Bureau Exemple' as source
from scored
where observed_on >= created_on
union all
select
    customer_no, customer_id, observed_on,
    case
        when heard_draw < 0.012 then 'accounts_not_filed'
        when heard_draw < 0.018 then 'deposit_refused'
        when heard_draw < 0.024 then 'references_refused'
        when heard_draw < 0.030 then 'bad_press'
        when heard_draw < 0.036 then 'own_conditions'
        else 'ownership_change'
    end,
    null,
    case when heard_draw < 0.012 then 'Company register' when heard_draw < 0.024 then 'Sales' else 'Press' end
from heard
where heard_draw < 0.045 and observed_on >= created_on;

create or replace view file_credit_signals as
select
    'SIG-' || lpad(
        cast(row_number() over (order by observed_on, customer_id, signal) as varchar), getvariable('id_digits'), '0'
    ) as signal_id,
    customer_id,
    observed_on,
    signal,
    cast(score as decimal(18, 2)) as value,
    source
from drawn_signals
where observed_on <= getvariable('as_of_on');

create or replace view file_onboarding as
with

asked as (

    select
        *,
        created_on - 6 - cast(draw_integer('asked', customer_no, 20) as integer) as requested_on,
        draw('level', customer_no) < 0.4 as is_known,
        draw('approval', customer_no) as approval_draw
    from buyers
    where is_new and not is_story
    union all
    select
        *,
        created_on - 9,
        false,
        0.5
    from buyers
    where is_new and is_story

),

-- Acceptance is granted in the reporting currency, the euro: limits are kept in that of the customer's entity.
in_euros as (

    select
        asked.*,
        scaled(asked.limit_cents, 100000, daily_rates.rate_e5) as limit_euro_cents
    from asked
    inner join daily_rates on getvariable('as_of_on') = daily_rates.day and asked.currency = daily_rates.currency

)

select
    customer_id,
    requested_on,
    -- Some were delivered before anybody said yes, and for a few nobody ever did.
    case
        when approval_draw < 0.02 then null
        when approval_draw < 0.06 then coalesce(first_posted_on, created_on) + 12
        else created_on - cast(draw_integer('approved', customer_no, 5) as integer)
    end as approved_on,
    case
        when approval_draw < 0.02 then null
        when limit_euro_cents < 2500000 or approval_draw < 0.10 then 'Credit controller'
        when limit_euro_cents < 15000000 then 'Credit manager'
        else 'CFO'
    end as approved_by,
    case when is_known then 1 else 2 end as acceptance_level,
    money(round_up(cast(limit_euro_cents * 0.5 as bigint))) as approved_limit_amount,
    case when not is_known and draw('deposit', customer_no) < 0.25 then 0.3 else 0.0 end as deposit_rate,
    draw_integer('references', customer_no, 5) as references_count,
    draw('file', customer_no) < 0.9 as files_complete
from in_euros;
