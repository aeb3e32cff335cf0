"""Books beside a bank statement: what the bank tells and the books do not hold yet explains what they differ by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from tests.models.compiled import Compiled, Warehouse

RULES = ("assert_items_of_the_books_tie_to_their_accounts", "assert_weekly_ageing_equals_the_tie_out")
AS_OF = date(2026, 3, 31)

Row = dict[str, str]
Build = Callable[..., Warehouse]


def line(number: int, account: str, document: str, amount: str, currency: str = "EUR") -> list[Row]:
    """A sale in the books: what the customer owes, and what it was booked against."""
    of_entry = {
        **{"entity_id": "MAIN", "journal": "VE", "entry_ref": str(number), "posted_on": "2026-01-05"},
        **{"document_ref": document, "currency": currency},
    }
    return [
        {**of_entry, "line_id": f"{number}a", "account": account, "customer_id": "A", "debit": amount, "credit": "0"},
        {**of_entry, "line_id": f"{number}b", "account": "706000", "debit": "0", "credit": amount},
    ]


def payment(amount: str, account: str = "", currency: str = "EUR") -> Row:
    """Money of customer A on 3 February that no line of the books holds."""
    return {
        **{"entity_id": "MAIN", "payment_id": "b1", "customer_id": "A", "received_on": "2026-02-03", "amount": amount},
        **{"account": account, "currency": currency},
    }


@pytest.fixture
def build(compiled: Compiled) -> Iterator[Build]:
    """``build(lines, payments, explained)``: the marts of these books and payments; the rules of the books hold."""
    opened: list[Warehouse] = []

    def made(lines: list[Row], payments: list[Row], explained: list[Row] | None = None) -> Warehouse:
        tables = {
            "entities": [{"entity_id": "MAIN", "base_currency": "EUR"}],
            "fx_rates": [{"rate_on": "2026-01-05", "from_currency": "USD", "to_currency": "EUR", "rate": "0.9"}],
            "ledger_lines": lines,
            "payments": payments,
            "gl_reconciling_items": explained or [],
            "allocations": [
                {"entity_id": "MAIN", "credit_id": row["payment_id"], "debit_id": "FA-1", "amount": row["amount"]}
                for row in payments
            ],
        }
        warehouse = Warehouse(compiled, tables, AS_OF)
        opened.append(warehouse)
        warehouse.make("fct_receivable_items", "rpt_tie_out", "rpt_passport")
        tests = [test for test in compiled.tests if test.name.startswith(RULES)]
        assert len(tests) == len(RULES)
        warehouse.make(*(compiled.nodes[need].name for test in tests for need in test.needs))
        assert {test.name: warehouse.failures(test) for test in tests} == {test.name: None for test in tests}
        return warehouse

    yield made
    for warehouse in opened:
        warehouse.connection.close()


def tied(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Accounts of the books on the as-of day, in documents' currency."""
    return warehouse.rows(
        "select account, currency, cast(gl_amount as varchar), cast(receivable_amount as varchar), "
        "cast(explained_amount as varchar), tie_out_status from marts.rpt_tie_out "
        f"where balance_on = date '{AS_OF}' and amount_basis = 'document' and gl_amount is not null order by all"
    )


@pytest.mark.parametrize("account", ["", "411000"])
def test_money_that_the_books_do_not_hold_yet_explains_what_they_differ_by(account: str, build: Build) -> None:
    warehouse = build(line(1, "411000", "FA-1", "100.00"), [payment("60.00", account)])
    assert tied(warehouse) == [("411000", "EUR", "100.00", "40.00", "60.00", "tied")]
    assert warehouse.rows("select tie_out_status, unexplained_gl_amount from marts.rpt_passport") == [("tied", 0)]


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_every_currency_of_an_account_speaks_in_the_passport(currency: str, build: Build) -> None:
    """Somebody explains a difference that is none, in one of two currencies."""
    wrong = {
        **{"item_id": "1", "entity_id": "MAIN", "account": "411000", "currency": currency, "from_on": "2026-01-01"},
        **{"amount": "5.00", "explanation": "none"},
    }
    lines = [*line(1, "411000", "FA-1", "100.00"), *line(2, "411000", "FA-2", "500.00", "USD")]
    warehouse = build(lines, [payment("60.00")], [wrong])
    assert {row[1]: row[5] for row in tied(warehouse)} == {"EUR": "tied", "USD": "tied"} | {currency: "unexplained"}
    assert warehouse.rows("select tie_out_status from marts.rpt_passport") == [("unexplained",)]
