"""What a mapping can make of several columns, of codes and of rows it leaves out, form by form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from ingest.errors import MappingError
from tests.ingest.extracts import Extracts, counts, only

COLUMNS: dict[str, object] = {"line_id": "id", "posted_on": "day", "debit": "amount", "credit": "none"}


def mapping(extracts: Extracts, columns: Mapping[str, object], **keys: object) -> Path:
    """A mapping of ledger lines with ``columns`` beside the ones it cannot do without."""
    table = {"table": "ledger_lines", "columns": {**COLUMNS, **columns}, **keys}
    file = {"date_format": "%d.%m.%Y", "decimal_mark": ",", "trim": True}
    file |= {"delimiter": ";", "null_values": ["00.00.0000"]}
    content = {"name": "trial", "description": "Forms.", "base_currency": "EUR", "file": file, "tables": [table]}
    return extracts.write("trial.yml", yaml.safe_dump(content))


def load(extracts: Extracts, columns: Mapping[str, object], header: str, *rows: str, **keys: object) -> list[object]:
    """The first mapped column of each line that was taken, in file order."""
    lines = "".join(f"{row};{place};05.03.2026;1,00;\n" for place, row in enumerate(rows))
    extracts.load(("lines.csv", f"{header};id;day;amount;none\n{lines}"), source=mapping(extracts, columns, **keys))
    return [value for (value,) in extracts.current("ledger_lines", next(iter(columns)), order="line_id")]


LATER = {"due_on": {"day": "ZFBDT", "plus_days": ["ZBD3T", "ZBD2T", "ZBD1T"]}}


def test_a_later_day_is_the_day_and_the_first_number_above_zero(extracts: Extracts) -> None:
    rows = ("28.02.2026;0;0;30", "28.02.2026;45;0;10", "28.02.2026;0;20;10", "28.02.2026;;;", "00.00.0000;30;0;0")
    assert load(extracts, LATER, "ZFBDT;ZBD3T;ZBD2T;ZBD1T", *rows) == [
        date(2026, 3, 30),
        date(2026, 4, 14),
        date(2026, 3, 20),
        date(2026, 2, 28),
        None,
    ]


@pytest.mark.parametrize(
    ("row", "value", "reason"),
    [
        ("31.02.2026;0;0;0", "31.02.2026", "is not a day written as %d.%m.%Y"),
        ("28.02.2026;x;0;0", "ZBD3T = x", "is not a day written as %d.%m.%Y"),
        ("28.02.2026;0;-3;0", "ZBD2T = -3", "is not a day written as %d.%m.%Y"),
    ],
)
def test_a_later_day_of_what_is_no_day_or_number_is_rejected(
    extracts: Extracts, row: str, value: str, reason: str
) -> None:
    assert load(extracts, LATER, "ZFBDT;ZBD3T;ZBD2T;ZBD1T", row) == []
    assert extracts.rejects("column_name, value, reason") == [("due_on", value, reason)]


def test_the_sign_of_an_amount_chooses_the_column(extracts: Extracts) -> None:
    chosen = {"document_ref": {"by_sign": "size", "positive": "a", "negative": {"join": ["a", "b"], "separator": "/"}}}
    rows = ("5,00;A;B", "-5,00;A;B", "5,00-;A;B", "0;A;B", ";A;B")
    assert load(extracts, chosen, "size;a;b", *rows) == ["A", "A/B", "A/B", "A", None]


def test_the_size_of_an_amount_has_no_sign(extracts: Extracts) -> None:
    assert load(extracts, {"base_debit": {"amount": "x", "part": "size"}}, "x", "5,00", "-5,00", "-0,10") == [
        Decimal(5),
        Decimal(5),
        Decimal("0.10"),
    ]


def test_a_whole_key_is_nothing_where_a_part_is_empty_and_the_next_one_counts(extracts: Extracts) -> None:
    first = {"matching_code": {"first": [{"join": ["a", "b"], "whole": True}, "c"]}}
    assert load(extracts, first, "a;b;c", "1;2;3", "1;;3", ";2;3", "1;;") == ["1-2", "3", "3", None]


def test_codes_that_are_not_named_and_empty_cells_have_a_meaning_of_their_own(extracts: Extracts) -> None:
    values = {"document_type": {"F": "invoice", "*": "adjustment", "": "payment", "X": ""}}
    rows = ("F;", "Z;", ";", "X;")
    assert load(extracts, {"document_type": "kind"}, "kind;rest", *rows, values=values) == [
        "invoice",
        "adjustment",
        "payment",
        None,
    ]


def test_rows_are_kept_where_two_columns_differ_or_dropped_where_one_is_empty(extracts: Extracts) -> None:
    rows = ("1;2", "1;1", ";2", ";")
    differs = [{"column": "a", "differs_from": "b"}]
    assert load(extracts, {"label": "a"}, "a;b", *rows, filters=differs) == ["1", None]
    empty = [{"column": "a", "drop": [""]}]
    assert load(extracts, {"label": "b"}, "a;b", *rows, filters=empty) == ["2", "1"]


def test_a_filter_says_one_thing(extracts: Extracts) -> None:
    filters = [{"column": "a", "drop": ["1"], "differs_from": "b"}]
    with pytest.raises(MappingError, match="give one of keep, drop and differs_from"):
        load(extracts, {"label": "a"}, "a;b", "1;2", filters=filters)


SAP_ITEM = {
    **{"BUKRS": "FR01", "KUNNR": "C1", "AUGDT": "00.00.0000", "AUGBL": "", "GJAHR": "2026", "BELNR": "1800000001"},
    **{"BUZEI": "001", "BUDAT": "05.01.2026", "BLDAT": "05.01.2026", "WAERS": "USD", "XBLNR": "F1", "BLART": "DR"},
    **{"BSCHL": "01", "UMSKZ": "", "SHKZG": "S", "DMBTR": "1.090,00", "WRBTR": "1.200,00", "SGTXT": "x"},
    **{"HKONT": "1400", "ZFBDT": "05.01.2026", "ZBD1T": "30", "ZBD2T": "0", "ZBD3T": "0", "REBZG": "", "REBZJ": "0000"},
    "BSTAT": "",
}


def sap_table(*items: dict[str, str]) -> str:
    """The content of BSID or BSAD."""
    return "".join("\t".join(row) + "\n" for row in (SAP_ITEM, *((SAP_ITEM | item).values() for item in items)))


def test_an_item_that_is_cleared_moves_and_stays_one_line(extracts: Extracts) -> None:
    """SAP: what was open is in the other table when it is cleared; a file without open items closes nothing."""
    company = "BUKRS\tBUTXT\tLAND1\tWAERS\nFR01\tX\tFR\tEUR\n"
    extracts.load(("T001.txt", company), ("BSID.txt", sap_table({})), as_of=date(2026, 1, 31))
    columns = "debit, currency, base_debit, due_on, matching_code, matched_on"
    due_on = date(2026, 2, 4)
    assert extracts.current("ledger_lines", columns) == [(1200, "USD", 1090, due_on, "FR01-1800000001-2026", None)]
    cleared = {"AUGDT": "27.02.2026", "AUGBL": "1400000007"}
    report = extracts.load(("BSAD.txt", sap_table(cleared)), as_of=date(2026, 2, 28))
    assert counts(only(report)) == (1, 0, 1, 0, 0, 0)
    assert extracts.current("ledger_lines", columns) == [
        (1200, "USD", 1090, due_on, "FR01-1400000007-27.02.2026", date(2026, 2, 27))
    ]
    empty = extracts.load(("BSID.txt", sap_table()), as_of=date(2026, 3, 1))
    assert counts(only(empty)) == (0, 0, 0, 0, 0, 0)
    assert len(extracts.current("ledger_lines", "line_id")) == 1


def test_a_minus_behind_the_amount_takes_an_item_back(extracts: Extracts) -> None:
    """SAP's negative postings keep their side and turn the sign."""
    company = "BUKRS\tBUTXT\tLAND1\tWAERS\nFR01\tX\tFR\tEUR\n"
    item = {"WRBTR": "1.200,00-", "DMBTR": "1.090,00-"}
    extracts.load(("T001.txt", company), ("BSID.txt", sap_table(item)), as_of=date(2026, 1, 31))
    assert extracts.current("ledger_lines", "debit, credit, base_debit") == [(-1200, 0, -1090)]
