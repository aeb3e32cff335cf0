{#
  Whether a row of the manifest counts: a file that was loaded, and not withdrawn by an unload that is known.

      where {{ is_in_effect() }}      -- known_at: 12 -> not of an unload, not unloaded in 12 or before
#}
{% macro is_in_effect() %}
    {%- if var('known_at') in ('', none) -%}
        coalesce(kind, '') <> 'unload' and unloaded_in is null
    {%- else -%}
        coalesce(kind, '') <> 'unload' and (unloaded_in is null or unloaded_in > {{ var('known_at') | int }})
    {%- endif -%}
{% endmacro %}
