"""The statutory tables of payment delays, laid out as the official model has them, in French or English.

Code de commerce, article D441-6, I 2° and II; the model is annexed to article A441-2 (arrêté of 20 March 2017). Of
issued invoices only: what was received is the payables' side. Figures are those of `rpt_statutory_delays`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from babel.dates import format_date
from babel.numbers import format_decimal

from audit.marts import Marts, Row
from encours.errors import EncoursError


class Language(StrEnum):
    """The language of the headings, and how its numbers are written."""

    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True)
class _Words:
    titles: Mapping[str, str]
    columns: tuple[str, ...]
    year: str
    tax: Mapping[str, str]
    delays: str
    count: str
    amount: str
    share: Mapping[str, str]
    issued: str
    reference: Mapping[str, str]
    excluded: str
    excluded_count: str
    excluded_amount: str
    terms: str
    terms_used: str
    terms_assumed: str
    """Says so where the build assumed more due days than its policy lets pass; ``{share}`` is their share."""


_WORDS = {
    Language.FRENCH: _Words(
        titles={
            "I": "Article D. 441-6, I, 2° : factures émises non réglées à la date de clôture de l’exercice "
            "dont le terme est échu",
            "II": "Article D. 441-6, II : factures émises ayant connu un retard de paiement au cours de l’exercice",
        },
        columns=(
            "0 jour (indicatif)",
            "1 à 30 jours",
            "31 à 60 jours",
            "61 à 90 jours",
            "91 jours et plus",
            "Total (1 jour et plus)",
        ),
        year="{entity} – exercice clos le {day} – montants en {currency}, {tax}",
        tax={"with_tax": "TTC", "without_tax": "HT"},
        delays="(A) Tranches de retard de paiement",
        count="Nombre de factures concernées",
        amount="Montant total des factures concernées ({tax})",
        share={
            "I": "Pourcentage du chiffre d’affaires de l’exercice ({tax})",
            "II": "Pourcentage du montant total des factures émises dans l’année ({tax})",
        },
        issued="Nombre total des factures émises dans l’année",
        reference={
            "I": "Chiffre d’affaires de l’exercice ({tax})",
            "II": "Montant total des factures émises dans l’année ({tax})",
        },
        excluded="(B) Factures exclues du (A) relatives à des créances litigieuses",
        excluded_count="Nombre des factures exclues",
        excluded_amount="Montant total des factures exclues ({tax})",
        terms="(C) Délais de paiement de référence utilisés (contractuel ou légal)",
        terms_used="Délais contractuels ; à défaut, délais légaux",
        terms_assumed="Délais supposés pour {share} des factures : ni échéance ni conditions connues",
    ),
    Language.ENGLISH: _Words(
        titles={
            "I": "Article D. 441-6, I, 2°: invoices issued, not settled at the end of the financial year and due",
            "II": "Article D. 441-6, II: invoices issued that were paid late during the financial year",
        },
        columns=(
            "0 days (indicative)",
            "1 to 30 days",
            "31 to 60 days",
            "61 to 90 days",
            "91 days and more",
            "Total (1 day and more)",
        ),
        year="{entity} – financial year to {day} – amounts in {currency}, {tax}",
        tax={"with_tax": "with tax", "without_tax": "without tax"},
        delays="(A) Delay of payment",
        count="Number of invoices concerned",
        amount="Total amount of the invoices concerned ({tax})",
        share={
            "I": "Share of the year’s sales ({tax})",
            "II": "Share of the total amount of the invoices issued in the year ({tax})",
        },
        issued="Number of invoices issued in the year",
        reference={
            "I": "The year’s sales ({tax})",
            "II": "Total amount of the invoices issued in the year ({tax})",
        },
        excluded="(B) Invoices left out of (A): disputed claims",
        excluded_count="Number of invoices left out",
        excluded_amount="Total amount of the invoices left out ({tax})",
        terms="(C) Reference terms used (contractual or legal)",
        terms_used="Contractual terms; legal terms where there are none",
        terms_assumed="Terms assumed for {share} of the invoices: neither a due day nor terms are known",
    ),
}
_DISPUTED = "disputed"


def lines(marts: Marts, language: Language, *, until: date, year_ending_on: date | None = None) -> list[list[object]]:
    """Every table of a financial year as lines of cells: a number, an amount, a share (a float) or words.

    Each entity's newest year that ended on or before ``until``, or the year ``year_ending_on``.

    Raises:
        EncoursError: there is no such year.
    """
    if not marts.has("rpt_statutory_delays"):
        raise EncoursError(f"{marts.file} was made before the statutory tables were: build and publish again.")
    rows = marts.rows(
        """
        select delays.*, entity_name
        from rpt_statutory_delays as delays
        inner join dim_entities using (entity_id)
        where year_ending_on = coalesce(
            $year,
            (
                select max(year_ending_on) from rpt_statutory_delays as others
                where others.entity_id = delays.entity_id and year_ending_on <= $until
            )
        )
        order by entity_id, year_ending_on, tax_basis, statutory_table, column_order
        """,
        {"year": year_ending_on, "until": until},
    )
    if not rows and year_ending_on is not None:
        years = marts.rows("select distinct year_ending_on from rpt_statutory_delays order by 1")
        there = ", ".join(str(row["year_ending_on"]) for row in years) or "none yet"
        raise EncoursError(f"No financial year ends on {year_ending_on}; the years that have ended: {there}.")
    tables: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        tables.setdefault((row["entity_id"], row["tax_basis"], row["statutory_table"]), []).append(row)
    words = _WORDS[language]
    assumed: list[list[object]] = [
        [words.terms_assumed.format(share=written(passport["assumed_due_days_rate"], language))]
        for passport in marts.rows("select * from rpt_passport")
        if passport.get("are_due_days_assumed")
    ]
    laid_out: list[list[object]] = []
    for table in tables.values():
        laid_out += [*_table(table, words, language), *assumed, []]
    return laid_out[:-1]


def _table(rows: Sequence[Row], words: _Words, language: Language) -> list[list[object]]:
    first = rows[0]
    table, basis, day = str(first["statutory_table"]), str(first["tax_basis"]), first["year_ending_on"]
    assert isinstance(day, date)
    tax = words.tax[basis]
    delays = [row for row in rows if row["delay_column"] != _DISPUTED]
    (disputed,) = (row for row in rows if row["delay_column"] == _DISPUTED)
    written = format_date(day, "d MMMM y", locale=language)
    return [
        [words.titles[table]],
        [words.year.format(entity=first["entity_name"], day=written, currency=first["base_currency"], tax=tax)],
        ["", *words.columns],
        [words.delays],
        [words.count, *(row["invoices_count"] for row in delays)],
        [words.amount.format(tax=tax), *(row["invoices_amount"] for row in delays)],
        [words.share[table].format(tax=tax), *(row["reference_rate"] for row in delays)],
        *([[words.issued, first["issued_count"]]] if table == "II" else []),
        [words.reference[table].format(tax=tax), first["reference_amount"]],
        [words.excluded],
        [words.excluded_count, disputed["invoices_count"]],
        [words.excluded_amount.format(tax=tax), disputed["invoices_amount"]],
        [words.terms],
        [words.terms_used],
    ]


def written(cell: object, language: Language) -> str:
    """A cell as the language writes it: ``1 234,56`` and ``5,14 %`` in French, ``1,234.56`` in English."""
    match cell:
        case None:
            return "–"
        case float():
            # Of the digits of the double, half away from zero.
            percent = (Decimal(repr(cell)) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            number = format_decimal(percent, format="#,##0.00", locale=language)
            return f"{number} %" if language is Language.FRENCH else f"{number}%"
        case Decimal():
            return format_decimal(cell, format="#,##0.00", locale=language)
        case int():
            return format_decimal(cell, format="#,##0", locale=language)
    return str(cell)


def as_text(laid_out: Sequence[Sequence[object]], language: Language) -> list[list[str]]:
    """Every cell as the language writes it."""
    return [[written(cell, language) for cell in line] for line in laid_out]


def markdown(laid_out: Sequence[Sequence[object]], language: Language) -> str:
    """The tables in Markdown: title, year, and a table of seven columns each."""
    out: list[str] = []
    place = 0
    for line in laid_out:
        cells = [written(cell, language).replace("|", r"\|") for cell in line]
        if not cells:
            out.append("")
            place = 0
            continue
        if place == 0:
            out += [f"**{cells[0]}**", ""]
        elif place == 1:
            out += [cells[0], ""]
        else:
            out.append("| " + " | ".join([*cells, *[""] * (7 - len(cells))]) + " |")
            if place == 2:
                out.append("|---|" + "---:|" * 6)
        place += 1
    return "\n".join(out) + "\n"
