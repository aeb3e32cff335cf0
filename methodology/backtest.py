"""`python -m methodology.backtest`: the tables of the back-test, of the build in ENCOURS_HOME, as Markdown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb

from encours.settings import Settings

TIERS = ("A", "B", "C", "D", "E")
SCORERS = {
    "scorecard": "scorecard",
    "past_late_rate": "past late rate, by count",
    "past_late_rate_by_value": "by value",
    "days_beyond_terms": "days beyond terms",
    "logistic": "logistic regression",
}


def tables(build_file: Path) -> str:
    """Late rates by tier, scorers by quarter and horizon, and calibration, of the marts in ``build_file``.

    Raises:
        LookupError: the build is of made-up data, which proves nothing, or has no quarter to try.
    """
    with duckdb.connect(build_file, read_only=True) as marts:
        tiers = _rows(marts, "select * from marts.rpt_backtest_tiers order by scored_on nulls last, tier_order")
        scores = _rows(
            marts, "select * from marts.rpt_backtest_scores order by horizon_weeks, scored_on nulls last, scorer_order"
        )
        bands = _rows(marts, "select * from marts.rpt_backtest_calibration where quarter = 'all' order by score_from")
    if not tiers:
        raise LookupError("No quarter can be tried: its first day needs a scored week before it and invoices after.")
    if any(row["is_made_up"] for row in tiers):
        raise LookupError("Made-up data: no proof, so no table of it.")
    return "\n\n".join((_by_tier(tiers), _by_scorer(scores), _by_band(bands)))


def _rows(marts: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = marts.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _by_tier(rows: list[dict[str, Any]]) -> str:
    lines = ["| quarter | scored on | " + " | ".join(TIERS) + " | late rates rise |", "|---" * (len(TIERS) + 3) + "|"]
    for quarter in dict.fromkeys(row["quarter"] for row in rows):
        mine = {row["risk_tier"]: row for row in rows if row["quarter"] == quarter}
        compared = [row["rises"] for row in mine.values() if row["rises"] is not None]
        told = ("yes" if all(compared) else "no") if compared else ""
        cells = [_late(mine[tier]) for tier in TIERS]
        lines.append(f"| {quarter} | {mine['A']['scored_on'] or ''} | {' | '.join(cells)} | {told} |")
    return "\n".join(lines)


def _late(row: dict[str, Any]) -> str:
    """A tier's late rate and of how many; in brackets where it has too few to compare."""
    if not row["invoices_count"]:
        return ""
    told = f"{100 * row['late_rate']:.1f} % of {row['invoices_count']}"
    return told if row["has_enough"] else f"({told})"


def _by_scorer(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| weeks | quarter | invoices | late | scorecard, AUC | 95 % | "
        + " | ".join(words for scorer, words in SCORERS.items() if scorer != "scorecard")
        + " |",
        "|---" * (5 + len(SCORERS)) + "|",
    ]
    for weeks, quarter in dict.fromkeys((row["horizon_weeks"], row["quarter"]) for row in rows):
        mine = {row["scorer"]: row for row in rows if (row["horizon_weeks"], row["quarter"]) == (weeks, quarter)}
        card = mine["scorecard"]
        between = "" if card["auc_low"] is None else f"{card['auc_low']:.3f} to {card['auc_high']:.3f}"
        others = [_area(mine.get(scorer), card) for scorer in SCORERS if scorer != "scorecard"]
        cells = [weeks, quarter, card["invoices_count"], card["late_count"], _area(card, card), between, *others]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _area(row: dict[str, Any] | None, card: dict[str, Any]) -> str:
    """A scorer's area, and the scorecard's beside it where it speaks of fewer invoices."""
    if row is None or row["auc"] is None:
        return ""
    fewer = row["invoices_count"] != card["invoices_count"]
    return f"{row['auc']:.4f}" + (f" (scorecard there: {row['scorecard_auc']:.4f})" if fewer else "")


def _by_band(rows: list[dict[str, Any]]) -> str:
    lines = ["| score | expected late rate | came | late | invoices |", "|---|---|---|---|---|"]
    lines += [
        f"| {row['score_from']} to {row['score_to']} | {100 * row['expected_late_rate']:.1f} % | "
        f"{100 * row['late_rate']:.1f} % | {row['late_count']} | {row['invoices_count']} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        print(tables(Settings().build_file))
    except LookupError as error:
        sys.exit(str(error))
