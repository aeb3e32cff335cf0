{#
  What: of every file, rows read = new + changed + unchanged + rejected.
  Why it happens: a loader that drops rows without a reject.
  Window: all loads. A row is a file whose rows do not add up.
#}
select
    load_id,
    table_name,
    file,
    rows_read,
    rows_new,
    rows_changed,
    rows_unchanged,
    rows_rejected
from {{ ref('rpt_loads') }}
where rows_read <> rows_new + rows_changed + rows_unchanged + rows_rejected
