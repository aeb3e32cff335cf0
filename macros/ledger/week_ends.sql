{#
  Spans of days as changes of the weeks that see them: up in the first week row that sees a span, down in the first that does
  not. What begins and ends within one week changes nothing, but on the as-of day the running week sees it. `keys` and
  `amounts` are columns of `spans` (starts_on, ends_on); needs a CTE `as_of` (`int_build`). A query to stand in parentheses.

      span of 100 from Mon 03-04 to Tue 03-12
        -> week 03-10: +100, week 03-17: -100
#}
{% macro week_ends(spans, keys, amounts, condition='true') %}
select
    {% for key in keys %}
        spans.{{ key }},
    {% endfor %}
    {{ week_ending('spans.starts_on') }} as week_ending_on,
    {% for amount in amounts %}
        spans.{{ amount }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ spans }} as spans
cross join as_of
where
    {{ condition }}
    and (
        spans.ends_on > as_of.as_of_on
        or {{ week_ending('spans.starts_on') }} < {{ week_ending('spans.ends_on') }}
    )
union all
select
    {% for key in keys %}
        spans.{{ key }},
    {% endfor %}
    {{ week_ending('spans.ends_on') }} as week_ending_on,
    {% for amount in amounts %}
        -spans.{{ amount }} as {{ amount }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ spans }} as spans
cross join as_of
where
    {{ condition }}
    and spans.ends_on <= as_of.as_of_on
    and {{ week_ending('spans.starts_on') }} < {{ week_ending('spans.ends_on') }}
{% endmacro %}
