-- What customers owe by the lines of the books is the balance of their accounts, per entity, customer and account:
-- that of the newest opened year's lines alone, whatever the items made of all years say. Where balances brought
-- forward are in base currency, customers billed in another have none in documents' amounts: the tie-out in base
-- amounts is theirs.
with

as_of as (

    select * from {{ ref('int_build') }}

),

lines as (

    select
        lines.entity_id,
        lines.opened_slice,
        lines.account,
        lines.customer_id,
        lines.is_opening_line,
        lines.amount
    from {{ ref('int_ledger_lines') }} as lines
    cross join as_of
    where lines.posted_on <= as_of.as_of_on

),

newest_years as (

    select
        entity_id,
        coalesce(max(case when is_opening_line then opened_slice end), min(opened_slice)) as first_slice
    from lines
    group by entity_id

),

balances as (

    select
        lines.entity_id,
        lines.account,
        lines.customer_id,
        sum(lines.amount) as balance
    from lines
    inner join newest_years
        on
            lines.entity_id = newest_years.entity_id
            and lines.opened_slice >= newest_years.first_slice
    group by
        lines.entity_id,
        lines.account,
        lines.customer_id

),

accounts as (

    select distinct
        entity_id,
        account
    from {{ ref('int_ledger_lines') }}

),

converted as (

    select
        lines.entity_id,
        lines.customer_id
    from {{ ref('int_ledger_lines') }} as lines
    group by
        lines.entity_id,
        lines.customer_id
    having
        max(case when lines.is_brought_forward then 1 else 0 end) = 1
        and max(case when lines.base_amount <> lines.amount then 1 else 0 end) = 1

),

sides as (

    select
        entity_id,
        account,
        customer_id,
        open_amount
    from {{ ref('fct_receivable_items') }}
    union all
    -- What only another source tells of is owed or paid, and not in the books.
    select
        unbooked.entity_id,
        unbooked.account,
        unbooked.customer_id,
        -unbooked.amount as open_amount
    from {{ ref('int_unbooked_moves') }} as unbooked
    cross join as_of
    where unbooked.moved_on <= as_of.as_of_on

),

items as (

    select
        sides.entity_id,
        sides.account,
        sides.customer_id,
        sum(sides.open_amount) as open_amount
    from sides
    inner join accounts
        on
            sides.entity_id = accounts.entity_id
            and sides.account is not distinct from accounts.account
    group by
        sides.entity_id,
        sides.account,
        sides.customer_id

)

select
    balances.balance,
    items.open_amount,
    coalesce(balances.entity_id, items.entity_id) as entity_id,
    coalesce(balances.account, items.account) as account,
    coalesce(balances.customer_id, items.customer_id) as customer_id
from balances
full outer join items
    on
        balances.entity_id = items.entity_id
        and balances.account is not distinct from items.account
        and balances.customer_id = items.customer_id
left join converted
    on
        coalesce(balances.entity_id, items.entity_id) = converted.entity_id
        and coalesce(balances.customer_id, items.customer_id) = converted.customer_id
where
    converted.customer_id is null
    and coalesce(balances.balance, 0) <> coalesce(items.open_amount, 0)
