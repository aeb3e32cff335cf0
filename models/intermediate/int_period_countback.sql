{#
  Days of sales outstanding by countback, for each row, cut and scope: from the balance take off the credit sales of
  each calendar month, newest first, adding its days; the last month pro rata. A month with sales of zero or
  less adds its days and takes nothing. History exhausted: flagged, the days available.

  Sales run up month by month, so that the month in which they reach a balance is one look-up. Only rows in which a
  part of the sales is disputed go through their months one by one, for their sales of each month are their own.
#}
with

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

balances as (

    select * from {{ ref('int_period_balances') }}

),

daily_flows as (

    select * from {{ ref('int_daily_flows') }}

),

disputed as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        {{ month_start('posted_on') }} as month_on,
        sum(disputed_sales_amount) as disputed_sales_amount
    from {{ ref('int_period_disputed') }}
    group by
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        {{ month_start('posted_on') }}

),

as_of as (

    select * from {{ ref('int_build') }}

),

history as (

    select
        daily_flows.entity_id,
        daily_flows.cut_id,
        daily_flows.reporting_currency,
        min(daily_flows.flow_on) as first_on,
        max(as_of.as_of_on) as last_on
    from daily_flows
    cross join as_of
    where daily_flows.has_sales
    group by
        daily_flows.entity_id,
        daily_flows.cut_id,
        daily_flows.reporting_currency

),

whole_span as (

    select
        min(first_on) as first_on,
        max(last_on) as last_on
    from history
    having min(first_on) is not null

),

disputed_rows as (

    select distinct
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency
    from disputed
    where disputed_sales_amount <> 0

),

month_starts as (

    {{ month_series('whole_span', 'first_on', 'last_on') }}

),

months as (

    select
        history.entity_id,
        history.cut_id,
        history.reporting_currency,
        history.first_on,
        month_starts.day as month_on
    from history
    inner join month_starts
        on {{ month_start('history.first_on') }} <= month_starts.day

),

sales_by_month as (

    select
        entity_id,
        cut_id,
        reporting_currency,
        {{ month_start('flow_on') }} as month_on,
        sum(sales_amount) as sales_amount
    from daily_flows
    group by
        entity_id,
        cut_id,
        reporting_currency,
        {{ month_start('flow_on') }}

),

sales_of_own_month as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        daily_flows.entity_id,
        daily_flows.cut_id,
        daily_flows.reporting_currency,
        sum(daily_flows.sales_amount) as sales_amount
    from period_rows
    inner join daily_flows
        on
            period_rows.as_of_on >= daily_flows.flow_on
            and {{ month_start('period_rows.as_of_on') }} <= daily_flows.flow_on
    group by
        period_rows.period_kind,
        period_rows.period_ending_on,
        daily_flows.entity_id,
        daily_flows.cut_id,
        daily_flows.reporting_currency

),

run_up_months as (

    select
        *,
        sum(taken_amount) over (
            partition by entity_id, cut_id, reporting_currency
            order by month_on
            rows between unbounded preceding and current row
        ) as taken_through_amount
    from (
        select
            months.*,
            greatest(coalesce(sales_by_month.sales_amount, 0), 0) as taken_amount
        from months
        left join sales_by_month
            on
                months.entity_id = sales_by_month.entity_id
                and months.cut_id = sales_by_month.cut_id
                and months.reporting_currency = sales_by_month.reporting_currency
                and months.month_on = sales_by_month.month_on
    ) as monthly

),

rows_with_history as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        period_rows.as_of_on,
        {{ month_start('period_rows.as_of_on') }} as own_month_on,
        balances.entity_id,
        balances.cut_id,
        balances.reporting_currency,
        history.first_on,
        balances.receivable_amount,
        balances.disputed_amount,
        greatest(coalesce(sales_of_own_month.sales_amount, 0), 0) as own_amount,
        coalesce(run_up_months.taken_through_amount, 0) as earlier_amount,
        disputed_rows.entity_id is not null as has_disputed_sales
    from balances
    inner join period_rows
        on
            balances.period_kind = period_rows.period_kind
            and balances.period_ending_on = period_rows.period_ending_on
    inner join history
        on
            balances.entity_id = history.entity_id
            and balances.cut_id = history.cut_id
            and balances.reporting_currency = history.reporting_currency
            -- Before its first sale an entity has no history to count back through.
            and period_rows.as_of_on >= history.first_on
    left join sales_of_own_month
        on
            balances.period_kind = sales_of_own_month.period_kind
            and balances.period_ending_on = sales_of_own_month.period_ending_on
            and balances.entity_id = sales_of_own_month.entity_id
            and balances.cut_id = sales_of_own_month.cut_id
            and balances.reporting_currency = sales_of_own_month.reporting_currency
    left join run_up_months
        on
            balances.entity_id = run_up_months.entity_id
            and balances.cut_id = run_up_months.cut_id
            and balances.reporting_currency = run_up_months.reporting_currency
            and run_up_months.month_on = {{ add_months(month_start('period_rows.as_of_on'), -1) }}
    left join disputed_rows
        on
            balances.period_kind = disputed_rows.period_kind
            and balances.period_ending_on = disputed_rows.period_ending_on
            and balances.entity_id = disputed_rows.entity_id
            and balances.cut_id = disputed_rows.cut_id
            and balances.reporting_currency = disputed_rows.reporting_currency

),

