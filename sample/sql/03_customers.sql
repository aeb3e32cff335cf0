-- The customers: rank 1 buys most. Shares of sales follow Zipf's law with exponent 0.85.
create or replace table entities as
select * from (
    values
        ('FR', 'Encours Demo France SAS', 'EUR', 'FR', 65, 2000),
        ('UK', 'Encours Demo Trading Ltd', 'GBP', 'GB', 20, 2000),
        ('PL', 'Encours Demo Handel Sp. z o.o.', 'PLN', 'PL', 15, 2300)
) as entities (entity_id, entity_name, base_currency, country_code, share, tax_rate_e4);

create or replace table ranked_customers as
select
    customer_no,
    cast(1e9 * pow(customer_no, -0.85) as bigint) as weight,
    -- Every fifth customer opened its account within the three years, evenly spread.
    customer_no > 10 and customer_no % 5 = 3 as is_new
from range(1, getvariable('customers_count') + 1) as customers (customer_no);

-- Terms, home, behaviour and way of paying are dealt out by share of sales, not by head: customers below the first
-- ten stand in an order of their own for each trait, and a share of the line of their sales is a share of sales.
create or replace macro place_in_line(trait) as table
select
    customer_no,
    (2 * sum(weight) over (order by draw(trait, customer_no), customer_no) - weight)
    / (2.0 * sum(weight) over ()) as place
from ranked_customers
where customer_no > 10;

-- What the first ten are is said here, so that no one draw decides a tenth of the sales.
create or replace table key_accounts as
select * from (
    values
        (1, '60_net', 'usual', false), (2, '30_net', 'punctual', true), (3, '45_eom', 'giant', true),
        (4, '30_net', 'usual', true), (5, '45_eom', 'punctual', true), (6, '30_net', 'slow', false),
        (7, '45_eom', 'usual', true), (8, '30_eom', 'punctual', false), (9, '60_net', 'slow', true),
        (10, '30_net', 'usual', true)
) as key_accounts (customer_no, payment_terms, behaviour, pays_in_runs);

-- late_share: of invoices; late_days: mean beyond the first day late, before the next payment day is waited for;
-- early_days: mean of the others.
create or replace table behaviours as
select * from (
    values
        ('punctual', 0.24, 3.4, 10.5),
        ('usual', 0.56, 6.4, 10.5),
        ('slow', 0.78, 17.3, 6.3),
        ('bad', 0.87, 37.0, 2.0),
        ('giant', 0.93, 12.0, 2.0)
) as behaviours (behaviour, late_share, late_days, early_days);

create or replace table terms as
select * from (
    values ('30_net', 35), ('45_eom', 25), ('60_net', 25), ('30_eom', 10), ('prepaid', 5)
) as terms (payment_terms, share);

-- Terms below the first ten make up what the first ten leave of the targets.
create or replace table dealt_terms as
with

totals as (

    select sum(weight) as weight from ranked_customers

),

left_over as (

    select
        terms.payment_terms,
        greatest(
            terms.share * any_value(totals.weight)
            - 100 * coalesce(sum(ranked_customers.weight) filter (where key_accounts.customer_no is not null), 0),
            0
        ) as weight
    from terms
    cross join totals
    left join key_accounts on terms.payment_terms = key_accounts.payment_terms
    left join ranked_customers on key_accounts.customer_no = ranked_customers.customer_no
    group by terms.payment_terms, terms.share

)

select
    payment_terms,
    sum(weight) over (order by payment_terms) / sum(weight) over () as place_to
from left_over;

create or replace table customers as
with

terms_line as (select * from place_in_line('terms')),
home_line as (select * from place_in_line('home')),
behaviour_line as (select * from place_in_line('behaviour')),
bill_line as (select * from place_in_line('bill')),

traits as (

    select
        ranked.customer_no,
        ranked.weight,
        ranked.is_new,
        ranked.customer_no <= 10 as is_key_account,
        coalesce(
            key_accounts.payment_terms,
            (select min_by(payment_terms, place_to) from dealt_terms where place_to > terms_line.place)
        ) as payment_terms,
        case
            when ranked.customer_no <= 10 or home_line.place < 0.65 then 'FR'
            when home_line.place < 0.85 then 'UK'
            else 'PL'
        end as home_entity_id,
        coalesce(
            key_accounts.behaviour,
            case
                when behaviour_line.place < 0.40 then 'punctual'
                when behaviour_line.place < 0.74 then 'usual'
                when behaviour_line.place < 0.94 then 'slow'
                else 'bad'
            end
        ) as behaviour,
        coalesce(key_accounts.pays_in_runs, draw('runs', ranked.customer_no) < 0.75) as pays_in_runs,
        coalesce(bill_line.place < 0.15, false) as pays_by_bill,
        -- One group for every 29 customers: the first are parents, the next three times as many their daughters.
        greatest(1, getvariable('customers_count') // 29) as groups_count
    from ranked_customers as ranked
    left join key_accounts on ranked.customer_no = key_accounts.customer_no
    left join terms_line on ranked.customer_no = terms_line.customer_no
    left join home_line on ranked.customer_no = home_line.customer_no
    left join behaviour_line on ranked.customer_no = behaviour_line.customer_no
    left join bill_line on ranked.customer_no = bill_line.customer_no

),

new_ones as (

    select
        customer_no,
        row_number() over (order by draw('opened', customer_no), customer_no) as place,
        count(*) over () as places
    from ranked_customers
    where is_new

)

select
    traits.customer_no,
    traits.weight,
    traits.is_new,
    traits.is_key_account,
    false as is_story,
    traits.payment_terms,
    traits.home_entity_id,
    traits.behaviour,
    traits.pays_in_runs,
    traits.pays_by_bill and traits.payment_terms <> 'prepaid' as pays_by_bill,
    case
        when traits.customer_no > traits.groups_count and traits.customer_no <= 4 * traits.groups_count
            then (traits.customer_no - 1) % traits.groups_count + 1
    end as parent_customer_no,
    traits.customer_no <= 4 * traits.groups_count as is_in_group,
    case
        when traits.is_new
            then getvariable('start_on') + cast(
                floor((new_ones.place - 0.5) / new_ones.places * (getvariable('as_of_on') - getvariable('start_on')))
                as integer
            )
        else getvariable('start_on') - 200 - cast(draw_integer('opened', traits.customer_no, 5200) as integer)
    end as created_on,
    case
        when traits.is_key_account then 'Key accounts'
        when draw('segment', traits.customer_no) < 0.38 then 'Industry'
        when draw('segment', traits.customer_no) < 0.66 then 'Construction'
        when draw('segment', traits.customer_no) < 0.93 then 'Distribution'
        else 'Public sector'
    end as segment,
    cast(null as date) as insolvency_on,
    cast(null as varchar) as customer_name,
    cast(null as varchar) as registration_id,
    cast(null as varchar) as country_code
from traits
left join new_ones on traits.customer_no = new_ones.customer_no;
