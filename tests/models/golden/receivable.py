"""Cases B: open items and balances, from the tests of other systems (nearly all ERPNext's)."""

from __future__ import annotations

from datetime import date

from tests.models.case import Case
from tests.models.documents import (
    Row,
    T,
    adjustment,
    after_t,
    allocation,
    credit_note,
    gl_balance,
    invoice,
    payment,
    reconciling_item,
    schedule,
)
from tests.models.expectations import Aging, Events, ItemColumns, Kpis, OpenItems, TieOut


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
        ),
        because=(
            "Items stay at their document's own rate: 8000. The peer's extra row of +500 is the revaluation, which is "
            "the ledger's and apart: it explains the difference to the control account of 8500."
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
    Case(
        entity_id="B17",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(0), after_t(0)),
            payment("P", "100.00", after_t(1)),
            allocation("P", "I", "100.00"),
        ),
        expected=(
            OpenItems({"I": "100.00"}),
            OpenItems({}, on=after_t(1)),
        ),
        because="We do not show what is to come beside what is: the peer's `future 100, remaining 0` is the next day.",
    ),
    Case(
        entity_id="B19",
        report_on=T,
        documents=(
            invoice("I1", "100.00", after_t(0), after_t(0)),
            invoice("I2", "100.00", after_t(0), after_t(0)),
            adjustment("JV", "-100.00", after_t(1)),
            allocation("JV", "I1", "50.00"),
            allocation("JV", "I2", "50.00"),
        ),
        expected=(
            OpenItems({"I1": "100.00", "I2": "100.00"}),
            OpenItems({"I1": "50.00", "I2": "50.00"}, on=after_t(1)),
        ),
        because="The peer's `future` of 50 on each is our next day: the journal is split as it was matched.",
    ),
    Case(
        entity_id="B20",
        report_on=T,
        documents=(
            adjustment("JV-1", "150.00", after_t(0), account="Debtors", reference="JV"),
            adjustment("JV-2", "200.00", after_t(0), account="Other debtors", reference="JV"),
        ),
        expected=(
            OpenItems({"JV-1": "150.00", "JV-2": "200.00"}),
            TieOut({"receivable_amount": "150.00", "buckets_amount": "150.00"}, account="Debtors"),
            TieOut({"receivable_amount": "200.00", "buckets_amount": "200.00"}, account="Other debtors"),
        ),
        because=(
            "Two lines of one journal are two documents, each under its account. A line without a customer is rejected "
            "on the way in, with its amount and reason, so these have one."
        ),
    ),
    Case(
        entity_id="B23",
        report_on=T,
        base_currency="INR",
        documents=(
            payment("ADVANCE", "50.00", after_t(-5), currency="USD", payment_type="deposit"),
            invoice("I", "100.00", after_t(0), currency="USD"),
            *schedule("I", (after_t(0), "50.00"), (after_t(30), "50.00")),
            allocation("ADVANCE", "I", "50.00"),
        ),
        expected=(
            OpenItems({"I/2": "50.00"}),
            OpenItems({"I/2": "4000.00"}, basis="base"),
        ),
        because="Credits fill instalments oldest due first (metrics 1): 0 and 4000, not the peer's 2000 and 2000.",
    ),
    Case(
        entity_id="B25",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-10), after_t(-1)),
            payment("P", "99.99", after_t(0)),
            allocation("P", "I", "99.99"),
        ),
        expected=(OpenItems({"I": "0.01"}), Aging({"1-30": "0.01"}), Kpis({"receivable_amount": "0.01"})),
    ),
    Case(
        entity_id="B27",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(0)),
            *schedule("I", (after_t(15), "50.00"), (after_t(30), "50.00")),
        ),
        expected=(
            OpenItems({"I/1": "50.00", "I/2": "50.00"}),
            ItemColumns({"I/1": {"due_on": after_t(15)}, "I/2": {"due_on": after_t(30)}}),
        ),
        because="A template of shares is the source's to spread; what comes in is the schedule it gave the invoice.",
    ),
    Case(
        entity_id="B28",
        report_on=T,
        documents=(
            invoice("I", "200.00", after_t(-10), after_t(20), customer="A"),
            credit_note("RETURN", "-100.00", after_t(0), customer="NONE"),
            allocation("RETURN", "I", "100.00"),
        ),
        expected=(
            OpenItems({"I": "100.00"}),
            Aging({"not_due": "100.00"}, customer="A"),
            Aging({}, customer="NONE"),
            Events(
                ("transfer",),
                (
                    ("transfer", after_t(0), "I", "-100.00", "-100.00"),
                    ("transfer", after_t(0), "RETURN", "100.00", "100.00"),
                ),
            ),
        ),
        because=(
            "Every document has a customer here, so the return has one of its own; netted on A's invoice it moves to A "
            "by two transfer events (ruling 2), and A owes 100."
        ),
    ),
    Case(
        entity_id="B29",
        report_on=T,
        base_currency="INR",
        documents=(
            invoice("I-BASE", "100.00", after_t(0), after_t(30), currency="USD", account="Debtors"),
            invoice("I-USD", "100.00", after_t(0), after_t(30), currency="USD", account="Debtors USD"),
        ),
        expected=(
            OpenItems({"I-BASE": "8000.00", "I-USD": "8000.00"}, basis="base"),
            TieOut({"open_amount": "8000.00"}, account="Debtors", currency="INR"),
            TieOut({"open_amount": "100.00"}, account="Debtors USD", currency="USD", basis="document"),
        ),
        because="An account has no currency of its own here: both items are USD 100 and 8000 in base.",
    ),
    Case(
        entity_id="B30",
        report_on=T,
        base_currency="USD",
        documents=(
            invoice("I-EUR", "300.00", after_t(0), after_t(30), currency="EUR"),
            invoice("I-GBP", "76.50", after_t(0), after_t(30), currency="GBP"),
            invoice("I-CAD", "100.00", after_t(0), after_t(30), currency="CAD"),
        ),
        expected=(
            OpenItems({"I-EUR": "321.00", "I-GBP": "96.39", "I-CAD": "80.00"}, basis="base"),
            Aging({"not_due": "497.39"}, basis="base"),
            Aging({"not_due": "300.00"}, currency="EUR"),
            Aging({"not_due": "76.50"}, currency="GBP"),
            Aging({"not_due": "100.00"}, currency="CAD"),
            Kpis({"receivable_amount": "497.39"}),
        ),
    ),
    Case(
        entity_id="B31",
        report_on=T,
        documents=(invoice("I", "200.00", after_t(0), after_t(0)),),
        expected=(
            Aging({"not_due": "200.00"}),
            Kpis({"receivable_amount": "200.00", "unapplied_amount": "0.00"}),
        ),
        because="The peer's 0-30 includes what is not yet due: an item due on the day itself is not overdue.",
    ),
    Case(
        entity_id="B32",
        report_on=T,
        documents=(
            invoice("I", "200.00", after_t(0), after_t(0)),
            payment("P-FREE", "50.00", after_t(0)),
        ),
        expected=(
            Aging({"not_due": "200.00", "unapplied": "-50.00"}),
            Kpis({"receivable_amount": "150.00", "not_due_amount": "200.00", "unapplied_amount": "-50.00"}),
        ),
        because="The peer nets the free 50 into the bucket; ours keeps it apart. The balance is the same 150.",
    ),
    Case(
        entity_id="B33",
        report_on=T,
        documents=(
            invoice("I", "200.00", after_t(0), after_t(0)),
            payment("P-FREE", "50.00", after_t(0)),
            payment("P", "125.00", after_t(0)),
            allocation("P", "I", "125.00"),
        ),
        expected=(
            OpenItems({"I": "75.00", "P-FREE": "-50.00"}),
            Kpis({"receivable_amount": "25.00", "unapplied_amount": "-50.00", "paid_amount": "125.00"}),
        ),
    ),
    Case(
        entity_id="B34",
        report_on=T,
        documents=(
            invoice("I", "200.00", after_t(0), after_t(0)),
            payment("P", "150.00", after_t(0)),
            allocation("P", "I", "150.00"),
            gl_balance(after_t(0), "50.00"),
        ),
        expected=(
            OpenItems({"I": "50.00"}),
            TieOut(
                {
                    "open_amount": "50.00",
                    "gl_amount": "50.00",
                    "unexplained_amount": "0.00",
                    "tie_out_status": "tied",
                }
            ),
        ),
    ),
    Case(
        entity_id="B35",
        report_on=T,
        documents=(
            invoice("I", "200.00", after_t(0), after_t(0)),
            payment("P1", "150.00", after_t(0)),
            payment("P2", "50.00", after_t(0)),
            allocation("P1", "I", "150.00"),
            allocation("P2", "I", "50.00"),
        ),
        expected=(OpenItems({}), Aging({})),
    ),
)
