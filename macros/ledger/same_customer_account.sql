{#
  Whether two rows of the books, of aliases `one` and `other`, stand on one customer's account in one currency: where letters and
  document numbers have a meaning. Accounts and currencies may be unknown on both.
#}
{% macro same_customer_account(one, other) -%}
{{ one }}.entity_id = {{ other }}.entity_id
and {{ one }}.account is not distinct from {{ other }}.account
and {{ one }}.customer_id = {{ other }}.customer_id
and {{ one }}.currency is not distinct from {{ other }}.currency
{%- endmacro %}
