"""Rulings 6 to 10 of metrics 7: instalments, disputes, reversals, names that allocate nothing, what is derived."""

from __future__ import annotations

from datetime import date

from tests.models.case import Case
from tests.models.documents import (
    AS_OF,
    T,
    allocation,
    credit_note,
    dispute,
    invoice,
    payment,
    schedule,
)
from tests.models.expectations import (
    Aging,
    Allocations,
    Disputed,
    Exceptions,
    Kpis,
    OpenItems,
)

THREE_PARTS = schedule("I", ("2024-03-10", "30.00"), ("2024-04-10", "50.00"), ("2024-05-10", "20.00"))

INSTALMENTS = (
    Case(
        entity_id="R06-KEEPS-ITS-SPLIT",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20"),
            *THREE_PARTS,
            payment("P1", "40.00", "2024-02-01"),
            payment("P2", "20.00", "2024-02-05"),
            payment("P3", "10.00", "2024-02-25"),
            allocation("P1", "I", "40.00", reversed_on="2024-02-20"),
            allocation("P2", "I", "20.00"),
            allocation("P3", "I", "10.00"),
        ),
        expected=(
            OpenItems({"I/2": "40.00", "I/3": "20.00"}, on="2024-02-01"),
            OpenItems({"I/2": "20.00", "I/3": "20.00"}, on="2024-02-05"),
            OpenItems({"I/1": "30.00", "I/2": "30.00", "I/3": "20.00", "P1": "-40.00"}, on="2024-02-20"),
            OpenItems({"I/1": "20.00", "I/2": "30.00", "I/3": "20.00", "P1": "-40.00"}, on="2024-02-25"),
            Allocations(
                ("P1", "I", 1, "30.00", "2024-02-01", "2024-02-20"),
                ("P1", "I", 2, "10.00", "2024-02-01", "2024-02-20"),
                ("P2", "I", 2, "20.00", "2024-02-05", None),
                ("P3", "I", 1, "10.00", "2024-02-25", None),
            ),
        ),
    ),
    Case(
        entity_id="R06-BEYOND",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20"),
            *THREE_PARTS,
            payment("P", "120.00", "2024-02-01"),
            allocation("P", "I", "120.00"),
        ),
        expected=(
            OpenItems({"I/3": "-20.00"}),
            Aging({"unapplied": "-20.00"}),
            Exceptions(("overpaid debit", "invoice:I / 3")),
        ),
    ),
    Case(
        entity_id="R06-DOES-NOT-ADD-UP",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-03-20"),
            *schedule("I", ("2024-03-10", "30.00"), ("2024-04-10", "69.99")),
        ),
        expected=(
            OpenItems({"I": "100.00"}),
            Aging({"1-30": "100.00"}),
            Exceptions(("schedule that does not add up", "I")),
        ),
    ),
    Case(
        entity_id="R06-NAMED",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20"),
            *THREE_PARTS,
            payment("P1", "20.00", "2024-02-01"),
            payment("P2", "35.00", "2024-02-05"),
            allocation("P1", "I", "20.00", instalment_no="3"),
            allocation("P2", "I", "35.00"),
        ),
        expected=(
            OpenItems({"I/1": "30.00", "I/2": "50.00"}, on="2024-02-01"),
            OpenItems({"I/2": "45.00"}, on="2024-02-05"),
        ),
    ),
)

