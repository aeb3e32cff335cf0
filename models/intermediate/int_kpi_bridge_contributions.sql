{#
  What each customer contributes to the effects of a DSO bridge, in the main reporting currency, for the last 53 weeks
  and 25 months. Each effect is linear in the customers' parts, so contributions add up to it. At constant rates a
  customer's part is the difference of two rounded running sums, so that the customers' add up to the cent.
#}
{%- set components = [
    'not_due_amount', 'overdue_amount', 'disputed_overdue_amount', 'unapplied_amount', 'sales_amount',
] -%}
{%- set measures = [] -%}
{%- for component in components -%}
    {%- do measures.extend([component, 'reporting_' ~ component]) -%}
{%- endfor -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency
    from {{ ref('int_reporting_currencies') }}
    where is_main

),

bridges as (

    select comparisons.*
    from {{ ref('int_kpi_comparisons') }} as comparisons
    inner join main_currency
        on comparisons.reporting_currency = main_currency.reporting_currency
    where comparisons.comparison = 'previous'

),

recent_rows as (

    -- The rows that have drivers, and the one before them.
    select
        period_kind,
        period_ending_on,
        recency
    from (
        select
            period_kind,
            period_ending_on,
            row_number() over (partition by period_kind order by period_ending_on desc) as recency
        from {{ ref('int_period_rows') }}
    ) as ranked_rows
    where recency <= case when period_kind = 'week' then 54 else 26 end

),

kinds as (

    select distinct period_kind
    from recent_rows

),

changes as (

    select changes.*
    from {{ ref('int_component_changes') }} as changes
    inner join main_currency
        on changes.reporting_currency = main_currency.reporting_currency

),

{{ counted_by_period('changes', ['entity_id', 'customer_id', 'currency'], components) }},

running as (

    -- What came before the first of these rows counts in it.
    {{ run_up('counted_by_period', ['entity_id', 'customer_id', 'currency'], measures, rows='recent_rows') }}

),

balances_by_entity as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        customer_id,
        {{ as_money(measures) }},
        currency
    from running

),

balances_with_something as (

    select *
    from balances_by_entity
    where
        {% for component in components %}
            {{ component }} <> 0
            or reporting_{{ component }} <> 0
            or
        {% endfor %}
        false

),

balances as (

    select * from balances_with_something
    union all
    select
        period_kind,
        period_ending_on,
        '*' as entity_id,
        customer_id,
        {% for component in components %}
            {% for side in ['', 'reporting_'] %}
                {{ money('sum(' ~ side ~ component ~ ')') }} as {{ side }}{{ component }},
            {% endfor %}
        {% endfor %}
        currency
    from balances_with_something
    group by
        period_kind,
        period_ending_on,
        customer_id,
        currency

),

foreign_balances as (

    -- At constant rates: the currencies that rates move, of the rows that have such a figure.
    select
        balances.*,
        {% for component in components %}
            sum(balances.{{ component }}) over running_customers as {{ component }}_so_far,
        {% endfor %}
        bridges.compared_on
    from balances
    inner join bridges
        on
            balances.period_kind = bridges.period_kind
            and balances.period_ending_on = bridges.period_ending_on
            and balances.entity_id = bridges.entity_id
            and balances.currency <> bridges.reporting_currency
            and bridges.is_at_constant_rates
    window
        running_customers as (
            partition by
                balances.period_kind, balances.period_ending_on, balances.entity_id, balances.currency
            order by balances.customer_id
            rows between unbounded preceding and current row
        )

),

rate_differences as (

    select
        foreign_balances.period_kind,
        foreign_balances.period_ending_on,
        foreign_balances.entity_id,
        -- Without an earlier amount there is no rate, and nothing to convert gives nothing.
        {% for component in components %}
            {{ money(
                'case'
                ~ ' when coalesce(opening.' ~ component ~ ', 0) = 0 then 0'
                ~ ' when foreign_balances.' ~ component ~ ' = 0 then -foreign_balances.reporting_' ~ component
                ~ ' else '
                ~ share_money(
                    'opening.reporting_' ~ component,
                    'foreign_balances.' ~ component ~ '_so_far',
                    'opening.' ~ component
                )
                ~ ' - '
                ~ share_money(
                    'opening.reporting_' ~ component,
                    '(foreign_balances.' ~ component ~ '_so_far - foreign_balances.' ~ component ~ ')',
                    'opening.' ~ component
                )
                ~ ' - foreign_balances.reporting_' ~ component
                ~ ' end'
            ) }} as {{ component }},
        {% endfor %}
        foreign_balances.customer_id
    from foreign_balances
    left join {{ ref('int_component_balances') }} as opening
        on
            foreign_balances.period_kind = opening.period_kind
            and foreign_balances.compared_on = opening.period_ending_on
            and foreign_balances.entity_id = opening.entity_id
            and foreign_balances.currency = opening.currency
            and opening.reporting_currency = (select main_currency.reporting_currency from main_currency)

),

