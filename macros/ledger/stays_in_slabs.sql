{#
  The stays of open intervals in ageing buckets: from the day an interval enters a bucket to the day it leaves
  it. What is open and negative stays in `unapplied` for as long as it is. Needs the CTEs `as_of`, `slabs`,
  `unapplied_bucket` and `intervals` (due_on, valid_from_on, valid_to_on, is_debit); `columns` are carried along.

      interval of an invoice due 03-01, open 02-01 to 03-20 -> not_due 02-01 to 03-02, 1-30 03-02 to 03-20
#}
{% macro stays_in_slabs(columns) %}
    select
        {% for column in columns %}
            intervals.{{ column }},
        {% endfor %}
        slabs.bucket_order,
        slabs.aging_bucket,
        slabs.is_overdue,
        slabs.is_over_90,
        greatest(intervals.valid_from_on, {{ add_days('intervals.due_on', 'slabs.slab_from_days') }}) as enters_on,
        least(
            coalesce(intervals.valid_to_on, {{ add_days('as_of.as_of_on', 1) }}),
            {{ add_days('intervals.due_on', 'slabs.slab_to_days + 1') }}
        ) as leaves_on
    from intervals
    cross join as_of
    inner join slabs
        on
            {{ add_days('intervals.due_on', 'slabs.slab_from_days') }}
            < coalesce(intervals.valid_to_on, {{ add_days('as_of.as_of_on', 1) }})
            and {{ add_days('intervals.due_on', 'slabs.slab_to_days') }} >= intervals.valid_from_on
    where intervals.is_debit
    union all
    select
        {% for column in columns %}
            intervals.{{ column }},
        {% endfor %}
        unapplied_bucket.bucket_order,
        unapplied_bucket.aging_bucket,
        false as is_overdue,
        false as is_over_90,
        intervals.valid_from_on as enters_on,
        coalesce(intervals.valid_to_on, {{ add_days('as_of.as_of_on', 1) }}) as leaves_on
    from intervals
    cross join as_of
    cross join unapplied_bucket
    where not intervals.is_debit
{% endmacro %}

{#
  Two rows for each stay: it counts up (`direction` 1) on the day it enters and down (-1) on the day it leaves,
  where that day has come. A balance of any day is then a running sum.
#}
{% macro changes_of_stays() %}
    select
        stays.*,
        stays.enters_on as changed_on,
        1 as direction
    from stays
    union all
    select
        stays.*,
        stays.leaves_on as changed_on,
        -1 as direction
    from stays
    inner join as_of
        on stays.leaves_on <= as_of.as_of_on
{% endmacro %}
