"""A policy file with a hole, an overlap or an unknown code fails the build, with a message that names it."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

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
        ("watch_rules", {"reason_code": "over_limit"}, {"and_from_value": ""}),
        ("watch_rules", "over_limit", "and_measure without and_from_value"),
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
    """The seeds with a second version beside the shipped one: the same bands, caps and boundaries under another name."""
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
