{#
  What: the spans of an item follow one another and none is empty or upside down.
  Why it happens: two changes on one day that were not added up.
  Window: all days. A row is a span that ends after the next begins, or before it begins.
#}
with

ordered as (

    select
        entity_id,
        document_id,
        instalment_no,
        valid_from_on,
        valid_to_on,
        lead(valid_from_on) over (
            partition by entity_id, document_id, instalment_no order by valid_from_on
        ) as next_valid_from_on
    from {{ ref('fct_item_intervals') }}

)

select *
from ordered
where
    valid_from_on >= valid_to_on
    or next_valid_from_on < valid_to_on
    or (valid_to_on is null and next_valid_from_on is not null)
