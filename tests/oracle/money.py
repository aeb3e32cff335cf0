"""Exact amounts: rounded half away from zero to the cent, once, at the end."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def money(exact: Fraction) -> Decimal:
    """``exact`` to the cent, half away from zero."""
    cents = abs(exact) * 100
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    return (Decimal(whole if exact >= 0 else -whole) * CENT).quantize(CENT)


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The share of ``amount`` that ``part`` has in ``whole``, rounded; of nothing nothing."""
    if not part or not whole:
        return ZERO
    if amount == whole:
        return part
    above, by_above = (amount * part).as_integer_ratio()
    below, by_below = whole.as_integer_ratio()
    return money(Fraction(above * by_below, below * by_above))


def shares(amount: Decimal, parts: list[Decimal]) -> list[Decimal]:
    """``amount`` spread over ``parts``: each share rounded, the last takes the rest (ruling 27)."""
    whole = sum(parts, ZERO)
    spread = [share(amount, part, whole) for part in parts[:-1]]
    return [*spread, amount - sum(spread, ZERO)]


def running_shares(amount: Decimal, parts: list[Decimal]) -> list[Decimal]:
    """``amount`` spread over ``parts`` by rounding what all parts so far come to."""
    whole = sum(parts, ZERO)
    spread: list[Decimal] = []
    for number in range(1, len(parts) + 1):
        spread.append(share(amount, sum(parts[:number], ZERO), whole) - sum(spread, ZERO))
    return spread


NOTHING = Fraction(0)


def ratio(numerator: Decimal | Fraction | int, denominator: Decimal | Fraction | int) -> Fraction | None:
    """One exact division, null where the denominator is zero or negative (metrics 1, ratios)."""
    if denominator <= 0:
        return None
    if not numerator:
        return NOTHING
    above, by_above = numerator.as_integer_ratio()
    below, by_below = denominator.as_integer_ratio()
    return Fraction(above * by_below, below * by_above)
