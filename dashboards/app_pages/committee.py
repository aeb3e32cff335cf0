"""Committee: what a credit committee decides on, part by part, and all of it as one workbook."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from audit.committee import DECISIONS, PARTS, Agenda, Asked, Part
from dashboards.lib import credit_words, export, filters, memo, navigate, page, sentence, tables
from dashboards.lib.context import Context, context, of_build
from dashboards.lib.db import Row
from dashboards.lib.queries import committee
from dashboards.lib.tables import Column, Kind

_LARGEST = ("10", "20", "30", "50")
_DAYS = ("30", "60", "90", "180")
_WIDE = {
    "proposed_words": 560,
    "customer_name": 176,
    "recommended_formula": 440,
    "reason": 320,
    "detail": 344,
    "case_words": 168,
    "expiring": 184,
}
_TO_FILL_IN = ("decided_words", "decided_limit", "decided_terms", "decided_by", "decided_on")
_NO_CUSTOMER = "migration"


def _kind(name: str) -> Kind:
    """How a column of the agenda is written, by its name's suffix."""
    if name.endswith("tier") or name.startswith("scored_tier"):
        return Kind.TIER
    suffixes = {
        "_amount": Kind.WHOLE_MONEY,
        "_on": Kind.DATE,
        "_rate": Kind.RATE,
        "_count": Kind.COUNT,
        "_days": Kind.COUNT,
        "_weeks": Kind.COUNT,
        "_rank": Kind.COUNT,
        "_left": Kind.COUNT,
        "_score": Kind.POINTS,
    }
    if name in ("recommended_formula", "detail"):
        return Kind.TOLD
    return next((kind for suffix, kind in suffixes.items() if name.endswith(suffix)), Kind.TEXT)


def _columns(headings: dict[str, str], currency: str) -> tuple[Column, ...]:
    """The headings of a part as columns: the customer's name first, and money with its currency."""
    names = [name for name in headings if name not in ("customer_id", *_TO_FILL_IN)]
    first = "customer_name" if "customer_name" in names else None
    ordered = ([first] if first else []) + [name for name in names if name != first]
    if "customer_id" in headings:
        ordered.append("customer_id")
    found = []
    for place, name in enumerate(ordered):
        kind, heading = _kind(name), "Customer" if name == "customer_name" else headings[name]
        own = "its currency" in heading.lower() or name == "expiring_amount"
        if name == "customer_id":
            heading = "Code"
        elif kind is Kind.WHOLE_MONEY and not own:
            heading = f"{heading}, {currency}"
        width = _WIDE.get(name, max(72, 24 + 7 * len(heading)))
        found.append(Column(name, heading.replace(" (rate)", ""), kind, width, pinned=place == 0 and first is not None))
    return tuple(found)


def _worded(row: Row) -> Row:
    words = {"limit_state": credit_words.given, "cover_state": credit_words.given}
    shown = {**row, **{name: say(row, name) for name, say in words.items() if name in row}}
    return {**shown, **{name: tables.words(row[name]) for name in ("outcome", "movement") if name in row}}


def _part(part: Part, agenda: Agenda, here: Context) -> None:
    rows = [_worded(row) for row in agenda.parts[part.key]]
    columns = _columns(dict(part.columns), agenda.currency)
    with page.card(part.key):
        with page.headed(f"{part.title}: {here.fmt.number(len(rows))}", part.note):
            facts = export.about(here, f"Committee: {part.title}", currency=agenda.currency)
            export.buttons(rows, columns, f"committee-{part.key}", facts, key=f"committee-{part.key}")
        lacks = agenda.lacks(part)
        if lacks:
            page.banner(f"Not provided: {', '.join(lacks)}. What rests on it is unknown, not zero.", mild=True)
        if not rows:
            page.note("Nothing here on this day." if not lacks else "Nothing can be said.")
            return
        tables.show(
            rows,
            columns,
            here.fmt,
            key=f"{part.key}-table",
            alt=part.title,
            on_open=None if part.key == _NO_CUSTOMER else navigate.open_memo,
            most_rows=20 if part.key == "largest" else 10,
        )


def _decisions(rows: Sequence[Row], agenda: Agenda, here: Context) -> None:
    columns = _columns(dict(DECISIONS), agenda.currency)
    note = "What the figures propose for the largest, those over the limit and the cases; a row opens the memo"
    with page.card("decisions"):
        with page.headed(f"Proposed decisions: {here.fmt.number(len(rows))}", note):
            facts = export.about(here, "Committee: proposed decisions", currency=agenda.currency)
            export.buttons(rows, columns, "committee-decisions", facts, key="committee-decisions")
        if rows:
            tables.show(
                rows,
                columns,
                here.fmt,
                key="decisions-table",
                alt="Proposed decisions",
                on_open=navigate.open_memo,
                most_rows=12,
            )


def _memos(agenda: Agenda, here: Context) -> bytes:
    ids = [str(row["customer_id"]) for row in agenda.parts["largest"]]
    found = [memo.read(here.warehouse, customer_id, agenda.currency, here.fmt) for customer_id in ids]
    return memo.document([one for one in found if one is not None], here.fmt)


def _asked() -> tuple[Asked, DeltaGenerator]:
    """How much the reader asks for, and the place beside it for the workbook."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="committee-filters"):
        largest = filters.select("largest", "Largest exposures", _LARGEST, "20", lambda value: value, width=136)
        days = filters.select("days", "Expiring within", _DAYS, "60", lambda value: f"{value} days", width=136)
        place = st.container(horizontal=True)
    return Asked(largest=int(largest), days=int(days)), place


def main() -> None:
    """Draw the page."""
    seen = context()
    here = of_build(seen, whole=True)
    head = st.container()
    asked, place = _asked()
    agenda = committee.agenda(here.warehouse, asked)
    exposure = committee.summary(here.warehouse)["positive_exposure_amount"]
    with head:
        told = sentence.committee(agenda.parts, exposure, agenda.currency, here.fmt)
        page.head(here, "Committee", told, as_of_build=True)
        page.say(credit_words.scope(seen.view))
    with place:
        st.download_button(
            "All as one workbook",
            data=lambda: committee.workbook(here.warehouse, asked),
            file_name=f"committee-{here.warehouse.publication.as_of_on}.xlsx",
            mime=export.EXCEL_TYPE,
            icon=":material/download:",
            on_click="ignore",
            key="committee-workbook",
            help="A sheet a part, proposals with room to decide, and the passport: as `encours committee` writes it.",
        )
        st.download_button(
            "Memos of the largest",
            data=lambda: _memos(agenda, here),
            file_name=f"memos-{here.warehouse.publication.as_of_on}.html",
            mime=memo.HTML_TYPE,
            icon=":material/print:",
            on_click="ignore",
            key="committee-memos",
            help="The decision memo of each of the largest, a page of A4 each, as one file to print.",
        )
    for part in PARTS:
        _part(part, agenda, here)
        if part.key == "largest":
            _decisions(agenda.decisions, agenda, here)


main()
