{#
  What: the revaluation holds every balance in foreign currency of the as-of day, to the cent, as the ledger's events
  give it; and each that has no rate of the day is listed as an exception by currency and day.
  Why it happens: an entity or currency lost in a join; a missing rate that nobody is told of.
  Window: the as-of day. A row is an entity and currency that differs, or is not listed.
#}
with

ledger as (

    select
        events.entity_id,
        events.currency,
        entities.base_currency,
        sum(events.amount) as receivable_amount,
        sum(events.base_amount) as base_receivable_amount
    from {{ ref('fct_receivable_events') }} as events
    inner join {{ ref('dim_entities') }} as entities
        on
            events.entity_id = entities.entity_id
            and events.currency <> entities.base_currency
    group by
        events.entity_id,
        events.currency,
        entities.base_currency

),

listed as (

    select distinct key as listed_key
    from {{ ref('rpt_exceptions') }}
    where exception_kind = 'missing rate'

)

select
    ledger.entity_id,
    ledger.currency,
    ledger.receivable_amount,
    revaluation.open_amount,
    revaluation.rate
from ledger
left join {{ ref('rpt_revaluation') }} as revaluation
    on
        ledger.entity_id = revaluation.entity_id
        and ledger.currency = revaluation.currency
left join listed
    on
        revaluation.currency || ' to ' || revaluation.base_currency || ' on '
        || cast(revaluation.as_of_on as varchar) = listed.listed_key
where
    ledger.receivable_amount <> coalesce(revaluation.open_amount, 0)
    or ledger.base_receivable_amount <> coalesce(revaluation.base_open_amount, 0)
    or (revaluation.open_amount is not null and revaluation.rate is null and listed.listed_key is null)
