"""Xero's report as the workbook that its screens export."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import xlsxwriter

from tests.ingest.extracts import Extracts, counts

DUE = "Awaiting Payment"
HEADER = [
    *("Invoice Number", "Contact", "Invoice Date", "Due Date", "Gross", "Balance", "Status", "Source"),
    "Last Payment Date",
]
ROWS: list[list[object]] = [
    ["INV-1", "Ridgeway", date(2026, 1, 5), date(2026, 2, 4), 120.5, 0, "Paid", "Receivable Invoice", date(2026, 2, 1)],
    [
        "INV-2",
        "Ridgeway",
        date(2026, 1, 6),
        date(2026, 2, 5),
        1000,
        400,
        DUE,
        "Receivable Invoice",
        None,
    ],
    ["CN-1", "Ridgeway", date(2026, 1, 7), None, -50, -20, DUE, "Receivable Credit Note", None],
    ["", "Ridgeway", date(2026, 1, 8), None, -70, -70, DUE, "Receivable Overpayment", None],
    ["", "Ridgeway", date(2026, 1, 9), None, -71, -71, DUE, "Receivable Overpayment", None],
    ["INV-3", "Ridgeway", date(2026, 1, 6), date(2026, 2, 5), 30, 30, "Voided", "Receivable Invoice", None],
    ["INV-4", "Ridgeway", date(2026, 1, 6), date(2026, 2, 5), 30, 30, "Draft", "Receivable Invoice", None],
    ["Total", None, None, None, 929.5, 239, None, None, None],
]


def _workbook() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("Receivable Invoice Summary")
        day = book.add_format({"num_format": "dd mmm yyyy"})
        for row, title in enumerate(("Receivable Invoice Summary", "Ridgeway Ltd", "As at 29 March 2026")):
            sheet.write(row, 0, title)
        sheet.write_row(4, 0, HEADER)
        for row, cells in enumerate(ROWS, start=5):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, day)
                elif cell is not None:
                    sheet.write(row, column, cell)
    return made.getvalue()


def test_the_report_is_known_by_its_name_and_read_below_its_title(extracts: Extracts) -> None:
    entities = ("entities.csv", "entity_id,base_currency\nXERO,GBP\n")
    report = extracts.load(
        entities, ("Ridgeway_Ltd_-_Receivable_Invoice_Summary.xlsx", _workbook()), as_of=date(2026, 3, 29)
    )
    (invoices,) = (file for file in report.files if file.source == "xero_report")
    assert counts(invoices) == (6, 6, 0, 0, 0, 0)
    assert invoices.rows_filtered == 2
    assert extracts.rejects() == []
    found = extracts.current(
        "invoices", "document_type, status, amount, open_amount, settled_on, invoice_id", "2, 3 desc"
    )
    assert [row[:5] for row in found] == [
        ("invoice", "draft", Decimal("30.00"), Decimal("30.00"), None),
        ("invoice", "posted", Decimal("1000.00"), Decimal("400.00"), None),
        ("invoice", "posted", Decimal("120.50"), Decimal("0.00"), date(2026, 2, 1)),
        ("credit_note", "posted", Decimal("-50.00"), Decimal("-20.00"), None),
        ("adjustment", "posted", Decimal("-70.00"), Decimal("-70.00"), None),
        ("adjustment", "posted", Decimal("-71.00"), Decimal("-71.00"), None),
    ]
    # What has no number is told by what it is.
    assert found[-1][5] == "Ridgeway-09 Jan 2026--71"
