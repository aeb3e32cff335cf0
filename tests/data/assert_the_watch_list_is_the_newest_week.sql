{#
  What: the list of the build's day is the newest week of the weekly list, customer by customer, with the same change, reasons and
  rank; its own risk is that of the exposures; who enters was not on the list a week before, who stays or left was.
  Why it happens: a rule that reads another day in one of the two.
  Window: the build's day, and each pair of weeks. A row is a customer on which the two differ.
#}
with

newest as (

    select weekly.*
    from {{ ref('fct_watch_list_weekly') }} as weekly
    inner join {{ ref('int_build') }} as as_of
        on weekly.as_of_on = as_of.as_of_on

),

today as (

    select * from {{ ref('rpt_watch_list') }}
    where entity_id = '*'

),

weekly as (

    select * from {{ ref('fct_watch_list_weekly') }}

),

faults as (

    select
        coalesce(newest.customer_id, today.customer_id) as customer_id,
        'not the same on both lists' as fault
    from newest
    full outer join today
        on newest.customer_id = today.customer_id
    where
        newest.customer_id is null
        or today.customer_id is null
        or newest.change <> today.change
        or newest.reasons <> today.reasons
        or newest.list_rank <> today.list_rank
        or newest.own_risk_amount <> today.own_risk_amount
    union all
    select
        today.customer_id,
        'own risk is not that of the exposures' as fault
    from today
    inner join {{ ref('rpt_credit_exposures') }} as exposures
        on today.customer_id = exposures.customer_id
    where
        today.change <> 'left'
        and today.own_risk_amount <> exposures.own_risk_amount
    union all
    select
        weekly.customer_id,
        'change does not follow from the week before' as fault
    from weekly
    left join weekly as before
        on
            weekly.customer_id = before.customer_id
            and {{ add_days('weekly.week_ending_on', -7) }} = before.week_ending_on
            and before.change <> 'left'
    where (weekly.change = 'entered') <> (before.customer_id is null)

)

select * from faults
