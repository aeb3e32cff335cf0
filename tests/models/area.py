"""The area under the curve the naive way, pair by pair: an oracle for the back-test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt


@dataclass(frozen=True)
class Outcome:
    """One invoice: whose, how its customer was scored (more is worse), and whether it came late."""

    customer_id: str
    score: Fraction
    is_late: bool


def _above(late: Fraction, in_time: Fraction) -> Fraction:
    return Fraction(1) if late > in_time else Fraction(1, 2) if late == in_time else Fraction(0)


def auc(outcomes: Sequence[Outcome]) -> Fraction | None:
    """The share of pairs (a late invoice, one in time) whose late one has the worse score; a tie is half a pair."""
    late = [outcome.score for outcome in outcomes if outcome.is_late]
    in_time = [outcome.score for outcome in outcomes if not outcome.is_late]
    if not late or not in_time:
        return None
    return sum((_above(one, other) for one in late for other in in_time), Fraction(0)) / (len(late) * len(in_time))


def interval(outcomes: Sequence[Outcome]) -> tuple[float, float] | None:
    """The 95 % interval of DeLong, DeLong and Clarke-Pearson (1988) for clustered data: Obuchowski (1997), section 2.

    Each customer is a cluster. With θ the area, M late invoices and N in time, V10 of a late invoice is the share of
    those in time below it, V01 of one in time the share of late ones above it; both are summed by cluster.
    """
    area = auc(outcomes)
    if area is None:
        return None
    late = [outcome for outcome in outcomes if outcome.is_late]
    in_time = [outcome for outcome in outcomes if not outcome.is_late]
    m, n = len(late), len(in_time)
    late_parts: dict[str, Fraction] = defaultdict(Fraction)
    in_time_parts: dict[str, Fraction] = defaultdict(Fraction)
    for one in late:
        late_parts[one.customer_id] += (
            sum((_above(one.score, other.score) for other in in_time), Fraction(0)) / n - area
        )
    for other in in_time:
        in_time_parts[other.customer_id] += (
            sum((_above(one.score, other.score) for one in late), Fraction(0)) / m - area
        )
    clusters = {outcome.customer_id for outcome in outcomes}
    i10, i01, i = len(late_parts), len(in_time_parts), len(clusters)
    if i10 < 2 or i01 < 2:
        return None
    s10 = Fraction(i10, (i10 - 1) * m) * sum(part**2 for part in late_parts.values())
    s01 = Fraction(i01, (i01 - 1) * n) * sum(part**2 for part in in_time_parts.values())
    s11 = Fraction(i, i - 1) * sum(late_parts[name] * in_time_parts[name] for name in clusters)
    error = sqrt(max(float(s10 / m + s01 / n + 2 * s11 / (m * n)), 0.0))
    return max(float(area) - 1.959964 * error, 0.0), min(float(area) + 1.959964 * error, 1.0)
