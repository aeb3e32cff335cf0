{#
  What: the slots of the calendar of dues add up to not due + overdue of the as-of day's week in `fct_kpis`, on both
  bases, per entity and in total, in each reporting currency; as agreed the slot of what is overdue is the overdue
  amount, and as shifted nothing lies in the past.
  Why it happens: a due day that falls in no slot or in two; a customer counted in one figure and not in the other.
  Window: the as-of day. A row is an entity, currency and basis whose calendar differs.
#}
with

calendar as (

    select
        as_of_on,
        entity_id,
        reporting_currency,
        calendar_basis,
        sum(due_amount) as due_amount,
        sum(already_overdue_amount) as already_overdue_amount,
        sum(case when due_kind = 'overdue' then due_amount else 0 end) as overdue_slot_amount
    from {{ ref('rpt_due_calendar') }}
    group by
        as_of_on,
        entity_id,
        reporting_currency,
        calendar_basis

),

kpis as (

    select * from {{ ref('fct_kpis') }}
    where period_kind = 'week' and scope = 'all'

)

select
    calendar.entity_id,
    calendar.reporting_currency,
    calendar.calendar_basis,
    calendar.due_amount,
    kpis.not_due_amount,
    kpis.overdue_amount
from calendar
left join kpis
    on
        calendar.as_of_on = kpis.as_of_on
        and calendar.entity_id = kpis.entity_id
        and calendar.reporting_currency = kpis.reporting_currency
where
    calendar.due_amount <> coalesce(kpis.not_due_amount + kpis.overdue_amount, 0)
    or calendar.already_overdue_amount <> coalesce(kpis.overdue_amount, 0)
    or calendar.overdue_slot_amount
    <> case when calendar.calendar_basis = 'agreed' then coalesce(kpis.overdue_amount, 0) else 0 end