PARTS_THAT_ARE_NONE = (
    Case(
        entity_id="R06-PART-OF-NOTHING",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            *schedule("I", ("2024-03-10", "60.00"), ("2024-04-10", "40.00"), ("2024-05-10", "0.00")),
            payment("P", "110.00", "2024-02-01"),
            allocation("P", "I", "110.00"),
            invoice("NOTHING", "50.00", "2024-01-20", "2024-02-19"),
            *schedule("NOTHING", ("2024-03-10", "0.00"), ("2024-04-10", "0.00")),
        ),
        expected=(
            OpenItems({"I/2": "-10.00", "NOTHING": "50.00"}),
            Aging({"unapplied": "-10.00", "31-60": "50.00"}),
            Exceptions(("schedule that does not add up", "NOTHING"), ("overpaid debit", "invoice:I / 2")),
        ),
        because="A part of nothing asks for nothing: the others hold, and the last of them takes what is beyond.",
    ),
    Case(
        entity_id="R06-PART-BELOW-ZERO",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            *schedule("I", ("2024-03-10", "120.00"), ("2024-04-10", "-20.00")),
        ),
        expected=(
            OpenItems({"I": "100.00"}),
            Aging({"31-60": "100.00"}),
            Exceptions(("schedule that does not add up", "I")),
        ),
        because="What the customer is to get is no part of what he is to pay.",
    ),
)

DISPUTES = (
    Case(
        entity_id="R07-OLDEST-DUE-FIRST",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20"),
            *THREE_PARTS,
            dispute("D", "I", "2024-02-10", amount="40.00"),
            payment("P", "30.00", "2024-03-05"),
            allocation("P", "I", "30.00"),
        ),
        expected=(
            Disputed({}, on="2024-02-09"),
            Disputed({"I/1": "30.00", "I/2": "10.00"}, on="2024-02-10"),
            # With the first part paid, the dispute of 40 lies on what is open.
            Disputed({"I/2": "40.00"}, on="2024-03-05"),
        ),
    ),
    Case(
        entity_id="R07-ADD-UP",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            dispute("D1", "I", "2024-02-10", "2024-03-10", amount="30.00"),
            dispute("D2", "I", "2024-02-20", amount="60.00"),
            dispute("D3", "I", "2024-03-01", "2024-03-20"),
            payment("P", "50.00", "2024-03-25"),
            allocation("P", "I", "50.00"),
        ),
        expected=(
            Disputed({"I": "30.00"}, on="2024-02-19"),
            Disputed({"I": "90.00"}, on="2024-02-20"),
            Disputed({"I": "100.00"}, on="2024-03-01"),
            Disputed({"I": "100.00"}, on="2024-03-10"),
            Disputed({"I": "60.00"}, on="2024-03-20"),
            Disputed({"I": "50.00"}, on="2024-03-25"),
        ),
    ),
    Case(
        entity_id="R07-FLAG",
        report_on=T,
        documents=(
            invoice("FLAG-ONLY", "100.00", "2024-01-20", "2024-02-19", is_disputed="true"),
            invoice("FLAG-AND-ROW", "80.00", "2024-01-20", "2024-02-19", is_disputed="true"),
            dispute("D", "FLAG-AND-ROW", "2024-02-10", "2024-02-20"),
            payment("P", "25.00", "2024-03-05"),
            allocation("P", "FLAG-ONLY", "25.00"),
        ),
        expected=(
            Disputed({"FLAG-ONLY": "100.00"}, on="2024-01-20"),
            Disputed({"FLAG-ONLY": "100.00", "FLAG-AND-ROW": "80.00"}, on="2024-02-19"),
            Disputed({"FLAG-ONLY": "100.00"}, on="2024-02-20"),
            Disputed({"FLAG-ONLY": "75.00"}),
        ),
    ),
    Case(
        entity_id="R07-SAME-DAY",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            invoice("FLAGGED", "80.00", "2024-01-20", "2024-02-19", is_disputed="true"),
            dispute("D1", "I", "2024-02-10", "2024-02-10"),
            dispute("D2", "FLAGGED", "2024-02-10", "2024-02-10"),
        ),
        expected=(Disputed({}, on="2024-02-10"), Disputed({})),
        because="A dispute closed on the day it opened was never open; it is a dispute row all the same, so no flag.",
    ),
    Case(
        entity_id="R07-CLOSED-ON-THE-DAY",
        report_on=date.fromisoformat(AS_OF),
        documents=(
            invoice("CLOSED", "100.00", "2026-06-20", "2026-07-20"),
            dispute("D1", "CLOSED", "2026-07-01", AS_OF, amount="60.00"),
            dispute("D2", "CLOSED", "2026-07-15", "2026-08-13", amount="10.00"),
            invoice("OPENED", "100.00", "2026-06-20", "2026-07-20"),
            dispute("D3", "OPENED", AS_OF, amount="5.00"),
            dispute("D4", "OPENED", "2026-08-13", amount="7.00"),
        ),
        expected=(Disputed({"CLOSED": "70.00"}, on="2026-08-11"), Disputed({"CLOSED": "10.00", "OPENED": "5.00"})),
        because="Closed on the as-of day itself: no longer open on it. What ends or begins later is open or not yet.",
    ),
)

