{#
  What a file with one row an invoice says was settled of it, with the sign of its amount. What was paid of a credit note
  was paid back, with or without its sign. Credits settle, too: where less was paid than is no longer open, what is open
  decides. Both amounts may be missing: then all of it.
#}
{% macro settled_of_row(amount, paid_amount, open_amount) -%}
    case
        when {{ paid_amount }} is null and {{ open_amount }} is null then {{ amount }}
        when {{ amount }} < 0 then least(-abs({{ paid_amount }}), {{ amount }} - {{ open_amount }})
        else greatest({{ paid_amount }}, {{ amount }} - {{ open_amount }})
    end
{%- endmacro %}
