"""Rulings 1 to 5 of metrics 7: bills, transfers, the order of allocations, oldest first, bounces."""

from __future__ import annotations

from tests.models.case import Case
from tests.models.documents import (
    T,
    allocation,
    bounce,
    credit_note,
    gl_balance,
    invoice,
    payment,
    reconciling_item,
    schedule,
)
from tests.models.expectations import (
    Aging,
    Allocations,
    Events,
    Exceptions,
    ItemColumns,
    OpenItems,
    TieOut,
)
from tests.models.rulings.schedules import THREE_PARTS

BILLS = (
    Case(
        entity_id="R01-MATURES",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-29"),
            payment("BILL", "100.00", "2024-02-20", posted_on="2024-02-22", matures_on="2024-03-20", method="bill"),
            allocation("BILL", "I", "100.00", "2024-02-22"),
            # The ledger moved the claim to its bills account when the paper came in.
            gl_balance("2024-03-13", "0.00"),
            reconciling_item(
                "BILL", "2024-02-22", "-100.00", "On the bills account until 20 March", to_on="2024-03-19"
            ),
        ),
        expected=(
            OpenItems({"I": "100.00"}, on="2024-03-19"),
            OpenItems({}, on="2024-03-20"),
            Allocations(("BILL", "I", 1, "100.00", "2024-03-20", None)),
            ItemColumns(
                {
                    "BILL": {"posted_on": "2024-03-20"},
                    "I": {"settled_on": "2024-03-20", "days_to_pay": 70, "days_late": 20},
                }
            ),
            TieOut(
                {"receivable_amount": "100.00", "explained_amount": "-100.00", "unexplained_amount": "0.00"},
                on="2024-03-13",
            ),
        ),
    ),
    Case(
        entity_id="R01-POSTED-AFTER",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-29"),
            payment("BILL", "100.00", "2024-02-20", posted_on="2024-03-05", matures_on="2024-02-28"),
            allocation("BILL", "I", "100.00", "2024-02-20"),
        ),
        expected=(
            Allocations(("BILL", "I", 1, "100.00", "2024-03-05", None)),
            ItemColumns({"I": {"settled_on": "2024-03-05", "days_late": 5}}),
        ),
    ),
)

TRANSFERS = (
    Case(
        entity_id="R02-EXCHANGE",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-05", "2024-03-05"),
            payment("P", "110.00", "2024-03-04", currency="USD"),
            allocation("P", "I", "100.00", "2024-03-08", credit_amount="110.00", reversed_on="2024-03-20"),
        ),
        expected=(
            OpenItems({}, on="2024-03-08"),
            OpenItems({"I": "100.00", "P": "-110.00"}, on="2024-03-20"),
            # 110 dollars are 102.80 euros on their day: 2.80 more than the claim they settle.
            Events(
                ("exchange", "transfer", "realised_fx"),
                (
                    ("exchange", "2024-03-08", "I", "-100.00", "-102.80"),
                    ("exchange", "2024-03-08", "P", "110.00", "102.80"),
                    ("realised_fx", "2024-03-08", "I", "0.00", "2.80"),
                    ("exchange", "2024-03-20", "I", "100.00", "102.80"),
                    ("exchange", "2024-03-20", "P", "-110.00", "-102.80"),
                    ("realised_fx", "2024-03-20", "I", "0.00", "-2.80"),
                ),
            ),
        ),
    ),
    Case(
        entity_id="R02-TRANSFER",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-05", "2024-03-05", account="411"),
            payment("P", "100.00", "2024-03-04", account="419"),
            allocation("P", "I", "100.00", "2024-03-13"),
            invoice("SAME", "30.00", "2024-02-05", "2024-03-05", account="411"),
            credit_note("C", "-30.00", "2024-03-04", account="411"),
            allocation("C", "SAME", "30.00"),
            # A day with a balance, so that the accounts are seen before the transfer too.
            gl_balance("2024-03-12", "-100.00", account="419"),
        ),
        expected=(
            Events(
                ("transfer",),
                (
                    ("transfer", "2024-03-13", "I", "-100.00", "-100.00"),
                    ("transfer", "2024-03-13", "P", "100.00", "100.00"),
                ),
            ),
            TieOut({"receivable_amount": "100.00", "open_amount": "100.00"}, account="411", on="2024-03-12"),
            TieOut({"receivable_amount": "-100.00", "unexplained_amount": "0.00"}, account="419", on="2024-03-12"),
            TieOut({"receivable_amount": "0.00", "buckets_amount": "0.00"}, account="411"),
            TieOut({"receivable_amount": "0.00", "buckets_amount": "0.00"}, account="419"),
        ),
    ),
)

