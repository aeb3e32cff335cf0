"""`encours audit` and `encours statutory`: each sheet holds what the published file says, and can be made again."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from audit.export import month_end_of
from audit.passport import NAMES
from audit.sample import shares
from audit.statutory import Language, written
from audit.tables import Workbook
from dashboards.lib.passport import FACTS
from encours.errors import EncoursError
from encours.sheets import is_exact
from tests.command.conftest import AS_OF
from tests.command.helpers import assert_passport, facts_above, output, pointer, reading

RunEncours = Callable[..., CompletedProcess[str]]
Row = dict[str, object]
DAY = date(2025, 12, 31)


class Published:
    """The published file and the workbook made from it."""

    def __init__(self, home: Path, workbook: Path) -> None:
        self.file = home / "published" / str(pointer(home)["file"])
        self.path = workbook
        self._book = CalamineWorkbook.from_path(workbook)

    def names(self) -> list[str]:
        return self._book.sheet_names

    def sheet(self, name: str, above: int = 0) -> list[Row]:
        """The rows of a sheet under its headings, ``above`` lines below its top."""
        heads, *rows = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)[above:]
        return [dict(zip(map(str, heads), row, strict=True)) for row in rows]

    def facts(self) -> Row:
        return {str(row[0]): row[1] for row in self._book.get_sheet_by_name("Cover").to_python()}

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with reading(self.file) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def published(small_home: Path, run_encours: RunEncours, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The export of ``DAY``, with the options' defaults."""
    out = tmp_path_factory.mktemp("audit") / "audit.xlsx"
    done = run_encours(["audit", "--on", DAY, "--out", out], small_home)
    assert done.returncode == 0, output(done)
    return Published(small_home, out)


