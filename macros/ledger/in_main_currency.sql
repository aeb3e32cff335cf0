{#
  A row's base amount in the main reporting currency: as it stands where the books are kept in it, else as converted once for
  the item. Beside the `relation` the query joins `main_currency` and, from `int_reporting_items`, `converted`; null where
  a rate is missing.

      {{ in_main_currency('items') }}
#}
{% macro in_main_currency(relation) -%}
    (case when {{ relation }}.base_currency = main_currency.reporting_currency
        then {{ relation }}.base_amount else converted.reporting_amount end)
{%- endmacro %}
