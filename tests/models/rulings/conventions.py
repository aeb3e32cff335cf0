"""Conventions of metrics 1 that no ruling repeats: what counts, what is unapplied, and days on which much happens."""

from __future__ import annotations

from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import (
    AS_OF,
    T,
    allocation,
    bounce,
    credit_note,
    customer,
    dispute,
    invoice,
    payment,
)
from tests.models.expectations import (
    Aging,
    Allocations,
    Disputed,
    Events,
    Exceptions,
    ItemColumns,
    Kpis,
    OpenItems,
    TieOut,
    WeeklyCounts,
)

WHAT_COUNTS = (
    Case(
        entity_id="S1-INTRAGROUP",
        report_on=T,
        documents=(
            customer("SISTER", customer_kind="intragroup"),
            invoice("I", "100.00", "2024-03-01", "2024-03-31", customer="BUYER"),
            invoice("I-SISTER", "900.00", "2024-02-01", "2024-03-02", customer="SISTER"),
            payment("P-SISTER", "300.00", "2024-03-20", customer="SISTER"),
            allocation("P-SISTER", "I-SISTER", "300.00"),
            dispute("D", "I-SISTER", "2024-03-05"),
        ),
        expected=(
            Kpis(
                {
                    "receivable_amount": "100.00",
                    "overdue_amount": "0.00",
                    "sales_amount": "100.00",
                    "collected_amount": "0.00",
                    "paid_amount": "0.00",
                    "matured_items_count": 0,
                    "disputed_amount": "0.00",
                }
            ),
            # Ageing and ledger hold them all the same.
            Aging({"not_due": "100.00", "1-30": "600.00"}),
            WeeklyCounts({"not_due": 1, "1-30": 1}),
            TieOut({"receivable_amount": "700.00"}),
        ),
    ),
    Case(
        entity_id="S1-DRAFT-AND-VOID",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-03-01", "2024-03-31"),
            invoice("DRAFT", "200.00", "2024-03-01", "2024-03-31", status="draft"),
            invoice("VOID", "400.00", "2024-03-01", "2024-03-31", status="void"),
            payment("P-VOID", "50.00", "2024-03-10", status="void"),
        ),
        expected=(OpenItems({"I": "100.00"}), Kpis({"sales_amount": "100.00", "collected_amount": "0.00"})),
    ),
    Case(
        entity_id="S1-WRITE-OFF",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P", "60.00", "2024-02-01"),
            allocation("P", "I", "60.00"),
            invoice("W", "-40.00", "2024-03-20", "2024-03-20", document_type="write_off"),
            allocation("W", "I", "40.00"),
        ),
        expected=(
            OpenItems({}),
            ItemColumns({"I": {"settled_on": "2024-03-20", "days_to_pay": 22, "days_late": 40}}),
            Events(("written_off",), (("written_off", "2024-03-20", "W", "-40.00", "-40.00"),)),
            Kpis({"sales_amount": "100.00", "collected_amount": "60.00", "paid_amount": "60.00"}),
        ),
    ),
    Case(
        entity_id="S1-ZERO",
        report_on=T,
        documents=(
            invoice("ZERO", "0.00", "2024-02-01", "2024-03-02"),
            invoice("I", "10.00", "2024-02-01", "2024-03-02"),
        ),
        expected=(
            OpenItems({"I": "10.00"}),
            ItemColumns({"ZERO": {"is_open": False, "settled_on": "2024-02-01", "aging_bucket": None}}),
            Kpis({"matured_items_count": 1}),
        ),
    ),
)

UNAPPLIED = (
    Case(
        entity_id="S1-NEGATIVE-OPENING",
        report_on=T,
        documents=(
            invoice("OP", "-50.00", "2024-01-01", "2024-01-01", document_type="opening"),
            invoice("I", "80.00", "2024-03-01", "2024-03-31"),
            allocation("OP", "I", "30.00", "2024-03-05"),
        ),
        expected=(
            Aging({"unapplied": "-20.00", "not_due": "50.00"}),
            Kpis({"receivable_amount": "30.00", "unapplied_amount": "-20.00"}),
        ),
    ),
    Case(
        entity_id="S1-OVERPAID",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P1", "100.00", "2024-02-05"),
            payment("P2", "100.00", "2024-02-20"),
            allocation("P1", "I", "100.00"),
            allocation("P2", "I", "100.00"),
        ),
        expected=(
            OpenItems({"I": "-100.00"}),
            Aging({"unapplied": "-100.00"}),
            ItemColumns({"I": {"aging_bucket": "unapplied", "is_open": True, "is_overdue": False}}),
            Exceptions(("overpaid debit", "invoice:I / 1")),
        ),
    ),
    Case(
        entity_id="S1-REFUNDED",
        report_on=T,
        documents=(
            credit_note("C", "-100.00", "2024-02-05"),
            payment("RF", "100.00", "2024-02-20", payment_type="refund"),
            allocation("C", "RF", "100.00"),
        ),
        expected=(
            OpenItems({"C": "-100.00"}, on="2024-02-19"),
            OpenItems({}),
            Kpis({"collected_amount": "0.00", "paid_amount": "0.00"}),
        ),
    ),
    Case(
        entity_id="S1-PAID-BEFORE",
        report_on=T,
        documents=(
            payment("P", "100.00", "2024-02-01"),
            invoice("I", "100.00", "2024-03-01", "2024-03-31"),
            allocation("P", "I", "100.00", "2024-02-01"),
        ),
        expected=(
            OpenItems({"P": "-100.00"}, on="2024-02-29"),
            OpenItems({}, on="2024-03-01"),
            ItemColumns({"I": {"days_to_pay": -29, "days_late": -59, "settled_on": "2024-03-01"}}),
        ),
    ),
)

