"""Cases B17 to B35: what is to come, accounts, currencies and balances, from the tests of other systems."""

from __future__ import annotations

from tests.models.case import Case
from tests.models.documents import (
    T,
    adjustment,
    after_t,
    allocation,
    credit_note,
    gl_balance,
    invoice,
    payment,
    schedule,
)
from tests.models.expectations import Aging, Events, ItemColumns, Kpis, OpenItems, TieOut

BALANCE_CASES = (
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
