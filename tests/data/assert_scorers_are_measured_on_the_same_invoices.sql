{#
  What: in a quarter all scorers but the yardstick speak of the same invoices, the area lies in its interval and from 0
  to 1, and the scorecard's own area is the one that stands beside the others.
  Why it happens: a scorer that is unknown for some customers; ranks counted from the wrong end.
  Window: all quarters and horizons. A row is a scorer that breaks one of these.
#}
with

scores as (

    select * from {{ ref('rpt_backtest_scores') }}

),

cards as (

    select * from scores
    where scorer = 'scorecard'

)

select
    scores.horizon_weeks,
    scores.quarter,
    scores.scorer,
    scores.invoices_count,
    cards.invoices_count as scorecard_invoices_count,
    scores.auc,
    scores.scorecard_auc
from scores
left join cards
    on
        scores.horizon_weeks = cards.horizon_weeks
        and scores.quarter = cards.quarter
where
    cards.invoices_count is null
    or scores.invoices_count > cards.invoices_count
    or scores.late_count > scores.invoices_count
    or (scores.scorer <> 'logistic' and scores.invoices_count <> cards.invoices_count)
    or (scores.scorer <> 'logistic' and scores.scorecard_auc <> cards.auc)
    or scores.auc < 0
    or scores.auc > 1
    or scores.auc < scores.auc_low - 0.000001
    or scores.auc > scores.auc_high + 0.000001
