"""Random books against an oracle that replays them day by day: what is open, and what of it is disputed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.models.books import Books
from tests.models.documents import Row
from tests.models.drawn import company, ledger

COMPANIES: dict[str, Callable[[Sequence[Row], date], ledger.Open]] = {
    "DRAWN-STATED": ledger.stated_on,
    "DRAWN-FIFO": ledger.fifo_on,
}


@pytest.mark.parametrize("name", COMPANIES)
def test_every_customer_owes_on_every_day_what_a_replay_says(name: str, books: Books) -> None:
    spans = _spans(books, name)
    open_seen, disputed_seen = 0, 0
    for customer, rows in company.draw(name).items():
        for offset in range((company.LAST_DAY - company.FIRST_DAY).days + 1):
            day = company.FIRST_DAY + timedelta(days=offset)
            valid = [span for span in spans.get(customer, []) if span[1] <= day and (span[2] is None or day < span[2])]
            wanted = COMPANIES[name](rows, day)
            assert {label: amount for label, _, _, amount, _ in valid} == wanted, (customer, day)
            disputed = {label: amount for label, _, _, _, amount in valid if amount}
            assert disputed == ledger.disputed_on(rows, wanted, day), (customer, day)
            open_seen, disputed_seen = open_seen + len(wanted), disputed_seen + len(disputed)
    assert open_seen > 3_000
    assert disputed_seen > 300


Span = tuple[str, date, date | None, Decimal, Decimal]


def _spans(books: Books, entity_id: str) -> dict[str, list[Span]]:
    """The entity's intervals by customer: label, first day, day after the last, open and disputed amount."""
    found: dict[str, list[Span]] = {}
    for number, instalment, parts, from_on, to_on, open_amount, disputed in books.rows(
        """
        select document_number, instalment_no, parts, valid_from_on, valid_to_on, open_amount, disputed_amount
        from marts.fct_item_intervals
        inner join (
            select document_id, count(*) as parts from marts.fct_receivable_items where entity_id = $entity group by all
        ) using (document_id)
        where entity_id = $entity
        """,
        {"entity": entity_id},
    ):
        assert isinstance(from_on, date)
        assert to_on is None or isinstance(to_on, date)
        assert isinstance(open_amount, Decimal)
        assert isinstance(disputed, Decimal)
        label = str(number) if parts == 1 else f"{number}/{instalment}"
        found.setdefault(str(number).partition("-")[0], []).append((label, from_on, to_on, open_amount, disputed))
    return found