def _money(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _day(value: object) -> date:
    assert isinstance(value, (date, datetime)), value
    return value.date() if isinstance(value, datetime) else value


def _sums(rows: Iterable[Row], keys: tuple[str, ...], amount: str) -> dict[tuple[object, ...], Decimal]:
    sums: dict[tuple[object, ...], Decimal] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        sums[key] = sums.get(key, Decimal(0)) + _money(row[amount])
    return sums


def test_the_cover_carries_the_passport(published: Published) -> None:
    facts = published.facts()
    ((build_id, policy_hash, load_id, passed),) = published.query(
        "select build_id, policy_hash, known_at_load_id, tests_passed_count from marts.rpt_passport"
    )
    assert (facts["Build"], facts["Policy hash"], facts["Known at load"]) == (build_id, policy_hash, load_id)
    assert facts["Tests passed"] == passed
    assert facts["Share of allocations stated"] == 1.0
    for name in ("Code version", "As of", "Loads", "Unexplained difference to the control accounts"):
        assert facts[name] != ""
    for name in ("FIFO", "inferred", "lettered", "matched"):
        assert f"Share of allocations {name}" in facts
    assert {"Share of due days given", "Rejected amount"} <= set(facts)


def test_the_open_items_are_the_balance_of_the_ledger(published: Published) -> None:
    ledger = {
        (entity_id, currency): amount
        for entity_id, currency, amount in published.query(
            "select entity_id, currency, sum(amount) from marts.fct_receivable_events "
            f"where event_on <= '{DAY}' and event_kind not in ('applied', 'transfer') "
            "group by all having sum(amount) <> 0"
        )
    }
    assert ledger
    assert _sums(published.sheet("Open items"), ("Entity", "Currency"), "Open") == ledger
    for tie in published.sheet("Ties to the ledger"):
        assert (tie["Difference"], tie["Difference, base"]) == (0, 0)
        assert _money(tie["Open items"]) == ledger.get((tie["Entity"], tie["Currency"]), Decimal(0))


def test_receipts_after_the_day_settle_the_open_items_one_by_one(published: Published) -> None:
    """By the intervals: what an item lost between the day and the as-of day is what settled it."""
    keys = ("Entity", "Document", "Instalment")
    settled = {
        key: amount
        for key, amount in _sums(published.sheet("Open items"), keys, "Settled after the day").items()
        if amount
    }
    lost = {
        (entity_id, number, float(str(instalment))): amount
        for entity_id, number, instalment, amount in published.query(
            f"""
            select entity_id, document_number, instalment_no, before.open_amount - coalesce(later.open_amount, 0)
            from marts.fct_item_intervals as before
            left join (
                select entity_id, document_id, instalment_no, open_amount
                from marts.fct_item_intervals where valid_to_on is null
            ) as later using (entity_id, document_id, instalment_no)
            where valid_from_on <= '{DAY}' and (valid_to_on is null or valid_to_on > '{DAY}') and amount > 0
                and before.open_amount <> coalesce(later.open_amount, 0)
            """
        )
    }
    assert lost
    assert settled == lost
    after = published.sheet("Receipts after")
    in_effect = [row for row in after if row["Taken back"] in ("", None)]
    keys = ("Entity", "Open document", "Instalment")
    assert _sums(in_effect, keys, "Amount, open document's currency") == lost
    for row in after:
        assert _day(row["Allocated"]) > DAY
        assert (row["What it is"] == "held on the day, allocated after it") == (_day(row["Posted"]) <= DAY)


def test_the_sample_can_be_drawn_again_by_hand(published: Published) -> None:
    """Strata and draw from the words of the sheet, in plain Python."""
    population = [
        (Decimal(str(amount)), f"{entity_id}|{document_id}|{instalment}")
        for amount, entity_id, document_id, instalment in published.query(
            "select reporting_open_amount, entity_id, document_id, instalment_no from marts.fct_item_intervals "
            f"where valid_from_on <= '{DAY}' and (valid_to_on is null or valid_to_on > '{DAY}') and open_amount > 0"
        )
    ]
    population.sort(key=lambda item: -item[0])
    whole, before, bounds = sum(amount for amount, _ in population), Decimal(0), [Decimal(0), Decimal(0)]
    for amount, _ in population:
        for place in (0, 1):
            if before * 3 < whole * (place + 1):
                bounds[place] = amount
        before += amount
    strata: list[list[str]] = [[], [], []]
    for amount, key in population:
        strata[0 if amount >= bounds[0] else 1 if amount >= bounds[1] else 2].append(key)
    expected = [
        key
        for held, count in zip(strata, shares(25, [len(held) for held in strata]), strict=True)
        for key in sorted(held, key=lambda key: hashlib.sha256(f"7|{key}".encode()).hexdigest())[:count]
    ]
    drawn = published.sheet("Sample", above=4)
    assert len(expected) == 25
    assert [f"{row['Entity']}|{row['Document id']}|{int(float(str(row['Instalment'])))}" for row in drawn] == expected
    for stratum, held in zip(published.sheet("Strata"), strata, strict=True):
        assert stratum["Items"] == len(held)
        assert _money(stratum["Amount drawn"]) == sum(
            _money(row["Open, reporting currency"]) for row in drawn if row["Stratum"] == stratum["Stratum"]
        )


def test_the_same_seed_gives_the_same_file_and_another_another_sample(
    published: Published, small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    samples = {}
    for seed in (7, 8):
        out = tmp_path / f"{seed}.xlsx"
        done = run_encours(["audit", "--on", DAY, "--seed", seed, "--out", out], small_home)
        assert done.returncode == 0, output(done)
        samples[seed] = [row["Document id"] for row in Published(small_home, out).sheet("Sample", above=4)]
    assert (tmp_path / "7.xlsx").read_bytes() == published.path.read_bytes()
    assert sorted(map(str, samples[7])) != sorted(map(str, samples[8]))


@pytest.mark.parametrize(
    ("size", "held", "given"),
    [
        (25, [100, 100, 100], [9, 8, 8]),
        (10, [2, 5, 50], [2, 4, 4]),
        (10, [50, 1, 1], [8, 1, 1]),
        (10, [1, 2, 3], [1, 2, 3]),
        (1, [5, 5, 5], [1, 0, 0]),
        (5, [], []),
    ],
)
def test_each_stratum_gives_its_part_and_never_more_than_it_holds(size: int, held: list[int], given: list[int]) -> None:
    assert shares(size, held) == given


def test_the_cut_off_holds_both_sides_of_the_months_end(published: Published) -> None:
    rows = published.sheet("Cut-off", above=2)
    assert {(row["Entity"], row["Document id"], row["Side"]) for row in rows} == set(
        published.query(
            "select distinct entity_id, document_id, "
            "case when posted_on <= '2025-12-31' then 'before' else 'after' end "
            "from marts.fct_receivable_items where posted_on between '2025-12-27' and '2026-01-05'"
        )
    )
    assert {row["Side"] for row in rows} == {"before", "after"}
    for row in rows:
        assert _day(row["Posted"]) == DAY + timedelta(days=int(float(str(row["Days from the month's end"]))))


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2025-12-31", "2025-12-31"),
        ("2025-12-30", "2025-11-30"),
        ("2024-02-29", "2024-02-29"),
        ("2024-03-01", "2024-02-29"),
    ],
)
def test_the_cut_off_is_about_the_months_end_on_or_before_the_day(day: str, end: str) -> None:
    assert month_end_of(date.fromisoformat(day)) == date.fromisoformat(end)


