{%- set flows = ['billed', 'credited', 'collected', 'refunded', 'bounced', 'written_off', 'adjusted'] -%}
with

months as (

    select
        period_ending_on as month_ending_on,
        as_of_on,
        is_complete
    from {{ ref('int_period_rows') }}
    where period_kind = 'month'

),

events as (

    select
        entity_id,
        account,
        currency,
        base_currency,
        event_kind,
        event_on,
        {{ month_end('event_on') }} as month_ending_on,
        amount,
        base_amount
    from {{ ref('fct_receivable_events') }}

),

moves as (

    -- In document currency what an allocation moves adds up to zero, but where it changes the currency.
    select
        entity_id,
        account,
        currency,
        'document' as amount_basis,
        event_on,
        month_ending_on,
        case when event_kind = 'exchange' then 'fx' else event_kind end as flow,
        amount
    from events
    where event_kind not in ('applied', 'transfer', 'realised_fx')
    union all
    -- In base the pairs add up to zero too; what stays is the realised difference.
    select
        entity_id,
        account,
        base_currency as currency,
        'base' as amount_basis,
        event_on,
        month_ending_on,
        case when event_kind in ('applied', 'transfer', 'exchange', 'realised_fx') then 'fx' else event_kind end
            as flow,
        base_amount as amount
    from events

),

moves_by_month as (

    select
        entity_id,
        currency,
        amount_basis,
        month_ending_on,
        sum(amount) as moved_amount,
        sum(case when flow = 'opening' then amount else 0 end) as opening_documents_amount,
        {% for flow in flows %}
            sum(case when flow = '{{ flow }}' then amount else 0 end) as {{ flow }}_amount,
        {% endfor %}
        sum(case when flow = 'fx' then amount else 0 end) as fx_amount
    from moves
    group by
        entity_id,
        currency,
        amount_basis,
        month_ending_on

),

-- An account counts from its first posting on, whatever the currencies on it.
accounts as (

    select
        entity_id,
        account,
        currency,
        amount_basis,
        min(event_on) as first_moved_on
    from moves
    group by
        entity_id,
        account,
        currency,
        amount_basis

),

balances as (

    select
        entity_id,
        currency,
        amount_basis,
        min(first_moved_on) as first_moved_on
    from accounts
    group by
        entity_id,
        currency,
        amount_basis

),

running as (

    select
        balances.entity_id,
        balances.currency,
        balances.amount_basis,
        months.month_ending_on,
        months.as_of_on,
        months.is_complete,
        coalesce(moves_by_month.opening_documents_amount, 0) as opening_documents_amount,
        {% for flow in flows %}
            coalesce(moves_by_month.{{ flow }}_amount, 0) as {{ flow }}_amount,
        {% endfor %}
        coalesce(moves_by_month.fx_amount, 0) as fx_amount,
        coalesce(moves_by_month.moved_amount, 0) as moved_amount,
        sum(coalesce(moves_by_month.moved_amount, 0)) over (
            partition by balances.entity_id, balances.currency, balances.amount_basis
            order by months.month_ending_on
            rows between unbounded preceding and current row
        ) as closing_amount
    from balances
    inner join months
        on balances.first_moved_on <= months.as_of_on
    left join moves_by_month
        on
            balances.entity_id = moves_by_month.entity_id
            and balances.currency = moves_by_month.currency
            and balances.amount_basis = moves_by_month.amount_basis
            and months.month_ending_on = moves_by_month.month_ending_on

),

ties as (

    -- Only where each account that was posted to gives a balance on the day does their sum speak of all of it.
    select
        tie_out.entity_id,
        tie_out.currency,
        tie_out.amount_basis,
        tie_out.balance_on,
        sum(tie_out.gl_amount) as gl_amount,
        sum(tie_out.explained_amount) as explained_amount,
        sum(tie_out.unexplained_amount) as unexplained_amount
    from {{ ref('rpt_tie_out') }} as tie_out
    left join accounts
        on
            tie_out.entity_id = accounts.entity_id
            and tie_out.account = accounts.account
            and tie_out.currency = accounts.currency
            and tie_out.amount_basis = accounts.amount_basis
    where tie_out.gl_amount is not null or accounts.first_moved_on <= tie_out.balance_on
    group by
        tie_out.entity_id,
        tie_out.currency,
        tie_out.amount_basis,
        tie_out.balance_on
    having count(*) = count(tie_out.gl_amount)

),

final as (

    select
        running.month_ending_on,
        running.as_of_on,
        running.is_complete,
        running.entity_id,
        running.currency,
        running.amount_basis,
        -- Opening documents count in the opening of their month.
        {{ money('running.closing_amount - running.moved_amount + running.opening_documents_amount') }}
            as opening_amount,
        {{ money('running.opening_documents_amount') }} as opening_documents_amount,
        {% for flow in flows %}
            {{ money('running.' ~ flow ~ '_amount') }} as {{ flow }}_amount,
        {% endfor %}
        {{ money('running.fx_amount') }} as fx_amount,
        {{ money('running.closing_amount') }} as closing_amount,
        {{ money('ties.gl_amount') }} as gl_amount,
        {{ money('ties.explained_amount') }} as explained_amount,
        {{ money('ties.unexplained_amount') }} as unexplained_amount
    from running
    left join ties
        on
            running.entity_id = ties.entity_id
            and running.currency = ties.currency
            and running.amount_basis = ties.amount_basis
            and running.as_of_on = ties.balance_on

)

select * from final
{{ sorted_by('entity_id', 'currency', 'amount_basis', 'month_ending_on') }}
