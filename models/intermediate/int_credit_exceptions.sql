{#
  What of the credit tables is left out or cannot be used, with its reason: rows of customers that no other table knows, signals
  that the policy does not name, amounts without a rate, stages of collection without a place in the procedure.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

customers as (

    select customer_id from {{ ref('dim_customers') }}

),

named as (

    {% for table, key, day in [
        ('credit_limits', 'limit_id', 'valid_from'),
        ('credit_covers', 'cover_id', 'valid_from'),
        ('credit_signals', 'signal_id', 'observed_on'),
        ('orders', 'order_id', 'ordered_on'),
        ('collection_actions', 'action_id', 'done_on'),
        ('promises', 'promise_id', 'promised_on'),
        ('payment_plans', 'plan_id', 'agreed_on'),
        ('tier_overrides', 'override_id', 'from_on'),
        ('account_notes', 'note_id', 'cast(written_at as date)'),
    ] %}
        select
            '{{ table }}' as table_name,
            {{ key }} as exception_key,
            customer_id,
            {{ day }} as known_on
        from {{ ref('stg_raw__' ~ table) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

unknown_customers as (

    select distinct
        'unknown customer' as exception_kind,
        named.table_name,
        cast(null as varchar) as entity_id,
        named.exception_key,
        cast(null as decimal(18, 2)) as amount,
        'Ignored: no customer and no document has the code ' || named.customer_id || '.' as explanation
    from named
    cross join as_of
    left join customers
        on named.customer_id = customers.customer_id
    where
        customers.customer_id is null
        and named.known_on <= as_of.as_of_on

),

orders_without_rate as (

    select
        'missing rate' as exception_kind,
        'orders' as table_name,
        orders.entity_id,
        orders.order_id as exception_key,
        orders.amount,
        'No rate from ' || orders.currency || ' to ' || orders.reporting_currency || ' on '
        || cast(orders.ordered_on as varchar) || ': the order is left out of exposure.' as explanation
    from {{ ref('int_orders_valued') }} as orders
    where orders.reporting_amount is null and orders.amount is not null

),

granted_without_rate as (

    select distinct
        'missing rate' as exception_kind,
        granted.table_name,
        cast(null as varchar) as entity_id,
        granted.exception_key,
        granted.amount,
        'No rate from ' || granted.currency || ' to ' || main_currency.reporting_currency || ' on '
        || cast(as_of.as_of_on as varchar) || ': it is not known in the reporting currency.' as explanation
    from (
        select
            'credit_limits' as table_name,
            limit_id as exception_key,
            currency,
            amount
        from {{ ref('stg_raw__credit_limits') }}
        union all
        select
            'credit_covers' as table_name,
            cover_id as exception_key,
            currency,
            limit_amount as amount
        from {{ ref('stg_raw__credit_covers') }}
    ) as granted
    cross join as_of
    cross join main_currency
    inner join {{ ref('int_credit_rates') }} as rates
        on
            granted.currency = rates.from_currency
            and main_currency.reporting_currency = rates.to_currency
            and as_of.as_of_on = rates.rate_on
    where rates.numerator is null

),

unknown_stages as (

    select
        'stage of an unknown name' as exception_kind,
        'collection_actions' as table_name,
        cast(null as varchar) as entity_id,
        actions.stage as exception_key,
        cast(null as decimal(18, 2)) as amount,
        cast(count(*) as varchar)
        || ' actions move no account to its next stage: seeds/collection_stages.csv does not name "'
        || actions.stage || '".' as explanation
    from {{ ref('stg_raw__collection_actions') }} as actions
    cross join as_of
    left join {{ ref('collection_stages') }} as stages
        on actions.stage = stages.stage
    where
        stages.stage is null
        and actions.stage is not null
        and actions.done_on <= as_of.as_of_on
    group by actions.stage

),

unknown_signals as (

    select
        'signal of an unknown code' as exception_kind,
        'credit_signals' as table_name,
        cast(null as varchar) as entity_id,
        signals.signal_id as exception_key,
        cast(null as decimal(18, 2)) as amount,
        'Ignored: seeds/credit_signals.csv does not name the signal ' || signals.signal || '.' as explanation
    from {{ ref('stg_raw__credit_signals') }} as signals
    cross join as_of
    left join {{ ref('credit_signals') }} as kinds
        on signals.signal = kinds.signal
    where kinds.signal is null and signals.observed_on <= as_of.as_of_on

),

final as (

    select * from unknown_customers
    union all
    select * from unknown_signals
    union all
    select * from orders_without_rate
    union all
    select * from granted_without_rate
    union all
    select * from unknown_stages

)

select * from final
