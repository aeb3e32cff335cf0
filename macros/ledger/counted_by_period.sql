{#
  Daily changes of balances and sales, added up by the week and month row from which on they count: a balance's on
  its day, sales on their day and back when the row's window no longer holds it, where that day has come. A running
  sum over rows is then the row's figure. Needs the CTEs `as_of`, `kinds` (period_kind) and `relation` (changed_on,
  `columns`, each of `components` with its `reporting_` sibling; the last component is the sales).

      sales of 10 on Monday 2024-01-29 -> week 2024-02-04 +10, week 2024-05-05 -10
#}
{% macro counted_by_period(relation, columns, components) %}
counted as (

    select
        kinds.period_kind,
        {{ period_ending('kinds.period_kind', 'changes.changed_on') }} as period_ending_on,
        {% for column in columns %}
            changes.{{ column }},
        {% endfor %}
        {% for component in components %}
            changes.{{ component }},
            changes.reporting_{{ component }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ relation }} as changes
    cross join kinds
    union all
    select
        kinds.period_kind,
        {{ period_ending('kinds.period_kind', window_leaves('kinds.period_kind', 'changes.changed_on')) }}
            as period_ending_on,
        {% for column in columns %}
            changes.{{ column }},
        {% endfor %}
        {% for component in components %}
            {% if loop.last %}
                -changes.{{ component }} as {{ component }},
                -changes.reporting_{{ component }} as reporting_{{ component }}
            {% else %}
                0 as {{ component }},
                0 as reporting_{{ component }},
            {% endif %}
        {% endfor %}
    from {{ relation }} as changes
    cross join kinds
    cross join as_of
    where
        (changes.{{ components | last }} <> 0 or changes.reporting_{{ components | last }} <> 0)
        and {{ window_leaves('kinds.period_kind', 'changes.changed_on') }} <= as_of.as_of_on

),

counted_by_period as (

    select
        period_kind,
        period_ending_on,
        {% for column in columns %}
            {{ column }},
        {% endfor %}
        {% for component in components %}
            {{ money('sum(' ~ component ~ ')') }} as {{ component }},
            {{ money('sum(reporting_' ~ component ~ ')') }} as reporting_{{ component }}{{ ',' if not loop.last }}
        {% endfor %}
    from counted
    group by
        period_kind,
        period_ending_on,
        {% for column in columns %}
            {{ column }}{{ ',' if not loop.last }}
        {% endfor %}

)
{%- endmacro %}
