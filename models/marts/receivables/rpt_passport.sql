with

as_of as (

    select * from {{ ref('int_build') }}

),

loads as (

    select
        count(distinct load_id) as loads_count,
        max(loaded_at) as last_loaded_at
    from {{ ref('rpt_loads') }}

),

rejected as (

    select
        coalesce(sum(row_amount), 0) as rejected_amount,
        count(*) as rejected_rows_count
    from {{ ref('int_rejected_rows') }}
    where reject_state = 'open'

),

allocations as (

    select
        {% for source in ['stated', 'lettered', 'matched', 'fifo', 'inferred'] %}
            sum(case when allocation_source = '{{ source }}' then debit_amount else 0 end) as {{ source }}_amount,
        {% endfor %}
        sum(debit_amount) as debit_amount
    from {{ ref('int_allocations') }}
    where reversed_on is null

),

due_days as (

    select
        count(*) as items_count,
        sum(case when is_due_on_derived then 0 else 1 end) as given_count,
        sum(case when is_due_on_assumed then 1 else 0 end) as assumed_count
    from {{ ref('int_receivable_items') }}
    where item_kind in ('invoice', 'debit_note', 'opening') and amount > 0

),

ranked_balances as (

    select
        *,
        -- Of one day and basis, all currencies speak.
        rank() over (
            partition by entity_id, account
            order by (case when gl_amount is null then 1 else 0 end) asc, balance_on desc, amount_basis asc
        ) as newest_rank
    from {{ ref('rpt_tie_out') }}

),

tie_out as (

    -- The newest balance of each account speaks.
    select
        sum(case when newest_rank = 1 and gl_amount is not null then abs(unexplained_amount) end)
            as unexplained_gl_amount,
        sum(case when newest_rank = 1 and gl_amount is not null then 1 else 0 end) as tied_accounts_count,
        sum(case when newest_rank = 1 and tie_out_status = 'unexplained' then 1 else 0 end)
            as unexplained_accounts_count
    from ranked_balances

),

exceptions as (

    select count(*) as exceptions_count
    from {{ ref('rpt_exceptions') }}

),

entities as (

    select coalesce(max(case when is_made_up then 1 else 0 end), 0) = 1 as is_made_up
    from {{ ref('int_entities') }}

),

final as (

    select
        -- Of the environment, not dbt variables: a variable that changes has dbt read the whole project anew.
        '{{ env_var("ENCOURS_BUILD_ID", "unnamed") }}' as build_id,
        '{{ env_var("ENCOURS_CODE_VERSION", "unknown") }}' as code_version,
        '{{ env_var("ENCOURS_POLICY_HASH", "unknown") }}' as policy_hash,
        as_of.as_of_on,
        as_of.known_at_load_id,
        cast(loads.loads_count as bigint) as loads,
        loads.last_loaded_at,
        {{ money('tie_out.unexplained_gl_amount') }} as unexplained_gl_amount,
        case
            when coalesce(tie_out.tied_accounts_count, 0) = 0 then 'not tied'
            when tie_out.unexplained_accounts_count > 0 then 'unexplained'
            else 'tied'
        end as tie_out_status,
        {% for source in ['stated', 'lettered', 'matched', 'fifo', 'inferred'] %}
            {{ ratio('allocations.' ~ source ~ '_amount', 'allocations.debit_amount') }}
                as {{ source }}_allocations_rate,
        {% endfor %}
        {{ ratio('due_days.given_count', 'due_days.items_count') }} as given_due_days_rate,
        {{ ratio('due_days.assumed_count', 'due_days.items_count') }} as assumed_due_days_rate,
        coalesce(
            due_days.assumed_count > policy.most_assumed_due_days_rate * due_days.items_count, false
        ) as are_due_days_assumed,
        {{ money('rejected.rejected_amount') }} as rejected_amount,
        cast(rejected.rejected_rows_count as bigint) as rejected_rows_count,
        cast(exceptions.exceptions_count as bigint) as exceptions_count,
        policy.headline_dso,
        entities.is_made_up,
        -- Filled in when the run ends: see record_test_results.
        cast(0 as integer) as tests_passed_count,
        cast(0 as integer) as tests_failed_count
    from as_of
    cross join loads
    cross join rejected
    cross join allocations
    cross join due_days
    cross join tie_out
    cross join exceptions
    cross join entities
    cross join {{ ref('int_policy') }} as policy

)

select * from final
