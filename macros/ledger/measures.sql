{#
  Lists of measures written out at the end of a select.

      {{ summed(['a_amount', 'b_amount'], 'moves') }}   sum(moves.a_amount) as a_amount, sum(moves.b_amount) as b_amount
      {{ zeros(['a_amount']) }}                         0 as a_amount
      {{ as_money(['a_amount']) }}                      cast(a_amount as decimal(18, 2)) as a_amount
#}
{% macro summed(measures, relation='') %}
    {%- set from_relation = relation ~ '.' if relation else '' -%}
    {%- set written = [] -%}
    {%- for measure in measures -%}
        {%- do written.append('sum(' ~ from_relation ~ measure ~ ') as ' ~ measure) -%}
    {%- endfor -%}
    {{ return(written | join(',\n        ')) }}
{% endmacro %}

{% macro zeros(measures) %}
    {%- set written = [] -%}
    {%- for measure in measures -%}
        {%- do written.append('0 as ' ~ measure) -%}
    {%- endfor -%}
    {{ return(written | join(',\n        ')) }}
{% endmacro %}

{% macro as_money(measures) %}
    {%- set written = [] -%}
    {%- for measure in measures -%}
        {%- do written.append(money(measure) ~ ' as ' ~ measure) -%}
    {%- endfor -%}
    {{ return(written | join(',\n        ')) }}
{% endmacro %}
