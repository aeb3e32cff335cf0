"""Cases A: ageing and the as-of day, from the tests and bug reports of other systems."""

from __future__ import annotations

from datetime import date

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
from tests.models.expectations import Aging, Exceptions, ItemColumns, Kpis, OpenItems, TieOut, WeeklyCounts

THREE_INSTALMENTS = (
    invoice("I", "90000.00", "2018-10-27"),
    *schedule("I", ("2018-11-26", "27000.00"), ("2018-12-26", "27000.00"), ("2019-01-25", "36000.00")),
)

AGING_CASES = (
    Case(
        entity_id="A01",
        report_on=date(2017, 12, 31),
        documents=(
            invoice("I1", "500.00", "2017-12-15", "2018-01-15"),
            invoice("I2", "1000.00", "2017-11-15", "2017-12-15"),
            invoice("I3", "2000.00", "2017-10-15", "2017-11-15"),
            invoice("I4", "4000.00", "2017-09-15", "2017-10-15"),
            invoice("I5", "8000.00", "2017-08-15", "2017-09-15"),
            invoice("I6", "160000.00", "2017-07-15", "2017-08-15"),
        ),
        expected=(
            Aging(
                {
                    "not_due": "500.00",
                    "1-30": "1000.00",
                    "31-60": "2000.00",
                    "61-90": "4000.00",
                    "91-120": "8000.00",
                    "over_120": "160000.00",
                }
            ),
            Kpis(
                {
                    "receivable_amount": "175500.00",
                    "not_due_amount": "500.00",
                    "overdue_amount": "175000.00",
                    "over_90_amount": "168000.00",
                }
            ),
        ),
    ),
    Case(
        entity_id="A03",
        report_on=date(2019, 4, 30),
        documents=(
            payment("P-FEB", "1000.00", "2019-02-20"),
            *(invoice(f"I-MAR-{number}", "10000.00", "2019-03-15", "2019-03-15") for number in range(1, 6)),
            invoice("I-APR", "100000.00", "2019-04-15", "2019-04-15"),
            payment("P-MAY", "49000.00", "2019-05-10"),
            allocation("P-FEB", "I-MAR-1", "1000.00", "2019-05-10"),
            allocation("P-MAY", "I-MAR-1", "9000.00"),
            *(allocation("P-MAY", f"I-MAR-{number}", "10000.00") for number in range(2, 6)),
        ),
        expected=(
            OpenItems(
                {
                    "P-FEB": "-1000.00",
                    **{f"I-MAR-{number}": "10000.00" for number in range(1, 6)},
                    "I-APR": "100000.00",
                }
            ),
            Aging({"1-30": "100000.00", "31-60": "50000.00", "unapplied": "-1000.00"}),
            Kpis({"receivable_amount": "149000.00", "unapplied_amount": "-1000.00"}),
            OpenItems({"I-APR": "100000.00"}, on="2019-05-10"),
        ),
        because=(
            "We take the reporter's reading: a matching made after the day does not exist on the day, so February's "
            "money is unapplied in April. The matching of February's payment happens in May, on its applied day."
        ),
    ),
    Case(
        entity_id="A04",
        report_on=date(2018, 11, 28),
        documents=THREE_INSTALMENTS,
        expected=(Aging({"31-60": "90000.00"}, by="invoice"),),
    ),
    Case(
        entity_id="A05",
        report_on=date(2018, 11, 28),
        documents=THREE_INSTALMENTS,
        expected=(
            Aging({"1-30": "27000.00", "not_due": "63000.00"}),
            OpenItems({"I/1": "27000.00", "I/2": "27000.00", "I/3": "36000.00"}),
        ),
        because=(
            "The reporter's 27000 / 27000 / 36000 looks forward to when the parts fall due; ageing looks back: 27000 "
            "is two days past due, the rest is not due. The forward view is another figure, not another ageing."
        ),
    ),
    Case(
        entity_id="A06",
        report_on=date(2020, 12, 31),
        documents=(
            invoice("I-SEP", "1200.00", "2020-09-10", "2020-10-10"),
            invoice("I-OCT", "800.00", "2020-10-05", "2020-11-04"),
            invoice("I-NOV", "2500.00", "2020-11-20", "2020-12-20"),
            invoice("I-DEC", "640.00", "2020-12-18", "2021-01-17"),
            invoice("I-JAN", "999.00", "2021-01-08", "2021-02-07"),
            credit_note("C-OCT", "-150.00", "2020-10-20"),
            credit_note("C-JAN", "-40.00", "2021-01-12"),
            payment("P-OCT", "1200.00", "2020-10-12"),
            payment("P-DEC", "500.00", "2020-12-21"),
            payment("P-JAN", "2000.00", "2021-01-05"),
            allocation("P-OCT", "I-SEP", "1200.00"),
            allocation("C-OCT", "I-OCT", "150.00"),
            allocation("P-DEC", "I-NOV", "500.00"),
            allocation("P-JAN", "I-NOV", "2000.00"),
            allocation("C-JAN", "I-DEC", "40.00"),
            # The ledger's own balance: all that was posted until the year's end, written down independently.
            gl_balance("2020-12-31", "3290.00"),
        ),
        expected=(
            Aging({"not_due": "640.00", "1-30": "2000.00", "31-60": "650.00"}),
            TieOut(
                {
                    "buckets_amount": "3290.00",
                    "open_amount": "3290.00",
                    "receivable_amount": "3290.00",
                    "gl_amount": "3290.00",
                    "unexplained_amount": "0.00",
                    "tie_out_status": "tied",
                }
            ),
        ),
    ),
    Case(
        entity_id="A07",
        report_on=date(2026, 5, 15),
        documents=(
            invoice("I1", "60250.00", "2026-03-20", "2026-04-19"),
            invoice("I2", "50000.00", "2026-04-10", "2026-05-10"),
            invoice("I3", "525.00", "2026-05-02", "2026-06-01"),
            payment("P1", "60250.00", "2026-06-03"),
            payment("P2", "50000.00", "2026-06-17"),
            allocation("P1", "I1", "60250.00"),
            allocation("P2", "I2", "50000.00"),
        ),
        expected=(
            Aging({"not_due": "525.00", "1-30": "110250.00"}),
            OpenItems({"I1": "60250.00", "I2": "50000.00", "I3": "525.00"}),
            OpenItems({"I3": "525.00"}, on="2026-06-17"),
        ),
    ),
    Case(
        entity_id="A08",
        report_on=T,
        documents=(invoice("I", "100.00", after_t(-30), after_t(0)),),
        expected=(
            Aging({"not_due": "100.00"}),
            Kpis({"overdue_amount": "0.00", "not_due_amount": "100.00"}),
            Aging({"1-30": "100.00"}, on=after_t(1)),
        ),
    ),
    Case(
        entity_id="A09",
        report_on=T,
        documents=(
            invoice("A", "500.00", after_t(-5), after_t(-5)),
            invoice("B", "1000.00", after_t(0), after_t(30)),
        ),
        expected=(
            Aging({"1-30": "500.00", "not_due": "1000.00"}),
            WeeklyCounts({"1-30": 1, "not_due": 1}),
            Kpis({"overdue_amount": "500.00"}),
        ),
    ),
    Case(
        entity_id="A10",
        report_on=date(2025, 12, 30),
        documents=(
            invoice("I-LATE", "300.00", "2025-11-01", "2025-12-01"),
            invoice("I-DUE", "200.00", "2025-11-30", "2025-12-30"),
            invoice("I-LATER", "1000.00", "2025-12-15", "2026-01-14"),
        ),
        expected=(
            Aging({"not_due": "1200.00", "1-30": "300.00"}),
            OpenItems({"I-LATE": "300.00", "I-DUE": "200.00", "I-LATER": "1000.00"}),
        ),
        because="We have the column that was asked for; what is due on the day itself stands in it too.",
    ),
    Case(
        entity_id="A11",
        report_on=T,
        documents=(
            invoice("I", "700.00", after_t(-50), after_t(-20)),
            payment("ADVANCE", "250.00", after_t(-40), payment_type="deposit"),
        ),
        expected=(
            Aging({"1-30": "700.00", "unapplied": "-250.00"}),
            Aging({"31-60": "700.00", "unapplied": "-250.00"}, by="invoice"),
            Kpis({"receivable_amount": "450.00", "overdue_amount": "700.00", "unapplied_amount": "-250.00"}),
            ItemColumns({"ADVANCE": {"due_on": after_t(-40), "posted_on": after_t(-40)}}),
        ),
        because=(
            "The advance does stand in the ageing and Σ buckets is the balance; but money received is never netted "
            "into a slab: it has a bucket of its own. Its due day is its posting day all the same."
        ),
    ),
    Case(
        entity_id="A12",
        report_on=T,
        documents=(invoice("I", "100.00", after_t(-10), after_t(45)),),
        expected=(
            Aging({"not_due": "100.00"}),
            Aging({"not_due": "100.00"}, on=after_t(45)),
            Aging({"1-30": "100.00"}, on=after_t(46)),
            Aging({"31-60": "100.00"}, on=after_t(90)),
        ),
        because=(
            "There is no option to choose: an item ages at the day the figure speaks of, never at today. A day beyond "
            "what is loaded is refused, not aged silently (see the test of that name)."
        ),
    ),
    Case(
        entity_id="A14",
        report_on=date(2024, 4, 18),
        documents=(invoice("I", "300.00", "2024-02-18", "2024-03-19"),),
        expected=(
            Aging({"1-30": "300.00"}),
            Aging({"31-60": "300.00"}, on="2024-04-19"),
        ),
        because=(
            "Slabs are policy, a seed: here those of the default. Slabs of one's own, the report's 2 and 30 among "
            "them, need a build with that seed (see the test of that name), which reads this entity too."
        ),
    ),
    Case(
        entity_id="A15",
        report_on=date(2016, 8, 19),
        documents=(
            invoice("I-OLD", "1000.00", "2015-12-01", "2016-01-01"),
            invoice("I-NEW", "250.00", "2016-08-17", "2016-09-19"),
        ),
        expected=(Aging({"over_120": "1000.00", "not_due": "250.00"}),),
    ),
    Case(
        entity_id="A16",
        report_on=date(2024, 2, 29),
        documents=(
            invoice("I", "1000.00", "2024-01-10", "2024-01-31"),
            payment("P", "300.00", "2024-02-15"),
            allocation("P", "I", "300.00"),
        ),
        expected=(
            OpenItems({"I": "700.00"}),
            Aging({"1-30": "700.00"}),
            Aging({"31-60": "700.00"}, by="invoice"),
            OpenItems({"I": "1000.00"}, on="2024-02-14"),
        ),
    ),
    Case(
        entity_id="A17",
        report_on=date(2023, 12, 31),
        documents=(
            invoice("I", "10.00", "2023-12-01", "2023-12-31"),
            credit_note("DRAFT", "-5.00", "2023-12-15", status="draft"),
            allocation("DRAFT", "I", "5.00", allocation_id="1"),
            gl_balance("2023-12-31", "10.00"),
        ),
        expected=(
            OpenItems({"I": "10.00"}),
            Aging({"not_due": "10.00"}),
            TieOut({"receivable_amount": "10.00", "gl_amount": "10.00", "unexplained_amount": "0.00"}),
            Exceptions(("orphan allocation", "1")),
        ),
    ),
    Case(
        entity_id="A18",
        report_on=T,
        documents=(
            adjustment("JE1", "100.00", after_t(-20)),
            adjustment("JE2", "-20.00", after_t(-10)),
            allocation("JE2", "JE1", "20.00"),
        ),
        expected=(
            OpenItems({"JE1": "80.00"}),
            Aging({"1-30": "80.00"}),
            ItemColumns({"JE1": {"open_amount": "80.00"}, "JE2": {"open_amount": "0.00", "is_open": False}}),
        ),
    ),
    Case(
        entity_id="A20",
        report_on=T,
        documents=(
            invoice("I", "1000.00", after_t(-45), after_t(-15)),
            payment("P", "648.96", after_t(-3)),
            allocation("P", "I", "648.96"),
        ),
        expected=(OpenItems({"I": "351.04"}), Aging({"1-30": "351.04"})),
    ),
    Case(
        entity_id="A21",
        report_on=T,
        documents=(
            invoice("I", "500.00", after_t(-70), after_t(-40)),
            credit_note("C", "-120.00", after_t(-35)),
        ),
        expected=(
            Aging({"31-60": "500.00", "unapplied": "-120.00"}),
            Kpis({"receivable_amount": "380.00"}),
        ),
        because="The unclaimed refund is in the buckets and they add up to the balance; its bucket is `unapplied`.",
    ),
)
