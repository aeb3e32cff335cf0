{#
  The one place where knowledge is cut: keeps the version of each raw row that was current at load
  `known_at`, or that is current now where the variable is empty.

      where {{ is_known() }}      -- known_at: 12 -> loaded in 12 or before, not replaced until after 12
#}
{% macro is_known() %}
    {%- if var('known_at') in ('', none) -%}
        _replaced_in is null
    {%- else -%}
        _loaded_in <= {{ var('known_at') | int }} and (_replaced_in is null or _replaced_in > {{ var('known_at') | int }})
    {%- endif -%}
{% endmacro %}
