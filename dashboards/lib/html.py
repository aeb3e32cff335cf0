"""Small pieces of markup: escaping, changes with their sign and word, sparklines, tiers, facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from dashboards.lib.format import Formatter, Number
from dashboards.lib.measures import Better, Measure, Unit
from dashboards.lib.theme import TOKENS, ink_on, tier_token

_ARROWS = {1: "▲", -1: "▼", 0: "="}


def figure(value: Number | None, unit: Unit, currency: str, fmt: Formatter) -> str:
    """A figure with its unit, short enough for a headline."""
    if unit is Unit.MONEY:
        return fmt.short_money(value, currency)
    if unit is Unit.TIMES:
        return fmt.times(value)
    return fmt.rate(value) if unit is Unit.RATE else fmt.days(value)


def change_text(change: Number | None, rate: Number | None, measure: Measure, currency: str, fmt: Formatter) -> str:
    """A change in the measure's own terms: days, points of a rate, per cent of an amount or an amount."""
    if change is None:
        return fmt.days(None)
    if measure.moves_in_money or (measure.unit is Unit.MONEY and rate is None):
        return fmt.signed(fmt.short_money(change, currency), change)
    if measure.unit is Unit.MONEY:
        return fmt.signed(fmt.rate(rate, 1), rate)
    if measure.unit is Unit.RATE:
        return f"{fmt.signed(fmt.number(change * 100, 1), change)}\u00a0pt"
    return fmt.signed(fmt.times(change) if measure.unit is Unit.TIMES else fmt.days(change), change)


def direction(change: Number | None, text: str) -> int:
    """-1, 0 or 1 as shown: what reads as zero is no change, however small the rest."""
    if change is None or not any(digit in text for digit in "123456789"):
        return 0
    return 1 if change > 0 else -1


def verdict(way: int, better: Better) -> str:
    """``better``, ``worse`` or ``same``: the class that colours a change, and the word read out with it."""
    if way == 0 or better is Better.NEITHER:
        return "same"
    good = (way > 0) == (better is Better.HIGHER)
    return "better" if good else "worse"


def change(
    value: Number | None, rate: Number | None, measure: Measure, currency: str, fmt: Formatter
) -> tuple[str, str]:
    """A change as markup (arrow, sign, number) and its class; unknown is a dash."""
    text = change_text(value, rate, measure, currency, fmt)
    if value is None:
        return escape(text), "enc-same"
    way = direction(value, text)
    word = verdict(way, measure.better)
    spoken = "" if word == "same" else f' title="{word}"'
    return f"<span{spoken}>{_ARROWS[way]}&nbsp;{escape(text)}</span>", f"enc-{word}"


def sparkline(values: Sequence[Number | None], label: str, *, width: int = 160, height: int = 32) -> str:
    """A line of weeks without axes, its last point marked; gaps stay gaps. Empty below two known points.

    The page's HTML filter takes no SVG elements, so the line is a mask over the ink of the theme in use.
    """
    known = [float(value) for value in values if value is not None]
    size = f"height:{height}px"
    if len(known) < 2:
        return f'<span class="enc-spark" style="{size}"></span>'
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (width - 6) / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    last = (0.0, 0.0)
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        last = (3 + place * step, 3 + (height - 6) * (1 - (float(value) - low) / span))
        runs[-1].append(f"{last[0]:.1f},{last[1]:.1f}")
    lines = "".join(
        f"<polyline points='{' '.join(run)}' vector-effect='non-scaling-stroke'/>" for run in runs if len(run) > 1
    )
    drawing = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' preserveAspectRatio='none' "
        f"fill='none' stroke='#000' stroke-width='1.5' stroke-linejoin='round'>{lines}</svg>"
    )
    spot = f"left:{last[0] / width * 100:.1f}%;top:{last[1] / height * 100:.1f}%"
    return (
        f'<span class="enc-spark" role="img" aria-label="{escape(label)}" style="{size}">'
        f'<span style="--line:url(\'data:image/svg+xml,{quote(drawing)}\')"></span><i style="{spot}"></i></span>'
    )


def tier(letter: str | None) -> str:
    """A tier's badge: its letter on its colour."""
    token = tier_token(letter)
    # On dark ground the tiers are one step lighter: dark letters read on all of them.
    on = f"light-dark({ink_on(token)}, {TOKENS['page'].dark})"
    return f'<span class="enc-tier" style="--tier:var(--{token});--on-tier:{on}">{escape(letter or "–")}</span>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values in a row; values are markup."""
    inside = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return f'<dl class="enc-facts">{inside}</dl>'


def words(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and what they mean, one below the other."""
    inside = "".join(f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" for name, meaning in pairs)
    return f'<dl class="enc-words">{inside}</dl>'


def title(message: str, note: str = "") -> str:
    """A card's message, and under it what is drawn."""
    below = f'<p class="enc-card-note">{escape(note)}</p>' if note else ""
    return f'<h2 class="enc-card-title">{escape(message)}</h2>{below}'
