{#
  What: the newest balance of each control account is tied, where the policy says that a difference stops the
  build (`gl_stops_build` = 1). Elsewhere a difference is published under a red banner.
  Why it happens: a journal on the control account that the sub-ledger does not know and nobody explained.
  Window: all balances. A row is a balance with an unexplained difference beyond the tolerance.
#}
select
    tie_out.balance_on,
    tie_out.entity_id,
    tie_out.account,
    tie_out.currency,
    tie_out.unexplained_amount
from {{ ref('rpt_tie_out') }} as tie_out
inner join {{ ref('policy') }} as policy
    on
        policy.policy = 'gl_stops_build'
        and policy.value = 1
where tie_out.tie_out_status = 'unexplained'
