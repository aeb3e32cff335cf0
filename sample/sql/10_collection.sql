-- What is ordered, and what is done to collect: orders, actions, promises, plans; tiers set by hand.
create or replace table drawn_orders as
with

billed as (

    select
        documents.about_document_no as order_key,
        documents.customer_no,
        documents.entity_id,
        documents.currency,
        documents.cents,
        documents.invoiced_on - 5 - cast(draw_integer('ordered', documents.about_document_no, 25) as integer)
            as ordered_on,
        documents.invoiced_on - cast(draw_integer('delivered', documents.about_document_no, 4) as integer)
            as delivered_on,
        documents.posted_on as billed_on
    from ledger_documents as documents
    where documents.document_type = 'invoice' and documents.status = 'posted'
        and documents.posted_on > getvariable('as_of_on') - 400

),

waiting as (

    select
        -1 - (buyers.customer_no * 8 + numbers.number) as order_key,
        buyers.customer_no,
        buyers.entity_id,
        buyers.currency,
        buyers.year_cents // buyers.year_count as usual_cents
    from buyers
    cross join range(1, 7) as numbers (number)
    -- As many as a month brings, six at the most.
    where buyers.year_count > 0 and buyers.insolvency_on is null and not buyers.is_story
        and numbers.number <= least(6, ceil(buyers.year_count / 12.0))
        and draw('waiting', buyers.customer_no * 8 + numbers.number) < 0.8

)

select
    order_key, customer_no, entity_id, currency, cents, ordered_on, delivered_on, billed_on, 0 as deposit_cents
from billed
union all
select
    order_key,
    customer_no,
    entity_id,
    currency,
    cast(
        round(
            usual_cents * (0.5 + draw('waiting amount', order_key))
            -- One in eighty is far out of the customer's pattern.
            * case when draw('pattern', order_key) < 0.0125 then 7 else 1 end
        ) as bigint
    ),
    getvariable('as_of_on') - cast(draw_integer('waiting since', order_key, 28) as integer),
    case
        when draw('delivery', order_key) < 0.2
            then getvariable('as_of_on') - cast(draw_integer('just delivered', order_key, 4) as integer)
        when draw('delivery', order_key) < 0.85
            then getvariable('as_of_on') + 1 + cast(draw_integer('to deliver', order_key, 50) as integer)
    end,
    null,
    case when draw('order deposit', order_key) < 0.06 then usual_cents * 3 // 10 else 0 end
from waiting;

create or replace view file_orders as
select
    orders.entity_id || '-ORD-' || lpad(
        cast(
            row_number() over (partition by orders.entity_id order by orders.ordered_on, orders.order_key) as varchar
        ),
        getvariable('id_digits'),
        '0'
    ) as order_id,
    orders.entity_id,
    named.customer_id,
    orders.ordered_on,
    money(orders.cents) as amount,
    orders.currency,
    greatest(orders.delivered_on, orders.ordered_on) as delivered_on,
    orders.billed_on,
    case when orders.deposit_cents > 0 then money(orders.deposit_cents) end as deposit_amount,
    case
        when orders.deposit_cents > 0
            then money(case when draw('deposit paid', orders.order_key) < 0.6 then orders.deposit_cents else 0 end)
    end as deposit_received_amount,
    draw('signed', orders.order_key) < 0.95 as has_signed_document
from drawn_orders as orders
inner join named_customers as named on orders.customer_no = named.customer_no;

-- Documents that were late: from when to when somebody had to ask for the money.
create or replace table chased as
with

settled as (

    select
        known.document_no,
        sum(known.cents) as cents,
        max(known.settle_on) as settled_on
    from known_settlements as known
    where known.settle_on <= getvariable('as_of_on')
    group by known.document_no

)

select
    documents.document_no,
    documents.customer_no,
    documents.invoice_id,
    documents.entity_id,
    documents.cents,
    coalesce(documents.due_on, documents.invoiced_on + 30) as due_on,
    case when settled.cents >= documents.cents then settled.settled_on end as settled_on
