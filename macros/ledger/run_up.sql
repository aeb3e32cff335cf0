{#
  Figures of period rows as running sums: what changed by each row, added up over all rows from a key's first change
  on. `rows` are the rows wanted (period_kind, period_ending_on); `changes` hold those, the keys and the measures. A change that
  falls in a row which is not there counts from the next one on. Sums have the width of a sum: cast them after.

      changes: (week, 03-03, S, 100), (week, 03-17, S, -40)
      {{ run_up('changes', ['entity_id'], ['amount']) }}
        -> 03-03 100, 03-10 100, 03-17 60, 03-24 60 …
#}
{% macro run_up(changes, keys, measures, rows='period_rows') %}
    select
        period_kind,
        period_ending_on,
        {{ keys | join(',\n        ') }},
        {{ measures | join(',\n        ') }}
    from (
        select
            period_kind,
            period_ending_on,
            {{ keys | join(',\n            ') }},
            is_row,
            {% for measure in measures %}
                sum({{ measure }}) over (
                    partition by period_kind, {{ keys | join(', ') }}
                    order by period_ending_on
                    range between unbounded preceding and current row
                ) as {{ measure }}{{ ',' if not loop.last }}
            {% endfor %}
        from (
            select
                period_kind,
                period_ending_on,
                {{ keys | join(',\n                ') }},
                false as is_row,
                {{ measures | join(',\n                ') }}
            from {{ changes }}
            union all
            select
                {{ rows }}.period_kind,
                {{ rows }}.period_ending_on,
                {% for key in keys %}
                    firsts.{{ key }},
                {% endfor %}
                true as is_row,
                {% for measure in measures %}
                    0 as {{ measure }}{{ ',' if not loop.last }}
                {% endfor %}
            from (
                select
                    period_kind,
                    {{ keys | join(',\n                    ') }},
                    min(period_ending_on) as first_ending_on
                from {{ changes }}
                group by
                    period_kind,
                    {{ keys | join(',\n                    ') }}
            ) as firsts
            inner join {{ rows }}
                on
                    firsts.period_kind = {{ rows }}.period_kind
                    and firsts.first_ending_on <= {{ rows }}.period_ending_on
        ) as changes_and_rows
    ) as run_up_rows
    where is_row
{% endmacro %}

{#
  Sums by cell spread over the cuts each cell is in, with the total of all entities (`*`) beside them. `sums` holds
  entity_id, cell_id, the keys and the measures.
#}
{% macro spread_over_cuts(sums, keys, measures) %}
    select
        {{ sums }}.entity_id,
        cuts.cut_id,
        {% for key in keys %}
            {{ sums }}.{{ key }},
        {% endfor %}
        {% for measure in measures %}
            sum({{ sums }}.{{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ sums }}
    inner join {{ ref('int_kpi_cuts') }} as cuts
        on {{ sums }}.cell_id = cuts.cell_id
    group by
        {{ sums }}.entity_id,
        cuts.cut_id,
        {% for key in keys %}
            {{ sums }}.{{ key }}{{ ',' if not loop.last }}
        {% endfor %}
    union all
    select
        '*' as entity_id,
        cuts.cut_id,
        {% for key in keys %}
            {{ sums }}.{{ key }},
        {% endfor %}
        {% for measure in measures %}
            sum({{ sums }}.{{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ sums }}
    inner join {{ ref('int_kpi_cuts') }} as cuts
        on {{ sums }}.cell_id = cuts.cell_id
    group by
        cuts.cut_id,
        {% for key in keys %}
            {{ sums }}.{{ key }}{{ ',' if not loop.last }}
        {% endfor %}
{% endmacro %}
