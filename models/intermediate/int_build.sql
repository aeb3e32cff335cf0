with

loads as (

    select * from {{ source('raw', 'loads') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

placed as (

    -- A list of open items older than the latest takes its place before it: the day stays that of the latest.
    select
        *,
        coalesce(
            kind = 'open_items'
            and as_of_on < max(case when kind = 'open_items' and {{ is_in_effect() }} then as_of_on end) over (
                partition by source, table_name, slice
                order by load_id
                rows between unbounded preceding and 1 preceding
            ),
            false
        ) as is_late
    from loads

),

newest as (

    -- Rates and balances often reach beyond the documents: they must not move the day the figures speak of.
    select
        max(load_id) as known_at_load_id,
        max(case when {{ is_in_effect() }} then load_id end) as effective_load_id,
        max(
            case
                when table_name in ('invoices', 'instalments', 'payments', 'allocations', 'disputes', 'ledger_lines')
                    and {{ is_in_effect() }}
                    and not is_late
                    then load_id
            end
        ) as documents_load_id
    from placed

),

final as (

    select
        newest.known_at_load_id,
        {% if var('as_of_date') not in ('', none) %}
            cast('{{ var("as_of_date") }}' as date) as as_of_on
        {% else %}
            max(loads.as_of_on) as as_of_on
        {% endif %}
    from newest
    left join loads
        on coalesce(newest.documents_load_id, newest.effective_load_id) = loads.load_id
    group by newest.known_at_load_id

)

select * from final
