"""The sample company's targets: each figure, how it is measured over the tables of `company.py`, and its range."""

from __future__ import annotations

from dataclasses import dataclass

VIEWS = """
create view sales as
select * from open_items where document_type in ('invoice', 'debit_note', 'credit_note');

create view whole_invoices as
select item_id, sum(euro_amount) as euros from open_items where document_type = 'invoice' group by item_id;

-- Days of sales: an amount of receivables over the sales of the last 91 days.
create view receivables as
select
    sum(open_euros) as receivable,
    sum(open_euros) filter (open_euros > 0 and days_past_due <= 0) as not_due,
    sum(open_euros) filter (open_euros > 0 and days_past_due > 0) as overdue,
    sum(open_euros) filter (open_euros > 0 and days_past_due > 90) as over_90,
    -sum(open_euros) filter (open_euros < 0) as unapplied,
    91 / (select sum(euro_amount) from sales where posted_on > as_of_on() - 91) as days_per_euro
from open_items;

-- Invoices due at least a month ago: the early and the late ones have had the time to show.
create view ripe as
select coalesce(days_late, as_of_on() - due_on) as days_late
from lateness
where document_type = 'invoice' and due_on < as_of_on() - 30;

create view cash_delays as
select max(effects.settled_on) - any_value(items.due_on) as days_late
from effects
inner join items
    on effects.debit_id = items.item_id and coalesce(effects.instalment_no, 1) = items.instalment_no
where is_cash and ends_on is null and effective_on <= as_of_on() and document_type = 'invoice'
group by items.item_id, items.instalment_no;

create view disputed as
select
    least(coalesce(disputes.amount, documents.open_amount), documents.open_amount)
    / documents.open_amount * documents.open_euros as euros
from (
    select item_id, sum(open_amount) as open_amount, sum(open_euros) as open_euros
    from open_items group by item_id
) as documents
inner join disputes on documents.item_id = disputes.invoice_id
where disputes.closed_on is null and documents.open_amount > 0;

create view customer_shares as
select
    customer_id,
    100 * sum(euro_amount) / sum(sum(euro_amount)) over () as share,
    row_number() over (order by sum(euro_amount) desc) as place
from sales group by customer_id;

create view months as
select last_day(posted_on) as month_ending_on, month(posted_on) as month, sum(euro_amount) as sales
from open_items
where document_type = 'invoice' and posted_on < date '2026-03-01'
group by all;

create view plain_month as
select avg(sales) as plain_sales from months where month in (1, 2, 4, 5, 7, 10, 11);

create view receipts as
select item_id, euro_amount, matures_on is not null as is_bill
from open_items inner join payments on item_id = payment_id
where payment_type in ('payment', 'deposit');
"""


@dataclass(frozen=True)
class Target:
    """A figure, its query, and the least and most at 20,000 invoices and seed 7.

    ``stray``: how much further another seed may go. With a thousand open invoices, a tenth of them of one customer, a
    share of receivables is not steady.
    """

    figure: str
    sql: str
    least: float
    most: float
    stray: float


def _entity_share(entity_id: str) -> str:
    return f"select 100 * sum(euro_amount) filter (entity_id = '{entity_id}') / sum(euro_amount) from sales"


def _terms_share(terms: str) -> str:
    return f"""
        select 100.0 * count(*) filter (payment_terms = '{terms}') / count(*)
        from invoices where document_type = 'invoice'
    """


def _document_share(numerator: str, denominator: str) -> str:
    return f"""
        select
            100 * abs(sum(euro_amount) filter (document_type = '{numerator}'))
            / sum(euro_amount) filter (document_type in ({denominator}))
        from open_items
    """