REVERSALS = (
    Case(
        entity_id="R08-LATEST-FIRST",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            invoice("OTHER", "20.00", "2024-01-20", "2024-02-19"),
            payment("P", "90.00", "2024-02-01"),
            allocation("P", "I", "30.00", "2024-02-01", allocation_id="1"),
            allocation("P", "I", "40.00", "2024-02-05", allocation_id="2"),
            allocation("P", "OTHER", "20.00", "2024-02-06", allocation_id="3"),
            allocation("P", "I", "-50.00", "2024-02-10", allocation_id="4"),
        ),
        expected=(
            OpenItems({"I": "30.00"}, on="2024-02-09"),
            OpenItems({"I": "80.00", "P": "-50.00"}, on="2024-02-10"),
            Allocations(
                ("P", "I", 1, "20.00", "2024-02-01", None),
                ("P", "I", 1, "10.00", "2024-02-01", "2024-02-10"),
                ("P", "I", 1, "40.00", "2024-02-05", "2024-02-10"),
                ("P", "OTHER", 1, "20.00", "2024-02-06", None),
            ),
            Exceptions(),
        ),
    ),
    Case(
        entity_id="R08-MORE-THAN-THERE-IS",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            payment("P", "90.00", "2024-02-01"),
            allocation("P", "I", "30.00", "2024-02-01", allocation_id="1"),
            allocation("P", "I", "-45.00", "2024-02-10", allocation_id="2"),
        ),
        expected=(
            OpenItems({"I": "100.00", "P": "-90.00"}),
            Exceptions(("reversal beyond", "payment:P / invoice:I")),
        ),
    ),
    Case(
        entity_id="R08-NEVER-IN-EFFECT",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-05", "2024-03-06"),
            payment("P", "100.00", "2024-02-01"),
            # Made and taken back before the invoice was posted, and on the day it was.
            allocation("P", "I", "60.00", "2024-02-01", allocation_id="1", reversed_on="2024-02-03"),
            allocation("P", "I", "40.00", "2024-02-01", allocation_id="2", reversed_on="2024-02-05"),
        ),
        expected=(
            OpenItems({"I": "100.00", "P": "-100.00"}, on="2024-02-05"),
            Allocations(),
        ),
    ),
    Case(
        entity_id="R08-ON-ITS-OWN-DAY",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20"),
            *THREE_PARTS,
            payment("P", "90.00", "2024-02-01"),
            allocation("P", "I", "20.00", "2024-02-01", allocation_id="1", instalment_no="3"),
            allocation("P", "I", "25.00", "2024-02-05", allocation_id="2", instalment_no="1"),
            allocation("P", "I", "30.00", "2024-02-05", allocation_id="3", instalment_no="2"),
            allocation("P", "I", "-60.00", "2024-02-05", allocation_id="0"),
        ),
        expected=(
            OpenItems({"I/1": "30.00", "I/2": "50.00", "P": "-70.00"}, on="2024-02-04"),
            OpenItems({"I/1": "15.00", "I/2": "50.00", "I/3": "20.00", "P": "-75.00"}),
            Allocations(
                ("P", "I", 1, "15.00", "2024-02-05", None),
                ("P", "I", 3, "20.00", "2024-02-01", "2024-02-05"),
            ),
            Exceptions(),
        ),
        because="First what is in effect (20), then of that day's own the last first: all of 3 (30), then 10 of 2.",
    ),
    Case(
        entity_id="R08-SAID-TWICE",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            payment("P", "100.00", "2024-02-01"),
            allocation("P", "I", "40.00", "2024-02-01", allocation_id="1"),
            allocation("P", "I", "60.00", "2024-02-02", allocation_id="2", reversed_on="2024-02-10"),
            allocation("P", "I", "-60.00", "2024-02-10", allocation_id="3"),
        ),
        expected=(
            OpenItems({"I": "60.00", "P": "-60.00"}),
            Allocations(
                ("P", "I", 1, "40.00", "2024-02-01", None),
                ("P", "I", 1, "60.00", "2024-02-02", "2024-02-10"),
            ),
        ),
        because="A source that gives both the day and the row takes back once: rows go before dated endings.",
    ),
    Case(
        entity_id="R08-ENDS-ON-THE-DAY",
        report_on=date.fromisoformat(AS_OF),
        documents=(
            invoice("I", "100.00", "2026-06-20", "2026-07-20"),
            payment("P", "100.00", "2026-07-01"),
            allocation("P", "I", "60.00", allocation_id="1", reversed_on=AS_OF),
            allocation("P", "I", "30.00", allocation_id="2", reversed_on="2026-08-13"),
            allocation("P", "I", "10.00", AS_OF, allocation_id="3"),
        ),
        expected=(
            OpenItems({"I": "10.00", "P": "-10.00"}, on="2026-08-11"),
            OpenItems({"I": "60.00", "P": "-60.00"}),
            Allocations(
                ("P", "I", 1, "10.00", AS_OF, None),
                ("P", "I", 1, "30.00", "2026-07-01", None),
                ("P", "I", 1, "60.00", "2026-07-01", AS_OF),
            ),
        ),
        because="What ends on the as-of day itself has ended; what ends the day after is not known to end.",
    ),
)

