"""What a load knew, asked for later, is what a warehouse says that was loaded only so far: every mart, row for row.

One history has all that can happen to it: a corrected file, vanished rows, a late delta, rejects that are mended and
dismissed, unloads of a picture and of a mending, a picture out of order. Before it goes on from a load that is asked
for it is copied: the copy knows no more.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from ingest import exchange
from ingest.compare import ADDED, CHANGED, WITHDRAWN, differences
from tests.command.helpers import output, reading

RunEncours = Callable[..., CompletedProcess[str]]

WITHOUT_TESTS = {"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test test"}
"""The models are compared; their tests are run where the sample is built."""

INVOICES = "entity_id,invoice_id,customer_id,posted_on,due_on,amount,currency,reference"
FIRST = (
    "FR,I-1,C-1,2025-11-03,2025-12-03,1000.00,EUR,first",
    "FR,I-2,C-2,2025-12-05,2026-01-04,200.00,EUR,",
    "FR,I-3,C-1,2026-01-07,2026-02-06,30.00,USD,",
)
CORRECTED = (FIRST[0].replace("1000.00", "900.00"), FIRST[1], "FR,I-4,C-2,2026-01-20,2026-02-19,40.00,EUR,new")
BAD = (*CORRECTED, "FR,I-5,C-1,soon,2026-03-01,500.00,EUR,", "FR,TEST,C-9,never,2026-03-01,60.00,EUR,", CORRECTED[0])
LATER = (*CORRECTED[1:], "FR,I-6,C-1,2026-02-10,2026-03-12,6000.00,EUR,")
PAYMENTS = "entity_id,payment_id,customer_id,received_on,amount,currency"
RATES = "from_currency,to_currency,rate_on,rate\nUSD,EUR,2026-01-05,0.90\nUSD,EUR,2026-02-01,0.95\n"
MOVES = "name: moves\ndescription: What moved.\ntables:\n  - {table: payments, kind: delta}\n"

OF_THE_BUILD = {
    "rpt_passport": ("build_id", "code_version"),
    "rpt_publications": ("build_id", "code_version", "published_at"),
    "rpt_reported_kpis": ("build_id", "published_at"),
}
"""What a build says of itself, not of what is known."""


@dataclass(frozen=True)
class History:
    """The whole history, and copies of it from before it knew the loads after some of them."""

    home: Path
    so_far: dict[int, Path]


MENDED, UNLOADED, MENDING_UNLOADED, OUT_OF_ORDER = 5, 7, 8, 9
ASKED_FOR = (MENDED, UNLOADED, MENDING_UNLOADED, OUT_OF_ORDER)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, run_encours: RunEncours) -> History:
    folder = tmp_path_factory.mktemp("history")
    home, landing, so_far = folder / "home", folder / "landing", dict[int, Path]()
    landing.mkdir()
    (folder / "moves.yml").write_text(MOVES)

    def run(*arguments: object) -> str:
        done = run_encours(arguments, home)
        assert done.returncode == 0, f"{arguments}: {output(done)}"
        return done.stdout

    def write(name: str, header: str, *rows: str) -> Path:
        path = landing / name
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    def keep(load_id: int) -> None:
        so_far[load_id] = Path(shutil.copytree(home, folder / f"so-far-{load_id}"))

    write("entities.csv", "entity_id,base_currency", "FR,EUR")
    write("customers.csv", "customer_id,customer_name", "C-1,One", "C-2,Two", "C-9,Nobody")
    (landing / "fx_rates.csv").write_text(RATES)
    write("payments.csv", PAYMENTS, "FR,P-1,C-1,2026-01-10,400.00,EUR")
    write("invoices.csv", INVOICES, *FIRST)
    run("load", landing, "--as-of", "2026-02-01")
    run("load", write("invoices.csv", INVOICES, *CORRECTED), "--as-of", "2026-02-08")
    late = write("moves.csv", PAYMENTS, "FR,P-2,C-2,2026-01-15,50.00,EUR")
    run("load", late, "--source", folder / "moves.yml", "--as-of", "2026-01-31")
    run("load", write("invoices.csv", INVOICES, *BAD), "--as-of", "2026-02-15")
    mended = folder / "rejects.csv"
    run("rejects", "--line", 5, "--out", mended)
    mended.write_text(mended.read_text(encoding="utf-8-sig").replace("soon", "2026-01-25"))
    assert "Load 5 " in run("rejects", "--reload", mended)
    run("rejects", "--line", 6, "--dismiss", "a test customer", "--author", "Ada")
    keep(MENDED)
    run("load", write("invoices.csv", INVOICES, *LATER), "--as-of", "2026-02-22")
    run("unload", 6)
    keep(UNLOADED)
    run("unload", 5)
    run("rejects", "--line", 6, "--reopen", "billed after all", "--author", "Bo")
    keep(MENDING_UNLOADED)
    run("load", write("invoices.csv", INVOICES, *FIRST), "--as-of", "2026-02-01", "--out-of-order")
    keep(OUT_OF_ORDER)
    run("load", write("invoices.csv", INVOICES, *LATER), "--as-of", "2026-03-01")
    return History(home, so_far)


def built(path: Path, run_encours: RunEncours, home: Path, *arguments: object) -> Path:
    """The file of a build, made without its tests."""
    done = run_encours(["build", *arguments], home, environment=WITHOUT_TESTS)
    assert done.returncode == 0, output(done)
    return home / "build" / path


def states(path: Path) -> list[tuple[object, ...]]:
    """What has become of each rejected row, as `encours rejects` says it."""
    with reading(path) as connection:
        return sorted(
            (*vars(line.place).values(), line.state, line.mended_in if line.state == "mended" else None)
            for line in exchange.lines(connection)
        )


@pytest.mark.parametrize(
    "load_id",
    [UNLOADED, *(pytest.param(load_id, marks=pytest.mark.long) for load_id in ASKED_FOR if load_id != UNLOADED)],
)
def test_every_mart_knows_what_was_known_then(load_id: int, history: History, run_encours: RunEncours) -> None:
    then = built(Path("encours.duckdb"), run_encours, history.so_far[load_id])
    with reading(then) as connection:
        ((day,),) = connection.execute("select as_of_on from marts.rpt_passport").fetchall()
    name = Path("past") / f"as_of_{day:%Y_%m_%d}_load_{load_id}.duckdb"
    known = built(name, run_encours, history.home, "--known-at", load_id)
    differ, compared = [], 0
    with duckdb.connect() as connection:
        connection.execute(f"attach '{then}' as so_far (read_only)")
        connection.execute(f"attach '{known}' as known (read_only)")
        marts = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'so_far' and schema_name = 'marts' order by 1"
        ).fetchall()
        for (mart,) in marts:
            of_build = OF_THE_BUILD.get(mart, ())
            columns = f"* exclude ({', '.join(of_build)})" if of_build else "*"
            one, other = (f"(select {columns} from {of}.marts.{mart})" for of in ("so_far", "known"))
            found = connection.execute(
                f"(from {one} except all from {other}) union all (from {other} except all from {one})"
            ).fetchall()
            compared += len(connection.execute(f"from {one}").fetchall())
            differ += [(mart, row) for row in found]
    assert differ == []
    assert len(marts) > 50
    assert compared > 500


@pytest.mark.parametrize("load_id", ASKED_FOR)
def test_rejects_are_told_alike_by_the_command_and_the_models(
    load_id: int, history: History, run_encours: RunEncours, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(history.so_far[load_id], tmp_path / "home"))
    path = built(Path("encours.duckdb"), run_encours, home, "--select", "int_rejected_rows")
    with reading(path) as connection:
        found = connection.execute(
            "select load_id, source, table_name, slice, file, line, record, reject_state, mended_in_load_id "
            "from intermediate.int_rejected_rows order by all"
        ).fetchall()
    assert found == states(path)
    assert {row[7] for row in found} == EXPECTED[load_id]


EXPECTED = {
    MENDED: {"mended", "dismissed", "open"},
    UNLOADED: {"mended", "dismissed", "open"},
    MENDING_UNLOADED: {"open"},
    OUT_OF_ORDER: {"past"},
}


class TestDiff:
    """`encours diff` across an unload."""

    def test_what_was_withdrawn_is_the_other_way_round(self, history: History, run_encours: RunEncours) -> None:
        with reading(history.home / "build" / "encours.duckdb") as connection:
            came, went = differences(connection, 5, 6), differences(connection, 6, 7)
        opposite = {ADDED: WITHDRAWN, WITHDRAWN: ADDED, CHANGED: CHANGED}
        assert {(row.what, row.key, row.before_amount, row.after_amount) for row in went} == {
            (opposite[row.what], row.key, row.after_amount, row.before_amount) for row in came
        }
        assert {row.load_id for row in went} == {7}
        done = run_encours(["diff", 5, 7, "--rows-only"], history.home)
        assert "Loads 5 and 7 know the same rows." in done.stdout, output(done)

    def test_figures_before_and_after_are_the_same_again(self, history: History, run_encours: RunEncours) -> None:
        done = run_encours(["diff", 5, 7], history.home)
        assert done.returncode == 0, output(done)
        assert "No figure of 2026-02-15 moved." in done.stdout

    def test_a_mending_that_was_withdrawn_takes_its_figures_with_it(
        self, history: History, run_encours: RunEncours
    ) -> None:
        done = run_encours(["diff", 7, 8], history.home)
        assert done.returncode == 0, output(done)
        assert re.search(r"invoices\s+withdrawn\s+1\s+500\.00", done.stdout), output(done)
        assert re.search(r"receivable_amount\s+\S+\s+\S+\s+-500\.00\s+1\s+-500\.00", done.stdout), output(done)
        assert "Please report it" not in done.stdout
