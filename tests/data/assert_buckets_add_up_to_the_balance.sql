{#
  What: the ageing buckets, the open amounts and the ledger's balance are one figure, per entity, account,
  currency and amount basis, at every week end and balance day.
  Why it happens: a slab that leaves days out or counts them twice; an event without its interval.
  Window: all of `rpt_tie_out`. A row is a day and account on which they differ.
#}
select
    balance_on,
    entity_id,
    account,
    currency,
    amount_basis,
    buckets_amount,
    open_amount,
    receivable_amount
from {{ ref('rpt_tie_out') }}
where
    buckets_amount <> open_amount
    or open_amount <> receivable_amount
