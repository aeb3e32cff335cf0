"""The planted stories: customers whose history is written by hand, so that a figure can be held against it.

Each story says who, in which week, and what must be seen; ``planted.csv`` repeats it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from sample.story import (
    ExtraPayment,
    ManualJournal,
    Planted,
    Stories,
    StoryCover,
    StoryDocument,
    StoryLimit,
    TierOverride,
)

AS_OF_ON = date(2026, 3, 29)
"""The last day of the made-up company: a Sunday. Part of the data, never today."""
START_ON = date(2023, 4, 3)
"""The Monday its books open: 156 whole weeks up to ``AS_OF_ON``."""

LATE_GIANT_NO = 3
"""Rank of the drawn customer that plays the late giant; `sql/03_customers.sql` gives it its behaviour."""


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=8 - day.isoweekday()) if day.isoweekday() > 5 else day


def month_days(first: date, last: date, day: int) -> list[date]:
    """The ``day``-th (1 to 28) of each month from ``first`` to ``last``, moved to working days."""
    days: list[date] = []
    year, month = first.year, first.month
    while (current := date(year, month, day)) <= last:
        if current >= first:
            days.append(working_day(current))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return [current for current in days if current <= last]


def _slowing_payer(stories: Stories) -> None:
    """9 days late a year ago, 31 now: a line upwards that every pair of neighbours hides."""
    customer = stories.add_customer("Ateliers Corvenne SAS", date(2017, 5, 15))
    first_due, last_due = date(2025, 3, 23), date(2026, 2, 22)
    invoiced = date(2025, 1, 10)
    while invoiced <= AS_OF_ON:
        due = invoiced + timedelta(days=30)
        share = max(0.0, (due - first_due) / (last_due - first_due))
        paid = working_day(due + timedelta(days=9 + round(22 * share)))
        cents = 1_180_000 + 7_300 * (invoiced.day % 9)
        stories.documents.append(
            StoryDocument(customer, invoiced, cents, due, "30_net", paid_on=paid if paid <= AS_OF_ON else None)
        )
        invoiced += timedelta(days=14)
    stories.planted.append(
        Planted(
            "slowing_payer",
            AS_OF_ON,
            "Paid 9 days late a year ago (receipt of 2025-04-01), 31 days late now (receipt of 2026-03-25).",
            customer,
        )
    )


def _insolvent(stories: Stories) -> None:
    """Pays ever later, stops, and is insolvent 20 weeks before the end."""
    insolvency_on = date(2025, 11, 6)
    customer = stories.add_customer(
        "Menuiseries Ravelot SARL", date(2019, 2, 4), segment="Construction", insolvency_on=insolvency_on
    )
    for number, invoiced in enumerate(month_days(date(2024, 6, 1), date(2025, 10, 31), 12)):
        due = invoiced + timedelta(days=30)
        paid = working_day(due + timedelta(days=6 + 2 * number))
        is_paid = due < date(2025, 8, 1)
        stories.documents.append(
            StoryDocument(customer, invoiced, 1_640_000 + 21_500 * number, due, "30_net", paid if is_paid else None)
        )
    stories.planted.append(
        Planted(
            "insolvent",
            date(2025, 11, 9),
            "Insolvency proceedings opened on 2025-11-06; four invoices due from August on stay open, no receipt "
            "after, no billing after.",
            customer,
        )
    )


def _late_giant(stories: Stories) -> None:
    """One of the largest customers: late with nearly everything, and good for all of it."""
    stories.overrides.append(
        TierOverride(
            "B",
            date(2025, 10, 6),
            date(2026, 4, 5),
            "Pays in runs twice a month; accounts audited, cash above all it owes",
            "CFO",
            drawn_customer=LATE_GIANT_NO,
        )
    )
    stories.planted.append(
        Planted(
            "late_solvent_giant",
            AS_OF_ON,
            "One of the five largest buyers: some nine in ten invoices late, by two to three weeks, all paid in the "
            "end, nothing written off, no insolvency.",
            drawn_customer=LATE_GIANT_NO,
        )
    )


def _disputed_milestone(stories: Stories) -> None:
    """The third milestone of a project is contested whole."""
    customer = stories.add_customer(
        "Port de Brivanne Logistique SA", date(2024, 3, 11), payment_terms="60_net", segment="Construction"
    )
    milestones = (
        (date(2025, 3, 20), date(2025, 5, 19), date(2025, 5, 15)),
        (date(2025, 8, 21), date(2025, 10, 20), date(2025, 10, 15)),
        (date(2025, 11, 20), date(2026, 1, 19), None),
    )
    for invoiced, due, paid in milestones:
        is_contested = paid is None
        stories.documents.append(
            StoryDocument(
                customer,
                invoiced,
                8_640_000,
                due,
                "60_net",
                paid,
                disputed_on=date(2025, 12, 15) if is_contested else None,
                dispute_reason="Milestone not accepted" if is_contested else None,
            )
        )
    stories.planted.append(
        Planted(
            "disputed_milestone",
            date(2025, 12, 21),
            "The third milestone of 86,400.00 is disputed whole from 2025-12-15 and still is; overdue from 2026-01-20.",
            customer,
        )
    )


def _new_and_good(stories: Stories) -> None:
    """New, and every invoice paid by its due day."""
    customer = stories.add_customer(
        "Harrowmere Fixings Ltd", date(2025, 11, 17), entity_id="UK", country_code="GB", segment="Distribution"
    )
    invoiced = date(2025, 11, 24)
    while invoiced <= AS_OF_ON:
        due = invoiced + timedelta(days=30)
        paid = due - timedelta(days=2)
        stories.documents.append(
            StoryDocument(
                customer, invoiced, 412_000 + 3_150 * invoiced.day, due, "30_net", paid if paid <= AS_OF_ON else None
            )
        )
        invoiced += timedelta(days=14)
    stories.planted.append(
        Planted(
            "new_and_good",
            AS_OF_ON,
            "Account opened on 2025-11-17; every invoice that fell due was paid two days before.",
            customer,
        )
    )


def _first_payment_never_made(stories: Stories) -> None:
    """New, and the very first due day passes without money."""
    customer = stories.add_customer(
        "Zielgrodek Instalacje Sp. z o.o.", date(2025, 10, 13), entity_id="PL", country_code="PL",
        segment="Construction",
    )  # fmt: skip
    for invoiced, cents in (
        (date(2025, 10, 20), 3_870_000),
        (date(2025, 11, 3), 4_215_000),
        (date(2025, 11, 18), 2_990_000),
    ):
        stories.documents.append(StoryDocument(customer, invoiced, cents, invoiced + timedelta(days=30), "30_net"))
    stories.planted.append(
        Planted(
            "first_payment_never_made",
            date(2025, 11, 23),
            "Account opened on 2025-10-13; first invoice due on 2025-11-19, never a receipt; three invoices open.",
            customer,
        )
    )


def _returning_after_write_off(stories: Stories) -> None:
    """Comes back under another name and number; the company register knows better."""
    registration = "FR-R88203417"
    old = stories.add_customer(
        "Transports Feldaire SARL", date(2018, 3, 19), registration_id=registration, segment="Distribution"
    )
    for invoiced, cents in (
        (date(2023, 6, 14), 684_000),
        (date(2023, 7, 17), 732_000),
        (date(2023, 8, 16), 732_000),
    ):
        stories.documents.append(
            StoryDocument(
                old, invoiced, cents, invoiced + timedelta(days=30), "30_net", written_off_on=date(2024, 6, 14)
            )
        )
    new = stories.add_customer(
        "Feldaire Logistique SAS", date(2025, 9, 8), registration_id=registration, segment="Distribution"
    )
    for invoiced in month_days(date(2025, 9, 1), AS_OF_ON, 22):
        due = invoiced + timedelta(days=30)
        paid = working_day(due + timedelta(days=4))
        stories.documents.append(
            StoryDocument(new, invoiced, 596_000, due, "30_net", paid if paid <= AS_OF_ON else None)
        )
    stories.planted.append(
        Planted(
            "written_off",
            date(2024, 6, 16),
            "Three invoices of 21,480.00 in all written off on 2024-06-14.",
            old,
        )
    )
    stories.planted.append(
        Planted(
            "returning_after_write_off",
            date(2025, 9, 14),
            f"Account opened on 2025-09-08 with registration {registration}, which was written off in June 2024.",
            new,
        )
    )


def _stretched_terms(stories: Stories) -> None:
    """Sales grants 60 days where the contract says 30: nothing is ever overdue, and DSO rises."""
    customer = stories.add_customer("Quincaillerie Montesac SAS", date(2016, 9, 26), segment="Distribution")
    for invoiced in month_days(date(2025, 1, 1), AS_OF_ON, 9):
        contract_due = invoiced + timedelta(days=30)
        is_stretched = invoiced >= date(2025, 9, 1)
        due = invoiced + timedelta(days=60) if is_stretched else contract_due
        paid = working_day(due - timedelta(days=4))
        stories.documents.append(
            StoryDocument(
                customer,
                invoiced,
                1_325_000,
                due,
                "60_net" if is_stretched else "30_net",
                paid if paid <= AS_OF_ON else None,
                original_due_on=contract_due if is_stretched else None,
            )
        )
    stories.planted.append(
        Planted(
            "stretched_terms",
            date(2025, 9, 14),
            "From 2025-09-09 on invoices carry 60 days where the customer's terms are 30; none is late by its new "
            "due day.",
            customer,
        )
    )


def _double_payment(stories: Stories) -> None:
    """The same invoice paid twice, a week apart."""
    customer = stories.add_customer("Chaudronnerie Belvarenne SAS", date(2015, 11, 2))
    for invoiced in month_days(date(2025, 4, 1), AS_OF_ON, 12):
        due = invoiced + timedelta(days=30)
        paid = working_day(due) if due <= AS_OF_ON else None
        if paid is not None and paid > AS_OF_ON:
            paid = None
        stories.documents.append(StoryDocument(customer, invoiced, 1_845_000, due, "30_net", paid))
    stories.extra_payments.append(
        ExtraPayment(customer, date(2026, 2, 18), 1_845_000, "Second transfer for the invoice of January")
    )
    stories.planted.append(
        Planted(
            "double_payment",
            date(2026, 2, 22),
            "The invoice of 2026-01-12 was paid on 2026-02-11 and again on 2026-02-18: 18,450.00 unapplied since.",
            customer,
        )
    )


def _back_dated_receipt(stories: Stories) -> None:
    """A receipt that reaches the extract after the week it belongs to was reported."""
    customer = stories.add_customer("Outillage Dervenne SAS", date(2018, 10, 8))
    for invoiced in month_days(date(2025, 6, 1), date(2026, 1, 31), 6):
        due = invoiced + timedelta(days=30)
        stories.documents.append(StoryDocument(customer, invoiced, 1_090_000, due, "30_net", working_day(due)))
    stories.documents.append(
        StoryDocument(
            customer,
            date(2026, 2, 6),
            2_730_000,
            date(2026, 3, 8),
            "30_net",
            date(2026, 3, 17),
            arrives_late=True,
        )
    )
    for week_ending_on in (date(2026, 3, 22), AS_OF_ON):
        stories.planted.append(
            Planted(
                "back_dated_receipt",
                week_ending_on,
                "late_arrivals/ brings a receipt of 27,300.00 posted on 2026-03-17: once it is loaded this week's "
                "receivables and overdue are restated 27,300.00 lower.",
                customer,
            )
        )


def _manual_journal(stories: Stories) -> None:
    """A journal on the control account that is in no sub-ledger, and somebody said why."""
    from_on = date(2025, 11, 18)
    stories.manual_journals.append(
        ManualJournal(
            "FR",
            from_on,
            124_000,
            "Manual journal on the control account: freight claim booked to receivables, to be moved to other debtors",
            "Hélène Audibert, chief accountant",
        )
    )
    stories.planted.append(
        Planted(
            "manual_journal",
            date(2025, 11, 23),
            "From the balance of 2025-11-30 on the control account of FR stands 1,240.00 above the sub-ledger; the "
            "difference is explained, nothing is unexplained.",
        )
    )


def _no_due_days(stories: Stories) -> None:
    """An old interface that sends no due days: they come from the terms, and that is said."""
    customer = stories.add_customer("Peintures Olmeyrac SARL", date(2014, 6, 23), segment="Construction")
    for invoiced in month_days(date(2025, 2, 1), AS_OF_ON, 18):
        due = invoiced + timedelta(days=30)
        paid = working_day(due + timedelta(days=5))
        stories.documents.append(
            StoryDocument(
                customer, invoiced, 478_000, due, "30_net", paid if paid <= AS_OF_ON else None, has_due_on=False
            )
        )
    stories.planted.append(
        Planted(
            "no_due_days",
            AS_OF_ON,
            "No invoice has a due day: derived as 30 days from the invoice day, and counted as derived.",
            customer,
        )
    )


def _limit_used_up(stories: Stories) -> None:
    """Buys ever more and pays on time; what is open outgrew a limit that nobody looked at."""
    customer = stories.add_customer(
        "Emballages Tresville SAS", date(2019, 5, 6), payment_terms="60_net", segment="Distribution"
    )
    stories.limits.append(StoryLimit(customer, 10_000_000, date(2023, 4, 3)))
    for invoiced in month_days(date(2024, 9, 1), date(2026, 1, 10), 3):
        due = invoiced + timedelta(days=60)
        stories.documents.append(StoryDocument(customer, invoiced, 2_200_000, due, "60_net", working_day(due)))
    for invoiced, cents in (
        (date(2026, 2, 3), 3_300_000),
        (date(2026, 2, 17), 3_100_000),
        (date(2026, 3, 3), 3_400_000),
        (date(2026, 3, 17), 3_300_000),
    ):
        stories.documents.append(StoryDocument(customer, invoiced, cents, invoiced + timedelta(days=60), "60_net"))
    stories.planted.append(
        Planted(
            "limit_used_up",
            AS_OF_ON,
            "Four invoices of 131,000.00 in all are open against a limit of 100,000.00: used 131 %.",
            customer,
        )
    )


def _cover_cut(stories: Stories) -> None:
    """The insurer has heard something; the warehouse has not."""
    customer = stories.add_customer("Charpentes Valdoure SARL", date(2017, 2, 13), segment="Construction")
    cut_on = date(2026, 2, 2)
    stories.limits.append(StoryLimit(customer, 12_000_000, date(2023, 4, 3)))
    stories.covers.append(StoryCover(customer, 10_000_000, date(2023, 4, 3), cut_on - timedelta(days=1)))
    stories.covers.append(StoryCover(customer, 2_000_000, cut_on, status="reduced"))
    for invoiced in month_days(date(2024, 10, 1), AS_OF_ON, 16):
        due = invoiced + timedelta(days=45)
        paid = working_day(due + timedelta(days=8))
        stories.documents.append(
            StoryDocument(customer, invoiced, 3_150_000, due, "30_net", paid if paid <= AS_OF_ON else None)
        )
    stories.planted.append(
        Planted(
            "cover_cut",
            AS_OF_ON,
            "The insurer cut its limit from 100,000.00 to 20,000.00 on 2026-02-02; two deliveries of 31,500.00 were "
            "invoiced after.",
            customer,
        )
    )


def _missed_notification(stories: Stories) -> None:
    """Covered, overdue for more than ninety days, and nobody told the insurer."""
    customer = stories.add_customer("Serrurerie Bolmeau SAS", date(2018, 7, 9), segment="Construction")
    stories.limits.append(StoryLimit(customer, 8_000_000, date(2023, 4, 3)))
    stories.covers.append(StoryCover(customer, 8_000_000, date(2023, 4, 3)))
    for invoiced in month_days(date(2025, 1, 1), date(2025, 9, 30), 11):
        due = invoiced + timedelta(days=30)
        stories.documents.append(
            StoryDocument(customer, invoiced, 1_260_000, due, "30_net", working_day(due + timedelta(days=10)))
        )
    invoiced = date(2025, 11, 3)
    stories.documents.append(StoryDocument(customer, invoiced, 2_460_000, date(2025, 12, 3), "30_net", is_chased=False))
    stories.planted.append(
        Planted(
            "missed_notification",
            date(2026, 3, 8),
            "The invoice of 2025-11-03 over 24,600.00 had to be notified to the insurer by 2026-03-03; it was not.",
            customer,
        )
    )


TELLERS: tuple[Callable[[Stories], None], ...] = (
    _slowing_payer,
    _insolvent,
    _late_giant,
    _disputed_milestone,
    _new_and_good,
    _first_payment_never_made,
    _returning_after_write_off,
    _stretched_terms,
    _double_payment,
    _back_dated_receipt,
    _manual_journal,
    _no_due_days,
    _limit_used_up,
    _cover_cut,
    _missed_notification,
)


def tell() -> Stories:
    """All stories, the same for every seed and size."""
    stories = Stories()
    for teller in TELLERS:
        teller(stories)
    return stories
