"""The sample company's files hold together: keys, references, amounts to the cent, and the control accounts."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.contract import TABLE_BY_NAME, TABLES
from tests.sample.company import Query

WRITTEN = (
    "entities",
    "customers",
    "invoices",
    "instalments",
    "payments",
    "allocations",
    "fx_rates",
    "gl_balances",
    "gl_reconciling_items",
    "disputes",
    "targets",
)

# Amounts in base currency at the document's own day: as given, else the amount itself.
BASE_AR = """
with balance_days as (select distinct balance_on from gl_balances),
base_items as (
    select
        items.*, entities.base_currency,
        coalesce(
            case when items.amount < 0 and payments.payment_id is not null then -payments.base_amount
                else coalesce(payments.base_amount, invoices.base_amount) end,
            items.amount
        ) as base_amount
    from items
    inner join entities using (entity_id)
    left join invoices on items.item_id = invoices.invoice_id
    left join payments on items.item_id = payments.payment_id
),
settled as (
    select balance_on, item_id, instalment_no, sum(amount) as amount from (
        select balance_on, debit_id as item_id, coalesce(instalment_no, 1) as instalment_no, amount
        from effects, balance_days where effective_on <= balance_on and coalesce(ends_on > balance_on, true)
        union all
        select balance_on, credit_id, 1, -amount
        from effects, balance_days where effective_on <= balance_on and coalesce(ends_on > balance_on, true)
        union all
        select balance_on, payment_id, 1, -amount from payment_days, balance_days where bounced_on <= balance_on
        union all
        select balance_on, payment_id, 1, amount
        from payment_days, balance_days where payment_type = 'bounce' and counts_on <= balance_on
    ) group by all
),
open_at as (
    select
        balance_days.balance_on, base_items.*, base_items.amount - coalesce(settled.amount, 0) as open_amount
    from base_items
    inner join balance_days on base_items.posted_on <= balance_days.balance_on
    left join settled using (balance_on, item_id, instalment_no)
)
select
    entity_id, balance_on,
    sum(
        case
            when currency = base_currency then open_amount
            -- Half away from zero, in whole numbers: cents of base * open / amount.
            else (sign(base_amount * open_amount / amount) * (
                (2 * abs(cast(base_amount * 100 as hugeint)) * abs(cast(open_amount * 100 as hugeint))
                    + abs(cast(amount * 100 as hugeint)))
                // (2 * abs(cast(amount * 100 as hugeint)))
            )) * cast(0.01 as decimal(2, 2))
        end
    ) as amount
