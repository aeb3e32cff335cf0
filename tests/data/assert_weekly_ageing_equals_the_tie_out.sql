{#
  What: the weekly aged balance adds up to the open amounts at each week's end, in document currency.
  Why it happens: a running sum that starts late or a week counted from the wrong day.
  Window: all weeks. A row is a week, entity and currency that differ.
#}
with

aged as (

    select
        as_of_on,
        entity_id,
        currency,
        sum(open_amount) as aged_amount
    from {{ ref('fct_aging_weekly') }}
    group by
        as_of_on,
        entity_id,
        currency

),

weeks as (

    select * from {{ ref('int_period_rows') }}
    where period_kind = 'week'

),

tied as (

    select
        tie_out.balance_on,
        tie_out.entity_id,
        tie_out.currency,
        sum(tie_out.open_amount) as open_amount
    from {{ ref('rpt_tie_out') }} as tie_out
    inner join weeks
        on tie_out.balance_on = weeks.as_of_on
    where tie_out.amount_basis = 'document'
    group by
        tie_out.balance_on,
        tie_out.entity_id,
        tie_out.currency

)

select
    tied.balance_on,
    tied.entity_id,
    tied.currency,
    tied.open_amount,
    aged.aged_amount
from tied
left join aged
    on
        tied.balance_on = aged.as_of_on
        and tied.entity_id = aged.entity_id
        and tied.currency = aged.currency
where tied.open_amount <> coalesce(aged.aged_amount, 0)
