{#
  The columns together name one row, and none of them is empty: the grain that the model's description ends with.
  One query for the whole key. A row that comes back is a key that stands more than once, or has a hole.
#}
{% test grain_is(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as rows_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns %}
        or {{ column }} is null
    {% endfor %}
{% endtest %}
