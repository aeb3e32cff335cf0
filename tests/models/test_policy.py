"""A policy file with a hole, an overlap or an unknown code fails the build, with a message that names it; and a version
of the risk policy scores the weeks from its first day on, and no week before.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from encours import stamp
from tests.models.compiled import PROJECT_ROOT, Compiled, Node, Warehouse

POLICY_TESTS = (
    "assert_the_scorecard_is_whole",
    "assert_tiers_signals_and_rules_are_in_order",
    "assert_rules_of_watching_and_orders_are_whole",
)

SEEDS = (
    "policy",
    "risk_boundaries",
    "risk_caps",
    "risk_factors",
    "risk_policies",
    "risk_scorecard",
    "risk_tiers",
    "credit_signals",
    "watch_rules",
    "order_rules",
    "alert_rules",
    "limit_factors",
    "collection_stages",
    "dunning_plan",
    "team_capacity",
)

Change = tuple[str, dict[str, str], dict[str, str] | None]
"""A seed, the line of it by some of its values, and the values it is given; None takes the line away."""


def _lines(seed: str) -> list[dict[str, str]]:
    with Path(PROJECT_ROOT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


(VERSION,) = (row["policy_version"] for row in _lines("risk_policies"))

FAULTS: dict[str, tuple[Change, tuple[str, str, str]]] = {
    "hole between bands": (
        ("risk_scorecard", {"factor": "bad_press", "from_value": "1"}, {"from_value": "2"}),
        ("risk_scorecard", f"{VERSION} bad_press from 2.000000", "hole: nothing from 1.000000 to 2.000000"),
    ),
    "overlap of bands": (
        ("risk_scorecard", {"factor": "bad_press", "from_value": "0"}, {"below_value": "2"}),
        ("risk_scorecard", f"{VERSION} bad_press from 1.000000", "overlap: the band before it ends at 2.000000"),
    ),
    "open end in the middle": (
        ("risk_scorecard", {"factor": "bad_press", "from_value": "0"}, {"below_value": ""}),
        (
            "risk_scorecard",
            f"{VERSION} bad_press from 1.000000",
            "overlap: the band before it ends at no value at all",
        ),
    ),
    "no open end": (
        ("risk_scorecard", {"factor": "bad_press", "from_value": "1"}, {"below_value": "5"}),
        (
            "risk_scorecard",
            f"{VERSION} bad_press from 1.000000",
            "hole: nothing from 5.000000 on, the last band must have no end",
        ),
    ),
    "nothing at the lower end": (
        ("risk_scorecard", {"factor": "days_beyond_terms", "from_value": "-10000"}, {"from_value": "-100"}),
        (
            "risk_scorecard",
            f"{VERSION} days_beyond_terms from -100.000000",
            "hole: the first band must begin at -10000 or below",
        ),
    ),
    "unknown factor": (
        ("risk_scorecard", {"factor": "bad_press", "from_value": "0"}, {"factor": "bad_pres"}),
        ("risk_scorecard", f"{VERSION} bad_pres", "unknown factor: seeds/risk_factors.csv does not name it"),
    ),
    "points beyond 100": (
        ("risk_scorecard", {"factor": "insolvency", "from_value": "1"}, {"points": "101"}),
        ("risk_scorecard", f"{VERSION} insolvency from 1.000000", "points must be 0 to 100, not 101"),
    ),
    "no cap": (
        ("risk_caps", {"cap_group": "orders"}, None),
        ("risk_caps", f"{VERSION} orders", "hole: this version has no cap for the group"),
    ),
    "unknown cap group": (
        ("risk_caps", {"cap_group": "orders"}, {"cap_group": "order"}),
        ("risk_caps", f"{VERSION} order", "unknown group: no factor of seeds/risk_factors.csv is in it"),
    ),
    "factor in another group": (
        ("risk_factors", {"factor": "bounces"}, {"factor_group": "solvency"}),
        ("risk_factors", "bounces", "must be number 8, in sub-score behaviour and cap group incidents"),
    ),
    "factor left out": (
        ("risk_factors", {"factor": "bounces"}, None),
        ("risk_factors", "bounces", "missing: macros/ledger/risk_factors.sql measures it"),
    ),
    "unknown unit": (
        ("risk_factors", {"factor": "bounces"}, {"unit": "pieces"}),
        ("risk_factors", "bounces", "unknown unit: pieces"),
    ),
    "tier left out": (
        ("risk_tiers", {"risk_tier": "D"}, None),
        ("risk_tiers", "D", "missing: the tiers are A to E"),
    ),
    "unknown tier": (
        ("risk_tiers", {"risk_tier": "D"}, {"risk_tier": "F"}),
        ("risk_tiers", "F", "unknown tier: the tiers are A to E"),
    ),
    "first version that begins late": (
        ("risk_policies", {"policy_version": VERSION}, {"from_on": "2024-01-01"}),
        (
            "risk_policies",
            VERSION,
            "hole: the first version must reach back to 1900-01-01 or before, not begin on 2024-01-01",
        ),
    ),
    "version without a first day": (
        ("risk_policies", {"policy_version": VERSION}, {"from_on": ""}),
        ("risk_policies", VERSION, "hole: policy_version and from_on must be given"),
    ),
    "no version": (
        ("risk_policies", {"policy_version": VERSION}, None),
        ("risk_policies", "*", "hole: no version of the policy"),
    ),
    "weight beyond one": (
        ("risk_policies", {"policy_version": VERSION}, {"solvency_weight": "1.2"}),
        ("risk_policies", VERSION, "solvency_weight must be 0 to 1, not 1.200000"),
    ),
    "bands of an unknown version": (
        ("risk_scorecard", {"factor": "bad_press", "from_value": "0"}, {"policy_version": "1999-1"}),
        ("risk_scorecard", "1999-1", "unknown version: seeds/risk_policies.csv does not name it"),
    ),
    "cap of an unknown version": (
        ("risk_caps", {"cap_group": "orders"}, {"policy_version": "1999-1"}),
        ("risk_caps", "1999-1", "unknown version: seeds/risk_policies.csv does not name it"),
    ),
    "boundary of an unknown version": (
        ("risk_boundaries", {"risk_tier": "C"}, {"policy_version": "1999-1"}),
        ("risk_boundaries", "1999-1", "unknown version: seeds/risk_policies.csv does not name it"),
    ),
    "tier without a boundary": (
        ("risk_boundaries", {"risk_tier": "C"}, None),
        ("risk_boundaries", f"{VERSION} C", "hole: this version has no boundary for the tier"),
    ),
    "boundary twice": (
        ("risk_boundaries", {"risk_tier": "C"}, {"risk_tier": "D"}),
        ("risk_boundaries", f"{VERSION} D", "stands 2 times"),
    ),
    "boundary of the best tier": (
        ("risk_boundaries", {"risk_tier": "C"}, {"risk_tier": "A"}),
        ("risk_boundaries", f"{VERSION} A", "unknown tier: boundaries are those of B to E"),
    ),
    "boundary without a margin": (
        ("risk_boundaries", {"risk_tier": "C"}, {"margin": ""}),
        ("risk_boundaries", f"{VERSION} C", "hole: from_score and margin must be given"),
    ),
    "scores that do not rise": (
        ("risk_boundaries", {"risk_tier": "B"}, {"from_score": "0"}),
        (
            "risk_boundaries",
            f"{VERSION} B",
            "overlap: from_score 0 must be above 0, that of the tier before, and at most 100",
        ),
    ),
    "margin as wide as the gap": (
        ("risk_boundaries", {"risk_tier": "B"}, {"from_score": "9", "margin": "9"}),
        (
            "risk_boundaries",
            f"{VERSION} B",
            "margin 9 must be 0 or more and smaller than the gap of 9 to the tier before",
        ),
    ),
    "unknown action": (
        ("risk_tiers", {"risk_tier": "E"}, {"credit_action": "halt"}),
        ("risk_tiers", "E", "unknown credit_action: halt"),
    ),
    "unknown pace": (
        ("risk_tiers", {"risk_tier": "E"}, {"dunning_pace": "brisk"}),
        ("risk_tiers", "E", "unknown dunning_pace: brisk"),
    ),
    "more than a whole deposit": (
        ("risk_tiers", {"risk_tier": "E"}, {"deposit_rate": "1.5"}),
        ("risk_tiers", "E", "deposit_rate must be 0 to 1, not 1.500000"),
    ),
    "unknown signal": (
        ("credit_signals", {"signal": "bad_press"}, {"signal": "bad_news"}),
        ("credit_signals", "bad_news", "unknown signal: macros/ledger/risk_factors.sql has no factor for it"),
    ),
    "signal of another kind": (
        ("credit_signals", {"signal": "bad_press"}, {"signal_kind": "score"}),
        ("credit_signals", "bad_press", "signal_kind must be flag"),
    ),
    "stale after it lapsed": (
        ("credit_signals", {"signal": "bad_press"}, {"stale_days": "1000"}),
        ("credit_signals", "bad_press", "stale_days must be at least 1 and at most counts_days"),
    ),
    "unknown measure": (
        ("watch_rules", {"reason_code": "bounced"}, {"measure": "bounced_count"}),
        ("watch_rules", "bounced", "unknown measure: bounced_count"),
    ),
    "two watch rules in one place": (
        ("watch_rules", {"reason_code": "bounced"}, {"rule_order": "1"}),
        ("watch_rules", "bounced", "overlap: rule_order 1 stands 2 times"),
    ),
    "second condition without a value": (
        ("watch_rules", {"reason_code": "slower"}, {"and_from_value": ""}),
        ("watch_rules", "slower", "and_measure without and_from_value"),
    ),
    "unknown measure of an order": (
        ("order_rules", {"rule_code": "unsigned"}, {"measure": "unsigned_count"}),
        ("order_rules", "unsigned", "unknown measure: unsigned_count"),
    ),
    "unknown decision": (
        ("order_rules", {"rule_code": "unsigned"}, {"decision": "wait"}),
        ("order_rules", "unsigned", "unknown decision: wait"),
    ),
    "unknown alert": (
        ("alert_rules", {"alert_kind": "notification_due"}, {"alert_kind": "notice_due"}),
        ("alert_rules", "notice_due to collector", "unknown alert_kind: notice_due"),
    ),
    "unknown recipient": (
        ("alert_rules", {"alert_kind": "notification_due"}, {"recipient_role": "board"}),
        ("alert_rules", "notification_due to board", "unknown recipient_role: board"),
    ),
    "tier without a limit factor": (
        ("limit_factors", {"risk_tier": "C"}, None),
        ("limit_factors", "C", "hole: no factor for the tier"),
    ),
    "larger limit for a worse tier": (
        ("limit_factors", {"risk_tier": "D"}, {"limit_factor": "2"}),
        ("limit_factors", "D", "a worse tier must not have a larger factor"),
    ),
    "unknown tier of a limit factor": (
        ("limit_factors", {"risk_tier": "C"}, {"risk_tier": "F"}),
        ("limit_factors", "F", "unknown tier: F"),
    ),
    "stage twice": (
        ("collection_stages", {"stage": "first call"}, {"stage": "reminder"}),
        ("collection_stages", "reminder", "overlap: the stage stands 2 times"),
    ),
    "unknown stage of a plan": (
        ("dunning_plan", {"dunning_pace": "firm", "stage": "first call"}, {"stage": "second call"}),
        ("dunning_plan", "firm, second call", "unknown stage: second call"),
    ),
    "later stage that comes sooner": (
        ("dunning_plan", {"dunning_pace": "firm", "stage": "hand-over"}, {"after_days": "10"}),
        ("dunning_plan", "firm, hand-over", "a later stage must not come sooner"),
    ),
    "pace without a plan": (
        ("risk_tiers", {"risk_tier": "D"}, {"dunning_pace": "brisk"}),
        ("dunning_plan", "brisk", "hole: no stage for the pace of tier D"),
    ),
    "no capacity for the others": (
        ("team_capacity", {"collector": "*"}, None),
        ("team_capacity", "*", "hole: no line for who is not named"),
    ),
    "parameter left out": (
        ("policy", {"policy": "promise_grace_days"}, None),
        ("policy", "promise_grace_days", "missing or doubled: stands 0 times"),
    ),
}


SECOND = "2027-1"
"""A version appended to the policy."""


def _appended(version: str = SECOND, *, from_on: str = "2024-02-01") -> dict[str, list[list[str]]]:
    """The seeds with a second version beside the shipped one: its bands, caps and boundaries under another name."""
    seeds = {}
    for seed in ("risk_policies", "risk_scorecard", "risk_caps", "risk_boundaries"):
        lines = _lines(seed)
        named = [{**line, "policy_version": version} for line in lines if line["policy_version"] == VERSION]
        if seed == "risk_policies":
            named = [{**line, "from_on": from_on} for line in named]
        seeds[seed] = [list(line.values()) for line in lines + named]
    return seeds


@pytest.fixture
def policy_tests(compiled: Compiled) -> list[Node]:
    """The data tests of the policy files."""
    found = [test for test in compiled.tests if test.name in POLICY_TESTS]
    assert len(found) == len(POLICY_TESTS)
    return found


def _changed(change: Change) -> list[list[str]]:
    """The rows of a seed with one line of it changed."""
    seed, line, values = change
    rows = _lines(seed)
    (found,) = (row for row in rows if line.items() <= row.items())
    if values is None:
        rows.remove(found)
    else:
        assert values.keys() <= found.keys()
        found.update(values)
    return [list(row.values()) for row in rows]


def _faults(compiled: Compiled, tests: list[Node], seeds: dict[str, list[list[str]]]) -> list[tuple[object, ...]]:
    with Warehouse(compiled, {}, date(2024, 3, 31), seeds=seeds) as warehouse:
        warehouse.make(*SEEDS)
        return [row for test in tests for row in warehouse.rows(test.sql)]


def test_the_policy_as_it_stands_has_no_fault(compiled: Compiled, policy_tests: list[Node]) -> None:
    assert _faults(compiled, policy_tests, {}) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_named(fault: str, compiled: Compiled, policy_tests: list[Node]) -> None:
    change, expected = FAULTS[fault]
    assert expected in _faults(compiled, policy_tests, {change[0]: _changed(change)})


def test_a_whole_second_version_has_no_fault(compiled: Compiled, policy_tests: list[Node]) -> None:
    assert _faults(compiled, policy_tests, _appended()) == []


def test_a_second_version_that_is_not_whole_is_named(compiled: Compiled, policy_tests: list[Node]) -> None:
    for seed, parts, fault in (
        (
            "risk_scorecard",
            [row["factor"] for row in _lines("risk_factors")],
            "hole: this version has no band for the factor",
        ),
        ("risk_caps", [row["cap_group"] for row in _lines("risk_caps")], "hole: this version has no cap for the group"),
        ("risk_boundaries", ["B", "C", "D", "E"], "hole: this version has no boundary for the tier"),
    ):
        seeds = _appended()
        del seeds[seed]
        found = set(_faults(compiled, policy_tests, seeds))
        assert found == {(seed, f"{SECOND} {part}", fault) for part in parts}


def test_two_versions_of_one_day_or_of_one_name_are_named(compiled: Compiled, policy_tests: list[Node]) -> None:
    same_day = _faults(compiled, policy_tests, _appended(from_on="1900-01-01"))
    fault = "overlap: from_on 1900-01-01 stands 2 times"
    assert sorted(map(str, same_day)) == [str(("risk_policies", version, fault)) for version in (VERSION, SECOND)]
    same_name = {"risk_policies": _appended(VERSION)["risk_policies"]}
    assert _faults(compiled, policy_tests, same_name) == [("risk_policies", VERSION, "stands 2 times")]


T = date(2024, 3, 31)
FIRST_DUE_ON = date(2023, 9, 15)
DAYS_LATE = {"PROMPT": 0, "SLIPS": 4, "SLOW": 25, "STOPS": 400}
"""How late each customer of the small company pays; what is paid after ``T`` is not paid yet."""


def _company() -> dict[str, list[dict[str, str]]]:
    """An invoice of each customer every second week, paid as late as its customer pays."""
    documents: dict[str, list[dict[str, str]]] = {"invoices": [], "payments": [], "allocations": []}
    for customer_id, days_late in DAYS_LATE.items():
        for number in range(12):
            due_on = FIRST_DUE_ON + timedelta(days=14 * number)
            paid_on = due_on + timedelta(days=days_late)
            common = {"entity_id": "S", "customer_id": customer_id, "currency": "EUR", "amount": "100"}
            invoice_id, payment_id = f"I-{customer_id}-{number}", f"P-{customer_id}-{number}"
            posted_on = str(due_on - timedelta(days=30))
            documents["invoices"].append(
                {
                    **common,
                    "invoice_id": invoice_id,
                    "document_type": "invoice",
                    "posted_on": posted_on,
                    "invoiced_on": posted_on,
                    "due_on": str(due_on),
                }
            )
            if paid_on > T:
                continue
            documents["payments"].append(
                {
                    **common,
                    "payment_id": payment_id,
                    "posted_on": str(paid_on),
                    "received_on": str(paid_on),
                }
            )
            documents["allocations"].append(
                {
                    "entity_id": "S",
                    "credit_id": payment_id,
                    "debit_id": invoice_id,
                    "amount": "100",
                    "applied_on": str(paid_on),
                }
            )
    return {
        "entities": [{"entity_id": "S", "base_currency": "EUR", "allocation_policy": "stated"}],
        "customers": [{"customer_id": name, "customer_name": name} for name in DAYS_LATE],
        **documents,
    }


def _stricter(from_on: str) -> dict[str, list[list[str]]]:
    """A second version from ``from_on`` on: more points for the oldest overdue, one cap and all boundaries lower."""
    seeds = _appended(from_on=from_on)
    for line in seeds["risk_scorecard"]:
        version, factor, _, _, points = line
        if version == SECOND and factor == "oldest_days_past_due" and points != "0":
            line[-1] = str(int(points) + 7)
    for line in seeds["risk_caps"]:
        if line[:2] == [SECOND, "payment"]:
            line[-1] = "40"
    for number, line in enumerate(line for line in seeds["risk_boundaries"] if line[0] == SECOND):
        line[2:] = [str(5 + 8 * number), "2"]
    return seeds


Weeks = dict[tuple[object, object], dict[str, object]]
Factors = dict[tuple[object, object], dict[str, object]]
Score = Callable[[dict[str, list[list[str]]]], tuple[Weeks, Factors]]


@pytest.fixture(scope="module")
def scored(compiled: Compiled) -> Score:
    """``scored(seeds)``: the small company's weeks by customer and day, its factors by customer and name."""

    def score(seeds: dict[str, list[list[str]]]) -> tuple[Weeks, Factors]:
        with Warehouse(compiled, _company(), T, seeds=seeds) as warehouse:
            warehouse.make("fct_customer_risk_weekly", "fct_risk_factors")
            weeks = warehouse.records("select * from marts.fct_customer_risk_weekly")
            factors = warehouse.records("select * from marts.fct_risk_factors")
        return (
            {(row["customer_id"], row["week_ending_on"]): row for row in weeks},
            {(row["customer_id"], row["factor"]): row for row in factors},
        )

    return score


