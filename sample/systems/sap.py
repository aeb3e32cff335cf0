"""SAP: the customers' line items as tables BSID (open) and BSAD (cleared), with KNA1 (customers) and T001 (companies).

Traps on purpose: amounts without a sign whose side is another field, thousands marks, days of zeros, net days in the
third of three fields or in the first, negative postings with the minus behind, clearing documents whose numbers start
anew each year, partial payments that name their invoice, bills and down payments as special ledgers, and requests for
down payments, which are noted and owe nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from sample.books import BILLS, DEPOSITS, Books, Line
from sample.systems.settled import Group, NumberedLine, groups

COMPANY = "FR01"
FIELDS = (
    *(
        "MANDT",
        "BUKRS",
        "KUNNR",
        "UMSKS",
        "UMSKZ",
        "AUGDT",
        "AUGBL",
        "ZUONR",
        "GJAHR",
        "BELNR",
        "BUZEI",
        "BUDAT",
        "BLDAT",
    ),
    *(
        "CPUDT",
        "WAERS",
        "XBLNR",
        "BLART",
        "BSCHL",
        "SHKZG",
        "DMBTR",
        "WRBTR",
        "SGTXT",
        "HKONT",
        "ZFBDT",
        "ZTERM",
        "ZBD1T",
    ),
    *("ZBD2T", "ZBD3T", "REBZG", "REBZJ", "REBZZ", "BSTAT"),
)
POSTING_KEYS = {
    "invoice": ("01", "11"),
    "debit_note": ("02", "12"),
    "credit_note": ("02", "11"),
    "payment": ("05", "15"),
    "refund": ("05", "15"),
}
"""By what was booked: the key of a debit and of a credit; all else is 04 and 14 (other)."""
SPECIAL_LEDGERS = {DEPOSITS: "A", BILLS: "W"}
TYPES = {"VE": "DR", "BQ": "DZ", "OD": "AB", "EF": "DA", "AN": "UE"}
NO_DAY = "00.00.0000"


def write_sap(books: Books, out: Path) -> dict[str, int]:
    """Write the four files; rows by file."""
    open_rows: list[list[str]] = []
    cleared: list[list[str]] = []
    clearing: dict[int, Iterable[int]] = {}
    for group in groups(books):
        number = ""
        if group.is_closed:
            number = f"{1400000000 + next(iter(clearing.setdefault(group.last_on.year, count(1)))):010d}"
        target = cleared if group.is_closed else open_rows
        target += [_item(one, group, number) for one in group.lines]
    open_rows.append(_request(books))
    customers = sorted({line.customer_id for line in books.of_customers() if line.customer_id})
    return {
        "BSID.txt": _write(out / "BSID.txt", FIELDS, open_rows),
        "BSAD.txt": _write(out / "BSAD.txt", FIELDS, cleared),
        "KNA1.txt": _write(
            out / "KNA1.txt",
            ("MANDT", "KUNNR", "LAND1", "NAME1", "STCEG", "STCD1", "ERDAT"),
            [["100", one, "FR", books.customer_names.get(one, one), "", "", "01.02.2010"] for one in customers],
        ),
        "T001.txt": _write(
            out / "T001.txt",
            ("MANDT", "BUKRS", "BUTXT", "LAND1", "WAERS"),
            [["100", COMPANY, "Société Modèle SAS", "FR", books.currency]],
        ),
    }


def _item(one: NumberedLine, group: Group, clearing_number: str) -> list[str]:
    line = one.line
    special = SPECIAL_LEDGERS.get(line.account, "")
    is_debit = line.amount > 0
    # A negative posting takes from the other side instead of adding to this one.
    is_negative = line.kind == "credit_note" and line.entry % 2 == 0
    debit_key, credit_key = ("09", "19") if special else POSTING_KEYS.get(line.kind, ("04", "14"))
    first = group.lines[0]
    names_invoice = not group.is_closed and not is_debit and one is not first and first.line.amount > 0
    return _fields(
        KUNNR=str(line.customer_id),
        UMSKS=special,
        UMSKZ=special,
        AUGDT=_day(group.last_on) if clearing_number else NO_DAY,
        AUGBL=clearing_number,
        GJAHR=str(line.posted_on.year),
        BELNR=_number(line),
        BUZEI=f"{one.number % 1000:03d}",
        BUDAT=_day(line.posted_on),
        BLDAT=_day(line.document_on),
        CPUDT=_day(line.posted_on),
        XBLNR=line.document_ref,
        BLART=TYPES[line.journal],
        BSCHL=debit_key if is_debit else credit_key,
        SHKZG="S" if is_debit != is_negative else "H",
        DMBTR=_amount(-abs(line.amount) if is_negative else abs(line.amount)),
        WRBTR=_amount(-abs(line.amount) if is_negative else abs(line.amount)),
        SGTXT=line.label,
        HKONT=line.account,
        **_terms(line),
        REBZG=_number(first.line) if names_invoice else "",
        REBZJ=str(first.line.posted_on.year) if names_invoice else "0000",
        REBZZ=f"{first.number % 1000:03d}" if names_invoice else "000",
    )


def _fields(**values: str) -> list[str]:
    fixed = {"MANDT": "100", "BUKRS": COMPANY, "WAERS": "EUR", "ZUONR": "", "BSTAT": ""}
    return [(values | {name: fixed[name] for name in fixed if name not in values})[name] for name in FIELDS]


def _terms(line: Line) -> dict[str, str]:
    """Baseline day and net days; where those would be below zero, the due day itself is the baseline."""
    days = (line.due_on - line.document_on).days if line.due_on is not None else 0
    if line.due_on is not None and days < 0:
        return {"ZFBDT": _day(line.due_on), "ZTERM": "", "ZBD1T": "0", "ZBD2T": "0", "ZBD3T": "0"}
    # Terms with a discount have their net days in the third field, terms without one in the first.
    has_discount = days > 10 and line.entry % 3 == 0
    return {
        "ZFBDT": _day(line.document_on),
        "ZTERM": "ZB03" if has_discount else "ZB01",
        "ZBD1T": "10" if has_discount else str(days),
        "ZBD2T": "0",
        "ZBD3T": str(days) if has_discount else "0",
    }


def _request(books: Books) -> list[str]:
    """A request for a down payment: noted, not booked."""
    line = next(line for line in books.of_customers())
    day = books.as_of_on - timedelta(days=5)
    return _fields(
        KUNNR=str(line.customer_id),
        UMSKS="A",
        UMSKZ="F",
        AUGDT=NO_DAY,
        AUGBL="",
        GJAHR=str(day.year),
        BELNR="1900000001",
        BUZEI="001",
        **{name: _day(day) for name in ("BUDAT", "BLDAT", "CPUDT", "ZFBDT")},
        XBLNR="DEMANDE",
        BLART="DZ",
        BSCHL="09",
        SHKZG="S",
        DMBTR=_amount(Decimal(5000)),
        WRBTR=_amount(Decimal(5000)),
        SGTXT="Demande d'acompte",
        HKONT=DEPOSITS,
        ZTERM="",
        ZBD1T="0",
        ZBD2T="0",
        ZBD3T="0",
        REBZG="",
        REBZJ="0000",
        REBZZ="000",
        BSTAT="S",
    )


def _number(line: Line) -> str:
    return f"{1800000000 + line.entry:010d}"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _amount(amount: Decimal) -> str:
    return f"{abs(amount):,.2f}{'-' * (amount < 0)}".translate(str.maketrans(",.", ".,")).rjust(16)


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    lines = ["\t".join(header), *("\t".join(value.replace("\t", " ") for value in row) for row in rows)]
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("utf-8-sig"))
    return len(rows)