OVER_ALLOCATION = (
    Case(
        entity_id="R03-BEYOND",
        report_on=T,
        documents=(
            *(invoice(f"I{number}", "60.00", "2024-02-01", "2024-03-02") for number in (1, 2, 3)),
            payment("P", "100.00", "2024-02-20"),
            allocation("P", "I1", "60.00", "2024-03-01", allocation_id="1", reversed_on="2024-03-10"),
            allocation("P", "I2", "50.00", "2024-03-02", allocation_id="2"),
            allocation("P", "I3", "40.00", "2024-03-03", allocation_id="3"),
        ),
        expected=(
            Allocations(
                ("P", "I1", 1, "60.00", "2024-03-01", "2024-03-10"),
                ("P", "I3", 1, "40.00", "2024-03-03", None),
            ),
            OpenItems({"I2": "60.00", "I3": "20.00"}, on="2024-03-03"),
            # What the reversal frees on the tenth does not bring back what was left out on the second.
            OpenItems({"I1": "60.00", "I2": "60.00", "I3": "20.00", "P": "-60.00"}),
            Exceptions(("over-allocated", "2")),
        ),
    ),
    Case(
        entity_id="R03-TIE",
        report_on=T,
        documents=(
            *(invoice(name, "70.00", "2024-02-01", "2024-03-02") for name in ("IA", "IB")),
            payment("P", "100.00", "2024-02-20"),
            allocation("P", "IB", "70.00", "2024-03-01", allocation_id="b"),
            allocation("P", "IA", "70.00", "2024-03-01", allocation_id="a"),
        ),
        expected=(
            Allocations(("P", "IA", 1, "70.00", "2024-03-01", None)),
            Exceptions(("over-allocated", "b")),
        ),
    ),
    Case(
        entity_id="R03-AFTER-ENDINGS",
        report_on=T,
        documents=(
            *(invoice(f"I{number}", "100.00", "2024-02-01", "2024-03-02") for number in (1, 2)),
            payment("P", "100.00", "2024-02-20"),
            allocation("P", "I1", "100.00", "2024-03-01", allocation_id="z", reversed_on="2024-03-05"),
            allocation("P", "I2", "100.00", "2024-03-05", allocation_id="a"),
            bounce("BO", "30.00", "2024-03-05", "P"),
        ),
        expected=(
            # The ending frees all of it, the allocation takes it, the bounce takes 30 of that back: all in one day.
            OpenItems({"I1": "100.00", "I2": "30.00"}, on="2024-03-05"),
            Exceptions(),
        ),
    ),
)

