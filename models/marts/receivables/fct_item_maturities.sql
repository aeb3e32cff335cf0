with

segments as (

    select * from {{ ref('int_maturity_segments') }}

),

final as (

    select
        entity_id,
        document_id,
        instalment_no,
        customer_id,
        maturity_kind,
        lapses_on,
        valid_from_on,
        valid_to_on,
        base_currency,
        amount,
        base_amount,
        is_late,
        late_amount
    from segments

)

select * from final
{{ sorted_by('lapses_on', 'customer_id') }}
