{#
  What: every amount that must be converted has a rate on its day, or within the days a rate is carried forward.
  Why it happens: a currency or a day that the rates do not hold; documents billed before the rates begin.
  Window: documents posted on or before the as-of day. A row names the missing pair of currencies and day.
#}
select
    from_currency,
    to_currency,
    rate_on
from {{ ref('int_fx_rates') }}
where numerator is null and is_required
