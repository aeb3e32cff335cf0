"""Rulings 22 to 28 of metrics 7: conversion, rounding, rates, and the tie-out's rows."""

from __future__ import annotations

from tests.models.case import Case
from tests.models.documents import (
    T,
    allocation,
    gl_balance,
    invoice,
    payment,
    rate,
    reconciling_item,
    schedule,
)
from tests.models.expectations import Aging, Events, ItemColumns, Kpis, OpenItems, TieOut

ROUNDING = (
    Case(
        entity_id="R22-RELIEVES",
        report_on=T,
        documents=(
            rate("2024-02-05", "EUR", "CHF", "0.95"),
            rate("2024-03-05", "EUR", "CHF", "0.95"),
            invoice("I", "3.00", "2024-02-05", "2024-04-30", currency="CHF", base_amount="1.00"),
            *(payment(f"P{n}", "1.00", f"2024-03-0{4 + n}", currency="CHF", base_amount="0.40") for n in (1, 2, 3)),
            *(allocation(f"P{n}", "I", "1.00") for n in (1, 2, 3)),
        ),
        expected=(
            OpenItems({"I": "1.00"}, on="2024-02-05", basis="base"),
            OpenItems({"I": "0.67"}, on="2024-03-05", basis="base"),
            OpenItems({"I": "0.33"}, on="2024-03-06", basis="base"),
            OpenItems({}, on="2024-03-07", basis="base"),
            # Each settlement relieves the change in base open: 0.33, 0.34, 0.33.
            Events(
                ("realised_fx",),
                (
                    ("realised_fx", "2024-03-05", "I", "0.00", "0.07"),
                    ("realised_fx", "2024-03-06", "I", "0.00", "0.06"),
                    ("realised_fx", "2024-03-07", "I", "0.00", "0.07"),
                ),
            ),
        ),
    ),
    Case(
        entity_id="R22-HALF-AWAY",
        report_on=T,
        documents=(
            rate("2024-02-06", "EUR", "CHF", "0.95"),
            rate("2024-03-06", "EUR", "CHF", "0.95"),
            invoice("I", "2.00", "2024-02-06", "2024-04-30", currency="CHF", base_amount="0.25"),
            invoice("I2", "2.00", "2024-02-06", "2024-04-30", currency="CHF", base_amount="0.25"),
            payment("P", "1.00", "2024-03-06", currency="CHF", base_amount="0.12"),
            allocation("P", "I", "1.00"),
            payment("FREE", "2.00", "2024-03-06", currency="CHF", base_amount="0.25"),
            allocation("FREE", "I2", "1.00"),
        ),
        # A half of 0.25 is 0.125: away from zero on either side.
        expected=(OpenItems({"I": "0.13", "I2": "0.13", "FREE": "-0.13"}, basis="base"),),
    ),
    Case(
        entity_id="R23",
        report_on=T,
        base_currency="USD",
        documents=(
            rate("2024-02-07", "SEK", "EUR", "0.0449"),
            rate("2024-03-07", "SEK", "EUR", "0.09"),
            # Converted straight to euros, whatever the books say it is in dollars.
            invoice("I", "10.00", "2024-02-07", "2024-04-30", currency="SEK", base_amount="7.77"),
            payment("P", "1.00", "2024-03-07", currency="SEK", base_amount="0.70"),
            allocation("P", "I", "1.00"),
        ),
        expected=(
            # 0.449 is 0.45 once; nine tenths of that are 0.405, so 0.41 (converted anew it would be 0.40).
            Kpis({"receivable_amount": "0.41", "sales_amount": "0.45", "collected_amount": "0.09"}, currency="EUR"),
            # Reporting in the books' own currency: the base amounts.
            Kpis({"receivable_amount": "6.99", "sales_amount": "7.77", "collected_amount": "0.70"}),
        ),
    ),
    Case(
        entity_id="R27",
        report_on=T,
        documents=(
            rate("2024-02-08", "PLN", "EUR", "0.2333"),
            invoice("I", "3.00", "2024-02-08", currency="PLN", base_amount="0.05"),
            *schedule("I", ("2024-03-10", "1.00"), ("2024-04-10", "1.00"), ("2024-05-10", "1.00")),
            invoice("BY-RATE", "10.00", "2024-02-08", currency="PLN"),
            *schedule("BY-RATE", ("2024-03-10", "3.33"), ("2024-04-10", "3.33"), ("2024-05-10", "3.34")),
        ),
        expected=(
            OpenItems(
                {
                    # A third of 0.05 is 0.02 rounded, twice; the last takes 0.01.
                    "I/1": "0.02",
                    "I/2": "0.02",
                    "I/3": "0.01",
                    # 2.333 is 2.33; 0.333 of it is 0.78 rounded, twice; the last takes 0.77.
                    "BY-RATE/1": "0.78",
                    "BY-RATE/2": "0.78",
                    "BY-RATE/3": "0.77",
                },
                basis="base",
            ),
        ),
    ),
)

