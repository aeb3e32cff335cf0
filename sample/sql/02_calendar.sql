-- The days the company lives through, from before its first posting to after its last: documents of before are its
-- opening balances, deposits for documents of after are already received.
create or replace table days as
with

plain_days as (

    select
        cast(day as date) as day,
        isodow(day) <= 5
        and strftime(day, '%m-%d') not in ('01-01', '05-01', '12-25', '12-26')
        and cast(day as date) not in (date '2023-04-10', date '2024-04-01', date '2025-04-21')
            as is_working
    from range(getvariable('start_on') - 240, getvariable('as_of_on') + 200, interval 1 day) as days (day)

),

working_days as (

    select
        day,
        row_number() over (partition by last_day(day) order by day desc) <= 3 as is_closing,
        count(*) over (partition by last_day(day)) as working_days_count
    from plain_days
    where is_working

),

-- August -35 %, quarter ends +15 %; 35 % of a month's billing on its last three working days. Whole numbers, so that
-- sums do not depend on their order.
weights as (

    select
        day,
        is_closing,
        case month(day) when 8 then 65 when 3 then 115 when 6 then 115 when 9 then 115 when 12 then 115 else 100 end
        * case when is_closing then 35000 // 3 else 65000 // (working_days_count - 3) end as weight
    from working_days

),

-- The days most customers pay on: the first working day from the 10th and the 15th, the last one up to the 30th.
months as (

    select distinct cast(date_trunc('month', day) as date) as month_on from plain_days

),

run_days as (

    select (select min(day) from working_days where day >= month_on + 9) as day from months
    union
    select (select min(day) from working_days where day >= month_on + 14) as day from months
    union
    select (select max(day) from working_days where day <= least(month_on + 29, last_day(month_on))) as day from months

)

select
    plain_days.day,
    plain_days.is_working,
    coalesce(weights.is_closing, false) as is_closing,
    coalesce(weights.weight, 0) as weight,
    coalesce(sum(weights.weight) over up_to, 0)::bigint as weight_to,
    max(case when plain_days.is_working then plain_days.day end) over up_to as working_day_before,
    min(case when plain_days.is_working then plain_days.day end) over from_here as working_day_after,
    max(run_days.day) over up_to as run_day_before,
    min(run_days.day) over from_here as run_day_after
from plain_days
left join weights on plain_days.day = weights.day
left join run_days on plain_days.day = run_days.day
window
    up_to as (order by plain_days.day rows between unbounded preceding and current row),
    from_here as (order by plain_days.day rows between current row and unbounded following)
order by plain_days.day;

-- Made-up reference rates, quoted like the European Central Bank's: one euro = so many. Slow waves and a small
-- daily step, summed as whole numbers.
create or replace table rates as
with

currencies (currency, centre, wave, step, digits) as (

    values ('GBP', 0.857, 0.019, 0.0016, 5), ('PLN', 4.330, 0.120, 0.011, 4), ('USD', 1.098, 0.046, 0.0042, 4)

),

steps as (

    select
        days.day,
        currencies.*,
        row_number() over (partition by currency order by day) as day_number,
        cast(round(1e6 * currencies.step * draw_normal('rate ' || currencies.currency, days.day)) as bigint) as step_e6
    from days
    cross join currencies
    where days.is_working and days.day between getvariable('start_on') - 14 and getvariable('as_of_on')

),

paths as (

    select
        *,
        -- The walk's last twenty steps only: it wanders, it does not run away.
        sum(step_e6) over (
            partition by currency order by day rows between 19 preceding and current row
        )::bigint as walk_e6
    from steps

)

select
    day as rate_on,
    currency,
    cast(
        round(
            (centre + wave * sin(day_number / 83.0 + length(currency) + centre) + walk_e6 * 1e-6 / 4)
            * pow(10, digits)
        ) as bigint
    ) * cast(pow(10, 5 - digits) as bigint) as rate_e5
from paths;

-- The rate of every calendar day: the last one quoted. The euro stands for itself.
create or replace table daily_rates as
select
    days.day,
    rates.currency,
    rates.rate_e5
from days
asof join rates on days.day >= rates.rate_on and rates.currency = 'GBP'
union all
select days.day, rates.currency, rates.rate_e5
from days
asof join rates on days.day >= rates.rate_on and rates.currency = 'PLN'
union all
select days.day, rates.currency, rates.rate_e5
from days
asof join rates on days.day >= rates.rate_on and rates.currency = 'USD'
union all
select day, 'EUR', 100000 from days;
