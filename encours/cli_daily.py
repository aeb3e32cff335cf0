"""Verbs for those who keep the data: from the sample and the extracts to the published file and the dashboard."""

from __future__ import annotations

import glob
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from encours import console
from encours.cli_app import app, reporting, writing


class Target(StrEnum):
    """The engines the models are written for."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class SampleForm(StrEnum):
    """The forms the sample company can be written in."""

    CANONICAL = "canonical"
    FEC = "fec"
    SAP = "sap"
    ODOO = "odoo"
    ERPNEXT = "erpnext"
    BUSINESS_CENTRAL = "business_central"
    NETSUITE = "netsuite"
    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    XERO_REPORT = "xero_report"
    SAGE = "sage"
    CEGID = "cegid"
    QUADRA = "quadra"
    EBP = "ebp"
    OPEN_ITEMS = "open_items"


ExtractDay = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day the extracts speak of."),
]


def _present(paths: list[Path] | None) -> list[Path] | None:
    """The paths, all of which are there or patterns to expand; else the command is used wrongly."""
    for path in paths or []:
        if not path.exists() and not glob.has_magic(str(path)):
            raise typer.BadParameter(f"'{path}' does not exist.")
    return paths


PATHS_HELP = "Files, folders of files, archives (.zip, .gz); a quoted 'extracts/*.csv' is expanded."
Source = Annotated[str | None, typer.Option(help="A built-in mapping's name, or a mapping file of yours.")]
OutOfOrder = Annotated[
    bool, typer.Option("--out-of-order", help="Accept a full extract that is older than what its slice holds.")
]

AcceptDrift = Annotated[
    bool,
    typer.Option(
        "--accept-drift", help="Accept files whose required columns have changed their form or meaning: see docs."
    ),
]


@app.command(epilog="Example: encours sample --invoices 20000 --seed 7 --out data/extracts")
def sample(
    out: Annotated[Path, typer.Option(help="Folder to write the extracts into.")],
    invoices: Annotated[int, typer.Option(help="How many invoices, in three years.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed and size give the same bytes.")] = 7,
    form: Annotated[
        SampleForm,
        typer.Option(help="The contract's own CSV files, or the books of the French entity as a system exports them."),
    ] = SampleForm.CANONICAL,
) -> None:
    """Write the extracts of a made-up company, to try everything with."""
    from sample import SampleSummary, generate, generate_fec, generate_system

    write: Callable[..., SampleSummary]
    match form:
        case SampleForm.CANONICAL:
            write = generate
        case SampleForm.FEC:
            write = generate_fec
        case _:
            write = partial(generate_system, form.value)
    try:
        with console.working("sample") as progress:
            made = write(out, invoices=invoices, seed=seed, progress=progress)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    except OSError as error:
        console.fail(f"The extracts cannot be written to {out}: {error}.")
        raise typer.Exit(1) from None
    console.table(("file", "rows"), list(made.rows.items()), numbers=("rows",))
    load = f"encours load {made.out} --as-of {made.as_of_on}"
    if form is SampleForm.OPEN_ITEMS:
        # Each list is the picture of its own day.
        first = min(name for name in made.rows if name.startswith("open_items_")).removesuffix(".csv")[-10:]
        load = (
            f"encours load {made.out / 'entities.csv'} --as-of {first}, then list by list, the oldest first: "
            f"encours load {made.out / f'open_items_{first}.csv'}"
        )
    console.say(f"The made-up company's extracts are in {made.out}. Next: {load}")


@app.command(
    epilog="Examples: encours inspect extracts/invoices.csv · encours inspect bsid.txt kna1.txt --draft my_erp.yml"
)
def inspect(
    paths: Annotated[
        list[Path],
        typer.Argument(callback=_present, help="Files to look at, in archives too; a quoted '*.csv' is expanded."),
    ],
    draft: Annotated[
        Path | None, typer.Option(metavar="FILE.yml", help="Write a draft mapping of files that no mapping knows.")
    ] = None,
) -> None:
    """Say what a file is and which mapping reads it, else draft one; load nothing."""
    from encours.loading import inspect_files

    with reporting():
        if draft is not None and draft.suffix not in {".yml", ".yaml"}:
            raise typer.BadParameter("a mapping is a .yml file", param_hint="--draft")
        inspect_files(paths, draft)


@app.command(epilog="Example: encours load extracts/ --as-of 2026-03-29")
def load(
    paths: Annotated[
        list[Path] | None, typer.Argument(callback=_present, help=f"{PATHS_HELP} None where the source is a database.")
    ] = None,
    source: Source = None,
    as_of: ExtractDay = None,
    out_of_order: OutOfOrder = False,
    accept_drift: AcceptDrift = False,
) -> None:
    """Load extracts into the raw history: all of them, or none."""
    from encours.loading import load_files

    if not paths and source is None:
        raise typer.BadParameter(
            "Missing argument 'PATHS...': files, folders or archives, or a --source that is a database."
        )
    with writing("load") as settings:
        load_files(
            settings,
            paths or [],
            source=source,
            as_of=as_of and as_of.date(),
            out_of_order=out_of_order,
            accept_drift=accept_drift,
        )
    console.say("Next: encours build")


LoadNumber = Annotated[int, typer.Argument(min=1, metavar="LOAD", help="A load's number; `encours status` has them.")]


@app.command(epilog="Example: encours unload 12")
def unload(load_id: LoadNumber) -> None:
    """Withdraw a load: restore what was current before it. What was known at any load stays as it was."""
    from encours.unloading import unload_and_tell

    with writing("unload") as settings:
        unload_and_tell(settings, load_id)


@app.command(epilog="Examples: encours diff 11 12 · encours diff 11 12 --rows-only · encours diff 11 12 --out diff.csv")
def diff(
    before: LoadNumber,
    after: LoadNumber,
    rows_only: Annotated[
        bool, typer.Option("--rows-only", help="Only what the loads know otherwise, no figures: at once, no build.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="How many rows and documents, the largest first.")] = 20,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, metavar="FILE", help="Write all of it to a .csv file instead.")
    ] = None,
) -> None:
    """Say which documents moved which figures, from what one load knew to what another knew."""
    from encours import warehouse
    from encours.diff import diff_and_tell

    if out is not None and out.suffix.lower() != ".csv":
        raise typer.BadParameter(f"{out} must be a .csv file")
    # It changes nothing that was loaded or built: what stopped an earlier step has not passed because of it.
    with reporting() as settings, warehouse.writer(settings, "encours diff"):
        diff_and_tell(settings, before, after, rows_only=rows_only, most=most, out=out and out.resolve())


@app.command(
    epilog="Examples: encours compact --keep 400d · encours compact --keep 13 --yes · encours compact --keep-from 120"
)
def compact(
    keep: Annotated[
        str | None,
        typer.Option(metavar="LOADS|DAYSd", help="Keep what was known at so many loads (13), or days (400d)."),
    ] = None,
    keep_from: Annotated[
        int | None, typer.Option(min=1, metavar="LOAD", help="Keep what was known from this load on.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Give it up; without it nothing is changed.")] = False,
) -> None:
    """Give up what only old loads knew. It says which, and how much that frees; with --yes it is done."""
    from encours.compacting import compact_and_tell

    if (keep is None) == (keep_from is None):
        raise typer.BadParameter("say how much to keep: --keep 13 (loads), --keep 400d (days) or --keep-from LOAD")
    with writing("compact") as settings:
        compact_and_tell(settings, keep=keep, keep_from=keep_from, yes=yes)


@app.command(
    epilog="Examples: encours rejects · encours rejects --load 12 --reason 'not a day' · "
    "encours rejects --out rejects.csv · encours rejects --reload rejects.csv · "
    "encours rejects --load 12 --line 7 --dismiss 'a test customer'"
)
def rejects(
    load: Annotated[int | None, typer.Option(min=1, metavar="LOAD", help="Only those of this load.")] = None,
    source: Annotated[str | None, typer.Option(help="Only those of this source.")] = None,
    table: Annotated[str | None, typer.Option(help="Only those of this canonical table.")] = None,
    file: Annotated[str | None, typer.Option(help="Only those of this file; * stands for any characters.")] = None,
    line: Annotated[int | None, typer.Option(min=1, help="Only the one on this line.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those whose reason holds these words.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that were mended or dismissed, or are past: no longer pictured.")
    ] = False,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="Those that were dismissed, with who and why.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="How many to show, the newest load first.")] = 50,
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, metavar="FILE", help="Write them to a .csv file, to be mended in a spreadsheet."),
    ] = None,
    reload: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="Load what was written by --out and mended."),
    ] = None,
    dismiss: Annotated[
        str | None, typer.Option(metavar="WHY", help="Say of the open rows chosen that they need no mending, and why.")
    ] = None,
    reopen: Annotated[
        str | None,
        typer.Option(metavar="WHY", help="Say of the dismissed rows chosen that they do after all, and why."),
    ] = None,
    author: Annotated[str | None, typer.Option(help="Who dismisses or reopens; default: this machine's user.")] = None,
) -> None:
    """List the rows that were not taken; write them to a file to mend; load them once mended; or dismiss them."""
    from encours.rejects import Wanted, decide_and_tell, export_and_tell, list_and_tell, reload_and_tell

    if every and dismissed:
        raise typer.BadParameter("--all shows the dismissed rows too: give one of --all and --dismissed")
    wanted = Wanted(load, source, table, file, reason, line, None if every else "dismissed" if dismissed else "open")
    if sum(given is not None for given in (out, reload, dismiss, reopen)) > 1:
        raise typer.BadParameter("give one of --out, --reload, --dismiss and --reopen")
    decided = dismiss if dismiss is not None else reopen
    if author is not None and decided is None:
        raise typer.BadParameter("--author goes with --dismiss or --reopen")
    if decided is not None:
        if every or dismissed or wanted == Wanted():
            raise typer.BadParameter(
                "choose the rows that are meant: by --load, --source, --table, --file, --line or --reason"
            )
        with writing("rejects") as settings:
            decide_and_tell(settings, wanted, reopens=reopen is not None, reason=decided, author=author)
        console.say("Next: encours build, for the page Data health")
        return
    if reload is not None:
        if wanted != Wanted():
            raise typer.BadParameter("--reload loads a whole file and goes with no other option")
        with writing("rejects --reload") as settings:
            reload_and_tell(settings, reload)
        console.say("Next: encours build")
        return
    with reporting() as settings:
        if out is not None:
            export_and_tell(settings, wanted, out)
        else:
            list_and_tell(settings, wanted, most=most)


@app.command(
    epilog="Examples: encours build · encours build --as-of 2025-12-31 · encours build --known-at 12 · "
    "encours build --retry · encours build --changed-from data/build"
)
def build(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Build a past day, into a file of its own."),
    ] = None,
    known_at: Annotated[
        int | None,
        typer.Option(min=1, metavar="LOAD", help="Build what was known after this load, into a file of its own."),
    ] = None,
    target: Annotated[Target, typer.Option(help="The engine to build on.")] = Target.DUCKDB,
    select: Annotated[
        list[str] | None, typer.Option(help="Only these models (dbt's selection); not published.")
    ] = None,
    changed_from: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            metavar="FOLDER",
            help="Only what changed since the good build in FOLDER (its encours.duckdb and manifest.json), "
            "and what hangs on it; not published.",
        ),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Run again what failed in the last build.")] = False,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Rebuild incremental models from nothing.")
    ] = False,
) -> None:
    """Make the models from what is loaded and run every test; a failed test fails the build."""
    from encours.build import BuildRequest
    from encours.building import build_and_tell, next_after, retry_and_tell

    if target is Target.SPARK:
        raise typer.BadParameter("the Spark target comes with its own release; build with --target duckdb")
    if retry and (as_of or known_at or select or changed_from or full_refresh):
        raise typer.BadParameter("--retry takes up the last build as it was and goes with no other option")
    with writing("build") as settings:
        if retry:
            built = retry_and_tell(settings)
        else:
            built = build_and_tell(
                settings,
                BuildRequest(
                    as_of=as_of and as_of.date(),
                    known_at=known_at,
                    select=tuple(select or ()),
                    changed_from=changed_from and changed_from.resolve(),
                    full_refresh=full_refresh,
                ),
            )
    console.say(next_after(built.kind))


@app.command(epilog="Examples: encours publish · encours publish --allow-past")
def publish(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="A past build's file; default: the last one made."),
    ] = None,
    allow_past: Annotated[
        bool, typer.Option("--allow-past", help="Publish a build of a past day or of past knowledge.")
    ] = False,
) -> None:
    """Copy the marts of a build that passed to a new file and point every reader to it, in one step."""
    from encours.building import publish_and_tell

    if file is not None and not allow_past:
        raise typer.BadParameter("a file is given only to publish a past build: add --allow-past")
    with writing("publish") as settings:
        publish_and_tell(settings, file=file, allow_past=allow_past)


@app.command(epilog="Examples: encours rollback · encours rollback --to 12")
def rollback(
    to: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help="A publication's number; default: one back.")
    ] = None,
) -> None:
    """Point every reader to an earlier publication."""
    from encours.publish import rollback as go_back

    with writing("rollback") as settings:
        publication = go_back(settings, to=to)
    console.say(
        f"Readers now see publication {publication.number}: build {publication.build_id}, as of {publication.as_of_on}."
    )


@app.command(epilog="Example: encours refresh extracts/ --as-of 2026-03-29")
def refresh(
    paths: Annotated[
        list[Path] | None, typer.Argument(callback=_present, help=f"{PATHS_HELP} Default: ENCOURS_HOME/extracts.")
    ] = None,
    source: Source = None,
    as_of: ExtractDay = None,
    out_of_order: OutOfOrder = False,
    accept_drift: AcceptDrift = False,
) -> None:
    """Load, build, publish: the whole way. It stops where something fails, and the last good figures stay."""
    from encours.build import BuildRequest
    from encours.building import build_and_tell, publish_and_tell
    from encours.loading import load_files, paths_of

    with writing("refresh") as settings:
        load_files(
            settings,
            paths or paths_of(settings, source),
            source=source,
            as_of=as_of and as_of.date(),
            out_of_order=out_of_order,
            accept_drift=accept_drift,
        )
        build_and_tell(settings, BuildRequest())
        publish_and_tell(settings, file=None, allow_past=False)


@app.command(epilog="Examples: encours status · encours status --freshness")
def status(
    freshness: Annotated[
        bool,
        typer.Option(
            "--freshness", help="Also measure the loads' age against the limits in the project; fail if too old."
        ),
    ] = False,
) -> None:
    """Say in words what is loaded, built and published, and what to do next."""
    from encours.status import check_freshness, describe

    with reporting() as settings:
        for line in describe(settings):
            console.say(line)
        if freshness:
            check_freshness(settings)


@app.command(epilog="Examples: encours report · encours report --keep kept/")
def report(
    keep: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            metavar="FOLDER",
            help="Also copy there what is worth keeping of a run: this summary, dbt's manifest and results, "
            "and the published file.",
        ),
    ] = None,
) -> None:
    """Write a summary in Markdown: what the last build made, what failed, and which figures and pages that touches."""
    from encours import report as reports

    with reporting() as settings:
        text = reports.summary(settings)
        print(text)
        if keep is not None:
            reports.keep(settings, text, keep)


@app.command(epilog="Example: encours dashboard --port 8600 --no-open")
def dashboard(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; default: 8501, or the next one free.")
    ] = None,
    address: Annotated[
        str,
        typer.Option(
            help="Address to listen on. Any but the default shows the figures to others: put a login before it."
        ),
    ] = "127.0.0.1",
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Show it in the browser.")] = True,
) -> None:
    """Serve the dashboard on this machine only, until stopped with Ctrl-C."""
    from encours.dashboard import serve

    with reporting() as settings:
        raise typer.Exit(serve(settings, address=address, port=port, open_browser=open_browser))
