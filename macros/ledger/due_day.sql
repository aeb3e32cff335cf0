{#
  The due day that payment terms give, from a day and a row of `seeds/payment_terms.csv`; null without terms.

      due_day('invoiced_on', 'terms')
        2026-03-15, 60 days                         -> 2026-05-14
        2026-03-15, 45 days, then end of month      -> 2026-04-30   (end_of_month = after)
        2026-03-15, end of month, then 45 days      -> 2026-05-15   (end_of_month = before)
        2026-03-15, 30 days, end of month, the 10th -> 2026-05-10   (day_of_month = 10)
#}
{% macro due_day(day, terms) %}
case
    when {{ terms }}.end_of_month = 'after' and {{ terms }}.day_of_month is not null
        then {{ add_days(month_end(add_days(day, terms ~ '.days')), terms ~ '.day_of_month') }}
    when {{ terms }}.end_of_month = 'after' then {{ month_end(add_days(day, terms ~ '.days')) }}
    when {{ terms }}.end_of_month = 'before' then {{ add_days(month_end(day), terms ~ '.days') }}
    else {{ add_days(day, terms ~ '.days') }}
end
{%- endmacro %}