RATES = (
    Case(
        entity_id="R24",
        report_on=T,
        documents=(
            # Direct comes before the inverse pair, which would give 14.29.
            rate("2024-02-09", "DKK", "EUR", "0.134"),
            rate("2024-02-09", "EUR", "DKK", "7"),
            invoice("DIRECT", "100.00", "2024-02-09", "2024-04-30", currency="DKK"),
            # Only the inverse pair, and seven days old: 100 / 11.5 = 8.6957.
            rate("2024-02-05", "EUR", "NOK", "11.5"),
            invoice("INVERSE", "100.00", "2024-02-12", "2024-04-30", currency="NOK"),
            # After the day the warehouse is built for nothing needs a rate.
            invoice("FUTURE", "100.00", "2026-08-20", "2026-09-19", currency="ISK"),
        ),
        expected=(OpenItems({"DIRECT": "13.40", "INVERSE": "8.70"}, basis="base"),),
    ),
    Case(
        entity_id="R24-THROUGH-EURO",
        report_on=T,
        base_currency="USD",
        documents=(
            rate("2024-02-14", "EUR", "HUF", "390.25"),
            invoice("I", "100000.00", "2024-02-14", "2024-04-30", currency="HUF"),
        ),
        # 100000 / 390.25 × 1.07, in one step: 274.1832.
        expected=(OpenItems({"I": "274.18"}, basis="base"),),
    ),
)

TIE_OUT = (
    Case(
        entity_id="R25",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-03-05", "2024-04-04"),
            gl_balance("2024-03-13", "130.00"),
            reconciling_item("1", "2024-03-01", "20.00", "Booked twice", to_on="2024-03-12"),
            reconciling_item("2", "2024-03-10", "25.00", "Manual journal"),
        ),
        expected=(
            TieOut({"receivable_amount": "100.00", "gl_amount": None, "tie_out_status": "not tied"}, on="2024-03-10"),
            TieOut(
                {
                    "buckets_amount": "100.00",
                    "open_amount": "100.00",
                    "receivable_amount": "100.00",
                    "unapplied_amount": "0.00",
                    "gl_amount": "130.00",
                    "explained_amount": "25.00",
                    "unexplained_amount": "5.00",
                    "tie_out_status": "unexplained",
                },
                on="2024-03-13",
            ),
            TieOut({"gl_amount": None, "unexplained_amount": None, "tie_out_status": "not tied"}, on="2024-03-17"),
        ),
    ),
)

ZERO_BEFORE_A_SALE = (
    Case(
        entity_id="R28",
        report_on=T,
        documents=(
            invoice("OP", "100.00", "2024-02-20", "2024-03-20", document_type="opening"),
            payment("P", "100.00", "2024-03-05"),
            allocation("P", "OP", "100.00"),
            invoice("I", "40.00", "2024-04-05", "2024-05-05"),
        ),
        expected=(
            Kpis({"receivable_amount": "0.00", "dso_days": None, "dso_countback_days": None}),
            Kpis({"receivable_amount": "40.00", "dso_countback_days": "30"}, ending="2024-04-30"),
            ItemColumns({"OP": {"settled_on": "2024-03-05"}}),
            Aging({}),
        ),
        because="Ruling 19 comes before 18: without a first sale there is no history, so null and not 0 days.",
    ),
)

EXACTNESS_CASES = (*ROUNDING, *RATES, *TIE_OUT, *ZERO_BEFORE_A_SALE)
