{#
  Each new customer, and each prospect, from the request for credit to the day it has proved itself. A check is true or
  false; null where nothing can be checked, and the words say which table was not provided.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

customers as (

    select * from {{ ref('int_new_customers') }}

),

checks as (

    select * from {{ ref('int_new_customer_checks') }}

),

approvers as (

    select * from {{ ref('approvers') }}

),

due_days as (

    select
        customer_id,
        {% for number, word in [(1, 'first'), (2, 'second'), (3, 'third')] %}
            max(case when due_day_no = {{ number }} then due_on end) as {{ word }}_due_on,
            max(case when due_day_no = {{ number }} then due_state end) as {{ word }}_due_state,
            max(case when due_day_no = {{ number }} then late_days end) as {{ word }}_late_days,
        {% endfor %}
        min(case when due_state = 'to_come' then due_on end) as next_due_on
    from {{ ref('int_new_customer_due_days') }}
    group by customer_id

),

steps as (

    select
        *,
        row_number() over (partition by customer_id order by event_no desc) as newest_rank,
        sum(case when is_kept then 1 else 0 end) over (partition by customer_id) as kept_count,
        sum(case when is_missed then 1 else 0 end) over (partition by customer_id) as missed_count,
        max(case when is_graduation then event_on end) over (partition by customer_id) as graduated_on
    from {{ ref('int_new_customer_steps') }}

),

newest_steps as (

    select * from steps
    where newest_rank = 1

),

incidents as (

    select
        incidents.*,
        row_number() over (
            partition by incidents.customer_id order by incidents.incident_on, incidents.incident_order
        ) as first_rank
    from {{ ref('int_new_customer_incidents') }} as incidents
    left join newest_steps
        on incidents.customer_id = newest_steps.customer_id
    where newest_steps.graduated_on is null or incidents.incident_on <= newest_steps.graduated_on

),

first_incidents as (

    select * from incidents
    where first_rank = 1

),

defaults as (

    select
        customer_id,
        min(about_customer_id) as prior_default_customer_id
    from incidents
    where incident = 'prior_default'
    group by customer_id

),

weeks as (

    select
        weekly.customer_id,
        weekly.week_ending_on,
        weekly.as_of_on,
        weekly.exposure_amount,
        first_incidents.incident_on,
        {{ week_ending('first_incidents.incident_on') }} as incident_week_on
    from {{ ref('fct_customer_weekly') }} as weekly
    inner join customers
        on weekly.customer_id = customers.customer_id
    left join first_incidents
        on weekly.customer_id = first_incidents.customer_id
    where weekly.entity_id = '*'

),

exposures as (

    -- A week without a row is one in which nothing was owed.
    select
        weeks.customer_id,
        sum(case when weeks.as_of_on = as_of.as_of_on then weeks.exposure_amount else 0 end) as exposure_amount,
        sum(case when weeks.week_ending_on = weeks.incident_week_on then weeks.exposure_amount else 0 end)
            as frozen_exposure_amount,
        max(case when weeks.week_ending_on > weeks.incident_week_on then weeks.exposure_amount end)
            as most_exposure_amount
    from weeks
    cross join as_of
    group by weeks.customer_id

),

breaches as (

    select
        weeks.customer_id,
        min(weeks.as_of_on) as breached_on
    from weeks
    inner join exposures
        on weeks.customer_id = exposures.customer_id
    where
        weeks.week_ending_on > weeks.incident_week_on
        and weeks.exposure_amount > exposures.frozen_exposure_amount
    group by weeks.customer_id

),

states as (

    select
        as_of.as_of_on,
        customers.*,
        checks.is_signals_given,
        -- Orders may reach less far back than invoices: the first one known is then not the first.
        {% for column in ['first_ordered_on', 'first_delivered_on'] %}
            case
                when customers.first_invoiced_on is null or customers.first_invoiced_on >= checks.first_ordered_on
                    then checks.{{ column }}
            end as {{ column }},
        {% endfor %}
        -- No deposit on the orders that are known is no word on the others; one that was asked for is.
        {% for column in ['deposits_asked_count', 'deposits_received_count'] %}
            case
                when
                    checks.deposits_asked_count > 0
                    or customers.first_invoiced_on is null
                    or customers.first_invoiced_on >= checks.first_ordered_on
                    then checks.{{ column }}
            end as {{ column }},
        {% endfor %}
        checks.bureau_score,
        checks.bureau_observed_on,
        approvers.approver,
        approvers.up_to_amount as approver_up_to_amount,
        due_days.first_due_on,
        due_days.first_due_state,
        due_days.first_late_days,
        due_days.second_due_on,
        due_days.second_due_state,
        due_days.second_late_days,
        due_days.third_due_on,
        due_days.third_due_state,
        due_days.third_late_days,
        due_days.next_due_on,
        coalesce(newest_steps.kept_count, 0) as due_days_kept_count,
        coalesce(newest_steps.missed_count, 0) as due_days_missed_count,
        coalesce(newest_steps.kept_in_row_count, 0) as kept_in_row_count,
        newest_steps.graduated_on,
        case
            when newest_steps.graduated_on is not null then 1
            when customers.watched_to_on < as_of.as_of_on then null
            else coalesce(newest_steps.limit_rate, customers.start_rate)
        end as limit_rate,
        first_incidents.incident,
        first_incidents.incident_label,
        first_incidents.incident_on,
        defaults.prior_default_customer_id,
        coalesce(exposures.exposure_amount, 0) as exposure_amount,
        coalesce(exposures.frozen_exposure_amount, 0) as frozen_exposure_amount,
        coalesce(exposures.most_exposure_amount, 0) as most_exposure_amount,
        breaches.breached_on,
        case
            when customers.first_invoiced_on is null or customers.first_invoiced_on > as_of.as_of_on then 'prospect'
            when newest_steps.graduated_on is not null then 'graduated'
            when customers.watched_to_on < as_of.as_of_on then 'not_new'
            when first_incidents.incident is not null then 'frozen'
            else 'watched'
        end as stage,
        case
            when not customers.is_onboarding_given then 'not_provided'
            when not customers.has_file then 'no_file'
            when customers.is_approved then 'approved'
            else 'waiting'
        end as acceptance
    from customers
    cross join as_of
    left join checks
        on customers.customer_id = checks.customer_id
    left join approvers
        on customers.approved_by = approvers.approver
    left join due_days
        on customers.customer_id = due_days.customer_id
    left join newest_steps
        on customers.customer_id = newest_steps.customer_id
    left join first_incidents
        on customers.customer_id = first_incidents.customer_id
    left join defaults
        on customers.customer_id = defaults.customer_id
    left join exposures
        on customers.customer_id = exposures.customer_id
    left join breaches
        on customers.customer_id = breaches.customer_id

),

checked as (

    select
        *,
        case when has_file then references_count >= references_asked end as has_enough_references,
        case when is_signals_given then bureau_observed_on is not null end as has_bureau_score,
        case
            when has_file and first_ordered_on is not null then coalesce(approved_on <= first_ordered_on, false)
        end as is_approved_before_first_order,
        case
            when has_file and first_delivered_on is not null then coalesce(approved_on <= first_delivered_on, false)
        end as is_approved_before_first_delivery,
        case
            when has_file and stage <> 'prospect' then coalesce(approved_on <= first_invoiced_on, false)
        end as is_approved_before_first_invoice,
        case
            when approved_by is null then null
            when approver is null then false
            when approved_limit_amount is null then null
            else approver_up_to_amount is null or approved_limit_amount <= approver_up_to_amount
        end as is_within_approver_limit,
        case
            when deposits_asked_count is null or coalesce(deposit_rate, 0) = 0 and deposits_asked_count = 0 then null
            else deposits_asked_count > 0 and deposits_received_count = deposits_asked_count
        end as is_deposit_received
    from states

),

worded as (

    select
        *,
        concat_ws(
            ' · ',
            case
                when acceptance = 'not_provided' then 'Acceptance not provided'
                when acceptance = 'no_file' then 'Never asked for credit: no file'
                when acceptance = 'waiting' and stage <> 'prospect' then 'Buys without an approval'
                when acceptance = 'waiting' then 'Waits for an approval'
            end,
            case
                when has_file and acceptance_level is null then 'No acceptance level: the stricter rules apply'
            end,
            case
                when not files_complete then 'File not complete'
                when has_file and files_complete is null then 'File: not provided'
            end,
            case
                when has_file and references_count is null then 'References: not provided'
                when not has_enough_references
                    then
                        cast(references_count as varchar) || ' of '
                        || cast(references_asked as varchar) || ' references'
            end,
            case
                when is_bureau_asked and not is_signals_given then 'Bureau score: not provided'
                when is_bureau_asked and not has_bureau_score then 'No bureau score'
            end,
            case
                when not is_approved then null
                when not is_approved_before_first_order then 'Approved after the first order'
                when not is_approved_before_first_delivery then 'Approved after the first delivery'
                when not is_approved_before_first_invoice then 'Approved after the first invoice'
            end,
            case
                when approved_by is not null and approver is null then 'Approver unknown to the policy'
                when not is_within_approver_limit then 'Above what its approver may grant'
            end,
            case
                when coalesce(deposit_rate, 0) > 0 and deposits_asked_count is null then 'Deposits: not provided'
                when coalesce(deposit_rate, 0) > 0 and deposits_asked_count = 0 then 'Deposit agreed, not asked for'
                when not is_deposit_received then 'Deposit not received'
            end,
            case when prior_default_customer_id is not null then 'Earlier default under its registration number' end
        ) as missing
    from checked

),

final as (

    select
        as_of_on,
        customer_id,
        customer_name,
        stage,
        acceptance,
        acceptance_level,
        rule_level,
        level_label,
        requested_on,
        approved_on,
        approved_by,
        {{ money('approved_limit_amount') }} as approved_limit_amount,
        files_complete as is_file_complete,
        cast(references_count as integer) as references_count,
        references_asked,
        has_enough_references,
        bureau_score,
        bureau_observed_on,
        has_bureau_score,
        first_ordered_on,
        first_delivered_on,
        first_invoiced_on,
        is_approved_before_first_order,
        is_approved_before_first_delivery,
        is_approved_before_first_invoice,
        {{ money('approver_up_to_amount') }} as approver_up_to_amount,
        is_within_approver_limit,
        cast(deposit_rate as decimal(9, 6)) as deposit_rate,
        deposits_asked_count,
        deposits_received_count,
        is_deposit_received,
        prior_default_customer_id,
        {% for word in ['first', 'second', 'third'] %}
            {{ word }}_due_on,
            {{ word }}_due_state,
            {{ word }}_late_days,
        {% endfor %}
        next_due_on,
        cast(due_days_kept_count as bigint) as due_days_kept_count,
        cast(due_days_missed_count as bigint) as due_days_missed_count,
        cast(kept_in_row_count as integer) as kept_in_row_count,
        watched_due_days,
        graduated_on,
        cast(limit_rate as decimal(9, 6)) as stepped_limit_rate,
        {{ convert_money('approved_limit_amount', scaled_rate('limit_rate'), scaled_rate('1')) }}
            as stepped_limit_amount,
        incident,
        incident_label,
        incident_on,
        case when stage = 'frozen' then incident_on end as frozen_on,
        {{ money('exposure_amount') }} as exposure_amount,
        {{ money("case when stage = 'frozen' then frozen_exposure_amount end") }} as frozen_exposure_amount,
        {{ money(
            "case when stage = 'frozen' then greatest(exposure_amount - frozen_exposure_amount, 0) end"
        ) }} as breach_amount,
        {{ money(
            "case when stage = 'frozen' then greatest(most_exposure_amount - frozen_exposure_amount, 0) end"
        ) }} as most_breach_amount,
        case when stage = 'frozen' then breached_on end as breached_on,
        nullif(missing, '') as missing
    from worded

)

select * from final
{{ sorted_by('customer_id') }}
