{#
  The lines of the books that are items: all of `int_ledger_lines` less the opening lines of years that follow another, and
  what such an opening differs by from what the years before leave, so that the books' own balance is met in every year.
  Balances brought forward are in base currency, whatever was billed in: they are held against the base amounts before them.
#}
with

lines as (

    select * from {{ ref('int_ledger_lines') }}

),

openings as (

    select * from {{ ref('int_ledger_openings') }}

),

opened_slices as (

    select
        entity_id,
        opened_slice,
        min(posted_on) as opened_on,
        max(case when is_brought_forward then 1 else 0 end) as is_in_base
    from openings
    group by
        entity_id,
        opened_slice

),

starting_slices as (

    select distinct
        entity_id,
        opened_slice
    from openings
    union
    select
        entity_id,
        min(opened_slice) as opened_slice
    from lines
    group by entity_id

),

-- Where the balance before a year starts to count: the newest year before it that opens with balances, else the first.
starts as (

    select
        opened.entity_id,
        opened.opened_slice,
        opened.opened_on,
        opened.is_in_base,
        max(earlier.opened_slice) as start_slice
    from opened_slices as opened
    inner join starting_slices as earlier
        on
            opened.entity_id = earlier.entity_id
            and opened.opened_slice > earlier.opened_slice
    group by
        opened.entity_id,
        opened.opened_slice,
        opened.opened_on,
        opened.is_in_base

),

sides as (

    select
        starts.entity_id,
        starts.opened_slice,
        starts.opened_on,
        lines.account,
        lines.customer_id,
        case when starts.is_in_base = 1 then entities.base_currency else lines.currency end as currency,
        case when starts.is_in_base = 1 then -coalesce(lines.base_amount, lines.amount) else -lines.amount end
            as amount,
        case when starts.is_in_base = 1 then -coalesce(lines.base_amount, lines.amount) else -lines.base_amount end
            as base_amount
    from starts
    inner join lines
        on
            starts.entity_id = lines.entity_id
            and starts.start_slice <= lines.opened_slice
            and starts.opened_slice > lines.opened_slice
    inner join {{ ref('int_entities') }} as entities
        on starts.entity_id = entities.entity_id
    union all
    select
        openings.entity_id,
        openings.opened_slice,
        opened.opened_on,
        openings.account,
        openings.customer_id,
        case when opened.is_in_base = 1 then entities.base_currency else openings.currency end as currency,
        openings.amount,
        openings.base_amount
    from openings
    inner join opened_slices as opened
        on
            openings.entity_id = opened.entity_id
            and openings.opened_slice = opened.opened_slice
    inner join {{ ref('int_entities') }} as entities
        on openings.entity_id = entities.entity_id

),

differences as (

    select
        entity_id,
        opened_slice,
        opened_on,
        account,
        customer_id,
        currency,
        {{ money('sum(amount)') }} as amount,
        {{ money('sum(base_amount)') }} as base_amount
    from sides
    group by
        entity_id,
        opened_slice,
        opened_on,
        account,
        customer_id,
        currency
    having sum(amount) <> 0

),

final as (

    select
        lines.entity_id,
        lines.line_id,
        lines.account,
        lines.customer_id,
        lines.posted_on,
        lines.invoiced_on,
        lines.due_on,
        lines.default_payment_terms,
        lines.document_number,
        lines.currency,
        lines.amount,
        lines.base_amount,
        lines.item_kind,
        false as is_opening_difference
    from lines
    left join openings
        on
            lines.entity_id = openings.entity_id
            and lines.line_id = openings.line_id
    where
        openings.line_id is null
        and lines.amount <> 0
    union all
    select
        entity_id,
        'difference:' || opened_slice || ':' || coalesce(account, '') || ':' || customer_id
        || coalesce(':' || currency, '') as line_id,
        account,
        customer_id,
        opened_on as posted_on,
        opened_on as invoiced_on,
        cast(null as date) as due_on,
        cast(null as varchar) as default_payment_terms,
        'Opening difference of ' || cast(opened_on as varchar) as document_number,
        currency,
        amount,
        base_amount,
        'opening' as item_kind,
        true as is_opening_difference
    from differences

)

select * from final
