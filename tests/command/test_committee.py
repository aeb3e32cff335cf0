"""`encours committee`: each sheet holds what the published file says, and the proposals follow from it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from audit import committee
from audit.committee import PARTS, Agenda, Asked
from audit.decision import plain_money, recommended
from audit.marts import opened
from audit.passport import NAMES
from dashboards.lib import publication
from dashboards.lib.db import Warehouse
from dashboards.lib.queries import committee as page
from tests.command.helpers import output, pointer, reading

RunEncours = Callable[..., CompletedProcess[str]]
Row = dict[str, object]
DAY = date(2026, 3, 29)


class Written:
    """The published sample and the workbook made from it."""

    def __init__(self, home: Path, path: Path) -> None:
        self.file = home / "published" / str(pointer(home)["file"])
        self.path = path
        self.book = CalamineWorkbook.from_path(path)

    def sheet(self, name: str) -> list[Row]:
        """The rows of a sheet, its note and an empty line left out."""
        heads, *rows = self.book.get_sheet_by_name(name).to_python(skip_empty_area=False)[2:]
        return [dict(zip(map(str, heads), row, strict=True)) for row in rows]

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with reading(self.file) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def written(sample_home: Path, run_encours: RunEncours, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The workbook with the options' defaults."""
    out = tmp_path_factory.mktemp("committee") / "committee.xlsx"
    done = run_encours(["committee", "--out", out], sample_home)
    assert done.returncode == 0, output(done)
    return Written(sample_home, out)


