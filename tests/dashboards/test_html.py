"""Small pieces of markup: changes, verdicts, sparklines, escaping."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboards.lib import html
from dashboards.lib.format import Formatter
from dashboards.lib.measures import MEASURES, Better

FMT = Formatter()


@pytest.mark.parametrize(
    ("column", "change", "rate", "text", "kind"),
    [
        ("dso_days", 1.3, None, "▲&nbsp;+1.3\u00a0d", "enc-worse"),
        ("dso_days", -1.3, None, "▼&nbsp;−1.3\u00a0d", "enc-better"),
        ("dso_days", 0.04, None, "=&nbsp;0.0\u00a0d", "enc-same"),
        ("overdue_amount", Decimal(100), 0.04, "▲&nbsp;+4.0%", "enc-worse"),
        ("collection_effectiveness_rate", 0.004, None, "▲&nbsp;+0.4\u00a0pt", "enc-better"),
        ("late_payment_rate_by_value", -0.011, None, "▼&nbsp;−1.1\u00a0pt", "enc-better"),
        ("unapplied_amount", Decimal(-2_000), 0.2, "▼&nbsp;−€2.0k", "enc-same"),
        ("best_possible_dso_days", 2.0, None, "▲&nbsp;+2.0\u00a0d", "enc-same"),
    ],
)
def test_change(column: str, change: float | Decimal, rate: float | None, text: str, kind: str) -> None:
    markup, found = html.change(change, rate, MEASURES[column], "EUR", FMT)
    assert text in markup
    assert found == kind
    assert (f'title="{kind.removeprefix("enc-")}"' in markup) == (kind != "enc-same")


def test_an_unknown_change_is_a_dash() -> None:
    assert html.change(None, None, MEASURES["dso_days"], "EUR", FMT) == ("–", "enc-same")


@pytest.mark.parametrize(
    ("way", "better", "expected"),
    [
        (1, Better.LOWER, "worse"),
        (-1, Better.LOWER, "better"),
        (1, Better.HIGHER, "better"),
        (1, Better.NEITHER, "same"),
        (0, Better.LOWER, "same"),
    ],
)
def test_verdict(way: int, better: Better, expected: str) -> None:
    assert html.verdict(way, better) == expected


def test_sparkline_keeps_gaps_and_marks_the_last_point() -> None:
    drawn = html.sparkline([1, 2, None, 3, Decimal(5)], "DSO")
    assert drawn.count("polyline") == 2
    assert "left:98.1%;top:9.4%" in drawn
    assert 'aria-label="DSO"' in drawn
    assert "polyline" not in html.sparkline([None, 1], "DSO")


def test_names_cannot_break_out() -> None:
    assert "<b>" not in html.title("<b>Delta</b>", "<i>note</i>")
    assert "<i>" not in html.title("Delta", "<i>note</i>")
    assert "<script>" not in html.facts([("<script>", "1")])
    assert "<x>" not in html.tier("<x>")


def test_every_measure_is_defined() -> None:
    for column, measure in MEASURES.items():
        assert measure.column == column
        assert measure.definition.endswith(".")
        assert measure.formula
