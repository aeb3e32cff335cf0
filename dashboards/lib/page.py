"""What every page has in the same place: the head with as-of and loaded, banners, cards, the empty state."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.lib import filters, html
from dashboards.lib.context import Context
from dashboards.lib.queries.choices import Freshness

STALE_VARIABLE = "ENCOURS_STALE_AFTER_DAYS"
STALE_AFTER_DAYS = 8


def stale_after() -> timedelta:
    """How old the newest load may be before the pages say so: a week and a day, or the environment's say."""
    given = os.environ.get(STALE_VARIABLE, "")
    return timedelta(days=int(given) if given.isdigit() else STALE_AFTER_DAYS)


def staleness(freshness: Freshness, now: datetime) -> str | None:
    """What is wrong with the loads, in words, or None: nothing loaded, or nothing for too long."""
    if freshness.loaded_at is None:
        return "No load is on record for this publication."
    age = _aware(now) - _aware(freshness.loaded_at)
    if age > stale_after():
        return f"Nothing was loaded for {age.days} days: the figures may be out of date."
    return None


def head(context: Context, name: str, sentence: str, *, as_of_build: bool = False, day: date | None = None) -> None:
    """Draw the head of a page: where we are, as of when, how fresh, and the sentence.

    ``as_of_build`` for pages whose figures exist for the build's own day only, whatever week is chosen; ``day`` where
    they speak of another day than the week's.
    """
    view, fmt, freshness = context.view, context.fmt, context.freshness
    if day is None:
        day = context.warehouse.publication.as_of_on if as_of_build else view.week.as_of_on
    problem = staleness(freshness, datetime.now(UTC))
    word = "stale" if problem else "fresh"
    loaded = f"loaded {fmt.moment(freshness.loaded_at)}" if freshness.loaded_at else "never loaded"
    narrowed = () if view.cut is None else (view.cut.words,)
    where = " · ".join(escape(part) for part in (view.entity_name, view.currency, *narrowed))
    st.html(
        f'<div class="enc-head"><span><b>{escape(name)}</b> · {where}</span>'
        f'<span class="enc-state">As of <b>{fmt.day(day, weekday=True)}</b> · {escape(loaded)} '
        f'<span class="enc-state enc-{word}"><i></i>{word}</span></span></div>'
        f'<h1 class="enc-sentence">{escape(sentence)}</h1>'
    )
    if problem:
        banner(problem)
    if freshness.tie_out_status == "unexplained":
        amount = fmt.amount(freshness.unexplained_gl_amount)
        banner(f"These figures differ from the general ledger by {amount} without an explanation: see Data health.")
    if freshness.assumed_due_days_rate is not None:
        share = fmt.rate(freshness.assumed_due_days_rate)
        banner(
            f"Due days of {share} of the invoices are assumed: no day was given and no terms are known. What is "
            "overdue or late, and tiers and actions by it, are estimates until customers' terms are loaded.",
            mild=True,
        )
    if not as_of_build and not view.is_newest:
        _offer_newest(context)


def _offer_newest(context: Context) -> None:
    newest = context.view.newest.ending_on
    st.button(
        f"An earlier week is shown. Go to {context.fmt.day(newest, weekday=True)}",
        icon=":material/update:",
        type="tertiary",
        on_click=filters.show_newest_week,
        args=(newest,),
        key="newest-week",
    )


def halves() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two cells side by side, one above the other where there is no room for both."""
    grid = st.grid(2, min_column_width=400, gap="small")
    return grid.cell(), grid.cell()


def check(
    rows: str,
    found: Decimal | int,
    expected: Decimal | int,
    write: Callable[[Decimal | int], str],
    what: str = "figure",
) -> bool:
    """Say whether ``rows`` (`12 rows`) add up to a figure, exactly or by how much not; ``write`` writes both."""
    if found == expected:
        st.html(
            f'<p class="enc-check-line enc-better">{escape(rows)} add up to <b>{escape(write(found))}</b> '
            f'<span class="enc-state enc-fresh"><i></i>exactly the {escape(what)}</span></p>'
        )
        return True
    banner(
        f"{rows} add up to {write(found)}, not to the {write(expected)} of the {what}: {write(found - expected)} apart."
    )
    return False


def banner(message: str, *, mild: bool = False) -> None:
    """Say something that must not be overlooked; ``mild`` for a note of caution."""
    st.html(f'<div class="enc-banner{" enc-mild" if mild else ""}" role="alert">{escape(message)}</div>')


def say(caution: str | None) -> None:
    """Say a word of caution where there is one."""
    if caution:
        banner(caution, mild=True)


@contextmanager
def card(key: str, message: str = "", note: str = "", *, fill: bool = False) -> Iterator[None]:
    """A card with its message as title; ``key`` must be unique on the page. ``fill``: as high as its neighbours."""
    with st.container(border=True, key=f"card-{key}", height="stretch" if fill else "content"):
        if message:
            st.html(html.title(message, note))
        yield


@contextmanager
def headed(message: str, note: str = "", *, under: Callable[[], object] | None = None) -> Iterator[None]:
    """A title with room beside it: what is drawn inside, files first of all, stands at its right.

    ``under`` draws what stands below the title.
    """
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        st.html(html.title(message, note))
        if under:
            under()
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        yield


def note(message: str) -> None:
    """A quiet line where there is nothing to draw."""
    st.html(f'<p class="enc-card-note">{escape(message)}</p>')


def nothing_published(reason: str) -> None:
    """What a first visitor meets: why there is nothing, and the commands that change it."""
    st.html(
        '<div class="enc-empty"><h1>Nothing is published yet.</h1>'
        f"<p>{escape(reason)} The pages show the last build that passed its tests; make one, and this page "
        "shows it on the next reload.</p></div>"
    )
    with st.container(key="empty-commands"):
        st.markdown("**With the sample company**")
        st.code("make demo", language=None)
        st.markdown("**With your own extract**")
        st.code("encours inspect PATH\nencours refresh PATH --as-of 2026-03-31", language=None)


def lacking(error: str, code_version: str) -> None:
    """Say that the published file lacks what a page reads, as one made by an earlier version of the models does."""
    banner(
        f"The published file lacks something that this page reads: version {code_version} of the models made it. "
        "Run `encours build`, then `encours publish`, with the version that serves these pages."
    )
    note(error.partition("\n")[0])


def unreadable(reason: str) -> None:
    """The pointer is broken: say what and how to mend it."""
    st.html('<div class="enc-empty"><h1>The publication cannot be read.</h1></div>')
    banner(reason)
    st.code("encours publish", language=None)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
