{#
  The spans of days between which nothing changes for a key: from each first and each day after a last day of `periods`
  (the keys, valid_from, valid_to, both inclusive, null = still) to the next such day. A query to stand in a CTE; gives the
  keys, starts_on and ends_on (exclusive, null = still).

      periods: C from 01-01, C from 02-01 to 02-28
      {{ days_of_change('periods', ['customer_id']) }}
        -> C 01-01 to 02-01, C 02-01 to 03-01, C from 03-01
#}
{% macro days_of_change(periods, keys) -%}
select
    {{ keys | join(',\n    ') }},
    change_on as starts_on,
    lead(change_on) over (partition by {{ keys | join(', ') }} order by change_on) as ends_on
from (
    select
        {{ keys | join(',\n        ') }},
        valid_from as change_on
    from {{ periods }}
    union
    select
        {{ keys | join(',\n        ') }},
        {{ add_days('valid_to', 1) }} as change_on
    from {{ periods }}
    where valid_to is not null
) as changes
{%- endmacro %}
