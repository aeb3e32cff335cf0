with

entities as (

    select * from {{ ref('int_entities') }}

),

balances as (

    select * from {{ ref('int_gl_balances') }}

),

explained_items as (

    select
        items.*,
        coalesce(items.currency, entities.base_currency) as item_currency
    from {{ ref('stg_raw__gl_reconciling_items') }} as items
    inner join entities
        on items.entity_id = entities.entity_id

),

events as (

    select
        entity_id,
        account,
        currency,
        base_currency,
        event_on as moved_on,
        -- Allocations within one customer's account add up to zero: leaving them out leaves the balance as it is.
        sum(amount) as receivable_amount,
        sum(base_amount) as base_receivable_amount
    from {{ ref('fct_receivable_events') }}
    where event_kind <> 'applied'
    group by
        entity_id,
        account,
        currency,
        base_currency,
        event_on

),

buckets as (

    select
        entity_id,
        account,
        currency,
        base_currency,
        changed_on as moved_on,
        sum(open_amount) as buckets_amount,
        sum(base_open_amount) as base_buckets_amount
    from {{ ref('int_balance_changes') }}
    group by
        entity_id,
        account,
        currency,
        base_currency,
        changed_on

),

open_changes as (

    select
        entity_id,
        account,
        currency,
        base_currency,
        valid_from_on as moved_on,
        sum(open_amount) as open_amount,
        sum(base_open_amount) as base_open_amount,
        sum(case when open_amount < 0 then open_amount else 0 end) as unapplied_amount,
        sum(case when open_amount < 0 then base_open_amount else 0 end) as base_unapplied_amount
    from {{ ref('fct_item_intervals') }}
    group by
        entity_id,
        account,
        currency,
        base_currency,
        valid_from_on
    union all
    select
        entity_id,
        account,
        currency,
        base_currency,
        valid_to_on as moved_on,
        -sum(open_amount) as open_amount,
        -sum(base_open_amount) as base_open_amount,
        -sum(case when open_amount < 0 then open_amount else 0 end) as unapplied_amount,
        -sum(case when open_amount < 0 then base_open_amount else 0 end) as base_unapplied_amount
    from {{ ref('fct_item_intervals') }}
    where valid_to_on is not null
    group by
        entity_id,
        account,
        currency,
        base_currency,
        valid_to_on

),

moves as (

    select
        entity_id,
        account,
        currency,
        base_currency,
        moved_on,
        receivable_amount,
        base_receivable_amount,
        0 as buckets_amount,
        0 as base_buckets_amount,
        0 as open_amount,
        0 as base_open_amount,
        0 as unapplied_amount,
        0 as base_unapplied_amount
    from events
    union all
    select
        entity_id,
        account,
        currency,
        base_currency,
        moved_on,
        0 as receivable_amount,
        0 as base_receivable_amount,
        buckets_amount,
        base_buckets_amount,
        0 as open_amount,
        0 as base_open_amount,
        0 as unapplied_amount,
        0 as base_unapplied_amount
    from buckets
    union all
    select
        entity_id,
        account,
        currency,
        base_currency,
        moved_on,
        0 as receivable_amount,
        0 as base_receivable_amount,
        0 as buckets_amount,
        0 as base_buckets_amount,
        open_amount,
        base_open_amount,
        unapplied_amount,
        base_unapplied_amount
    from open_changes

),

-- One row a day and amount basis: the document's currency, and all of an account in the entity's base currency.
moves_by_basis as (

    select
        entity_id,
        account,
        currency,
        'document' as amount_basis,
        moved_on,
        sum(receivable_amount) as receivable_amount,
        sum(buckets_amount) as buckets_amount,
        sum(open_amount) as open_amount,
        sum(unapplied_amount) as unapplied_amount
    from moves
    group by
        entity_id,
        account,
        currency,
        moved_on
    union all
    select
        entity_id,
        account,
        base_currency as currency,
        'base' as amount_basis,
        moved_on,
        sum(base_receivable_amount) as receivable_amount,
        sum(base_buckets_amount) as buckets_amount,
        sum(base_open_amount) as open_amount,
        sum(base_unapplied_amount) as unapplied_amount
    from moves
    group by
        entity_id,
        account,
        base_currency,
        moved_on

),

foreign_accounts as (

    select distinct
        entity_id,
        account
    from moves
    where currency <> base_currency

),

-- A balance in base currency that was given speaks of all the account holds; in another currency, of the documents in
-- that one, as those of the books' own lines always do. Where an account holds nothing foreign, both bases are the same
-- thing and both are compared.
gl_by_basis as (

    select
        balances.entity_id,
        balances.account,
        balances.currency,
        'base' as amount_basis,
        balances.balance_on,
        balances.amount,
        balances.balance_source
    from balances
    left join foreign_accounts
        on
            balances.entity_id = foreign_accounts.entity_id
            and balances.account = foreign_accounts.account
    where
        balances.currency = balances.base_currency
        and (balances.balance_source = 'given' or foreign_accounts.account is null)
    union all
    select
        balances.entity_id,
        balances.account,
        balances.currency,
        'document' as amount_basis,
        balances.balance_on,
        balances.amount,
        balances.balance_source
    from balances
    left join foreign_accounts
        on
            balances.entity_id = foreign_accounts.entity_id
            and balances.account = foreign_accounts.account
    where
        balances.currency <> balances.base_currency
        or balances.balance_source = 'books'
        or foreign_accounts.account is null

),