BUSY_DAYS = (
    Case(
        entity_id="S1-BOUNCE-BEYOND",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P", "100.00", "2024-02-05"),
            allocation("P", "I", "100.00"),
            bounce("BO", "150.00", "2024-02-20", "P"),
        ),
        expected=(OpenItems({"I": "100.00", "BO": "50.00"}),),
    ),
    Case(
        entity_id="S1-TWO-BOUNCES",
        report_on=T,
        documents=(
            invoice("I1", "60.00", "2024-01-10", "2024-02-09"),
            invoice("I2", "40.00", "2024-01-10", "2024-02-09"),
            payment("P", "100.00", "2024-02-05"),
            allocation("P", "I1", "60.00", allocation_id="1"),
            allocation("P", "I2", "40.00", allocation_id="2"),
            bounce("BO1", "50.00", "2024-02-20", "P"),
            bounce("BO2", "50.00", "2024-03-20", "P"),
        ),
        expected=(
            OpenItems({"I1": "10.00", "I2": "40.00"}, on="2024-02-20"),
            OpenItems({"I1": "60.00", "I2": "40.00"}, on="2024-03-20"),
        ),
    ),
    Case(
        entity_id="S1-MATCHED-AFTER-BOUNCE",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P", "100.00", "2024-02-05"),
            bounce("BO", "100.00", "2024-02-10", "P"),
            allocation("P", "I", "100.00", "2024-02-15", allocation_id="1"),
        ),
        expected=(
            OpenItems({"I": "100.00", "P": "-100.00"}, on="2024-02-09"),
            OpenItems({"I": "100.00"}, on="2024-02-10"),
            OpenItems({"I": "100.00"}),
            Exceptions(("over-allocated", "1")),
        ),
    ),
    Case(
        entity_id="S1-SET-AND-TAKEN-BACK",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P", "100.00", "2024-02-05"),
            allocation("P", "I", "100.00", "2024-02-12", allocation_id="1"),
            allocation("P", "I", "-100.00", "2024-02-12", allocation_id="2"),
            allocation("P", "I", "70.00", "2024-02-13", allocation_id="3"),
        ),
        expected=(
            OpenItems({"I": "100.00", "P": "-100.00"}, on="2024-02-12"),
            OpenItems({"I": "30.00", "P": "-30.00"}, on="2024-02-13"),
            Allocations(("P", "I", 1, "70.00", "2024-02-13", None)),
            Exceptions(),
        ),
    ),
    Case(
        entity_id="S1-DISPUTE-OF-SETTLED",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P", "100.00", "2024-02-20"),
            allocation("P", "I", "100.00", reversed_on="2024-03-10"),
            dispute("D", "I", "2024-02-15", "2024-03-20", amount="40.00"),
        ),
        expected=(
            Disputed({"I": "40.00"}, on="2024-02-19"),
            Disputed({}, on="2024-02-20"),
            Disputed({"I": "40.00"}, on="2024-03-10"),
            Disputed({}, on="2024-03-20"),
        ),
    ),
    Case(
        entity_id="S1-EFFECTIVENESS-WEEK",
        report_on=T,
        documents=(
            # The 28 days that end on 31 March begin on 4 March.
            invoice("BEFORE", "1000.00", "2024-03-03", "2024-03-10"),
            invoice("FIRST-DAY", "200.00", "2024-03-04", "2024-04-30"),
            payment("P", "700.00", "2024-03-04"),
            allocation("P", "BEFORE", "700.00"),
        ),
        expected=(
            Kpis(
                {
                    "opening_receivable_amount": "1000.00",
                    "effectiveness_sales_amount": "200.00",
                    "collection_effectiveness_rate": Fraction(1000 + 200 - 500, 1000 + 200 - 200),
                },
                period="week",
            ),
        ),
    ),
)

ONE_ROW_AN_INVOICE = (
    Case(
        entity_id="S1-SETTLED-ROWS",
        report_on=T,
        allocation_policy="",
        documents=(
            invoice("PAID", "100.00", "2024-01-10", "2024-02-09", settled_on="2024-02-20"),
            invoice("PART", "100.00", "2024-01-10", "2024-02-09", settled_on="2024-02-20", paid_amount="60.00"),
            invoice("OPEN", "100.00", "2024-01-10", "2024-02-09", paid_amount="0.00"),
            invoice("NO-DAY", "100.00", "2024-01-10", "2024-02-09", open_amount="30.00"),
            credit_note("REFUNDED", "-50.00", "2024-01-10", settled_on="2024-02-25"),
        ),
        expected=(
            OpenItems(
                {"PAID": "100.00", "PART": "100.00", "OPEN": "100.00", "NO-DAY": "100.00", "REFUNDED": "-50.00"},
                on="2024-02-19",
            ),
            OpenItems({"PART": "40.00", "OPEN": "100.00", "NO-DAY": "100.00"}),
            # Paid, but nothing says when: on the load's as-of day, and listed.
            OpenItems({"PART": "40.00", "OPEN": "100.00", "NO-DAY": "30.00"}, on=AS_OF),
            Exceptions(("inferred settlement day", "invoice:NO-DAY")),
            ItemColumns({"PAID": {"days_late": 11, "days_to_pay": 41, "settled_on": "2024-02-20"}}),
        ),
    ),
)

CONVENTION_CASES = (*WHAT_COUNTS, *UNAPPLIED, *BUSY_DAYS, *ONE_ROW_AN_INVOICE)