looked_for as (

    -- Sales run up to `left_amount` are what a row's balance leaves: the month that holds it is where it is reached.
    select
        *,
        'all' as scope,
        receivable_amount as balance_amount,
        own_amount + earlier_amount - receivable_amount as left_amount
    from rows_with_history
    union all
    select
        *,
        'clean' as scope,
        receivable_amount - disputed_amount as balance_amount,
        own_amount + earlier_amount - (receivable_amount - disputed_amount) as left_amount
    from rows_with_history
    where not has_disputed_sales

),

looked_up as (

    select
        looked_for.period_kind,
        looked_for.period_ending_on,
        looked_for.entity_id,
        looked_for.cut_id,
        looked_for.reporting_currency,
        looked_for.scope,
        looked_for.left_amount < 0 as is_countback_exhausted,
        case
            when looked_for.balance_amount < 0 then null
            when looked_for.balance_amount = 0 then cast(0 as double)
            when looked_for.left_amount < 0
                then cast({{ days_between(month_start('looked_for.first_on'), 'looked_for.as_of_on') }} + 1 as double)
            when looked_for.own_amount >= looked_for.balance_amount
                then
                    cast(
                        looked_for.balance_amount
                        * ({{ days_between('looked_for.own_month_on', 'looked_for.as_of_on') }} + 1) as double
                    )
                    / cast(looked_for.own_amount as double)
            else
                {{ days_between(month_end('reached.month_on'), 'looked_for.as_of_on') }}
                + cast(
                    (reached.taken_through_amount - looked_for.left_amount)
                    * ({{ days_between('reached.month_on', month_end('reached.month_on')) }} + 1) as double
                )
                / cast(reached.taken_amount as double)
        end as dso_countback_days
    from looked_for
    left join run_up_months as reached
        on
            looked_for.entity_id = reached.entity_id
            and looked_for.cut_id = reached.cut_id
            and looked_for.reporting_currency = reached.reporting_currency
            and looked_for.own_month_on > reached.month_on
            and looked_for.left_amount >= reached.taken_through_amount - reached.taken_amount
            and looked_for.left_amount < reached.taken_through_amount

),

row_months as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        months.entity_id,
        months.cut_id,
        months.reporting_currency,
        months.month_on,
        -- The row's own month counts its elapsed days.
        {{ days_between('months.month_on', "least(period_rows.as_of_on, " ~ month_end('months.month_on') ~ ")") }} + 1
            as days,
        case
            when months.month_on = {{ month_start('period_rows.as_of_on') }}
                then coalesce(sales_of_own_month.sales_amount, 0)
            else coalesce(sales_by_month.sales_amount, 0)
        end as sales_amount,
        rows_with_history.receivable_amount - rows_with_history.disputed_amount as receivable_amount,
        coalesce(disputed.disputed_sales_amount, 0) as disputed_sales_amount
    from rows_with_history
    inner join period_rows
        on
            rows_with_history.period_kind = period_rows.period_kind
            and rows_with_history.period_ending_on = period_rows.period_ending_on
    inner join months
        on
            rows_with_history.entity_id = months.entity_id
            and rows_with_history.cut_id = months.cut_id
            and rows_with_history.reporting_currency = months.reporting_currency
            and period_rows.as_of_on >= months.month_on
    left join sales_by_month
        on
            months.entity_id = sales_by_month.entity_id
            and months.cut_id = sales_by_month.cut_id
            and months.reporting_currency = sales_by_month.reporting_currency
            and months.month_on = sales_by_month.month_on
    left join sales_of_own_month
        on
            period_rows.period_kind = sales_of_own_month.period_kind
            and period_rows.period_ending_on = sales_of_own_month.period_ending_on
            and months.entity_id = sales_of_own_month.entity_id
            and months.cut_id = sales_of_own_month.cut_id
            and months.reporting_currency = sales_of_own_month.reporting_currency
    left join disputed
        on
            period_rows.period_kind = disputed.period_kind
            and period_rows.period_ending_on = disputed.period_ending_on
            and months.entity_id = disputed.entity_id
            and months.cut_id = disputed.cut_id
            and months.reporting_currency = disputed.reporting_currency
            and months.month_on = disputed.month_on
    where rows_with_history.has_disputed_sales

),

scoped as (

    select
        *,
        'clean' as scope,
        greatest(sales_amount - disputed_sales_amount, 0) as taken_amount
    from row_months

),

running as (

    select
        *,
        sum(taken_amount) over (
            partition by period_kind, period_ending_on, entity_id, cut_id, reporting_currency, scope
            order by month_on desc
            rows between unbounded preceding and current row
        ) as taken_through_amount,
        sum(days) over (
            partition by period_kind, period_ending_on, entity_id, cut_id, reporting_currency, scope
            order by month_on desc
            rows between unbounded preceding and current row
        ) as days_through
    from scoped

),

month_by_month as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        scope,
        max(taken_through_amount) < max(receivable_amount) as is_countback_exhausted,
        case
            when max(receivable_amount) < 0 then null
            when max(receivable_amount) = 0 then cast(0 as double)
            when max(taken_through_amount) < max(receivable_amount) then cast(max(days_through) as double)
            else
                -- The month in which running sales reach the balance, pro rata.
                min(
                    case
                        when
                            taken_through_amount >= receivable_amount
                            and taken_through_amount - taken_amount < receivable_amount
                            then
                                days_through - days
                                + cast((receivable_amount - (taken_through_amount - taken_amount)) * days as double)
                                / cast(taken_amount as double)
                    end
                )
        end as dso_countback_days
    from running
    group by
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        scope

),

final as (

    select * from looked_up
    union all
    select * from month_by_month

)

select * from final
