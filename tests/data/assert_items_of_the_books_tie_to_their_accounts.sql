-- What customers owe by the lines of the books is the balance of their accounts, per entity, customer and account:
-- that of the newest opened year's lines alone, whatever the items made of all years say.
with

as_of as (

    select * from {{ ref('int_build') }}

),

lines as (

    select
        lines.entity_id,
        lines.slice,
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
        coalesce(max(case when is_opening_line then slice end), min(slice)) as first_slice
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
            and lines.slice >= newest_years.first_slice
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

items as (

    select
        items.entity_id,
        items.account,
        items.customer_id,
        sum(items.open_amount) as open_amount
    from {{ ref('fct_receivable_items') }} as items
    inner join accounts
        on
            items.entity_id = accounts.entity_id
            and items.account is not distinct from accounts.account
    group by
        items.entity_id,
        items.account,
        items.customer_id

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
where coalesce(balances.balance, 0) <> coalesce(items.open_amount, 0)