def _money(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _day(value: object) -> date:
    assert isinstance(value, (date, datetime)), value
    return value.date() if isinstance(value, datetime) else value


def test_the_cover_carries_the_passport_and_what_was_asked(written: Written) -> None:
    facts = {str(row[0]): row[1] for row in written.book.get_sheet_by_name("Cover").to_python()}
    assert set(NAMES.values()) <= set(facts)
    ((build_id, as_of_on),) = written.query("select build_id, as_of_on from marts.rpt_passport")
    assert (facts["Build"], _day(facts["As of"])) == (build_id, as_of_on)
    assert facts["Published file"] == written.file.name
    assert (facts["Largest exposures shown"], facts["Days ahead for what expires"]) == (20, 60)
    assert written.book.sheet_names == ["Cover", *(part.title for part in PARTS), "Decisions"]


def test_the_largest_exposures_are_the_twenty_largest(written: Written) -> None:
    found = [(row["Customer"], _money(row["Exposure"])) for row in written.sheet("Largest exposures")]
    assert found == written.query(
        "select customer_id, exposure_amount from marts.rpt_credit_exposures order by 2 desc, 1 limit 20"
    )


def test_everybody_over_the_limit_is_there(written: Written) -> None:
    found = {row["Customer"]: _money(row["Over, its currency"]) for row in written.sheet("Over the limit")}
    assert found
    assert sorted(found.items(), key=str) == sorted(
        written.query(
            "select customer_id, used_amount - granted_amount from marts.rpt_credit_exposures "
            "where used_amount > granted_amount"
        ),
        key=str,
    )


def test_reviews_overrides_and_migration_are_those_of_the_marts(written: Written) -> None:
    assert {row["Customer"] for row in written.sheet("Reviews due")} == {
        customer
        for (customer,) in written.query(
            "select customer_id from marts.rpt_credit_exposures where limit_review_due_on <= as_of_on"
        )
    }
    assert [(row["Customer"], row["Outcome"]) for row in written.sheet("Overrides")] == written.query(
        "select customer_id, outcome from marts.rpt_tier_overrides order by outcome <> 'running', to_on desc"
    )
    for weeks in (13, 4):
        moved = [row["Customers"] for row in written.sheet("Migration") if row["Weeks"] == weeks]
        of_step = f"from marts.rpt_tier_migrations where step_weeks = {weeks}"
        ((expected,),) = written.query(
            f"select sum(customers_count) {of_step} and week_ending_on = (select max(week_ending_on) {of_step})"
        )
        assert sum(map(_money, moved)) == expected


def test_the_planted_cases_are_specific_cases(written: Written, sample_home: Path) -> None:
    cases: dict[str, set[object]] = {}
    for row in written.sheet("Specific cases"):
        cases.setdefault(str(row["Case"]), set()).add(row["Customer"])
    assert cases["Insolvent"] == {
        customer
        for (customer,) in written.query("select customer_id from marts.rpt_credit_exposures where is_insolvent")
    }
    assert cases["Large dispute"] == {
        customer
        for (customer,) in written.query(
            "select customer_id from marts.rpt_credit_exposures where disputed_amount >= 10000"
        )
    }
    with (sample_home / "extracts" / "planted.csv").open(encoding="utf-8", newline="") as lines:
        never_paid = {row["customer_id"] for row in csv.DictReader(lines) if "first_payment" in row["story"]}
    assert never_paid
    assert never_paid <= cases["First payment never made"]
    assert cases["Earlier default"]


def test_each_named_customer_has_a_proposal_and_room_to_decide(written: Written) -> None:
    named = {
        row["Customer"]
        for sheet in ("Largest exposures", "Over the limit", "Specific cases")
        for row in written.sheet(sheet)
    }
    rows = written.sheet("Decisions")
    assert {row["Customer"] for row in rows} == named
    for row in rows:
        assert row["Proposed decision"]
        assert [row[name] for name in ("Decision", "Limit decided", "Terms decided", "Name", "Day")] == [""] * 5


def test_the_page_writes_the_same_bytes(written: Written, sample_home: Path) -> None:
    warehouse = Warehouse(publication.current(sample_home))
    assert page.workbook(warehouse, Asked()) == written.path.read_bytes()


@contextmanager
def _agenda(sample_home: Path, folder: Path, asked: Asked, *statements: str) -> Iterator[Agenda]:
    """The agenda of a copy of the published sample with changes of its own."""
    name = json.loads((sample_home / "published" / "current.json").read_text(encoding="utf-8"))["file"]
    file = Path(shutil.copy(sample_home / "published" / name, folder / "changed.duckdb"))
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        connection.execute("set schema = 'marts'")
        for statement in statements:
            connection.execute(statement)
    with opened(file) as marts:
        yield committee.gather(marts.rows, asked)


def test_what_expires_on_the_last_day_asked_for_is_in_and_a_day_later_is_out(sample_home: Path, tmp_path: Path) -> None:
    ids = (
        "select customer_id from rpt_credit_exposures where cover_status = 'active' order by customer_id limit 1 offset"
    )
    with _agenda(
        sample_home,
        tmp_path,
        Asked(days=60),
        "update rpt_credit_exposures set limit_valid_to_on = null, temporary_valid_to_on = null, "
        "cover_valid_to_on = null",
        f"update rpt_credit_exposures set limit_valid_to_on = as_of_on where customer_id = ({ids} 0)",
        f"update rpt_credit_exposures set temporary_valid_to_on = as_of_on + 60 where customer_id = ({ids} 1)",
        f"update rpt_credit_exposures set temporary_valid_to_on = as_of_on + 61 where customer_id = ({ids} 2)",
        f"update rpt_credit_exposures set cover_valid_to_on = as_of_on + 30 where customer_id = ({ids} 3)",
        f"update rpt_credit_exposures set limit_valid_to_on = as_of_on - 1 where customer_id = ({ids} 4)",
    ) as agenda:
        found = [(row["expiring"], row["days_left"]) for row in agenda.parts["expiring"]]
    assert [(str(what).split(" of ")[0], left) for what, left in found] == [
        ("Own limit", 0),
        ("Cover", 30),
        ("Temporary limit", 60),
    ]


def test_what_was_not_provided_is_said_on_the_sheets_it_concerns(
    sample_home: Path, tmp_path: Path, run_encours: RunEncours
) -> None:
    with _agenda(
        sample_home,
        tmp_path,
        Asked(),
        "update rpt_credit_exposures set limit_state = 'not provided', limit_amount = null, granted_amount = null, "
        "excess_amount = null, limit_review_due_on = null, temporary_valid_to_on = null",
    ) as agenda:
        lacking = {part.key for part in PARTS if agenda.lacks(part)}
        words = [str(row["proposed_words"]) for row in agenda.decisions]
    assert lacking == {"excesses", "expiring", "reviews"}
    assert agenda.not_provided == {"credit_limits"}
    assert any(word.startswith("Limits are not provided") for word in words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["committee", "--out", "never.csv"], "must end in .xlsx"),
    ],
)
def test_what_cannot_be_written_is_refused(
    arguments: list[str], words: str, run_encours: RunEncours, sample_home: Path
) -> None:
    done = run_encours(arguments, sample_home)
    assert done.returncode == 1
    assert words in done.stderr
    assert not Path(arguments[-1]).exists()


