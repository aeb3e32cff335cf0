{#
  What the ledger says its accounts hold: balances as given (`gl_balances`; of a trial balance, those of accounts that hold what
  customers owe), or else, where the lines of the books themselves are
  loaded, the balance these lines make on each day that figures are told for: that of the newest opened year's lines alone,
  whatever the items made of all years say.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

charted as (

    select
        *,
        coalesce(chart_of_accounts, '') as chart
    from {{ ref('stg_raw__gl_balances') }}

),

charted_accounts as (

    select distinct
        account,
        chart as chart_of_accounts
    from charted
    where chart <> ''

),

{{ holdings_of('charted_accounts') }},

given as (

    select
        balances.entity_id,
        balances.account,
        coalesce(balances.currency, entities.base_currency) as currency,
        entities.base_currency,
        balances.balance_on,
        balances.amount,
        'given' as balance_source
    from charted as balances
    inner join {{ ref('int_entities') }} as entities
        on balances.entity_id = entities.entity_id
    left join prefixes
        on
            balances.account = prefixes.account
            and balances.chart = prefixes.chart_of_accounts
            and prefixes.longest_rank = 1
    cross join as_of
    where
        balances.balance_on <= as_of.as_of_on
        and (balances.chart = '' or prefixes.holds in ('receivable', 'deposit'))

),

given_accounts as (

    select distinct
        entity_id,
        account
    from given

),

-- Balances brought forward are in base currency: where documents are in others, lines make no balance in their amounts.
converted_accounts as (

    select
        entity_id,
        account
    from {{ ref('int_ledger_lines') }}
    group by
        entity_id,
        account
    having
        max(case when is_brought_forward then 1 else 0 end) = 1
        and max(case when base_amount <> amount then 1 else 0 end) = 1

),

lines as (

    select
        lines.entity_id,
        lines.opened_slice as slice,
        lines.account,
        coalesce(lines.currency, entities.base_currency) as currency,
        entities.base_currency,
        lines.posted_on,
        lines.is_opening_line,
        lines.amount
    from {{ ref('int_ledger_lines') }} as lines
    inner join {{ ref('int_entities') }} as entities
        on lines.entity_id = entities.entity_id
    cross join as_of
    left join given_accounts
        on
            lines.entity_id = given_accounts.entity_id
            and lines.account = given_accounts.account
    left join converted_accounts
        on
            lines.entity_id = converted_accounts.entity_id
            and lines.account = converted_accounts.account
    where
        lines.posted_on <= as_of.as_of_on
        and given_accounts.account is null
        and converted_accounts.account is null

),

daily as (

    select
        entity_id,
        slice,
        account,
        currency,
        base_currency,
        posted_on,
        sum(amount) as amount
    from lines
    group by
        entity_id,
        slice,
        account,
        currency,
        base_currency,
        posted_on

),

years as (

    select
        entity_id,
        slice,
        min(posted_on) as first_posted_on,
        min(case when is_opening_line then posted_on end) as opened_on,
        min(min(slice)) over (partition by entity_id) as first_slice
    from lines
    group by
        entity_id,
        slice

),

days as (

    select distinct as_of_on as balance_on
    from {{ ref('int_period_rows') }}

),

-- The newest year that opened with balances brought forward; without such lines, all years count from the first.
counted_from as (

    select
        days.balance_on,
        years.entity_id,
        coalesce(
            max(case when years.opened_on <= days.balance_on then years.slice end), min(years.first_slice)
        ) as slice
    from days
    inner join years
        on days.balance_on >= years.first_posted_on
    group by
        days.balance_on,
        years.entity_id

),

accounts as (

    select distinct
        entity_id,
        account,
        currency,
        base_currency
    from daily

),

of_books as (

    select
        accounts.entity_id,
        accounts.account,
        accounts.currency,
        accounts.base_currency,
        counted_from.balance_on,
        -- Books that are open and hold no line of an account say that it holds nothing.
        coalesce(sum(daily.amount), 0) as amount,
        'books' as balance_source
    from counted_from
    inner join accounts
        on counted_from.entity_id = accounts.entity_id
    left join daily
        on
            accounts.entity_id = daily.entity_id
            and accounts.account = daily.account
            and accounts.currency = daily.currency
            and counted_from.slice <= daily.slice
            and counted_from.balance_on >= daily.posted_on
    group by
        accounts.entity_id,
        accounts.account,
        accounts.currency,
        accounts.base_currency,
        counted_from.balance_on

),

final as (

    select * from given
    union all
    select * from of_books

)

select * from final
