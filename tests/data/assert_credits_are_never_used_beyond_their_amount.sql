{#
  What: no credit is used beyond its amount on any day: its open amount never turns positive.
  Why it happens: an over-allocation that was not left out.
  Window: all days. A row is a span in which a credit is overused.
#}
select
    entity_id,
    document_id,
    valid_from_on,
    amount,
    open_amount
from {{ ref('fct_item_intervals') }}
where amount < 0 and (open_amount > 0 or open_amount < amount)