@pytest.fixture(scope="module")
def as_shipped(scored: Score) -> tuple[Weeks, Factors]:
    """The small company by the shipped policy alone."""
    return scored({})


@pytest.mark.parametrize(
    ("from_on", "first_week"),
    [
        ("2024-01-28", date(2024, 1, 28)),
        ("2024-01-29", date(2024, 2, 4)),
        ("2024-03-31", T),
    ],
)
def test_a_version_appended_changes_no_week_before_its_first_day(
    scored: Score,
    as_shipped: tuple[Weeks, Factors],
    from_on: str,
    first_week: date,
) -> None:
    weeks, factors = scored(_stricter(from_on))
    old_weeks, old_factors = as_shipped
    assert weeks.keys() == old_weeks.keys()
    assert {row["policy_version"] for row in old_weeks.values()} == {VERSION}
    before = {key for key, row in weeks.items() if str(row["week_ending_on"]) < str(first_week)}
    after = weeks.keys() - before
    assert {weeks[key]["risk_tier"] for key in before} > {"A"}
    assert {key: weeks[key] for key in before} == {key: old_weeks[key] for key in before}
    assert {weeks[key]["policy_version"] for key in after} == {SECOND}
    assert {key for key in after if weeks[key]["risk_tier"] != old_weeks[key]["risk_tier"]}
    # The factors are those of the as-of day, by then the second version's.
    oldest = ("STOPS", "oldest_days_past_due")
    assert (old_factors[oldest]["points"], factors[oldest]["points"]) == (18, 18 + 7)
    caps = [rows["STOPS", "days_beyond_terms"]["cap_points"] for rows in (old_factors, factors)]
    assert caps == [68, 40]


def test_a_version_of_a_day_to_come_changes_nothing_yet(scored: Score, as_shipped: tuple[Weeks, Factors]) -> None:
    assert scored(_stricter("2024-04-01")) == as_shipped


@pytest.mark.parametrize("seed", ["risk_policies", "risk_scorecard", "risk_caps", "risk_boundaries"])
def test_the_policy_hash_of_a_build_changes_with_each_part_of_a_version(
    seed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PROJECT_ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.setattr(stamp, "PROJECT_ROOT", tmp_path)
    before = stamp.policy_hash()
    path = tmp_path / "seeds" / f"{seed}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(VERSION, SECOND, 1), encoding="utf-8")
    assert stamp.policy_hash() != before