BASE: Row = {
    "risk_tier": "B",
    "credit_action": "free",
    "is_insolvent": False,
    "limit_state": "given",
    "exposure_amount": Decimal("80.00"),
    "limit_amount": Decimal("100.00"),
    "reporting_used_amount": Decimal("80.00"),
    "reporting_excess_amount": Decimal("0.00"),
    "recommended_limit_amount": Decimal("100.00"),
    "insured_amount": Decimal("0.00"),
    "own_risk_amount": Decimal("80.00"),
    "terms_days": 30,
    "recommended_terms_days": 30,
    "recommended_deposit_rate": Decimal("0.000000"),
}


def _used(amount: int) -> Row:
    """What is used of the limit of 100, in its own currency at its own rate: the exposure itself may be less."""
    return {"reporting_used_amount": Decimal(amount), "reporting_excess_amount": Decimal(amount - 100)}


@pytest.mark.parametrize(
    ("changes", "words", "limit"),
    [
        ({}, "Confirm the limit of EUR 100.", 100),
        ({"is_insolvent": True}, "Stop: insolvency proceedings are open. Deliver nothing on credit", 0),
        ({"credit_action": "stop", "risk_tier": "E"}, "Stop credit: tier E asks for it.", 0),
        ({"credit_action": "prepay", "exposure_amount": Decimal(0)}, "No credit: tier B asks for payment", 0),
        ({"recommended_limit_amount": None}, "No limit can be recommended", 100),
        ({"limit_amount": None, "limit_state": "none"}, "Grant a first limit of EUR 100.", 100),
        ({"limit_amount": None, "limit_state": "expired"}, "The limit has expired: grant a new one of EUR 100.", 100),
        ({"limit_amount": None, "limit_state": "not provided"}, "Limits are not provided: the payments recommend", 100),
        (
            {**_used(120), "recommended_limit_amount": Decimal(150)},
            "Raise the limit from EUR 100 to EUR 150: it holds all",
            150,
        ),
        (
            {**_used(200), "recommended_limit_amount": Decimal(150)},
            "Raise the limit from EUR 100 to EUR 150; the EUR 50 beyond it wait",
            150,
        ),
        (_used(130), "Raise nothing: hold orders until the EUR 30 over the limit", 100),
        (
            {**_used(130), "recommended_limit_amount": Decimal(40)},
            "are paid or secured. Lower the limit from EUR 100 towards EUR 40",
            100,
        ),
        ({"recommended_limit_amount": Decimal(90)}, "Lower the limit from EUR 100 to EUR 90: no more is used.", 90),
        ({"recommended_limit_amount": Decimal(50)}, "Lower the limit from EUR 100 towards EUR 50 as the EUR 80", 50),
        (
            {
                "recommended_limit_amount": Decimal(50),
                "insured_amount": Decimal(60),
                "own_risk_amount": Decimal(20),
            },
            "Confirm the limit of EUR 100 while the cover holds: EUR 60 are insured",
            100,
        ),
        ({"recommended_terms_days": 14}, "Shorten the terms from 30 to 14 days.", 100),
        ({"recommended_deposit_rate": Decimal("0.3")}, "Ask for a deposit of 30 % of each order.", 100),
        ({"credit_action": "approve"}, "Approve each order.", 100),
        ({"credit_action": "watch"}, "Keep it on the watch list.", 100),
    ],
)
def test_the_proposal_follows_from_exposure_limit_cover_and_tier(changes: Row, words: str, limit: int) -> None:
    proposal = recommended({**BASE, **changes}, plain_money("EUR"))
    assert words in proposal.words
    assert proposal.limit_amount == limit


def test_a_limit_whose_rate_is_missing_is_not_taken_for_none() -> None:
    proposal = recommended({**BASE, "limit_amount": None}, plain_money("EUR"))
    assert proposal.words == "The limit cannot be compared: its currency's rate is missing. Decide on the file."
    assert proposal.limit_amount is None
