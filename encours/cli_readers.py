"""Verbs for those who read the figures and talk to customers: files made of what is published, and notes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from encours.cli_app import app, reporting


class AgeingBasis(StrEnum):
    """From which day items age."""

    DUE = "due"
    INVOICE = "invoice"


class AgeingBy(StrEnum):
    """What a row of the aged balance is."""

    CUSTOMER = "customer"
    ENTITY = "entity"


class TableLanguage(StrEnum):
    """The languages of the statutory tables."""

    ENGLISH = "en"
    FRENCH = "fr"


PastDay = Annotated[
    datetime, typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day: any the figures reach.")
]


@app.command(
    epilog="Examples: encours ageing --on 2025-12-31 · "
    "encours ageing --on 2025-12-31 --basis invoice --slabs slabs.csv --out ageing.xlsx"
)
def ageing(
    on: PastDay,
    basis: Annotated[AgeingBasis, typer.Option(help="Age from the due day or from the invoice day.")] = AgeingBasis.DUE,
    by: Annotated[AgeingBy, typer.Option(help="A row a customer or an entity, in each currency.")] = AgeingBy.ENTITY,
    slabs: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="Slabs of your own: a CSV file with the columns of seeds/aging_buckets.csv. Default: those published.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, metavar="FILE", help="Write a .csv or .xlsx file instead of a table here."),
    ] = None,
) -> None:
    """Show the aged balance of any day, in any slabs, from the published file: no build is needed."""
    from audit.ageing import Basis, By
    from audit.ageing_file import tell

    with reporting() as settings:
        tell(settings, day=on.date(), basis=Basis(basis), by=By(by), slab_file=slabs, out=out)


@app.command(epilog="Examples: encours statutory · encours statutory --year 2025-12-31 --language fr --out tables.xlsx")
def statutory(
    year: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="A financial year's last day; default: the newest that ended."
        ),
    ] = None,
    language: Annotated[TableLanguage, typer.Option(help="Of the headings and numbers.")] = TableLanguage.ENGLISH,
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, metavar="FILE", help="Write a .md, .csv or .xlsx file instead of showing them."),
    ] = None,
) -> None:
    """Show the statutory tables of payment delays (D441-6 I and II) of a financial year, ready to paste."""
    from audit.statutory import Language
    from audit.statutory_file import tell

    with reporting() as settings:
        tell(settings, year_ending_on=year and year.date(), language=Language(language), out=out)


@app.command(
    epilog="Example: encours audit --on 2025-12-31 --sample 25 --seed 7 --cutoff-days 5 --out audit-2025-12-31.xlsx"
)
def audit(
    on: PastDay,
    out: Annotated[Path, typer.Option(dir_okay=False, metavar="FILE", help="The workbook to write (.xlsx).")],
    sample_size: Annotated[int, typer.Option("--sample", min=1, max=10_000, help="How many items to confirm.")] = 25,
    seed: Annotated[int, typer.Option(help="The same seed and figures give the same sample.")] = 7,
    cutoff_days: Annotated[
        int, typer.Option(min=1, max=31, help="Days on either side of the month's end for the cut-off.")
    ] = 5,
) -> None:
    """Write what an auditor asks for on a day into one workbook, from the published file."""
    from audit.export import Asked, write

    with reporting() as settings:
        write(settings, Asked(on.date(), sample=sample_size, seed=seed, cutoff_days=cutoff_days), out)


@app.command(
    epilog="Examples: encours committee --out committee.xlsx · encours committee --largest 30 --days 90 --out c.xlsx"
)
def committee(
    out: Annotated[Path, typer.Option(dir_okay=False, metavar="FILE", help="The workbook to write (.xlsx).")],
    largest: Annotated[int, typer.Option(min=1, max=1_000, help="How many of the largest exposures.")] = 20,
    days: Annotated[int, typer.Option(min=0, max=366, help="Limits and covers that expire within these days.")] = 60,
    disputed_from: Annotated[
        int, typer.Option(min=0, help="Disputes from this amount, in the main reporting currency, are cases.")
    ] = 10_000,
) -> None:
    """Write what a credit committee decides on into one workbook, from the published file."""
    from audit.committee import Asked, write

    with reporting() as settings:
        write(settings, Asked(largest=largest, days=days, disputed_from=Decimal(disputed_from)), out)


note = typer.Typer(no_args_is_help=True, help="Write down what was said with a customer, and read it again.")
app.add_typer(note, name="note", epilog="Examples: encours note add C-0042 --text '…' · encours note list C-0042")

NoteDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Day to come back to it.")]


@note.command(
    "add",
    epilog="Examples: encours note add C-0042 --text 'Waits for the credit note' --status contacted · "
    "encours note add C-0042 --status promised --promise 1200.50 --promise-by 2026-04-10 --next-on 2026-04-13",
)
def note_add(
    customer: Annotated[str, typer.Argument(help="The customer's code.")],
    text: Annotated[str, typer.Option(help="The note.")] = "",
    status: Annotated[str, typer.Option(help="Where the account stands: a code of seeds/note_statuses.csv.")] = "",
    next_on: NoteDay = None,
    promise: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="What was promised, in the reporting currency.")
    ] = None,
    promise_by: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Day by which it was promised.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Who writes; default: your name on this machine.")] = None,
) -> None:
    """Write a note of a customer into the file beside the warehouse; it is kept whatever is built again."""
    from encours.notes import add_and_tell

    with reporting() as settings:
        add_and_tell(
            settings,
            customer,
            text=text,
            status=status,
            next_on=next_on and next_on.date(),
            promised=promise,
            promised_on=promise_by and promise_by.date(),
            author=author,
        )


@note.command("list", epilog="Examples: encours note list · encours note list C-0042 --most 50")
def note_list(
    customer: Annotated[str | None, typer.Argument(help="The customer's code; default: all.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
) -> None:
    """Show the notes written so far, whether the figures know them yet or not."""
    from encours.notes import list_and_tell

    with reporting() as settings:
        list_and_tell(settings, customer, most=most)
