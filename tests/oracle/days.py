"""Days: terms of payment, weeks that end on Sunday, months, and the windows of a row."""

from __future__ import annotations

import csv
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def month_start(day: date, months_before: int = 0) -> date:
    """First day of the month that lies ``months_before`` months before that of ``day``."""
    number = day.year * 12 + day.month - 1 - months_before
    return date(number // 12, number % 12 + 1, 1)


def month_end(day: date) -> date:
    """Last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def week_end(day: date) -> date:
    """The Sunday on or after ``day``."""
    return day + timedelta(days=7 - day.isoweekday())


@cache
def _terms() -> dict[str, tuple[int, str, int | None]]:
    with (SEEDS / "payment_terms.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["payment_terms"]: (
                int(row["days"]),
                row["end_of_month"],
                int(row["day_of_month"]) if row["day_of_month"] else None,
            )
            for row in csv.DictReader(file)
        }


def due_by_terms(terms: str, invoiced_on: date) -> date | None:
    """The day a document of ``invoiced_on`` is due by a code of the terms; none where the code is unknown."""
    if terms not in _terms():
        return None
    days, end_of_month, day_of_month = _terms()[terms]
    due_on = invoiced_on
    if end_of_month == "before":
        due_on = month_end(due_on)
    due_on += timedelta(days=days)
    if end_of_month == "after":
        due_on = month_end(due_on)
    if day_of_month is not None:
        next_month = month_end(due_on) + timedelta(days=1)
        due_on = min(next_month.replace(day=1) + timedelta(days=day_of_month - 1), month_end(next_month))
    return due_on


@dataclass(frozen=True, eq=False)
class Period:
    """A week or month row: its last day, the day it speaks of, and where its windows start (all inclusive)."""

    period_kind: str
    period_ending_on: date
    as_of_on: date
    is_complete: bool
    own_from_on: date
    """First day of the week or month itself."""
    window_from_on: date
    """91 days, or three calendar months."""
    window_12m_from_on: date
    """364 days, or twelve calendar months."""
    effectiveness_from_on: date
    """28 days, or the month."""

    @property
    def window_days(self) -> int:
        """Days of the window, the last one included."""
        return (self.as_of_on - self.window_from_on).days + 1

    @cached_property
    def over_12_months(self) -> Period:
        """The same row with the twelve-month window as its window: how customers pay is judged over it."""
        return replace(self, window_from_on=self.window_12m_from_on)

    @property
    def window_12m_days(self) -> int:
        """Days of the twelve-month window, the last one included."""
        return (self.as_of_on - self.window_12m_from_on).days + 1


def week(ending_on: date, as_of: date) -> Period:
    """The row of the week that ends on ``ending_on`` in a build for ``as_of``."""
    day = min(ending_on, as_of)
    return Period(
        period_kind="week",
        period_ending_on=ending_on,
        as_of_on=day,
        is_complete=ending_on <= as_of,
        own_from_on=ending_on - timedelta(days=6),
        window_from_on=day - timedelta(days=90),
        window_12m_from_on=day - timedelta(days=363),
        effectiveness_from_on=day - timedelta(days=27),
    )


def month(ending_on: date, as_of: date) -> Period:
    """The row of the month that ends on ``ending_on`` in a build for ``as_of`` (ruling 17)."""
    day = min(ending_on, as_of)
    return Period(
        period_kind="month",
        period_ending_on=ending_on,
        as_of_on=day,
        is_complete=ending_on <= as_of,
        own_from_on=month_start(day),
        window_from_on=month_start(day, 2),
        window_12m_from_on=month_start(day, 11),
        effectiveness_from_on=month_start(day),
    )


def periods(first: date, as_of: date) -> list[Period]:
    """All weeks, then all months, from the one that holds ``first`` to the one that holds ``as_of``."""
    found: list[Period] = []
    ending_on = week_end(first)
    while ending_on <= week_end(as_of):
        found.append(week(ending_on, as_of))
        ending_on += timedelta(days=7)
    ending_on = month_end(first)
    while ending_on <= month_end(as_of):
        found.append(month(ending_on, as_of))
        ending_on = month_end(ending_on + timedelta(days=1))
    return found