from ledger_documents as documents
left join settled on documents.document_no = settled.document_no
where documents.document_type = 'invoice' and documents.status = 'posted' and documents.document_no is not null
    and coalesce(case when settled.cents >= documents.cents then settled.settled_on end, getvariable('as_of_on'))
    > coalesce(documents.due_on, documents.invoiced_on + 30) + 4;

create or replace view file_collection_actions as
with

steps as (

    select * from (
        values
            (5, 'email', 'reminder', 0.9), (15, 'call', 'first call', 0.7), (30, 'letter', 'second reminder', 0.7),
            (60, 'formal_notice', 'formal notice', 0.6), (75, 'letter', 'insurer notified', 0.8),
            (120, 'agency', 'hand-over', 0.5)
    ) as steps (after_days, channel, stage, share)

),

done as (

    select
        chased.*,
        steps.channel,
        steps.stage,
        steps.after_days,
        days.working_day_after as done_on
    from chased
    cross join steps
    inner join days on chased.due_on + steps.after_days = days.day
    where draw('action ' || steps.stage, chased.document_no) < steps.share
        and chased.document_no not in (select document_no from planted_silences)

)

select
    done.entity_id || '-ACT-' || lpad(
        cast(
            row_number() over (partition by done.entity_id order by done.done_on, done.document_no, done.after_days)
            as varchar
        ),
        getvariable('id_digits'),
        '0'
    ) as action_id,
    named.customer_id,
    done.invoice_id,
    done.done_on,
    done.channel,
    done.stage,
    case done.channel
        when 'call'
            then case draw_integer('call', done.document_no, 3)
                when 0 then 'Not reached' when 1 then 'Will pay with the next run' else 'Copy of the invoice asked for'
            end
    end as outcome
from done
inner join named_customers as named on done.customer_no = named.customer_no
where done.done_on <= getvariable('as_of_on') and coalesce(done.done_on < done.settled_on, true);

create or replace view file_promises as
with

promised as (

    select
        chased.*,
        days.working_day_after as promised_on
    from chased
    inner join days
        on chased.due_on + 9 + cast(draw_integer('promised', chased.document_no, 12) as integer) = days.day
    where draw('promise', chased.document_no) < 0.3
        and not chased.document_no in (select document_no from documents where is_story)

)

select
    promised.entity_id || '-PRM-' || lpad(
        cast(
            row_number() over (partition by promised.entity_id order by promised.promised_on, promised.document_no)
            as varchar
        ),
        getvariable('id_digits'),
        '0'
    ) as promise_id,
    named.customer_id,
    promised.promised_on,
    promised.promised_on + 7 + cast(draw_integer('promised for', promised.document_no, 8) as integer) as due_on,
    money(promised.cents) as amount,
    promised.invoice_id
from promised
inner join named_customers as named on promised.customer_no = named.customer_no
where promised.promised_on <= getvariable('as_of_on') and coalesce(promised.promised_on < promised.settled_on, true);

create or replace view file_payment_plans as
with

agreed as (

    select
        *,
        getvariable('as_of_on') - 20 - cast(draw_integer('plan agreed', customer_no, 300) as integer) as agreed_on
    from buyers
    where behaviour = 'bad' and year_cents > 0 and not is_story and draw('plan', customer_no) < 0.25

)

select
    'PLN-' || agreed.customer_id as plan_id,
    numbers.number as instalment_no,
    agreed.customer_id,
    agreed.agreed_on + 30 * cast(numbers.number as integer) as due_on,
    money(round_up(agreed.limit_cents // 8)) as amount,
    agreed.agreed_on
from agreed
cross join range(1, 5) as numbers (number);

create or replace view file_tier_overrides as
select
    'OVR-' || lpad(cast(row_number() over (order by overrides.from_on, named.customer_id) as varchar), 4, '0')
        as override_id,
    named.customer_id,
    overrides.risk_tier,
    overrides.from_on,
    overrides.to_on,
    overrides.reason,
    overrides.approved_by
from planted_overrides as overrides
inner join named_customers as named on overrides.customer_no = named.customer_no;
