"""A slip in the policy of new customers is a row of its test that names seed, row and why."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

SEEDS = ("onboarding_rules", "approvers", "onboarding_incidents")


def _faults(project_root: Path, folder: Path, seed: str = "", old: str = "", new: str = "") -> list[tuple[str, ...]]:
    """The rows of the policy's test on the seeds as they are, but for ``old`` made ``new`` in one of them."""
    sql = (project_root / "tests" / "data" / "assert_policy_of_new_customers_is_whole.sql").read_text(encoding="utf-8")
    sql = re.sub(r"\{#.*?#\}", "", sql, flags=re.DOTALL)
    for name in SEEDS:
        content = (project_root / "seeds" / f"{name}.csv").read_text(encoding="utf-8")
        if name == seed:
            assert content.count(old) == 1
            content = content.replace(old, new)
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        sql = sql.replace(f"{{{{ ref('{name}') }}}}", f"read_csv('{folder / name}.csv', header = true)")
    assert "{{" not in sql
    return duckdb.execute(sql).fetchall()


def test_the_policy_that_is_shipped_has_no_fault(project_root: Path, tmp_path: Path) -> None:
    assert _faults(project_root, tmp_path) == []


@pytest.mark.parametrize(
    ("seed", "old", "new", "row", "fault"),
    [
        ("onboarding_rules", "0.50,0.25,0.25", "1.50,0.25,0.25", "1", "a rate is not between 0 and 1"),
        ("onboarding_rules", "0.30,0.20,0.30", "0.30,0,0.30", "2", "the limit never steps up"),
        ("onboarding_rules", "0.30,0.20,0.30", "0.60,0.20,0.30", "2", "begins with more than the level before"),
        ("onboarding_rules", "Unknown,3,1,3", "Unknown,0,1,3", "2", "asks for fewer references than the level before"),
        ("onboarding_rules", "Unknown,3,1,3", "Unknown,3,1,0", "2", "no due day is watched"),
        ("onboarding_rules", "Unknown,3,1,3", "Unknown,3,7,3", "2", "bureau_asked is not 0 or 1"),
        ("onboarding_rules", "0.30,15", "0.30,-1", "2", "freeze_after_days is not 0 or more"),
        ("onboarding_rules", "2,Unknown", "3,Unknown", "2", "the level is missing"),
        ("onboarding_rules", "2,Unknown", "3,Unknown", "3", "no such level: 1 or 2"),
        ("onboarding_rules", "2,Unknown", "1,Unknown", "1", "the level comes twice"),
        ("approvers", "Credit manager,2,150000", "Credit manager,2,20000", "Credit manager", "may not grant more than"),
        (
            "approvers",
            "Credit manager,2,150000",
            "Credit manager,2,",
            "Credit manager",
            "may grant any amount, but CFO",
        ),
        ("approvers", "CFO,3,", "CFO,3,900000", "CFO", "nobody may grant more than this"),
        ("approvers", "CFO,3,", "Credit manager,3,", "Credit manager", "the approver comes twice"),
        ("onboarding_incidents", "bad_press,8", "bad_pres,8", "bad_pres", "no incident of this name can happen"),
        ("onboarding_incidents", "bad_press,8", "bounce,8", "bounce", "the incident comes twice"),
    ],
)
def test_a_slip_is_named_with_its_seed_and_row(
    seed: str, old: str, new: str, row: str, fault: str, project_root: Path, tmp_path: Path
) -> None:
    found = _faults(project_root, tmp_path, seed, old, new)
    assert any(said[:2] == (seed, row) and fault in said[2] for said in found), found
