{#
  A later amount of one document currency in reporting currency, at the rate the earlier amount is kept at: rounded
  half away from zero to the cent. Where there was nothing before, there is no such rate: the later amount as it is.

      {{ at_constant_rate('200.00', '190.00', '100.00', '90.00') }}    200 at 0.90 -> 180.00
      {{ at_constant_rate('200.00', '190.00', '0.00', '0.00') }}       no rate before -> 190.00
#}
{% macro at_constant_rate(amount, reporting_amount, opening_amount, opening_reporting_amount) -%}
case
    when coalesce({{ opening_amount }}, 0) = 0 then {{ reporting_amount }}
    else {{ share_money(opening_reporting_amount, amount, opening_amount) }}
end
{%- endmacro %}
