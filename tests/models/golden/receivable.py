"""Cases B01 to B15: open items and what was set against them, from the tests of other systems."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import (
    AS_OF,
    Row,
    T,
    adjustment,
    after_t,
    allocation,
    credit_note,
    gl_balance,
    invoice,
    payment,
    rate,
    reconciling_item,
    schedule,
)
from tests.models.expectations import Aging, ItemColumns, Kpis, OpenItems, Revaluation, TieOut


def three_parts() -> tuple[Row, ...]:
    """An invoice of 100 in parts of 30, 50 and 20 %, due 30, 60 and 90 days after T."""
    return (
        invoice("I", "100.00", after_t(0)),
        *schedule("I", (after_t(30), "30.00"), (after_t(60), "50.00"), (after_t(90), "20.00")),
    )


RECEIVABLE_CASES = (
    Case(
        entity_id="B01",
        report_on=date(2024, 4, 2),
        documents=(
            invoice("POS", "100.00", after_t(2), after_t(2)),
            payment("TILL", "50.00", after_t(2)),
            allocation("TILL", "POS", "50.00"),
        ),
        expected=(
            OpenItems({"POS": "50.00"}),
            Aging({"not_due": "50.00"}),
            OpenItems({}, on=after_t(1)),
        ),
    ),
    Case(
        entity_id="B02",
        report_on=T,
        documents=three_parts(),
        expected=(
            OpenItems({"I/1": "30.00", "I/2": "50.00", "I/3": "20.00"}),
            ItemColumns(
                {
                    "I/1": {"amount": "30.00", "due_on": after_t(30)},
                    "I/2": {"amount": "50.00", "due_on": after_t(60)},
                    "I/3": {"amount": "20.00", "due_on": after_t(90)},
                }
            ),
        ),
        because="One row an instalment, as in the peer; the document's grand total is their sum, not a column of each.",
    ),
    Case(
        entity_id="B04",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-1), after_t(30)),
            payment("P", "40.00", after_t(-1)),
            allocation("P", "I", "40.00"),
            credit_note("C", "-100.00", after_t(0), original_invoice_id="I"),
        ),
        expected=(
            OpenItems({"I": "60.00", "C": "-100.00"}),
            Aging({"not_due": "60.00", "unapplied": "-100.00"}),
            Kpis({"receivable_amount": "-40.00"}),
        ),
        because=(
            "B03 is the invoice with 40 paid. The credit note names its invoice but was matched to nothing: naming "
            "alone allocates nothing (ruling 9), so both stay open and the balance is 60 - 100 = -40, as in the peer."
        ),
    ),
    Case(
        entity_id="B05",
        report_on=T,
        documents=(
            *three_parts(),
            credit_note("C", "-100.00", after_t(0)),
            allocation("C", "I", "100.00"),
        ),
        expected=(
            OpenItems({}),
            Aging({}),
            ItemColumns({f"I/{number}": {"open_amount": "0.00", "aging_bucket": None} for number in (1, 2, 3)}),
        ),
        because="No open item and nothing in a bucket; closed items are listed with 0.00 and no bucket (ruling 11).",
    ),
    Case(
        entity_id="B06",
        report_on=T,
        documents=(
            invoice("I", "200.00", after_t(0)),
            *schedule("I", (after_t(30), "60.00"), (after_t(60), "100.00"), (after_t(90), "40.00")),
            payment("P", "40.00", after_t(0)),
            allocation("P", "I", "40.00"),
        ),
        expected=(OpenItems({"I/1": "20.00", "I/2": "100.00", "I/3": "40.00"}),),
    ),
    Case(
        entity_id="B08",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-1), after_t(-1)),
            payment("P", "40.00", after_t(0)),
            allocation("P", "I", "40.00"),
            credit_note("C", "-100.00", after_t(0)),
        ),
        expected=(
            OpenItems({"I": "60.00", "C": "-100.00"}),
            Aging({"1-30": "60.00", "unapplied": "-100.00"}),
        ),
    ),
    Case(
        entity_id="B09",
        report_on=T,
        documents=(payment("P", "1000.00", after_t(0), payment_type="deposit", reference="SO-1"),),
        expected=(
            OpenItems({"P": "-1000.00"}),
            Aging({"unapplied": "-1000.00"}),
            Kpis({"receivable_amount": "-1000.00", "dso_days": None}),
        ),
    ),
    Case(
        entity_id="B10",
        report_on=T,
        base_currency="INR",
        documents=(
            invoice("I", "100.00", after_t(-20), after_t(10), currency="USD"),
            # The month-end revaluation to 85 is a journal on the control account, not a document of the customer.
            gl_balance(after_t(0), "8500.00"),
            reconciling_item("REVALUATION", after_t(0), "500.00", "USD 100 revalued from 80 to 85"),
            rate(AS_OF, "USD", "INR", "85"),
        ),
        expected=(
            OpenItems({"I": "100.00"}),
            OpenItems({"I": "8000.00"}, basis="base"),
            TieOut(
                {
                    "receivable_amount": "8000.00",
                    "gl_amount": "8500.00",
                    "explained_amount": "500.00",
                    "unexplained_amount": "0.00",
                },
                currency="INR",
            ),
            Revaluation(
                {
                    "USD": {
                        "open_amount": "100.00",
                        "base_open_amount": "8000.00",
                        "rate": Fraction(85),
                        "revalued_base_amount": "8500.00",
                        "difference": "500.00",
                    }
                }
            ),
        ),
        because=(
            "Items stay at their document's own rate: 8000. The peer's extra row of +500 is the revaluation, which is "
            "the ledger's and apart: it explains the difference to the control account of 8500, "
            "and stands in a mart of its own."
        ),
    ),
    Case(
        entity_id="B12",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-1), after_t(30)),
            adjustment("JV", "-40.00", after_t(0)),
            allocation("JV", "I", "40.00"),
        ),
        expected=(OpenItems({"I": "60.00"}),),
    ),
    Case(
        entity_id="B13",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-1), after_t(30)),
            adjustment("JV", "-100.00", after_t(0)),
            allocation("JV", "I", "100.00"),
        ),
        expected=(OpenItems({}), Aging({}), Kpis({"receivable_amount": "0.00", "dso_days": "0"})),
    ),
    Case(
        entity_id="B14",
        report_on=T,
        documents=(credit_note("JV", "-100.00", after_t(0)),),
        expected=(OpenItems({"JV": "-100.00"}), Aging({"unapplied": "-100.00"})),
    ),
    Case(
        entity_id="B15",
        report_on=T,
        documents=(
            invoice("I1", "100.00", after_t(-1), after_t(-1)),
            invoice("I2", "85.00", after_t(0), after_t(0)),
            invoice("OTHER", "7.00", after_t(0), after_t(0), customer="OTHER"),
        ),
        expected=(
            OpenItems({"I1": "100.00", "I2": "85.00", "OTHER": "7.00"}),
            Aging({"not_due": "7.00"}, customer="OTHER"),
            Kpis({"receivable_amount": "192.00"}),
        ),
        because="A second customer beside the peer's one, so that a total by customer is not the grand total.",
    ),
)
