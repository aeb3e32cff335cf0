with

customers as (

    select * from {{ ref('stg_raw__customers') }}

),

documents as (

    select
        customer_id,
        min(case when item_kind = 'invoice' then invoiced_on end) as first_invoiced_on
    from {{ ref('int_receivable_documents') }}
    where is_posted
    group by customer_id

),

named_in_books as (

    -- The name the newest line has; of several on one day, the last in the alphabet.
    select
        customer_id,
        customer_name,
        row_number() over (partition by customer_id order by posted_on desc, customer_name desc) as newest_rank
    from {{ ref('int_ledger_lines') }}
    where customer_name is not null

),

-- Each pass goes up as far again as all passes before it: five reach a group thirty levels deep.
parents as (

    select
        customers.customer_id,
        coalesce(parents.customer_id, customers.customer_id) as top_customer_id
    from customers
    left join customers as parents
        on customers.parent_customer_id = parents.customer_id

),

{% for pass in range(1, 6) %}
    tops_{{ pass }} as (

        select
            lower_level.customer_id,
            upper_level.top_customer_id
        from {{ 'parents' if loop.first else 'tops_' ~ (pass - 1) }} as lower_level
        inner join {{ 'parents' if loop.first else 'tops_' ~ (pass - 1) }} as upper_level
            on lower_level.top_customer_id = upper_level.customer_id

    ),

{% endfor %}
final as (

    select
        coalesce(customers.customer_id, documents.customer_id) as customer_id,
        coalesce(
            customers.customer_name, named_in_books.customer_name, customers.customer_id, documents.customer_id
        ) as customer_name,
        customers.parent_customer_id,
        coalesce(tops_5.top_customer_id, documents.customer_id) as group_customer_id,
        coalesce(customers.customer_kind, 'private') as customer_kind,
        customers.country_code,
        coalesce(customers.segment, 'Not given') as segment,
        customers.sector,
        customers.sales_owner,
        customers.collector,
        customers.email,
        customers.registration_id,
        customers.payment_terms,
        customers.created_on,
        customers.insolvency_on,
        documents.first_invoiced_on,
        customers.customer_id is null as is_derived
    from customers
    full outer join documents
        on customers.customer_id = documents.customer_id
    left join tops_5
        on customers.customer_id = tops_5.customer_id
    left join named_in_books
        on
            coalesce(customers.customer_id, documents.customer_id) = named_in_books.customer_id
            and named_in_books.newest_rank = 1

)

select * from final
