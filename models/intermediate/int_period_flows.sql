{#
  Sales, collections and write-offs of each row's windows: its 91 days (three months), its 364 days (twelve months), the
  28 days (the month) of collection effectiveness, and the week or month itself. A day counts up in the first row whose
  window holds it and down in the first whose window has left it behind.
#}
{%- set measures = [
    'sales_amount', 'sales_12m_amount', 'effectiveness_sales_amount', 'collected_amount', 'period_collected_amount',
    'written_off_amount',
] -%}
{#- The windows: how many days (weeks' rows) and months (months' rows) each holds, and what is summed in it. -#}
{%- set windows = [
    (91, 3, {'sales_amount': 'sales_amount', 'collected_amount': 'collected_amount',
             'written_off_amount': 'written_off_amount'}),
    (364, 12, {'sales_amount': 'sales_12m_amount'}),
    (28, 1, {'sales_amount': 'effectiveness_sales_amount'}),
    (none, 1, {'collected_amount': 'period_collected_amount'}),
] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

kinds as (

    select distinct period_kind from period_rows

),

daily_flows as (

    select
        daily_flows.*,
        kinds.period_kind
    from {{ ref('int_daily_flows') }} as daily_flows
    cross join kinds

),

moves as (

    -- All windows begin to hold a day on the day itself.
    select
        period_kind,
        flow_on as moved_on,
        entity_id,
        cut_id,
        sales_amount,
        sales_amount as sales_12m_amount,
        sales_amount as effectiveness_sales_amount,
        collected_amount,
        collected_amount as period_collected_amount,
        written_off_amount,
        reporting_currency
    from daily_flows
    {% for window in windows %}
        union all
        select
            period_kind,
            {% if window[0] is none %}
                case
                    when period_kind = 'week' then {{ add_days(week_ending('flow_on'), 1) }}
                    else {{ add_months(month_start('flow_on'), 1) }}
                end as moved_on,
            {% else %}
                {{ window_leaves('period_kind', 'flow_on', window[0], window[1]) }} as moved_on,
            {% endif %}
            entity_id,
            cut_id,
            {% for measure in measures %}
                {% set summed = namespace(flow=none) %}
                {% for flow, figure in window[2].items() if figure == measure %}
                    {% set summed.flow = flow %}
                {% endfor %}
                {{ '-' ~ summed.flow if summed.flow else '0' }} as {{ measure }},
            {% endfor %}
            reporting_currency
        from daily_flows
    {% endfor %}

),

changes as (

    select
        moves.period_kind,
        {{ period_ending('moves.period_kind', 'moves.moved_on') }} as period_ending_on,
        moves.entity_id,
        moves.cut_id,
        moves.reporting_currency,
        {{ summed(measures, 'moves') }}
    from moves
    inner join as_of
        on moves.moved_on <= as_of.as_of_on
    group by
        moves.period_kind,
        {{ period_ending('moves.period_kind', 'moves.moved_on') }},
        moves.entity_id,
        moves.cut_id,
        moves.reporting_currency

),

running as (

    {{ run_up('changes', ['entity_id', 'cut_id', 'reporting_currency'], measures) }}

),

final as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        {{ as_money(measures) }}
    from running

)

select * from final
