"""Each planted story is in the files, where `planted.csv` says it is."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sample.company import AS_OF_ON, Query

STORIES = {
    "back_dated_receipt",
    "cover_cut",
    "disputed_milestone",
    "double_payment",
    "first_payment_never_made",
    "insolvent",
    "late_solvent_giant",
    "limit_used_up",
    "manual_journal",
    "missed_notification",
    "new_and_good",
    "no_due_days",
    "returning_after_write_off",
    "slowing_payer",
    "stretched_terms",
    "written_off",
}


@pytest.fixture
def customer_of(query: Query) -> dict[str, Any]:
    """The customer of each story."""
    return dict(query("select story, any_value(customer_id) from planted group by story"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_story_says_who_when_and_what(query: Query) -> None:
    assert {row[0] for row in query("select story from planted")} == STORIES
    assert query("select count(*) from planted where isodow(week_ending_on) <> 7 or week_ending_on > as_of_on()") == [
        (0,)
    ]
    assert query("select count(*) from planted where length(what_must_be_seen) < 40") == [(0,)]
    # Only the journal is nobody's.
    assert query("select story from planted anti join customers using (customer_id)") == [("manual_journal",)]


def test_slowing_payer_goes_from_9_to_31_days_late(query: Query, customer_of: dict[str, Any]) -> None:
    rows = query(
        f"""
        select settled_on, days_late from lateness
        where customer_id = '{customer_of["slowing_payer"]}' and settled_on >= date '2025-04-01' order by settled_on
        """
    )

    assert rows[0] == (date(2025, 4, 1), 9)
    assert rows[-1] == (date(2026, 3, 25), 31)
    days = [row[1] for row in rows]
    assert days == sorted(days)
    assert len(days) > 20


def test_insolvent_customer_stopped_paying_twenty_weeks_before_the_end(
    query: Query, customer_of: dict[str, Any]
) -> None:
    customer = customer_of["insolvent"]
    insolvency_on, week = query(
        f"""
        select insolvency_on, week_ending_on from customers inner join planted using (customer_id)
        where customer_id = '{customer}'
        """
    )[0]
    assert week == AS_OF_ON - timedelta(weeks=20)
    assert week - timedelta(days=6) <= insolvency_on <= week
    assert query(f"select max(received_on) < '{insolvency_on}' from payments where customer_id = '{customer}'") == [
        (True,)
    ]
    assert query(f"select max(posted_on) < '{insolvency_on}' from invoices where customer_id = '{customer}'") == [
        (True,)
    ]
    assert query(
        f"select count(*), min(days_past_due) > 90 from open_items where customer_id = '{customer}' and open_amount > 0"
    ) == [(4, True)]
    assert query("select count(*) from customers where insolvency_on is not null") == [(1,)]


def test_late_giant_is_one_of_the_largest_and_pays_everything(query: Query, customer_of: dict[str, Any]) -> None:
    customer = customer_of["late_solvent_giant"]
    assert query(f"select place <= 5 from customer_shares where customer_id = '{customer}'") == [(True,)]
    late, days = query(
        f"""
        select
            avg((coalesce(days_late, as_of_on() - due_on) > 0)::int),
            avg(days_late) filter (days_late > 0)
        from lateness where customer_id = '{customer}' and document_type = 'invoice'
        """
    )[0]
    assert late > 0.88
    assert 14 < days < 24
    # Solvent: no proceedings, nothing written off, and what is old was paid.
    assert query(f"select count(*) from invoices where customer_id = '{customer}' and document_type = 'write_off'") == [
        (0,)
    ]
    assert query(f"select insolvency_on from customers where customer_id = '{customer}'") == [(None,)]
    settled = query(
        f"""
        select avg((open_amount = 0)::int) from lateness
        where customer_id = '{customer}' and due_on < as_of_on() - 120
        """
    )[0][0]
    assert settled > 0.98


def test_milestone_is_disputed_whole_and_still_is(query: Query, customer_of: dict[str, Any]) -> None:
    assert query(
        f"""
        select disputes.opened_on, disputes.closed_on, disputes.amount, open_items.open_amount, open_items.due_on
        from disputes inner join open_items on disputes.invoice_id = open_items.item_id
        where open_items.customer_id = '{customer_of["disputed_milestone"]}'
        """
    ) == [(date(2025, 12, 15), None, None, Decimal("86400.00"), date(2026, 1, 19))]


def test_new_and_good_pays_by_its_due_days(query: Query, customer_of: dict[str, Any]) -> None:
    customer = customer_of["new_and_good"]
    assert query(f"select created_on from customers where customer_id = '{customer}'") == [(date(2025, 11, 17),)]
    assert query(
        f"select count(*) >= 4, max(days_late), min(days_late) from lateness where customer_id = '{customer}'"
    ) == [(True, -2, -2)]


def test_first_payment_was_never_made(query: Query, customer_of: dict[str, Any]) -> None:
    customer = customer_of["first_payment_never_made"]
    assert query(f"select count(*) from payments where customer_id = '{customer}'") == [(0,)]
    assert query(
        f"select count(*), min(due_on), min(open_amount = amount) from open_items where customer_id = '{customer}'"
    ) == [(3, date(2025, 11, 19), True)]


def test_returning_customer_has_the_registration_of_one_written_off(query: Query, customer_of: dict[str, Any]) -> None:
    old, new = customer_of["written_off"], customer_of["returning_after_write_off"]
    assert query(
        "select list(customer_id order by created_on) from customers group by registration_id having count(*) > 1"
    ) == [([old, new],)]
    assert query(
        f"select sum(amount), max(posted_on) from invoices where customer_id = '{old}' and document_type = 'write_off'"
    ) == [(Decimal("-21480.00"), date(2024, 6, 14))]
    assert query(f"select sum(open_amount) from open_items where customer_id = '{old}'") == [(Decimal("0.00"),)]
    assert query(f"select min(posted_on) > date '2025-09-08' from invoices where customer_id = '{new}'") == [(True,)]


def test_terms_are_stretched_beyond_the_contract(query: Query, customer_of: dict[str, Any]) -> None:
    customer = customer_of["stretched_terms"]
    assert query(f"select payment_terms from customers where customer_id = '{customer}'") == [("30_net",)]
    assert query(
        f"""
        select payment_terms, min(due_on - invoiced_on), max(due_on - invoiced_on),
            min(original_due_on - invoiced_on), min(posted_on) >= date '2025-09-01'
        from invoices where customer_id = '{customer}' group by payment_terms order by payment_terms
        """
    ) == [("30_net", 30, 30, None, False), ("60_net", 60, 60, 30, True)]
    assert query(f"select max(days_late) <= 0 from lateness where customer_id = '{customer}'") == [(True,)]
    # Nobody else is billed on other terms than his own.
    assert query(
        """
        select distinct customer_id from invoices inner join customers using (customer_id)
        where invoices.payment_terms <> customers.payment_terms
        """
    ) == [(customer,)]


def test_an_invoice_was_paid_twice(query: Query, customer_of: dict[str, Any]) -> None:
    assert query(
        f"""
        select posted_on, open_amount from open_items
        where customer_id = '{customer_of["double_payment"]}' and open_amount < 0
        """
    ) == [(date(2026, 2, 18), Decimal("-18450.00"))]
    assert query(
        f"""
        select received_on, amount from payments
        where customer_id = '{customer_of["double_payment"]}' and received_on between '2026-02-01' and '2026-02-28'
        order by received_on
        """
    ) == [(date(2026, 2, 11), Decimal("18450.00")), (date(2026, 2, 18), Decimal("18450.00"))]


def test_a_receipt_comes_late_and_belongs_to_two_weeks(
    company_folder: Path, query: Query, customer_of: dict[str, Any]
) -> None:
    payments = _rows(company_folder / "late_arrivals" / "payments.csv")
    allocations = _rows(company_folder / "late_arrivals" / "allocations.csv")
    balances = _rows(company_folder / "late_arrivals" / "gl_balances.csv")

    assert [(row["customer_id"], row["posted_on"], row["amount"]) for row in payments] == [
        (customer_of["back_dated_receipt"], "2026-03-17", "27300.00")
    ]
    assert [(row["credit_id"], row["amount"]) for row in allocations] == [(payments[0]["payment_id"], "27300.00")]
    # Until then the invoice is open and overdue, and neither id is in the first extracts.
    assert query(
        f"select open_amount, days_past_due from open_items where item_id = '{allocations[0]['debit_id']}'"
    ) == [(Decimal("27300.00"), 21)]
    assert query(f"select count(*) from payments where payment_id = '{payments[0]['payment_id']}'") == [(0,)]
    assert query(f"select count(*) from allocations where allocation_id = '{allocations[0]['allocation_id']}'") == [
        (0,)
    ]
    # The ledger of the last day knows the receipt.
    before = query("select amount from gl_balances where entity_id = 'FR' and balance_on = as_of_on()")[0][0]
    assert [(row["entity_id"], row["balance_on"], Decimal(row["amount"])) for row in balances] == [
        ("FR", "2026-03-29", before - Decimal("27300.00"))
    ]
    assert query("select week_ending_on from planted where story = 'back_dated_receipt' order by week_ending_on") == [
        (date(2026, 3, 22),),
        (date(2026, 3, 29),),
    ]


def test_the_manual_journal_is_explained(query: Query) -> None:
    assert query("select entity_id, account, currency, from_on, to_on, amount from gl_reconciling_items") == [
        ("FR", "AR", "EUR", date(2025, 11, 18), None, Decimal("1240.00"))
    ]
    assert query("select count(*) from gl_reconciling_items where explanation is null or approved_by is null") == [(0,)]


def test_one_customer_has_no_due_days(query: Query, customer_of: dict[str, Any]) -> None:
    assert query(
        "select customer_id, bool_and(due_on is null) from invoices where document_type = 'invoice'"
        " group by customer_id having bool_or(due_on is null)"
    ) == [(customer_of["no_due_days"], True)]
    assert query(f"select payment_terms from customers where customer_id = '{customer_of['no_due_days']}'") == [
        ("30_net",)
    ]


def test_limit_is_used_131_percent(query: Query, customer_of: dict[str, Any]) -> None:
    customer = customer_of["limit_used_up"]
    assert query(f"select amount, limit_kind, valid_to from credit_limits where customer_id = '{customer}'") == [
        (Decimal("100000.00"), "own", None)
    ]
    assert query(
        f"""
        select sum(open_amount), count(*), max(days_past_due) <= 0 from open_items
        where customer_id = '{customer}' and open_amount <> 0
        """
    ) == [(Decimal("131000.00"), 4, True)]


def test_insurer_cut_its_limit_and_deliveries_went_on(query: Query, customer_of: dict[str, Any]) -> None:
    customer = customer_of["cover_cut"]
    covers = query(
        "select limit_amount, status, valid_from, valid_to from credit_covers "
        f"where customer_id = '{customer}' order by valid_from"
    )
    assert [cover[:2] for cover in covers] == [(Decimal("100000.00"), "active"), (Decimal("20000.00"), "reduced")]
    assert covers[0][3] + timedelta(days=1) == covers[1][2] == date(2026, 2, 2)
    assert query(
        f"select count(*) from invoices where customer_id = '{customer}' and delivered_on >= date '2026-02-02'"
    ) == [(2,)]


def test_nobody_notified_the_insurer(query: Query, customer_of: dict[str, Any]) -> None:
    customer = customer_of["missed_notification"]
    (invoice_id, due_on, open_amount) = query(
        f"select item_id, due_on, open_amount from open_items where customer_id = '{customer}' and open_amount > 0"
    )[0]
    assert open_amount == Decimal("24600.00")
    ((days,),) = query(f"select notify_days from credit_covers where customer_id = '{customer}'")
    assert due_on + timedelta(days=days) == date(2026, 3, 3) < AS_OF_ON
    assert query(f"select count(*) from collection_actions where invoice_id = '{invoice_id}'") == [(0,)]
    # Others were asked for, and some insurers told.
    assert query("select count(*) > 10 from collection_actions where stage = 'insurer notified'") == [(True,)]