from open_at
where open_amount <> 0
group by entity_id, balance_on
"""


@pytest.mark.parametrize("name", WRITTEN)
def test_columns_are_the_contracts(company_folder: Path, name: str) -> None:
    with (company_folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))

    table = TABLE_BY_NAME[name]
    assert set(header) <= set(table.column_by_name)
    assert set(table.required_columns) <= set(header)


@pytest.mark.parametrize("name", WRITTEN)
def test_keys_are_unique_and_required_columns_filled(query: Query, name: str) -> None:
    table = TABLE_BY_NAME[name]
    key = ", ".join(table.key)
    assert query(f"select {key} from {name} group by {key} having count(*) > 1") == []
    missing = " or ".join(f"{column} is null" for column in table.required_columns)
    assert query(f"select count(*) from {name} where {missing}") == [(0,)]


@pytest.mark.parametrize("name", WRITTEN)
def test_codes_are_the_contracts(query: Query, name: str) -> None:
    for column in next(table for table in TABLES if table.name == name).columns:
        if column.values and query(
            f"select 1 from duckdb_columns() where table_name = '{name}' and column_name = '{column.name}'"
        ):
            codes = {
                row[0] for row in query(f"select distinct {column.name} from {name} where {column.name} is not null")
            }
            assert codes <= set(column.values), column.name


def test_nothing_is_known_of_the_days_to_come(query: Query) -> None:
    for table, column in (
        ("invoices", "posted_on"),
        ("payments", "received_on"),
        ("payments", "posted_on"),
        ("allocations", "applied_on"),
        ("fx_rates", "rate_on"),
        ("gl_balances", "balance_on"),
        ("targets", "period_on"),
        ("disputes", "opened_on"),
        ("disputes", "closed_on"),
        ("customers", "created_on"),
    ):
        assert query(f"select count(*) from {table} where {column} > as_of_on()") == [(0,)], (table, column)


def test_signs_fit_the_types(query: Query) -> None:
    assert query("select count(*) from payments where amount <= 0") == [(0,)]
    assert query("select count(*) from allocations where amount <= 0") == [(0,)]
    assert query(
        "select count(*) from invoices where (amount < 0) <> (document_type in ('credit_note', 'write_off'))"
    ) == [(0,)]


def test_documents_refer_to_customers_and_entities(query: Query) -> None:
    assert query("select count(*) from invoices anti join customers using (customer_id)") == [(0,)]
    assert query("select count(*) from payments anti join customers using (customer_id)") == [(0,)]
    assert query("select count(*) from invoices anti join entities using (entity_id)") == [(0,)]
    assert query("select count(*) from disputes anti join invoices using (invoice_id, entity_id)") == [(0,)]
    assert query(
        "select count(*) from customers as child anti join customers as parent"
        " on child.parent_customer_id = parent.customer_id where child.parent_customer_id is not null"
    ) == [(0,)]


def test_allocations_join_one_customers_items_of_one_currency(query: Query) -> None:
    everything = """
        select invoice_id as item_id, entity_id, customer_id, currency, document_type as kind, status from invoices
        union all
        select payment_id, entity_id, customer_id, currency, payment_type, status from payments
    """
    assert query(
        f"""
        with everything as ({everything})
        select count(*), count(*) filter (
            credits.entity_id = debits.entity_id and credits.entity_id = allocations.entity_id
            and credits.customer_id = debits.customer_id and credits.currency = debits.currency
            and credits.kind = allocations.credit_kind and debits.kind = allocations.debit_kind
            and credits.status = 'posted' and debits.status = 'posted'
        ) = (select count(*) from allocations)
        from allocations
        inner join everything as credits on allocations.credit_id = credits.item_id
        inner join everything as debits on allocations.debit_id = debits.item_id
        """
    ) == query("select count(*), true from allocations")


def test_no_item_is_settled_beyond_its_amount(query: Query) -> None:
    assert query("select count(*) from open_items where sign(open_amount) * sign(amount) < 0") == [(0,)]
    assert query("select count(*) from open_items where abs(open_amount) > abs(amount)") == [(0,)]


def test_most_of_the_past_is_settled(query: Query) -> None:
    settled, everything = query(
        "select count(*) filter (open_amount = 0), count(*) from open_items where posted_on < as_of_on() - 400"
    )[0]

    assert settled > 0.99 * everything


def test_instalments_add_up_to_their_invoice(query: Query) -> None:
    assert query(
        "select count(*) from (select invoice_id, sum(amount) as amount from instalments group by invoice_id) as parts"
        " inner join invoices using (invoice_id) where parts.amount <> invoices.amount"
    ) == [(0,)]
    assert query(
        "select count(*) from (select invoice_id, max(due_on) as due_on from instalments group by invoice_id) as parts"
        " inner join invoices using (invoice_id) where parts.due_on <> invoices.due_on"
    ) == [(0,)]
    assert query("select count(distinct invoice_id) > 100 from instalments") == [(True,)]


def test_bounces_take_back_a_whole_payment(query: Query) -> None:
    count, whole, again = query(
        """
        select
            count(*),
            count(*) filter (originals.amount = bounces.amount and originals.posted_on < bounces.posted_on),
            count(distinct repeats.payment_id)
        from payments as bounces
        inner join payments as originals on bounces.original_payment_id = originals.payment_id
        left join payments as repeats
            on repeats.reference = 'Paid again after return' and repeats.customer_id = bounces.customer_id
            and repeats.amount = bounces.amount and repeats.received_on > bounces.posted_on
        where bounces.payment_type = 'bounce'
        """
    )[0]

    assert count == whole > 0
    assert again > count / 2


def test_bills_count_on_their_maturity(query: Query) -> None:
    assert query("select count(*) from payments where matures_on < received_on") == [(0,)]
    assert query("select count(*) > 0 from payments where matures_on > as_of_on()") == [(True,)]
    assert query("select count(distinct financing) from payments where matures_on is not null") == [(2,)]


def test_foreign_documents_carry_their_amount_in_base_currency(query: Query) -> None:
    rates = """(
        select rate_on, to_currency as currency, rate from fx_rates
        union all
        select distinct rate_on, 'EUR', 1 from fx_rates
    )"""
    wrong = """
        select count(*) from {table} as documents
        inner join entities using (entity_id)
        asof join {rates} as own on documents.currency = own.currency and documents.posted_on >= own.rate_on
        asof join {rates} as base on entities.base_currency = base.currency and documents.posted_on >= base.rate_on
        where documents.currency <> entities.base_currency
            and abs(documents.base_amount - documents.amount::double * base.rate::double / own.rate::double) > 0.00501
    """
    for table in ("invoices", "payments"):
        assert query(wrong.format(table=table, rates=rates)) == [(0,)]
        assert query(
            f"select count(*) filter (currency <> base_currency and base_amount is null),"
            f" count(*) filter (currency = base_currency and base_amount is not null),"
            f" count(*) filter (currency <> base_currency) > 100 from {table} inner join entities using (entity_id)"
        ) == [(0, 0, True)]


def test_rates_leave_no_gap(query: Query) -> None:
    assert query(
        "select max(next_on - rate_on) <= 5 from (select rate_on,"
        " lead(rate_on) over (partition by to_currency order by rate_on) as next_on from fx_rates)"
    ) == [(True,)]
    assert query("select min(rate_on) <= (select min(posted_on) from invoices) from fx_rates") == [(True,)]
    assert query("select to_currency, min(rate) > 0.8 and max(rate) < 5 from fx_rates group by all order by all") == [
        ("GBP", True),
        ("PLN", True),
        ("USD", True),
    ]


def test_control_accounts_tie_to_the_cent(query: Query) -> None:
    rows = query(
        f"""
        with base_ar as ({BASE_AR})
        select
            gl_balances.entity_id,
            gl_balances.balance_on,
            gl_balances.amount - base_ar.amount
            - coalesce(sum(explained.amount), 0) as unexplained
        from gl_balances
        left join base_ar using (entity_id, balance_on)
        left join gl_reconciling_items as explained
            on gl_balances.entity_id = explained.entity_id and gl_balances.balance_on >= explained.from_on
            and (explained.to_on is null or gl_balances.balance_on <= explained.to_on)
        group by gl_balances.entity_id, gl_balances.balance_on, gl_balances.amount, base_ar.amount
        """
    )

    # 35 month ends and the last day, three entities.
    assert len(rows) == 36 * 3
    assert [row for row in rows if row[2] != Decimal("0.00")] == []


def test_money_has_two_decimals_and_no_exponent(company_folder: Path) -> None:
    for name in WRITTEN:
        with (company_folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column in ("amount", "base_amount", "tax_amount"):
                    text = row.get(column)
                    assert not text or re.fullmatch(r"-?\d+\.\d\d", text), (name, text)