accounts as (

    select distinct
        entity_id,
        account,
        currency,
        amount_basis
    from moves_by_basis
    union
    select distinct
        entity_id,
        account,
        currency,
        amount_basis
    from gl_by_basis

),

days as (

    select as_of_on as balance_on
    from {{ ref('int_period_rows') }}
    where period_kind = 'week'
    union
    select balance_on
    from balances

),

running as (

    select
        days.balance_on,
        accounts.entity_id,
        accounts.account,
        accounts.currency,
        accounts.amount_basis,
        coalesce(sum(moves_by_basis.buckets_amount), 0) as buckets_amount,
        coalesce(sum(moves_by_basis.open_amount), 0) as open_amount,
        coalesce(sum(moves_by_basis.receivable_amount), 0) as receivable_amount,
        coalesce(sum(moves_by_basis.unapplied_amount), 0) as unapplied_amount
    from days
    cross join accounts
    left join moves_by_basis
        on
            accounts.entity_id = moves_by_basis.entity_id
            and accounts.account = moves_by_basis.account
            and accounts.currency = moves_by_basis.currency
            and accounts.amount_basis = moves_by_basis.amount_basis
            and days.balance_on >= moves_by_basis.moved_on
    group by
        days.balance_on,
        accounts.entity_id,
        accounts.account,
        accounts.currency,
        accounts.amount_basis

),

explanations as (

    select
        gl_by_basis.entity_id,
        gl_by_basis.account,
        gl_by_basis.currency,
        gl_by_basis.amount_basis,
        gl_by_basis.balance_on,
        items.amount
    from gl_by_basis
    inner join explained_items as items
        on
            gl_by_basis.entity_id = items.entity_id
            and gl_by_basis.account = items.account
            and gl_by_basis.currency = items.item_currency
            and gl_by_basis.balance_on >= items.from_on
            and (items.to_on is null or gl_by_basis.balance_on <= items.to_on)
    union all
    -- Books that are loaded cannot hold what only another source tells of.
    select
        gl_by_basis.entity_id,
        gl_by_basis.account,
        gl_by_basis.currency,
        gl_by_basis.amount_basis,
        gl_by_basis.balance_on,
        -unbooked.amount as amount
    from gl_by_basis
    inner join {{ ref('int_unbooked_moves') }} as unbooked
        on
            gl_by_basis.entity_id = unbooked.entity_id
            and gl_by_basis.account = unbooked.account
            and gl_by_basis.currency = unbooked.currency
            and gl_by_basis.balance_on >= unbooked.moved_on
    where gl_by_basis.balance_source = 'books'

),

explained as (

    select
        entity_id,
        account,
        currency,
        amount_basis,
        balance_on,
        sum(amount) as explained_amount
    from explanations
    group by
        entity_id,
        account,
        currency,
        amount_basis,
        balance_on

),

final as (

    select
        running.balance_on,
        running.entity_id,
        running.account,
        running.currency,
        running.amount_basis,
        {{ money('running.buckets_amount') }} as buckets_amount,
        {{ money('running.open_amount') }} as open_amount,
        {{ money('running.receivable_amount') }} as receivable_amount,
        {{ money('running.unapplied_amount') }} as unapplied_amount,
        {{ money('gl_by_basis.amount') }} as gl_amount,
        gl_by_basis.balance_source as gl_source,
        case
            when gl_by_basis.amount is not null then {{ money('coalesce(explained.explained_amount, 0)') }}
        end as explained_amount,
        {{ money('gl_by_basis.amount - running.receivable_amount - coalesce(explained.explained_amount, 0)') }}
            as unexplained_amount,
        case
            when gl_by_basis.amount is null then 'not tied'
            when
                abs(gl_by_basis.amount - running.receivable_amount - coalesce(explained.explained_amount, 0))
                > policy.gl_tolerance_amount
                then 'unexplained'
            else 'tied'
        end as tie_out_status
    from running
    cross join {{ ref('int_policy') }} as policy
    left join gl_by_basis
        on
            running.entity_id = gl_by_basis.entity_id
            and running.account = gl_by_basis.account
            and running.currency = gl_by_basis.currency
            and running.amount_basis = gl_by_basis.amount_basis
            and running.balance_on = gl_by_basis.balance_on
    left join explained
        on
            running.entity_id = explained.entity_id
            and running.account = explained.account
            and running.currency = explained.currency
            and running.amount_basis = explained.amount_basis
            and running.balance_on = explained.balance_on

)

select * from final
{{ sorted_by('entity_id', 'account', 'currency', 'amount_basis', 'balance_on') }}
