-- The control accounts at each month end and on the last day: the exact sub-ledger in the entity's currency, plus
-- the one manual journal that is explained. What arrives after the extracts were made is not in them.
create or replace table control_balances as
with

balance_days as (

    select distinct last_day(day) as balance_on
    from days
    where day between getvariable('start_on') and getvariable('as_of_on') and last_day(day) <= getvariable('as_of_on')
    union
    select getvariable('as_of_on')

),

payments as (

    select * from ledger_payments where not arrives_late

),

allocations as (

    select * from ledger_allocations where not arrives_late

),

-- In the entity's own currency allocations move nothing: what was posted is the balance.
own_moves as (

    select entity_id, posted_on as moved_on, cents
    from ledger_documents
    where currency = base_currency and status = 'posted'
    union all
    select entity_id, counts_on, case when payment_type in ('payment', 'deposit') then -cents else cents end
    from payments
    where currency = base_currency

),

-- In another one each open item stands at its own document's rate, so the open amounts must be known.
foreign_items as (

    select
        'document ' || cast(document_no as varchar) as item,
        entity_id, posted_on as moved_on, cents, cents as item_cents, base_cents
    from ledger_documents
    where currency <> base_currency and status = 'posted' and document_no is not null
    union all
    select
        'payment ' || cast(payment_key as varchar),
        entity_id, counts_on, -cents, -cents, -base_cents
    from payments
    where currency <> base_currency and payment_type in ('payment', 'deposit')

),

dated_allocations as (

    select
        allocations.*,
        greatest(allocations.applied_on, coalesce(payments.counts_on, allocations.applied_on)) as effective_on
    from allocations
    left join payments on allocations.payment_key = payments.payment_key and payments.payment_type <> 'refund'
    where allocations.applied_on <= getvariable('as_of_on')

),

foreign_moves as (

    select item, moved_on, cents from foreign_items
    union all
    select 'document ' || cast(document_no as varchar), effective_on, -cents
    from dated_allocations
    where document_no is not null
    union all
    select 'document ' || cast(document_no as varchar), ends_on, cents
    from dated_allocations
    where document_no is not null and ends_on is not null
    union all
    select 'payment ' || cast(payment_key as varchar), effective_on, cents
    from dated_allocations
    where payment_key is not null
    -- A bounced payment is settled by its bounce: nothing of it is open after the day its allocations ended.

),

states as (

    select
        foreign_items.item,
        foreign_items.entity_id,
        foreign_items.item_cents,
        foreign_items.base_cents,
        moves.moved_on,
        sum(moves.cents) over (partition by foreign_items.item order by moves.moved_on)::bigint as open_cents,
        coalesce(
            lead(moves.moved_on) over (partition by foreign_items.item order by moves.moved_on), date '9999-12-31'
        ) as until_on
    from (
        select item, moved_on, sum(cents)::bigint as cents
        from foreign_moves
        where moved_on <= getvariable('as_of_on')
        group by item, moved_on
    ) as moves
    inner join foreign_items on moves.item = foreign_items.item

),

balances as (

    select balance_days.balance_on, own_moves.entity_id, sum(own_moves.cents)::bigint as cents
    from balance_days
    inner join (
        select entity_id, moved_on, sum(cents)::bigint as cents from own_moves group by entity_id, moved_on
    ) as own_moves
        on own_moves.moved_on <= balance_days.balance_on
    group by balance_days.balance_on, own_moves.entity_id
    union all
    select
        balance_days.balance_on,
        states.entity_id,
        sum(scaled(states.base_cents, states.open_cents * sign(states.item_cents), abs(states.item_cents)))::bigint
    from balance_days
    inner join states
        on balance_days.balance_on >= states.moved_on and balance_days.balance_on < states.until_on
    where states.open_cents <> 0
    group by balance_days.balance_on, states.entity_id
    union all
    select balance_days.balance_on, manual_journals.entity_id, manual_journals.cents
    from balance_days
    inner join manual_journals on balance_days.balance_on >= manual_journals.from_on

)

select entity_id, balance_on, sum(cents)::bigint as cents
from balances
group by entity_id, balance_on;

-- On the last day, once the late receipts are in: they are in their entity's own currency.
create or replace table late_control_balances as
select
    control_balances.entity_id,
    control_balances.balance_on,
    control_balances.cents - sum(late.cents)::bigint as cents
from control_balances
inner join ledger_payments as late on control_balances.entity_id = late.entity_id
where control_balances.balance_on = getvariable('as_of_on') and late.arrives_late
group by control_balances.entity_id, control_balances.balance_on, control_balances.cents;

-- What was planned to be collected: each month the billing of the second month before it, to whole thousands.
create or replace table collection_targets as
select
    entities.entity_id,
    cast(months.month_on + interval 2 month as date) as period_on,
    cast(round(months.cents / 100000.0) as bigint) * 100000 as cents
from (
    select
        entity_id,
        cast(date_trunc('month', posted_on) as date) as month_on,
        sum(coalesce(base_cents, cents)) as cents
    from ledger_documents
    where status = 'posted' and document_type in ('invoice', 'debit_note')
    group by all
) as months
inner join entities on months.entity_id = entities.entity_id
where months.month_on + interval 2 month <= getvariable('as_of_on');
