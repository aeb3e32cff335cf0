"""The numbers that textbooks and systems print, and `fct_kpis` gives, or must not give (metrics 2, 3 and 6)."""

from __future__ import annotations

import pytest

from tests.models.books import Books
from tests.models.case import Case
from tests.models.published.collection import COLLECTION_CASES

DAYS_OF = {
    "receivable_amount": "dso_days",
    "not_due_amount": "best_possible_dso_days",
    "overdue_amount": "average_days_delinquent",
    "unapplied_amount": "unapplied_days",
}


@pytest.mark.parametrize("case", COLLECTION_CASES, ids=lambda case: case.entity_id)
def test_the_row_gives_the_published_number(case: Case, books: Books) -> None:
    for expectation in case.expected:
        assert expectation.seen(books, case.entity_id, case.report_on) == expectation.wanted(), expectation


def test_dso_is_best_possible_plus_delinquent_plus_unapplied_on_every_row(books: Books) -> None:
    """Exactly: the balances add up to AR, and each figure is its balance times the same days by the same sales."""
    ((rows_with_dso,),) = books.rows("select count(dso_days) from marts.fct_kpis")
    assert isinstance(rows_with_dso, int)
    assert rows_with_dso > 1000, "hardly a row has a DSO: the rest of this test would hold nothing"
    off = " or ".join(
        f"{days} is distinct from case when receivable_amount >= 0 and sales_amount > 0 "
        f"then cast({_cents(amount)} * window_days as double) / cast({_cents('sales_amount')} as double) end"
        for amount, days in DAYS_OF.items()
    )
    wrong = books.records(
        f"select * from marts.fct_kpis "
        f"where receivable_amount <> not_due_amount + overdue_amount + unapplied_amount or {off} limit 5"
    )
    assert wrong == []


def _cents(amount: str) -> str:
    """An amount as a whole number, which a double holds as it is."""
    return f"cast({amount} * 100 as bigint)"