TARGETS: tuple[Target, ...] = (
    Target("sales a year, million euros", "select sum(euro_amount) / 1e6 / 1092 * 365 from sales", 57, 63, 1),
    Target("mean invoice, euros", "select avg(euros) from whole_invoices", 8800, 9300, 200),
    Target("spread of invoices, log", "select stddev(ln(euros)) from whole_invoices", 0.97, 1.03, 0.02),
    Target("sales of FR, %", _entity_share("FR"), 63, 67, 2),
    Target("sales of UK, %", _entity_share("UK"), 18.5, 21.5, 2),
    Target("sales of PL, %", _entity_share("PL"), 13.5, 16.5, 2),
    Target("terms 30 net, %", _terms_share("30_net"), 33, 37, 2),
    Target("terms 45 end of month, %", _terms_share("45_eom"), 23, 27, 2),
    Target("terms 60 net, %", _terms_share("60_net"), 23, 27, 2),
    Target("terms 30 end of month, %", _terms_share("30_eom"), 8.5, 11.5, 1),
    Target("prepaid, %", _terms_share("prepaid"), 4, 6, 1),
    Target("DSO, days", "select receivable * days_per_euro from receivables", 50, 54, 3),
    Target("best possible DSO, days", "select not_due * days_per_euro from receivables", 40, 42, 2),
    Target("average days delinquent", "select overdue * days_per_euro from receivables", 10, 12, 2),
    Target("overdue, % of AR", "select 100 * overdue / receivable from receivables", 20, 22, 3),
    Target("over 90 days, % of AR", "select 100 * over_90 / receivable from receivables", 3, 4, 1),
    Target("unapplied, % of AR", "select 100 * unapplied / receivable from receivables", 1.7, 2.3, 1),
    Target(
        "disputed, % of AR", "select 100 * sum(euros) / any_value(receivable) from disputed, receivables", 3.5, 4.5, 1
    ),
    Target("late invoices, %", "select 100 * avg((days_late > 0)::int) from ripe", 50, 55, 1),
    Target("more than 30 days late, %", "select 100 * avg((days_late > 30)::int) from ripe", 8, 9, 0.5),
    Target("days late, late ones paid", "select avg(days_late) from cash_delays where days_late > 0", 17, 19, 0.5),
    Target(
        "credit notes, % of invoices",
        """
        select 100.0 * count(*) filter (document_type = 'credit_note') / count(*) filter (document_type = 'invoice')
        from invoices
        """,
        3.7,
        4.3,
        0.2,
    ),
    Target("credit notes, % of sales", _document_share("credit_note", "'invoice', 'debit_note'"), 2.2, 2.8, 0.3),
    Target("write-offs, % of sales", _document_share("write_off", "'invoice', 'debit_note'"), 0.17, 0.23, 0.1),
    Target(
        "paid in parts, %",
        """
        select 100.0 * count(*)
            / (select count(*) from invoices where document_type = 'invoice' and status = 'posted')
        from (
            select debit_id from effects
            where credit_kind = 'payment' and debit_kind = 'invoice' and ends_on is null and instalment_no is null
            group by debit_id having count(*) > 1
        )
        """,
        3.6,
        4.4,
        0.2,
    ),
    Target(
        "bounces, % of payments",
        """
        select 100.0 * count(*) filter (payment_type = 'bounce') / count(*) filter (payment_type = 'payment')
        from payments
        """,
        0.4,
        0.6,
        0.1,
    ),
    Target(
        "bills, % of receipts by value",
        "select 100 * sum(euro_amount) filter (is_bill) / sum(euro_amount) from receipts",
        8.5,
        11.5,
        2.5,
    ),
    Target("bills, % of receipts by count", "select 100 * avg(is_bill::int) from receipts", 8.5, 11.5, 2.5),
    Target("first customer, % of sales", "select max(share) from customer_shares", 9, 11, 1),
    Target("ten customers, % of sales", "select sum(share) from customer_shares where place <= 10", 33, 37, 1),
    Target(
        "exponent of Zipf's law",
        """
        select -regr_slope(ln(n), ln(place))
        from (
            select count(*) as n, row_number() over (order by count(*) desc) as place
            from invoices group by customer_id qualify place <= 100
        )
        """,
        0.80,
        0.90,
        0.03,
    ),
    Target("groups", "select count(distinct parent_customer_id) from customers", 12, 12, 0),
    Target(
        "August to a plain month",
        "select avg(sales) / any_value(plain_sales) from months, plain_month where month = 8",
        0.61,
        0.69,
        0.03,
    ),
    Target(
        "quarter ends to a plain month",
        "select avg(sales) / any_value(plain_sales) from months, plain_month where month in (3, 6, 9, 12)",
        1.11,
        1.19,
        0.03,
    ),
    Target(
        "last three working days of a month, % of billing",
        """
        select 100.0 * sum(euro_amount) filter (place <= 3) / sum(euro_amount)
        from (
            select
                euro_amount,
                dense_rank() over (partition by last_day(invoiced_on) order by invoiced_on desc) as place
            from open_items where document_type = 'invoice' and invoiced_on < date '2026-03-01'
        )
        """,
        33,
        37,
        1,
    ),
    Target(
        "receipts near the 10th, 15th and 30th, %",
        """
        select 100.0 * avg(
            (day(counts_on) between 9 and 12 or day(counts_on) between 14 and 17 or day(counts_on) >= 27)::int
        )
        from payment_days where payment_type = 'payment'
        """,
        65,
        85,
        3,
    ),
)
