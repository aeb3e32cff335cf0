{#
  Days of sales outstanding by countback, for each row and scope: from the balance take off the credit sales of
  each calendar month, newest first, adding its days; the last month pro rata. A month with sales of zero or
  less adds its days and takes nothing. History exhausted: flagged, the days available.
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
        reporting_currency,
        {{ month_start('posted_on') }} as month_on,
        sum(disputed_sales_amount) as disputed_sales_amount
    from {{ ref('int_period_disputed') }}
    group by
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        {{ month_start('posted_on') }}

),

as_of as (

    select * from {{ ref('int_build') }}

),

history as (

    select
        daily_flows.entity_id,
        daily_flows.reporting_currency,
        min(daily_flows.flow_on) as first_on,
        max(as_of.as_of_on) as last_on
    from daily_flows
    cross join as_of
    where daily_flows.has_sales
    group by
        daily_flows.entity_id,
        daily_flows.reporting_currency

),

whole_span as (

    select
        min(first_on) as first_on,
        max(last_on) as last_on
    from history
    having min(first_on) is not null

),

month_starts as (

    {{ month_series('whole_span', 'first_on', 'last_on') }}

),

months as (

    select
        history.entity_id,
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
        reporting_currency,
        {{ month_start('flow_on') }} as month_on,
        sum(sales_amount) as sales_amount
    from daily_flows
    group by
        entity_id,
        reporting_currency,
        {{ month_start('flow_on') }}

),

sales_of_own_month as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        daily_flows.entity_id,
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
        daily_flows.reporting_currency

),

row_months as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        months.entity_id,
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
        coalesce(disputed.disputed_sales_amount, 0) as disputed_sales_amount
    from period_rows
    inner join months
        on
            period_rows.as_of_on >= months.month_on
            -- Before its first sale an entity has no history to count back through.
            and period_rows.as_of_on >= months.first_on
    left join sales_by_month
        on
            months.entity_id = sales_by_month.entity_id
            and months.reporting_currency = sales_by_month.reporting_currency
            and months.month_on = sales_by_month.month_on
    left join sales_of_own_month
        on
            period_rows.period_kind = sales_of_own_month.period_kind
            and period_rows.period_ending_on = sales_of_own_month.period_ending_on
            and months.entity_id = sales_of_own_month.entity_id
            and months.reporting_currency = sales_of_own_month.reporting_currency
    left join disputed
        on
            period_rows.period_kind = disputed.period_kind
            and period_rows.period_ending_on = disputed.period_ending_on
            and months.entity_id = disputed.entity_id
            and months.reporting_currency = disputed.reporting_currency
            and months.month_on = disputed.month_on

),

scoped as (

    select
        row_months.*,
        'all' as scope,
        balances.receivable_amount,
        greatest(row_months.sales_amount, 0) as taken_amount
    from row_months
    inner join balances
        on
            row_months.period_kind = balances.period_kind
            and row_months.period_ending_on = balances.period_ending_on
            and row_months.entity_id = balances.entity_id
            and row_months.reporting_currency = balances.reporting_currency
    union all
    select
        row_months.*,
        'clean' as scope,
        balances.receivable_amount - balances.disputed_amount as receivable_amount,
        greatest(row_months.sales_amount - row_months.disputed_sales_amount, 0) as taken_amount
    from row_months
    inner join balances
        on
            row_months.period_kind = balances.period_kind
            and row_months.period_ending_on = balances.period_ending_on
            and row_months.entity_id = balances.entity_id
            and row_months.reporting_currency = balances.reporting_currency

),

running as (

    select
        *,
        sum(taken_amount) over (
            partition by period_kind, period_ending_on, entity_id, reporting_currency, scope
            order by month_on desc
            rows between unbounded preceding and current row
        ) as taken_through_amount,
        sum(days) over (
            partition by period_kind, period_ending_on, entity_id, reporting_currency, scope
            order by month_on desc
            rows between unbounded preceding and current row
        ) as days_through
    from scoped

),

final as (

    select
        period_kind,
        period_ending_on,
        entity_id,
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
        reporting_currency,
        scope

)

select * from final