FIFO = (
    Case(
        entity_id="R04-BOUNCE",
        report_on=T,
        allocation_policy="fifo",
        documents=(
            invoice("I1", "100.00", "2024-01-10", "2024-02-09"),
            invoice("I2", "100.00", "2024-02-10", "2024-03-11"),
            payment("P1", "100.00", "2024-02-20", posted_on="2024-02-21"),
            bounce("BO", "100.00", "2024-03-01", "P1"),
            payment("P2", "150.00", "2024-04-03"),
        ),
        expected=(
            OpenItems({"I2": "100.00", "BO": "100.00"}),
            Aging({"1-30": "100.00", "31-60": "100.00"}),
            ItemColumns({"BO": {"due_on": "2024-02-20"}, "I1": {"settled_on": "2024-02-21"}}),
            OpenItems({"BO": "50.00"}, on="2024-04-03"),
        ),
    ),
    Case(
        entity_id="R04-BOUNCE-SAME-DAY",
        report_on=T,
        allocation_policy="fifo",
        documents=(
            invoice("I", "100.00", "2024-01-10", "2024-02-09"),
            payment("P", "100.00", "2024-02-20", posted_on="2024-02-22"),
            bounce("BO", "100.00", "2024-02-22", "P"),
        ),
        expected=(
            OpenItems({"BO": "100.00"}),
            Aging({"31-60": "100.00"}),
            ItemColumns({"BO": {"due_on": "2024-02-20"}}),
        ),
    ),
    Case(
        entity_id="R04-POLICY-WINS",
        report_on=T,
        allocation_policy="fifo",
        documents=(
            invoice("OLD", "100.00", "2024-01-10", "2024-02-09"),
            invoice("NEW", "100.00", "2024-02-10", "2024-03-11"),
            payment("P", "100.00", "2024-02-20"),
            allocation("P", "NEW", "100.00", allocation_id="1"),
        ),
        expected=(OpenItems({"NEW": "100.00"}), Exceptions(("unused allocation", "1"))),
    ),
    Case(
        entity_id="R04-NO-POLICY-STATED",
        report_on=T,
        allocation_policy="",
        documents=(
            invoice("OLD", "100.00", "2024-01-10", "2024-02-09"),
            invoice("NEW", "100.00", "2024-02-10", "2024-03-11"),
            payment("P", "130.00", "2024-02-20"),
            allocation("P", "NEW", "100.00"),
        ),
        expected=(OpenItems({"OLD": "100.00", "P": "-30.00"}),),
    ),
    Case(
        entity_id="R04-NO-POLICY-FIFO",
        report_on=T,
        allocation_policy="",
        documents=(
            invoice("OLD", "100.00", "2024-01-10", "2024-02-09"),
            invoice("NEW", "100.00", "2024-02-10", "2024-03-11"),
            payment("P", "130.00", "2024-02-20"),
        ),
        expected=(OpenItems({"NEW": "70.00"}),),
    ),
    Case(
        entity_id="R04-ORDER",
        report_on=T,
        allocation_policy="fifo",
        documents=(
            # Posted on one day: by due day, then by id in byte order ('B' < 'a' < 'b' < 'é'). One paid more each day.
            *(invoice(name, "10.00", "2024-03-01", "2024-04-01") for name in ("é", "b", "a", "B")),
            invoice("z-due-first", "10.00", "2024-03-01", "2024-03-20"),
            *(payment(f"P{day}", "10.00", f"2024-03-{day}") for day in (11, 12, 13, 14)),
        ),
        expected=(
            OpenItems({"B": "10.00", "a": "10.00", "b": "10.00", "é": "10.00"}, on="2024-03-11"),
            OpenItems({"a": "10.00", "b": "10.00", "é": "10.00"}, on="2024-03-12"),
            OpenItems({"b": "10.00", "é": "10.00"}, on="2024-03-13"),
            OpenItems({"é": "10.00"}, on="2024-03-14"),
        ),
    ),
    Case(
        entity_id="R04-PAST-STAYS",
        report_on=T,
        allocation_policy="fifo",
        documents=(
            invoice("I1", "100.00", "2024-01-10", "2024-06-30"),
            payment("P", "150.00", "2024-02-20"),
            # Due before I1, but posted later: what P settled in February it keeps settling.
            invoice("I2", "100.00", "2024-03-10", "2024-03-12"),
        ),
        expected=(
            OpenItems({"P": "-50.00"}, on="2024-03-09"),
            OpenItems({"I2": "50.00"}, on="2024-03-10"),
        ),
    ),
)

