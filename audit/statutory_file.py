"""`encours statutory`: the statutory tables on the screen and in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from audit import passport, statutory
from audit.marts import opened
from audit.publication import published_file
from audit.statutory import Language
from audit.tables import Fact, Workbook, save
from encours import console
from encours.errors import EncoursError
from encours.settings import Settings
from encours.sheets import exact, plain, said_above


def tell(settings: Settings, *, year_ending_on: date | None, language: Language, out: Path | None) -> None:
    """Print the tables in Markdown, or write them to ``out`` (.md, .csv or .xlsx).

    Raises:
        EncoursError: nothing is published, no such year, or a file of another kind.
    """
    kind = ".md" if out is None else out.suffix.lower()
    if kind not in (".md", ".csv", ".xlsx"):
        raise EncoursError(f"{out}: the file's name must end in .md, .csv or .xlsx.")
    with opened(published_file(settings)) as marts:
        laid_out = statutory.lines(marts, language, until=marts.as_of_on, year_ending_on=year_ending_on)
        about = [("What", "Payment delays of issued invoices, D441-6 I and II"), *passport.facts(marts)]
    if not laid_out:
        raise EncoursError(
            "No financial year has ended by the as-of day: see fiscal_year_end_month in seeds/policy.csv."
        )
    if out is None or kind == ".md":
        text = statutory.markdown(laid_out, language) + _passport_below(about)
        if out is None:
            print(text, end="")
            return
        save(out, text.encode())
    elif kind == ".csv":
        lines = io.StringIO(newline="")
        lines.write(said_above(about))
        # As a French spreadsheet reads it: semicolons, since commas are decimal marks.
        writer = csv.writer(lines, delimiter=";" if language is Language.FRENCH else ",")
        writer.writerows([plain(cell) for cell in line] for line in statutory.as_text(laid_out, language))
        save(out, lines.getvalue().encode("utf-8-sig"))
    else:
        book = Workbook()
        add_sheet(book, laid_out, language)
        book.facts("About", about)
        save(out, book.bytes())
    console.say(f"The statutory tables are in {out}.")


def _passport_below(about: Sequence[Fact]) -> str:
    """The passport in Markdown, under the tables: they are pasted without it, the file is not kept without it."""
    facts = "".join(f"* {name}: {exact(value) or '–'}\n" for name, value in about)
    return f"\n---\n\n{facts}"


def add_sheet(book: Workbook, laid_out: list[list[object]], language: Language) -> None:
    """A sheet to be pasted: in French the numbers as French writes them, in English as typed cells."""
    if language is Language.FRENCH:
        book.grid("Tableaux D441-6", statutory.as_text(laid_out, language))
    else:
        book.grid("Tables D441-6", laid_out)