def test_tie_out_rows_are_the_newest_by_then(published: Published) -> None:
    rows = published.sheet("Tie-out")
    assert rows
    newest: dict[tuple[object, ...], date] = {}
    for entity_id, account, currency, basis, day in published.query(
        "select entity_id, account, currency, amount_basis, max(balance_on) from marts.rpt_tie_out "
        f"where balance_on <= '{DAY}' group by all"
    ):
        newest[entity_id, account, currency, basis] = _day(day)
    seen: dict[tuple[object, ...], date] = {}
    for row in rows:
        key = (row["entity id"], row["account"], row["currency"], row["amount basis"])
        seen[key] = max(seen.get(key, date.min), _day(row["balance on"]))
    assert seen == newest


def test_the_statutory_sheets_are_in_both_languages(published: Published) -> None:
    assert {"Tableaux D441-6", "Tables D441-6"} <= set(published.names())


@pytest.mark.parametrize(
    ("language", "kind", "share", "title"),
    [
        ("fr", "csv", "{} %", "Article D. 441-6, I, 2° : factures émises"),
        ("en", "csv", "{}%", "Article D. 441-6, I, 2°"),
    ],
)
def test_statutory_tables_are_laid_out_as_the_mart_says(
    language: str, kind: str, share: str, title: str, small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    out = tmp_path / f"tables.{kind}"
    done = run_encours(["statutory", "--year", "2025-12-31", "--language", language, "--out", out], small_home)
    assert done.returncode == 0, output(done)
    with out.open(encoding="utf-8-sig", newline="") as file:
        table = (line for line in file if not line.startswith("#"))
        lines = list(csv.reader(table, delimiter=";" if language == "fr" else ","))
    said = facts_above(out)
    assert said["What"] == "Payment delays of issued invoices, D441-6 I and II"
    assert_passport(said, small_home)
    assert lines[0][0].startswith(title)
    with reading(small_home / "published" / str(pointer(small_home)["file"])) as connection:
        figures = connection.execute(
            "select invoices_count, invoices_amount, reference_rate from marts.rpt_statutory_delays "
            "where entity_id = 'FR' and year_ending_on = '2025-12-31' and statutory_table = 'I' "
            "and tax_basis = 'with_tax' and column_order < 6 order by column_order"
        ).fetchall()
    assert len(figures) == 6
    blanks = str.maketrans("", "", "\u202f\u00a0 ,")

    def number(text: str) -> Decimal:
        return Decimal(text.replace(",", ".").translate(blanks) if language == "fr" else text.translate(blanks))

    assert [number(cell) for cell in lines[4][1:]] == [count for count, _, _ in figures]
    assert [number(cell) for cell in lines[5][1:]] == [amount for _, amount, _ in figures]
    assert [number(cell.rstrip("%").strip()) for cell in lines[6][1:]] == [
        Decimal(round(Fraction(rate) * 10000)) / 100 for _, _, rate in figures
    ]
    assert all(cell.endswith(share.format("")) for cell in lines[6][1:])


def test_statutory_tables_in_markdown_are_tables(small_home: Path, run_encours: RunEncours) -> None:
    done = run_encours(["statutory", "--language", "fr"], small_home)
    assert done.returncode == 0, output(done)
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert lines
    assert {line.count("|") for line in lines} == {8}
    assert "exercice clos le 31 décembre 2025" in done.stdout
    assert "TTC" in done.stdout
    assert "HT" in done.stdout
    below = done.stdout.partition("\n---\n")[2].splitlines()
    assert_passport(dict(line.removeprefix("* ").split(": ", 1) for line in below if line), small_home, unknown="–")


def test_statutory_tables_in_markdown_and_in_a_workbook_carry_the_passport(
    small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    for kind in ("md", "xlsx"):
        done = run_encours(["statutory", "--out", tmp_path / f"tables.{kind}"], small_home)
        assert done.returncode == 0, output(done)
    build = str(pointer(small_home)["build_id"])
    assert f"* Build: {build}\n" in (tmp_path / "tables.md").read_text(encoding="utf-8")
    about = CalamineWorkbook.from_path(tmp_path / "tables.xlsx").get_sheet_by_name("About").to_python()
    assert ["Build", build] in about
    assert {str(row[0]) for row in about} >= set(NAMES.values())


def test_files_tell_every_column_of_the_passport(published: Published) -> None:
    """Those of the verbs and those of the dashboard the same ones."""
    columns = {name for name, *_ in published.query("describe marts.rpt_passport")}
    assert set(NAMES) == columns
    assert {fact.column for fact in FACTS} == columns
    assert set(published.facts()) >= set(NAMES.values())


@pytest.mark.parametrize(
    ("cell", "french", "english"),
    [
        (Decimal("1234567.80"), "1 234 567,80", "1,234,567.80"),
        (Decimal("-0.05"), "-0,05", "-0.05"),
        (12345, "12 345", "12,345"),
        (0.051435, "5,14 %", "5.14%"),
        (0.00005, "0,01 %", "0.01%"),
        (None, "–", "–"),
        ("mots", "mots", "mots"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(cell: object, french: str, english: str) -> None:
    spaces = str.maketrans("\u202f\u00a0", "  ")
    assert written(cell, Language.FRENCH).translate(spaces) == french
    assert written(cell, Language.ENGLISH) == english


def test_amounts_a_workbook_cannot_hold_are_told_apart() -> None:
    largest = Decimal(2**53 - 1) / 100
    assert is_exact(largest)
    assert Decimal(f"{float(largest):.16G}") == largest
    assert not is_exact(Decimal(2**53) / 100)


def test_rows_that_a_worksheet_cannot_hold_are_refused_not_dropped() -> None:
    with pytest.raises(EncoursError, match="Open items has 1,048,576 rows"):
        Workbook().sheet("Open items", [{}] * 2**20, {"entity_id": "Entity"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["audit", "--on", "2026-03-30", "--out", "never.xlsx"], "after 2026-03-29"),
        (["audit", "--on", "1999-01-01", "--out", "never.xlsx"], "when the first document was posted"),
        (["audit", "--on", "2025-12-31", "--out", "never.csv"], "must end in .xlsx"),
        (["statutory", "--year", "2026-12-31"], "2025-12-31"),
        (["statutory", "--out", "never.pdf"], "must end in .md"),
    ],
)
def test_what_cannot_be_answered_is_refused_and_nothing_is_written(
    arguments: list[str], words: str, small_home: Path, run_encours: RunEncours, project_root: Path
) -> None:
    done = run_encours(arguments, small_home)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(project_root.glob("never.*"))


def test_a_publication_that_does_not_tie_gets_no_export(
    own_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    with duckdb.connect(own_home / "published" / str(pointer(own_home)["file"])) as connection:
        connection.execute(
            "update marts.fct_item_intervals set base_open_amount = base_open_amount - 0.01 where document_id = "
            "(select min(document_id) from marts.fct_item_intervals where valid_to_on is null)"
        )
    done = run_encours(["audit", "--on", AS_OF, "--out", tmp_path / "audit.xlsx"], own_home)
    assert done.returncode == 1
    assert "not sound" in done.stderr
    assert not (tmp_path / "audit.xlsx").exists()