ONE_ROW_AN_INVOICE = (
    Case(
        entity_id="R09-SETTLED",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19", settled_on="2024-01-15", paid_amount="70.00"),
            credit_note("C", "-30.00", "2024-02-01", settled_on="2024-02-10", paid_amount="20.00"),
            credit_note("SIGNED", "-30.00", "2024-02-01", settled_on="2024-02-10", paid_amount="-20.00"),
        ),
        expected=(
            OpenItems({"invoice:I": "-70.00"}, on="2024-01-19"),
            OpenItems({"I": "30.00", "C": "-10.00", "SIGNED": "-10.00"}),
        ),
        because="Paid before it was posted: unapplied until then. What was paid of a credit note was paid back.",
    ),
)

NAMES_ALONE = (
    Case(
        entity_id="R09",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-20", "2024-02-19"),
            credit_note("C", "-30.00", "2024-02-01", original_invoice_id="I"),
            payment("P", "50.00", "2024-02-01"),
            payment("RF", "20.00", "2024-02-10", payment_type="refund", original_payment_id="P"),
        ),
        expected=(
            OpenItems({"I": "100.00", "C": "-30.00", "P": "-50.00", "RF": "20.00"}),
            # Whatever is open and positive is in a slab: a refund is due on its posting day.
            Aging({"31-60": "120.00", "unapplied": "-80.00"}),
            Allocations(),
        ),
    ),
)

DERIVED = (
    Case(
        entity_id="R10",
        report_on=T,
        has_customers=False,
        documents=(invoice("I", "100.00", "2024-01-20", "2024-02-19"),),
        expected=(OpenItems({"I": "100.00"}), Kpis({"receivable_amount": "100.00"})),
    ),
)

SCHEDULE_CASES = (
    *INSTALMENTS,
    *PARTS_THAT_ARE_NONE,
    *DISPUTES,
    *REVERSALS,
    *NAMES_ALONE,
    *ONE_ROW_AN_INVOICE,
    *DERIVED,
)
