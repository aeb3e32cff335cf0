{#
  What: a quarter's tiers hold every invoice and debit note posted in the 13 weeks after its week that has matured, and
  every late one of them, once.
  Why it happens: a week of posting that belongs to two quarters or to none; a customer that is not scored and lost.
  Window: all quarters. A row is a quarter that does not add up.
#}
with

tiers as (

    select
        scored_on,
        sum(invoices_count) as invoices_count,
        sum(late_count) as late_count
    from {{ ref('rpt_backtest_tiers') }}
    where quarter <> 'all'
    group by scored_on

),

matured as (

    select
        items.posted_on,
        maturities.is_late
    from {{ ref('fct_item_maturities') }} as maturities
    inner join {{ ref('fct_receivable_items') }} as items
        on
            maturities.entity_id = items.entity_id
            and maturities.document_id = items.document_id
            and maturities.instalment_no = items.instalment_no
    cross join {{ ref('int_build') }} as build
    where
        maturities.maturity_kind = 'late'
        and coalesce(maturities.valid_to_on > build.as_of_on, true)
        and items.item_kind in ('invoice', 'debit_note')

),

expected as (

    select
        tiers.scored_on,
        count(matured.posted_on) as invoices_count,
        coalesce(sum(case when matured.is_late then 1 else 0 end), 0) as late_count
    from tiers
    left join matured
        on
            tiers.scored_on < matured.posted_on
            and {{ add_days('tiers.scored_on', 91) }} >= matured.posted_on
    group by tiers.scored_on

)

select
    tiers.scored_on,
    tiers.invoices_count,
    expected.invoices_count as expected_invoices_count,
    tiers.late_count,
    expected.late_count as expected_late_count
from tiers
inner join expected
    on tiers.scored_on = expected.scored_on
where
    tiers.invoices_count <> expected.invoices_count
    or tiers.late_count <> expected.late_count
