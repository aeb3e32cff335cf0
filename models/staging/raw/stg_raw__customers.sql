with

source as (

    select * from {{ source('raw', 'customers') }}

),

known as (

    select
        customer_id,
        customer_name,
        parent_customer_id,
        customer_kind,
        country_code,
        segment,
        sector,
        registration_id,
        tax_id,
        created_on,
        payment_terms,
        sales_owner,
        collector,
        email,
        insolvency_on,
        bank_account
    from source
    where
        {{ is_known() }}

)

select * from known
