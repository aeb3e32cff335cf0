{#
  Arithmetic on days, one place for what the engines spell differently. Days are dates, counts are integers.

      {{ add_days("date '2024-02-28'", 2) }}                          -> 2024-03-01
      {{ days_between("date '2024-02-28'", "date '2024-03-01'") }}    -> 2
      {{ month_start("date '2024-02-10'") }}                          -> 2024-02-01
      {{ month_end("date '2024-02-10'") }}                            -> 2024-02-29
      {{ add_months("date '2024-01-31'", 1) }}                        -> 2024-02-29
      {{ week_ending("date '2024-03-27'") }}                          -> 2024-03-31, the Sunday
#}

{% macro add_days(day, days) %}{{ return(adapter.dispatch('add_days')(day, days)) }}{% endmacro %}
{% macro default__add_days(day, days) %}cast({{ day }} + cast({{ days }} as integer) as date){% endmacro %}

{% macro days_between(from_day, to_day) %}{{ return(adapter.dispatch('days_between')(from_day, to_day)) }}{% endmacro %}
{% macro default__days_between(from_day, to_day) %}cast(({{ to_day }}) - ({{ from_day }}) as integer){% endmacro %}

{% macro month_start(day) %}{{ return(adapter.dispatch('month_start')(day)) }}{% endmacro %}
{% macro default__month_start(day) %}cast(date_trunc('month', {{ day }}) as date){% endmacro %}

{% macro month_end(day) %}{{ return(adapter.dispatch('month_end')(day)) }}{% endmacro %}
{% macro default__month_end(day) %}last_day({{ day }}){% endmacro %}

{% macro add_months(day, months) %}{{ return(adapter.dispatch('add_months')(day, months)) }}{% endmacro %}
{% macro default__add_months(day, months) %}cast({{ day }} + to_months(cast({{ months }} as integer)) as date){% endmacro %}

{% macro week_ending(day) %}{{ return(adapter.dispatch('week_ending')(day)) }}{% endmacro %}
{% macro default__week_ending(day) %}cast({{ day }} + (7 - cast(isodow({{ day }}) as integer)) as date){% endmacro %}

{#
  One row a `day` between two days of a one-row relation, `step_days` apart, as a query to stand in a CTE.

      {{ day_series('span', 'first_on', 'last_on', 7) }}   from 03-03 to 03-17 -> 03-03, 03-10, 03-17
#}
{% macro day_series(relation, first_day, last_day, step_days=1) %}
    {{- return(adapter.dispatch('day_series')(relation, first_day, last_day, step_days)) -}}
{% endmacro %}
{% macro default__day_series(relation, first_day, last_day, step_days) %}
select cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval {{ step_days }} day)) as date) as day
from {{ relation }}
{%- endmacro %}

{#
  The first days of the months between two days of a one-row relation, as a query.

      {{ month_series('span', 'first_on', 'last_on') }}    from 01-15 to 03-02 -> 01-01, 02-01, 03-01
#}
{% macro month_series(relation, first_day, last_day) %}
    {{- return(adapter.dispatch('month_series')(relation, first_day, last_day)) -}}
{% endmacro %}
{% macro default__month_series(relation, first_day, last_day) %}
select
    cast(
        unnest(generate_series({{ month_start(first_day) }}, {{ month_start(last_day) }}, interval 1 month)) as date
    ) as day
from {{ relation }}
{%- endmacro %}
