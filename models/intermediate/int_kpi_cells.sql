{#
  What the figures of collection speed are cut by. Customers that agree in all of it, and the currency of their
  documents, make one cell: items are summed by cell first, and only the sums are spread over the cuts they are in.
  Cut 0 is the total. Intragroup customers are in no cell.
#}
with

customers as (

    select * from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

group_sizes as (

    select
        group_customer_id,
        count(*) as customers_count
    from {{ ref('dim_customers') }}
    group by group_customer_id

),

currencies as (

    select distinct
        customer_id,
        currency
    from {{ ref('int_receivable_items') }}

),

described as (

    select
        customers.customer_id,
        customers.segment,
        coalesce(customers.sales_owner, 'Not given') as sales_owner,
        coalesce(customers.collector, 'Not given') as collector,
        coalesce(customers.country_code, 'Not given') as country_code,
        -- A group of one is a customer, and fct_customer_weekly speaks of those.
        case when group_sizes.customers_count > 1 then customers.group_customer_id else 'Standing alone' end
            as group_customer_id,
        currencies.currency
    from customers
    inner join group_sizes
        on customers.group_customer_id = group_sizes.group_customer_id
    inner join currencies
        on customers.customer_id = currencies.customer_id

),

final as (

    select
        *,
        dense_rank() over (
            order by segment, sales_owner, collector, country_code, group_customer_id, currency
        ) as cell_id
    from described

)

select * from final
