{#
  The CTE `prefixes`, which says what accounts hold by the chart they are of (`seeds/ledger_accounts.csv`): of the prefixes
  that fit an account the longest counts, which has `longest_rank` 1. Needs a CTE `accounts` (account, chart_of_accounts).

      accounts: 4191, pcg; seeded: 41 receivable, 4191 deposit
        -> deposit
#}
{% macro holdings_of(accounts) %}
prefixes as (

    select
        accounts.account,
        accounts.chart_of_accounts,
        seeded.holds,
        row_number() over (
            partition by accounts.account, accounts.chart_of_accounts order by length(seeded.account_prefix) desc
        ) as longest_rank
    from {{ accounts }} as accounts
    inner join {{ ref('ledger_accounts') }} as seeded
        on
            accounts.account like seeded.account_prefix || '%'
            and accounts.chart_of_accounts = seeded.chart_of_accounts

)
{% endmacro %}
