{#
  The end of the week or month a day falls in: the row from which on what happens that day counts. The last row
  of each kind speaks of the as-of day, and no day is later than that.

      period_ending('week', day), day = Wednesday 2024-03-27 -> 2024-03-31
#}
{% macro period_ending(period_kind, day) -%}
    case when {{ period_kind }} = 'week' then {{ week_ending(day) }} else {{ month_end(day) }} end
{%- endmacro %}

{#
  The first day on which a window no longer holds `day`: 91 (or `days`) days on by the week, three (or `months`)
  calendar months on by the month.

      window_leaves('week', day)   2024-01-31 -> 2024-05-01
      window_leaves('month', day)  2024-01-31 -> 2024-04-01
#}
{% macro window_leaves(period_kind, day, days=91, months=3) -%}
    case
        when {{ period_kind }} = 'week' then {{ add_days(day, days) }}
        else {{ add_months(month_start(day), months) }}
    end
{%- endmacro %}
