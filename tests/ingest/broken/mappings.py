"""Broken mappings: each is refused in words that say where, or reads a file with its account closed."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import event
from hypothesis import strategies as st

from ingest import catalogue
from ingest.errors import MappingError
from tests.ingest.broken import account, damage

Draw = st.DataObject
Place = tuple[str | int, ...]

WHOLE: dict[str, Any] = {
    "name": "own",
    "description": "Own.",
    "base_currency": "EUR",
    "tolerance": {"rejected_rows": "100%"},
    "file": {
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ";",
        "quote": '"',
        "decimal_mark": ",",
        "thousands_mark": ".",
        "date_format": "%d/%m/%Y",
        "null_values": ["NULL"],
        "trim": "true",
        "header_row": "1",
    },
    "tables": [
        {
            "table": "invoices",
            "kind": "full",
            "file_name": "^list",
            "header": ["No"],
            "columns": {
                "invoice_id": {"join": ["No", "Client"], "separator": "-"},
                "customer_id": {"first": ["Client", "No"]},
                "document_type": "Kind",
                "posted_on": "Day",
                "due_on": {"day": "Day", "plus_days": ["Days"]},
                "amount": ["Amount", {"amount": "Amount", "direction": "Kind", "keep": ["F"], "drop": ["A"]}],
                "base_amount": {"amount": "Amount", "rate": "Rate", "quoted": "document_per_base"},
                "open_amount": {"amount": "Amount", "part": "positive"},
                "reference": {"by_sign": "Amount", "positive": "Text", "negative": "No"},
            },
            "constants": {"entity_id": "FR"},
            "values": {"document_type": {"F": "invoice", "A": "credit_note", "*": "invoice"}},
            "sign": "by_type",
            "filters": [{"column": "Kind", "drop": ["X"]}, {"column": "No", "differs_from": "Client"}],
            "slice": {"file": "^(?P<period>list)"},
            "control_date": {"column": "Day", "format": "%d/%m/%Y"},
            "control_totals": {"rows": "3"},
            "allow_empty": "true",
        }
    ],
}
"""A mapping that is right, with every kind of key."""
CONTENT = (
    "No;Client;Kind;Day;Days;Amount;Rate;Text\n"
    "DOC0001;C1;F;05/01/2026;30;1.200,50;1,25;Müller\n"
    "DOC0002;C1;A;06/01/2026;0;10,00;2;\n"
    'DOC0003;C2;F;07/01/2026;14;-0,01;1;"a;b"\n'
)
WORDS = (
    "", " ", "*", "x", "No", "Amount", "amount", "invoice", "invoices", "payments", "customers", "fx_rates", "true",
    "null", "1", "-1", "0", "9" * 30, "1e3", "%", "%Q", "%d", "%Y%Y", "'", "'; drop table raw.invoices; --", '"', ";",
    ",", "\t", "\n", "\x00", "é", "\\", "(", "(?P<entity>x)", "(?P<period>.*)", "[", "..", "../x", "{stem}", "csv",
    "xml", "parquet", "delta", "open_items", "A1:B2", "undecided", "EUR", "50%", "a" * 5_000, "$1", "?",
)  # fmt: skip
PARTS: tuple[Any, ...] = ([], {}, [""], {"x": "y"}, [[]], {"": ""}, {"undecided": ["a"]}, ["No", "No"], None)
KEYS = (
    "x",
    "amuont",
    "colums",
    "columns",
    "file",
    "table",
    "rate",
    "keep",
    "",
    "*",
    "first",
    "join",
    "query",
    "each",
    "rows",
    "unpivot",
)


def places(part: Any, place: Place = ()) -> Iterator[Place]:
    """Every place of a mapping, its keys and the members of its lists; the whole is ``()``."""
    yield place
    if isinstance(part, dict):
        for key, value in part.items():
            yield from places(value, (*place, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from places(value, (*place, number))


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """`WHOLE` with one or two things done to it."""
    made = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from([place for place in places(made) if place]))
        within: Any = made
        for step in place[:-1]:
            within = within[step]
        last: Any = place[-1]
        value = within[last]
        match draw(st.integers(0, 7)):
            case 0:
                del within[last]
            case 1 | 2 | 3:
                within[last] = draw(st.sampled_from(WORDS))
            case 4:
                within[last] = copy.deepcopy(draw(st.sampled_from(PARTS)))
            case 5 if isinstance(within, dict):
                within[draw(st.sampled_from(KEYS))] = within.pop(last)
            case 5 | 6 if isinstance(value, dict):
                value[draw(st.sampled_from(KEYS))] = draw(st.sampled_from(WORDS))
            case 6 if isinstance(value, list):
                value.append(draw(st.sampled_from(WORDS)))
            case _:
                within[last] = [value] if draw(st.booleans()) else {"x": value}
    return made


def mapping(data: Draw) -> None:
    """A mapping broken key by key, or as text."""
    if data.draw(st.integers(0, 3)):
        content = yaml.safe_dump(data.draw(broken()), allow_unicode=True, sort_keys=False).encode()
    else:
        whole = yaml.safe_dump(WHOLE, allow_unicode=True, sort_keys=False).encode()
        content = data.draw(damage.in_bytes(whole))
    with account.warehouse() as at:
        path = at.write("own.yml", content)
        with account.limited(at.connection):
            try:
                catalogue.find(path)
            except MappingError as error:
                said = str(error)
                assert "own.yml" in said
                # Each fault with its place; of text that is no YAML the line.
                assert re.search(r"line \d+|\n +[\w.*]+|must hold the keys|is not YAML|is a draft", said), said
                event("refused")
                return
        outcome = at.load(at.write("list.csv", CONTENT.encode()), path)
        if outcome.report is None:
            event("refused with the file")
            return
        event("loaded")
        for result in outcome.report.files:
            parts = result.rows_new + result.rows_changed + result.rows_unchanged + result.rows_rejected
            assert result.rows_read == parts
        if len(outcome.report.files) == 1 and outcome.report.files[0].table_name == "invoices":
            rows = len(account.filled(CONTENT.splitlines())) - 1
            account.all_accounted(at, outcome.report, range(rows + 1), "invoices")


__all__ = ["mapping"]