BOUNCES = (
    Case(
        entity_id="R05-LATEST-FIRST",
        report_on=T,
        documents=(
            invoice("I1", "40.00", "2024-01-05", "2024-02-04"),
            invoice("I2", "30.00", "2024-01-05", "2024-02-04"),
            invoice("I3", "30.00", "2024-01-05", "2024-02-04"),
            payment("P", "100.00", "2024-02-01"),
            allocation("P", "I1", "40.00", "2024-02-01", allocation_id="9"),
            allocation("P", "I2", "30.00", "2024-02-10", allocation_id="1"),
            allocation("P", "I3", "30.00", "2024-02-10", allocation_id="2"),
            bounce("BO", "50.00", "2024-03-01", "P"),
        ),
        expected=(
            OpenItems({}, on="2024-02-29"),
            OpenItems({"I2": "20.00", "I3": "30.00"}, on="2024-03-01"),
            # Open again and due as before: 56 days past due on T.
            Aging({"31-60": "50.00"}),
            Allocations(
                ("P", "I1", 1, "40.00", "2024-02-01", None),
                ("P", "I2", 1, "10.00", "2024-02-10", None),
                ("P", "I2", 1, "20.00", "2024-02-10", "2024-03-01"),
                ("P", "I3", 1, "30.00", "2024-02-10", "2024-03-01"),
                ("P", "BO", 1, "50.00", "2024-03-01", None),
            ),
        ),
    ),
    Case(
        entity_id="R05-INSTALMENTS",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-05"),
            *THREE_PARTS,
            payment("P", "80.00", "2024-02-01"),
            allocation("P", "I", "80.00"),
            bounce("BO", "60.00", "2024-03-01", "P"),
        ),
        expected=(
            OpenItems({"I/3": "20.00"}, on="2024-02-29"),
            OpenItems({"I/1": "10.00", "I/2": "50.00", "I/3": "20.00"}, on="2024-03-01"),
        ),
    ),
    Case(
        entity_id="R05-AFTER-ALLOCATIONS",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-01-05"),
            *schedule("I", ("2024-03-10", "60.00"), ("2024-04-10", "40.00")),
            payment("P1", "60.00", "2024-02-01"),
            allocation("P1", "I", "60.00"),
            # On one day another payment is set against the invoice and the first one bounces: in this order.
            payment("P2", "40.00", "2024-03-01"),
            allocation("P2", "I", "40.00"),
            bounce("BO", "60.00", "2024-03-01", "P1"),
        ),
        expected=(OpenItems({"I/1": "60.00"}, on="2024-03-01"),),
    ),
    Case(
        entity_id="R05-PART-UNAPPLIED",
        report_on=T,
        documents=(
            invoice("I", "60.00", "2024-01-05", "2024-02-04"),
            payment("P", "100.00", "2024-02-01"),
            allocation("P", "I", "60.00"),
            bounce("BO", "50.00", "2024-03-01", "P"),
        ),
        expected=(
            OpenItems({"I": "50.00", "P": "-40.00"}),
            Aging({"31-60": "50.00", "unapplied": "-40.00"}),
        ),
    ),
    Case(
        entity_id="R05-UNKNOWN",
        report_on=T,
        documents=(
            invoice("I", "60.00", "2024-01-05", "2024-02-04"),
            bounce("BO", "50.00", "2024-03-01", "NEVER-SEEN"),
        ),
        expected=(
            OpenItems({"I": "60.00", "BO": "50.00"}),
            ItemColumns({"BO": {"due_on": "2024-03-01"}}),
            Aging({"31-60": "60.00", "1-30": "50.00"}),
            Exceptions(("bounce of an unknown payment", "bounce:BO")),
        ),
    ),
    Case(
        entity_id="R05-OTHER-CURRENCY",
        report_on=T,
        documents=(
            invoice("I", "60.00", "2024-01-05", "2024-02-04"),
            payment("P", "60.00", "2024-02-01"),
            allocation("P", "I", "60.00"),
            payment("BO", "50.00", "2024-03-01", payment_type="bounce", original_payment_id="P", currency="USD"),
        ),
        expected=(
            OpenItems({"BO": "50.00"}),
            Exceptions(("bounce of an unknown payment", "bounce:BO")),
        ),
        because="Nothing says how much of a payment in EUR is given back by an amount in USD: a plain debit, listed.",
    ),
)

ALLOCATION_CASES = (*BILLS, *TRANSFERS, *OVER_ALLOCATION, *FIFO, *BOUNCES)