sides as (

    {% for side in ['opening', 'closing'] %}
        select
            bridges.period_kind,
            bridges.period_ending_on,
            bridges.entity_id,
            {% for component in components %}
                {{ 'balances.reporting_' ~ component if side == 'opening' else 0 }} as opening_{{ component }},
                {{ 'balances.reporting_' ~ component if side == 'closing' else 0 }} as closing_{{ component }},
                0 as rate_{{ component }},
            {% endfor %}
            balances.customer_id
        from bridges
        inner join recent_rows
            on
                bridges.period_kind = recent_rows.period_kind
                and bridges.compared_on = recent_rows.period_ending_on
        inner join balances
            on
                bridges.period_kind = balances.period_kind
                and bridges.{{ 'compared_on' if side == 'opening' else 'period_ending_on' }} = balances.period_ending_on
                and bridges.entity_id = balances.entity_id
        union all
    {% endfor %}
    select
        period_kind,
        period_ending_on,
        entity_id,
        {% for component in components %}
            0 as opening_{{ component }},
            0 as closing_{{ component }},
            {{ component }} as rate_{{ component }},
        {% endfor %}
        customer_id
    from rate_differences

),

by_customer as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        {% for component in components %}
            cast(sum(opening_{{ component }}) as double) as opening_{{ component }},
            cast(sum(closing_{{ component }}) as double) as closing_{{ component }},
            cast(sum(closing_{{ component }}) + sum(rate_{{ component }}) as double) as constant_{{ component }},
        {% endfor %}
        customer_id
    from sides
    group by
        period_kind,
        period_ending_on,
        entity_id,
        customer_id

),

weights as (

    -- Of the whole row: balances and sales of the earlier row, of the later one at constant rates, and as reported.
    select
        period_kind,
        period_ending_on,
        entity_id,
        has_fx,
        cast(opening_window_days as double) as opening_days,
        {% for side in ['opening', 'constant', 'closing'] %}
            cast({{ side }}_not_due_amount + {{ side }}_overdue_amount + {{ side }}_unapplied_amount as double)
                as {{ side }}_receivable,
            cast({{ side }}_sales_amount as double) as {{ side }}_sales,
        {% endfor %}
        cast(closing_window_days as double) as closing_days
    from bridges
    where opening_dso_days is not null and closing_dso_days is not null

),

means as (

    select
        *,
        (opening_days / opening_sales + closing_days / constant_sales) / 2 as mean_days_per_sale,
        (closing_days / constant_sales + closing_days / closing_sales) / 2 as fx_mean_days_per_sale
    from weights

),

final as (

    select
        by_customer.period_kind,
        by_customer.period_ending_on,
        by_customer.entity_id,
        by_customer.customer_id,
        means.mean_days_per_sale * (by_customer.constant_not_due_amount - by_customer.opening_not_due_amount) as terms,
        means.mean_days_per_sale * (
            (by_customer.constant_overdue_amount - by_customer.constant_disputed_overdue_amount)
            - (by_customer.opening_overdue_amount - by_customer.opening_disputed_overdue_amount)
        ) as lateness,
        means.mean_days_per_sale
        * (by_customer.constant_disputed_overdue_amount - by_customer.opening_disputed_overdue_amount) as disputes,
        means.mean_days_per_sale * (by_customer.constant_unapplied_amount - by_customer.opening_unapplied_amount)
            as unapplied,
        -- Mean balance × (d2 ÷ S2 − d1 ÷ S1), and d2 ÷ S2 − d1 ÷ S1 = (d2 × S1 − d1 × S2) ÷ (S1 × S2).
        (means.opening_receivable + means.constant_receivable) / 2
        * (
            means.closing_days * by_customer.opening_sales_amount
            - means.opening_days * by_customer.constant_sales_amount
        ) / means.opening_sales / means.constant_sales as sales,
        case
            when means.has_fx
                then
                    means.fx_mean_days_per_sale
                    * (
                        by_customer.closing_not_due_amount - by_customer.constant_not_due_amount
                        + by_customer.closing_overdue_amount - by_customer.constant_overdue_amount
                        + by_customer.closing_unapplied_amount - by_customer.constant_unapplied_amount
                    )
                    + (means.constant_receivable + means.closing_receivable) / 2
                    * means.closing_days
                    * (by_customer.constant_sales_amount - by_customer.closing_sales_amount)
                    / means.constant_sales / means.closing_sales
        end as fx
    from by_customer
    inner join means
        on
            by_customer.period_kind = means.period_kind
            and by_customer.period_ending_on = means.period_ending_on
            and by_customer.entity_id = means.entity_id

)

select * from final
