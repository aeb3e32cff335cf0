{#
  What: opening + billed + credited + collected + refunded + bounced + written off + adjusted + FX = closing; a month
  opens with what the month before closed with and the opening documents of its own; it closes with what is open on
  its day, by the intervals and by the tie-out, in document and base currency.
  Why it happens: a kind of event that no column holds; a month without a row; an interval without its event.
  Window: all months. A row is a month that does not add up, does not follow on, or differs from what is open.
#}
with

roll_forward as (

    select
        *,
        opening_amount
        + billed_amount
        + credited_amount
        + collected_amount
        + refunded_amount
        + bounced_amount
        + written_off_amount
        + adjusted_amount
        + fx_amount as added_amount,
        lag(closing_amount, 1, cast(0 as decimal(18, 2))) over (
            partition by entity_id, currency, amount_basis order by month_ending_on
        ) as previous_closing_amount
    from {{ ref('rpt_roll_forward') }}

),

open_changes as (

    select
        entity_id,
        currency,
        base_currency,
        valid_from_on as changed_on,
        open_amount,
        base_open_amount
    from {{ ref('fct_item_intervals') }}
    union all
    select
        entity_id,
        currency,
        base_currency,
        valid_to_on as changed_on,
        -open_amount as open_amount,
        -base_open_amount as base_open_amount
    from {{ ref('fct_item_intervals') }}
    where valid_to_on is not null

),

open_by_month as (

    select
        entity_id,
        currency,
        'document' as amount_basis,
        {{ month_end('changed_on') }} as month_ending_on,
        sum(open_amount) as open_amount
    from open_changes
    group by
        entity_id,
        currency,
        {{ month_end('changed_on') }}
    union all
    select
        entity_id,
        base_currency as currency,
        'base' as amount_basis,
        {{ month_end('changed_on') }} as month_ending_on,
        sum(base_open_amount) as open_amount
    from open_changes
    group by
        entity_id,
        base_currency,
        {{ month_end('changed_on') }}

),

tied as (

    select
        entity_id,
        currency,
        amount_basis,
        balance_on,
        sum(receivable_amount) as receivable_amount
    from {{ ref('rpt_tie_out') }}
    group by
        entity_id,
        currency,
        amount_basis,
        balance_on

),

compared as (

    select
        roll_forward.month_ending_on,
        coalesce(roll_forward.entity_id, open_by_month.entity_id) as entity_id,
        coalesce(roll_forward.currency, open_by_month.currency) as currency,
        coalesce(roll_forward.amount_basis, open_by_month.amount_basis) as amount_basis,
        roll_forward.opening_amount,
        roll_forward.opening_documents_amount,
        roll_forward.previous_closing_amount,
        roll_forward.added_amount,
        roll_forward.closing_amount,
        tied.receivable_amount as tied_amount,
        sum(coalesce(open_by_month.open_amount, 0)) over (
            partition by
                coalesce(roll_forward.entity_id, open_by_month.entity_id),
                coalesce(roll_forward.currency, open_by_month.currency),
                coalesce(roll_forward.amount_basis, open_by_month.amount_basis)
            order by coalesce(roll_forward.month_ending_on, open_by_month.month_ending_on)
            rows between unbounded preceding and current row
        ) as open_amount
    from roll_forward
    full outer join open_by_month
        on
            roll_forward.entity_id = open_by_month.entity_id
            and roll_forward.currency = open_by_month.currency
            and roll_forward.amount_basis = open_by_month.amount_basis
            and roll_forward.month_ending_on = open_by_month.month_ending_on
    left join tied
        on
            roll_forward.entity_id = tied.entity_id
            and roll_forward.currency = tied.currency
            and roll_forward.amount_basis = tied.amount_basis
            and roll_forward.as_of_on = tied.balance_on

)

select *
from compared
where
    month_ending_on is null
    or added_amount <> closing_amount
    or opening_amount <> previous_closing_amount + opening_documents_amount
    or closing_amount <> open_amount
    or closing_amount <> tied_amount
