{#
  Sales and collections of each row's windows: its 91 days (three months), its 364 days (twelve months), and the
  28 days (the month) of collection effectiveness.
#}
with

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

daily_flows as (

    select * from {{ ref('int_daily_flows') }}

),

final as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        daily_flows.entity_id,
        daily_flows.reporting_currency,
        {{ money(
            'sum(case when daily_flows.flow_on >= period_rows.window_from_on'
            ~ ' then daily_flows.sales_amount else 0 end)'
        ) }} as sales_amount,
        {{ money('sum(daily_flows.sales_amount)') }} as sales_12m_amount,
        {{ money(
            'sum(case when daily_flows.flow_on >= period_rows.effectiveness_from_on'
            ~ ' then daily_flows.sales_amount else 0 end)'
        ) }} as effectiveness_sales_amount,
        {{ money(
            'sum(case when daily_flows.flow_on >= period_rows.window_from_on'
            ~ ' then daily_flows.collected_amount else 0 end)'
        ) }} as collected_amount
    from period_rows
    inner join daily_flows
        on
            period_rows.as_of_on >= daily_flows.flow_on
            and period_rows.window_12m_from_on <= daily_flows.flow_on
    group by
        period_rows.period_kind,
        period_rows.period_ending_on,
        daily_flows.entity_id,
        daily_flows.reporting_currency

)

select * from final
