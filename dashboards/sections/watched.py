"""Around the watch list: its figures, who came in and left and why, what the team can work through, the tiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape

import streamlit as st

from dashboards.lib import export, glossary, html, navigate, page, sentence, tiles
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.format import Number
from dashboards.lib.queries import watch_list
from dashboards.lib.queries.watch_list import Choice, Listed, Section
from dashboards.lib.tables import Column, Kind
from dashboards.lib.theme import tier_token
from dashboards.lib.tiles import Plain

PAGE = "Watch list"
_ARROWS = {1: "▲", -1: "▼", 0: "="}


def figures(changes: Row, listed: Listed, here: Context) -> None:
    """The tiles: how long the list is, what is at stake, who came in, what the week holds, who is insolvent."""
    fmt, currency = here.fmt, here.view.main_currency
    history = watch_list.history(here.warehouse, here.view, listed)
    before = history[-2] if len(history) > 1 else {}

    def money(value: Number) -> str:
        return fmt.short_money(value, currency)

    def moved(column: str, write: Callable[[Number], str]) -> tuple[tuple[str, str, str], ...]:
        was = before.get(column)
        if was is None:
            return ()
        change = (changes[column] or 0) - was
        text = fmt.signed(write(change), change)
        way = html.direction(change, text)
        kind = {1: "enc-worse", -1: "enc-better", 0: "enc-same"}[way]
        return (("last week", f"{_ARROWS[way]}&nbsp;{escape(text)}", kind),)

    def weeks(column: str) -> list[Number | None]:
        return [row[column] for row in history]

    entered, left, aside = (changes[f"{name}_count"] for name in ("entered", "left", "set_aside"))
    shown = [
        Plain(
            "watched",
            "On the list",
            "customers to work on",
            fmt.number(changes["customers_count"]),
            glossary.meaning(PAGE, "On the list"),
            (
                *moved("customers_count", fmt.number),
                *([("set aside", fmt.number(aside), "enc-same")] if aside else []),
            ),
            weeks("customers_count"),
        ),
        Plain(
            "own-risk",
            "Own risk",
            "after cover and deposits",
            money(changes["own_risk_amount"] or Decimal(0)),
            glossary.meaning(PAGE, "Own risk"),
            moved("own_risk_amount", money),
            weeks("own_risk_amount"),
        ),
        Plain(
            "expected-loss",
            "Expected loss",
            "own risk × tier's rate",
            money(changes["expected_loss_amount"] or Decimal(0)),
            glossary.meaning(PAGE, "Expected loss"),
            moved("expected_loss_amount", money),
            weeks("expected_loss_amount"),
        ),
        Plain(
            "entered",
            "Came in, left",
            "since the week before",
            f"{fmt.signed(fmt.number(entered), entered)}  {fmt.number(-left)}",
            glossary.meaning(PAGE, "Came in, left"),
            [("came in, week before", fmt.number(before.get("entered_count")), "enc-same")],
            weeks("entered_count"),
        ),
    ]
    if listed.is_newest:
        beyond = changes["customers_count"] - changes["within_count"]
        shown.append(
            Plain(
                "within",
                "Within capacity",
                "accounts for this week",
                fmt.number(changes["within_count"]),
                glossary.meaning(PAGE, "Within capacity"),
                [("more than fit", fmt.number(beyond), "enc-worse" if beyond else "enc-same")],
            )
        )
    shown.append(
        Plain(
            "insolvent",
            "Insolvent, apart",
            "proceedings are open",
            fmt.number(changes["insolvent_count"]),
            glossary.meaning(PAGE, "Insolvent, apart"),
            [("own risk", escape(money(changes["insolvent_own_risk_amount"] or Decimal(0))), "enc-same")],
        )
    )
    tiles.plain_row(shown)


def moves(listed: Listed, here: Context) -> None:
    """Who came in and who left, each with why."""
    came = watch_list.came_in(here.warehouse, here.view, listed)
    went = watch_list.watched(here.warehouse, here.view, listed, Choice(), Section.LEFT)
    left, right = page.halves()
    with left, page.card("came-in", fill=True):
        _people(
            came,
            sentence.came_in(came, here.fmt),
            "Since the week before, and why; the worst expected loss first",
            "came-in",
            listed,
            here,
        )
    with right, page.card("left", fill=True):
        _people(
            went,
            sentence.went_out(went, here.fmt),
            "Since the week before, and why they were on it; no rule holds any more",
            "left",
            listed,
            here,
        )


def _people(rows: Sequence[Row], message: str, note: str, key: str, listed: Listed, here: Context) -> None:
    """Who came in or left, all of them, in words that are not cut short; and as a file."""
    currency, day = here.view.main_currency, listed.week.as_of_on
    columns = (
        Column("customer_id", "Id"),
        Column("customer_name", "Customer"),
        Column("risk_tier", "Tier", Kind.TIER),
        Column("reasons", "Why"),
        *([Column("recommended_action", "To decide")] if listed.is_newest else []),
        Column("expected_loss_amount", f"Expected loss, {currency}", Kind.MONEY),
        Column("own_risk_amount", f"Own risk, {currency}", Kind.MONEY),
        Column("overdue_amount", f"Overdue, {currency}", Kind.MONEY),
        Column("exposure_amount", f"Exposure, {currency}", Kind.MONEY),
        Column("entered_on", "On the list from", Kind.DATE),
        Column("sales_owner", "Sales owner"),
        Column("collector", "Collector"),
    )
    with page.headed(message, note):
        facts = export.about(here, f"Watch list: {message}", currency=currency, day=day)
        export.buttons(rows, columns, f"watch-list-{key}-{day}", facts, key=key)
    if not rows:
        return
    lines = []
    for row in rows:
        stake = here.fmt.short_money(row["own_risk_amount"], currency)
        expected = here.fmt.short_money(row["expected_loss_amount"], currency)
        action = row.get("recommended_action") if row["change"] == "entered" else None
        decide = f"<small>{escape(action)}</small>" if action else ""
        lines.append(
            f"<tr><td>{navigate.customer_link(row, here.view)}</td><td>{html.tier(row['risk_tier'])}</td>"
            f"<td>{stake}<small>{expected} expected</small></td>"
            f'<td class="text">{escape(here.fmt.told(row["reasons"] or ""))}{decide}</td></tr>'
        )
    decision = ", and what to decide" if any(row.get("recommended_action") for row in rows) and key == "came-in" else ""
    st.html(
        '<div class="enc-scroll enc-people"><table class="enc-table"><thead><tr><th>Customer</th><th>Tier</th>'
        f'<th>Own risk, loss</th><th class="text">Why{decision}</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def capacity(here: Context) -> None:
    """What each collector has on the list, and how much of it a week holds."""
    rows = watch_list.capacity(here.warehouse, here.view)
    fmt, currency = here.fmt, here.view.main_currency
    lines = []
    for row in rows:
        beyond = row["beyond_count"]
        name = navigate.accounts_link(row["collector"], here.view) if row["collector"] else "No collector"
        at_stake = f" · {fmt.short_money(row['beyond_own_risk_amount'], currency)}" if beyond else ""
        lines.append(
            f"<tr><td>{name}</td><td>{fmt.number(row['accounts_a_week'])}</td>"
            f"<td>{fmt.number(row['customers_count'])}</td><td>{fmt.number(row['within_count'])}</td>"
            f'<td class="{"enc-worse" if beyond else "enc-same"}">{fmt.number(beyond)}{at_stake}</td></tr>'
        )
    note = (
        "Accounts a week and person from seeds/team_capacity.csv: the first by expected loss fit; a name shows its own"
    )
    with page.card("capacity", sentence.capacity(rows, fmt), note, fill=True):
        st.html(
            '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Collector</th><th>Accounts a week</th>'
            "<th>On the list</th><th>Fit</th><th>More, own risk</th></tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table></div>"
        )


def tier_strip(listed: Listed, here: Context) -> None:
    """All customers by tier, and what each tier was worth: the rate that the list is ranked by."""
    rows = watch_list.tiers(here.warehouse, listed.week.ending_on)
    if not rows:
        return
    money, currency = here.fmt.short_money, here.view.main_currency
    lent = ", of another tier" if any(row["is_rate_measured"] for row in rows) else ": nothing is measured yet"
    cells = []
    for row in rows:
        change = row["customers_count_change"]
        moved = f"{here.fmt.signed(here.fmt.number(change), change)} on last week" if change else "as last week"
        rate = f"{here.fmt.rate(row['tier_seriously_late_rate'])} seriously late"
        if not row["is_rate_measured"]:
            rate += lent
        cells.append(
            f'<div style="--tier:var(--{tier_token(row["risk_tier"])})">'
            f'<div class="count">{html.tier(row["risk_tier"])}{here.fmt.number(row["customers_count"])}</div>'
            f'<div class="what">{moved}</div>'
            f'<div class="what"><b>{rate}</b></div>'
            f'<div class="what">{money(row["exposure_amount"], currency)} exposure</div>'
            f'<div class="what">{money(row["overdue_amount"], currency)} overdue</div></div>'
        )
    note = (
        "All customers of all entities. Seriously late: of what the tier's customers of a year before had falling due "
        "since, the share unpaid beyond the days of grace; own risk × this rate ranks the list"
    )
    with page.card("tiers", "What each tier was worth", note, fill=True):
        st.html(f'<div class="enc-tiers">{"".join(cells)}</div>')
