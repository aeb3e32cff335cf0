"""Published numbers of metrics 2 and 3, as documents whose `fct_kpis` rows must give them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import Row, allocation, invoice, payment
from tests.models.expectations import Aging, Kpis

MARCH_2025 = date(2025, 3, 31)
"""January to March of a year that is no leap year: 31 + 28 + 31 = 90 days."""


def t1_documents() -> tuple[Row, ...]:
    """Data set T1: sales 3390, 3610, 3890; AR 6000 on 28 February and 6340 on 31 March."""
    return (
        invoice("J-EARLY", "1000.00", "2025-01-06", "2025-02-05"),
        invoice("J-SLOW", "2340.00", "2025-01-14", "2025-02-13"),
        invoice("J-OPEN", "50.00", "2025-01-10", "2025-01-25"),
        invoice("F-PAID", "1210.00", "2025-02-04", "2025-03-06"),
        invoice("F-OPEN-1", "1500.00", "2025-02-13", "2025-03-15"),
        invoice("F-OPEN-2", "900.00", "2025-02-06", "2025-02-20"),
        invoice("M-OPEN", "3590.00", "2025-03-10", "2025-04-30"),
        invoice("M-SHORT", "300.00", "2025-03-06", "2025-03-20"),
        payment("P-FEB", "1000.00", "2025-02-15"),
        allocation("P-FEB", "J-EARLY", "1000.00"),
        payment("P-MAR", "3550.00", "2025-03-12"),
        allocation("P-MAR", "J-SLOW", "2340.00"),
        allocation("P-MAR", "F-PAID", "1210.00"),
    )


def billed_and_open(sales: Mapping[str, str], receivable: str, as_of_on: str) -> tuple[Row, ...]:
    """One invoice in each month of ``sales`` (by its day), all paid but ``receivable`` of an older invoice.

    The balance does not hang on which month is unpaid: it stands as the opening balance of a document that is no sale.
    """
    first_on = min(sales)
    rows: list[Row] = [invoice("OPENING", receivable, first_on, first_on, document_type="opening")]
    for number, (posted_on, amount) in enumerate(sorted(sales.items()), start=1):
        rows += (
            invoice(f"I{number}", amount, posted_on, as_of_on),
            payment(f"P{number}", amount, as_of_on),
            allocation(f"P{number}", f"I{number}", amount),
        )
    return tuple(rows)


COLLECTION_CASES = (
    Case(
        entity_id="T1",
        peer_cases=("G07",),
        report_on=MARCH_2025,
        documents=t1_documents(),
        expected=(
            Aging({"not_due": "3590.00", "1-30": "1800.00", "31-60": "900.00", "61-90": "50.00"}),
            Kpis({"receivable_amount": "6000.00"}, ending="2025-02-28"),
            Kpis(
                {
                    "window_days": 90,
                    "sales_amount": "10890.00",
                    "receivable_amount": "6340.00",
                    "dso_days": "52.4",
                    "best_possible_dso_days": "29.7",
                    "average_days_delinquent": "22.7",
                    "unapplied_days": "0.0",
                    "dso_countback_days": "50.0",
                    "is_countback_exhausted": False,
                    "collection_effectiveness_rate": "0.563",
                    "current_rate": "0.566",
                }
            ),
            Kpis(
                {
                    "dso_days": Fraction(6340 * 90, 10890),
                    "best_possible_dso_days": Fraction(3590 * 90, 10890),
                    "average_days_delinquent": Fraction(2750 * 90, 10890),
                    "collection_effectiveness_rate": Fraction(3550, 6300),
                    "current_rate": Fraction(3590, 6340),
                    "over_90_rate": Fraction(0),
                    "opening_receivable_amount": "6000.00",
                    "effectiveness_sales_amount": "3890.00",
                    "collected_amount": "4550.00",
                }
            ),
        ),
        because="CEI is March's alone, 3550/6300; the 55.9 and 79.6 % also printed divide a quarter by other windows.",
    ),
    Case(
        entity_id="T1-UNAPPLIED",
        report_on=MARCH_2025,
        documents=(*t1_documents(), payment("P-FREE", "300.00", "2025-03-28")),
        expected=(
            Kpis(
                {
                    "receivable_amount": "6040.00",
                    "unapplied_amount": "-300.00",
                    "dso_days": "49.9",
                    "best_possible_dso_days": "29.7",
                    "average_days_delinquent": "22.7",
                    "unapplied_days": "-2.5",
                }
            ),
        ),
    ),
    Case(
        entity_id="DSO-91",
        peer_cases=("G06",),
        report_on=date(2025, 6, 30),
        documents=billed_and_open(
            {"2025-04-10": "2000000.00", "2025-05-10": "4000000.00", "2025-06-10": "3000000.00"},
            "5000000.00",
            "2025-06-30",
        ),
        expected=(Kpis({"window_days": 91, "dso_days": "50.56", "sales_amount": "9000000.00"}),),
        because="The page prints 50.55, cut off, not rounded.",
    ),
    Case(
        entity_id="DSO-JDE",
        peer_cases=("G05",),
        report_on=MARCH_2025,
        documents=billed_and_open(
            {"2025-01-10": "5538.00", "2025-02-10": "4566.00", "2025-03-10": "7570.00"}, "10869.00", "2025-03-31"
        ),
        expected=(Kpis({"dso_days": "55.35"}), Kpis({"dso_days": Fraction(10869 * 90, 17674)})),
    ),
    Case(
        entity_id="DSO-12M",
        peer_cases=("G01",),
        report_on=date(2023, 10, 31),
        documents=billed_and_open(
            {"2022-11-15": "20000.00", "2023-03-15": "70000.00", "2023-09-15": "60000.00"}, "50000.00", "2023-10-31"
        ),
        expected=(Kpis({"window_12m_days": 365, "dso_12m_days": "121.67"}),),
        because="Of the page's three figures only this one counts its days by its own rule.",
    ),
    Case(
        entity_id="COUNTBACK-30",
        peer_cases=("G02",),
        report_on=date(2025, 6, 30),
        documents=billed_and_open(
            {"2025-04-10": "70000.00", "2025-05-10": "80000.00", "2025-06-10": "100000.00"}, "212000.00", "2025-06-30"
        ),
        expected=(
            Kpis({"dso_countback_days": "74.71", "is_countback_exhausted": False}),
            Kpis({"dso_countback_days": "74.714285714"}),
        ),
        because=(
            "Published as 73.7 with three months of 30 days, which no calendar has in a row. April to June have "
            "30, 31 and 30: the same sum with May's day more."
        ),
    ),
    Case(
        entity_id="COUNTBACK-31",
        peer_cases=("G03",),
        report_on=MARCH_2025,
        documents=billed_and_open(
            {"2025-01-10": "700000.00", "2025-02-10": "800000.00", "2025-03-10": "900000.00"},
            "2100000.00",
            "2025-03-31",
        ),
        expected=(
            Kpis({"dso_countback_days": "76.7"}),
            Kpis({"dso_countback_days": "76.714285714"}),
        ),
    ),
    Case(
        entity_id="COUNTBACK-HFM",
        peer_cases=("G04",),
        report_on=date(2025, 9, 30),
        documents=billed_and_open(
            {
                "2025-04-10": "2250.00",
                "2025-05-10": "2000.00",
                "2025-06-10": "2500.00",
                "2025-07-10": "2250.00",
                "2025-08-10": "1750.00",
                "2025-09-10": "2500.00",
            },
            "12000.00",
            "2025-09-30",
        ),
        expected=(Kpis({"dso_countback_days": "166.3", "is_countback_exhausted": False}),),
        because="Published as 179.7, which we do not reproduce: 1000 of April are left to cover, not 2000 (metrics 6).",
    ),
    Case(
        entity_id="COUNTBACK-CREDIT-MONTH",
        report_on=date(2025, 9, 30),
        documents=(
            *billed_and_open({"2025-07-10": "1000.00", "2025-09-10": "500.00"}, "900.00", "2025-09-30"),
            invoice("C", "-200.00", "2025-08-20", "2025-08-20", document_type="credit_note"),
            invoice("OFFSET", "200.00", "2025-08-20", "2025-08-20", document_type="adjustment"),
            allocation("C", "OFFSET", "200.00"),
        ),
        expected=(Kpis({"dso_countback_days": "73.4", "sales_amount": "1300.00"}),),
        because="A month with sales of zero or less adds its days and takes nothing; another system stops there.",
    ),
    Case(
        entity_id="CEI-98",
        peer_cases=("G08",),
        report_on=MARCH_2025,
        documents=(
            invoice("I-FEB", "100000.00", "2025-02-10", "2025-02-20"),
            invoice("I-MAR-PAID", "880000.00", "2025-03-05", "2025-03-20"),
            invoice("I-MAR-DUE", "20000.00", "2025-03-06", "2025-03-25"),
            invoice("I-MAR-OPEN", "100000.00", "2025-03-07", "2025-04-30"),
            payment("P", "980000.00", "2025-03-25"),
            allocation("P", "I-FEB", "100000.00"),
            allocation("P", "I-MAR-PAID", "880000.00"),
        ),
        expected=(
            Kpis(
                {
                    "opening_receivable_amount": "100000.00",
                    "effectiveness_sales_amount": "1000000.00",
                    "receivable_amount": "120000.00",
                    "not_due_amount": "100000.00",
                    "collection_effectiveness_rate": Fraction(98, 100),
                }
            ),
        ),
        because="Published for a year; our window is the month, so the year's amounts are one month's here.",
    ),
    Case(
        entity_id="EXACT-WHOLE-DAYS",
        report_on=MARCH_2025,
        documents=(
            invoice("I", "10.06", "2025-01-06", "2025-02-05"),
            payment("P", "10.06", "2025-02-10"),
            allocation("P", "I", "10.06"),
        ),
        expected=(Kpis({"days_beyond_terms": Fraction(5), "weighted_days_to_pay": Fraction(35)}),),
        because=(
            "A rate is one division of two exact sums: 50.30 by 10.06 is 5 days, on a policy's band and not a hair "
            "below it, as it is where amounts with cents become doubles before they are divided."
        ),
    ),
)
