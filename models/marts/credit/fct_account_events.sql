with

events as (

    select * from {{ ref('int_account_events') }}

),

final as (

    select
        account_event_id,
        customer_id,
        event_kind,
        event_on,
        event_at,
        title,
        text,
        by_whom,
        document_number,
        {{ money('amount') }} as amount,
        due_on,
        next_on
    from events

)

select * from final
{{ sorted_by('customer_id', 'event_on') }}
