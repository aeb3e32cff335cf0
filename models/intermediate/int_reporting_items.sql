{#
  The amount of each item in the reporting currencies that are not its entity's base currency (there the base
  amount serves). A document is converted once, straight from its own currency at its posting day's rate, and
  rounded; its instalments are shares of that, the last takes the rest.
#}
with

items as (

    select * from {{ ref('int_receivable_items') }}

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

converted as (

    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.has_schedule,
        items.due_on,
        items.amount,
        items.document_amount,
        reporting.reporting_currency,
        reporting.is_main,
        case
            when items.currency = reporting.reporting_currency then items.document_amount
            else {{ convert_money('items.document_amount', 'rates.numerator', 'rates.denominator') }}
        end as document_reporting_amount
    from items
    inner join reporting
        on items.base_currency <> reporting.reporting_currency
    left join rates
        on
            items.currency = rates.from_currency
            and reporting.reporting_currency = rates.to_currency
            and items.posted_on = rates.rate_on

),

shares as (

    select
        *,
        {{ share_money('document_reporting_amount', 'amount', 'document_amount') }} as share_amount
    from converted
    where has_schedule

),

ranked_shares as (

    select
        *,
        row_number() over (
            partition by entity_id, document_id, reporting_currency order by due_on desc, instalment_no desc
        ) as rank_from_last,
        sum(share_amount) over (partition by entity_id, document_id, reporting_currency) as shares_amount
    from shares

),

final as (

    select
        entity_id,
        document_id,
        instalment_no,
        reporting_currency,
        is_main,
        {{ money('document_reporting_amount') }} as reporting_amount
    from converted
    where not has_schedule
    union all
    select
        entity_id,
        document_id,
        instalment_no,
        reporting_currency,
        is_main,
        {{ money(
            'case when rank_from_last = 1'
            ~ ' then document_reporting_amount - (shares_amount - share_amount) else share_amount end'
        ) }} as reporting_amount
    from ranked_shares

)

select * from final
