"""Weekly KPIs: where DSO and overdue stand, what moved them, and who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape

import streamlit as st

from dashboards.lib import charts, export, filters, html, narrow, navigate, page, passport, sentence, tables, tiles
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.effects import DSO, EFFECTS, NAMES, OVERDUE
from dashboards.lib.format import Number
from dashboards.lib.measures import DSO_PARTS, MEASURES, MONTH_FIGURES, SECTIONS, TILES, Measure, Unit, led_by
from dashboards.lib.queries import bridges, cuts, kpis, movers
from dashboards.lib.tables import Column, Kind

WEEKS_SHOWN = 104
MONTHS_SHOWN = 13
KINDS = {Unit.MONEY: Kind.WHOLE_MONEY, Unit.RATE: Kind.RATE, Unit.DAYS: Kind.DAYS, Unit.TIMES: Kind.DAYS}


def _scope() -> str:
    """Which invoices count."""
    return filters.segmented(
        navigate.SCOPE, "Invoices counted", filters.SCOPES, "all", help_=filters.SCOPES_HELP, quiet=True
    )


def _link(
    column: str, words: str, scope: str, here: Context, *, entity_id: str | None = None, month: date | None = None
) -> str:
    """A figure as a link to its definition and its rows."""
    address = navigate.figure_address(here.view, column, scope, entity_id=entity_id, month=month)
    return f'<a href="{escape(address)}" target="_self">{words}</a>'


def _parts_table(comparison: Mapping[int, Row], scope: str, here: Context) -> None:
    heads = "".join(f"<th>on {words}</th>" for words in tiles.COMPARED.values())
    lines = []
    for column in ("dso_days", *DSO_PARTS):
        measure = MEASURES[column]
        cells = []
        for days in tiles.COMPARED:
            row = comparison.get(days, {})
            text, kind = html.change(row.get(f"{column}_change"), None, measure, here.view.currency, here.fmt)
            cells.append(f'<td class="change {kind}">{text}</td>')
        value = here.fmt.days(comparison[kpis.LAST_WEEK][column])
        name = "DSO" if column == "dso_days" else measure.label
        total = ' class="total"' if column == "dso_days" else ""
        lines.append(
            f"<tr{total}><td>{_link(column, escape(name), scope, here)}</td><td>{value}</td>{''.join(cells)}</tr>"
        )
    st.html(
        '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Part of DSO</th><th>now</th>'
        f"{heads}</tr></thead><tbody>{''.join(lines[1:] + lines[:1])}</tbody></table></div>"
    )


def _dso(comparison: Mapping[int, Row], history: Sequence[Row], scope: str, here: Context) -> None:
    latest = comparison[kpis.LAST_WEEK]
    late, dso = latest["average_days_delinquent"], latest["dso_days"]
    message = (
        f"{here.fmt.number(late, 1)} of {here.fmt.number(dso, 1)} days of DSO are overdue"
        if late is not None and dso is not None
        else "DSO and its parts"
    )
    with page.card(
        "dso", message, f"DSO = not due + overdue + unapplied, {latest['window_days']}-day window, by week", fill=True
    ):
        if any(row["dso_days"] is not None for row in history):
            charts.show(charts.dso_parts(history, here.fmt), "dso-chart", "DSO by week and its parts")
        else:
            page.note("No week in view has credit sales to divide by.")
        _parts_table(comparison, scope, here)


def _ageing(here: Context) -> None:
    rows = kpis.ageing_history(here.warehouse, here.view, 52)
    buckets = kpis.buckets(here.warehouse)
    now = [row for row in rows if row["period_ending_on"] == here.view.week.ending_on]
    message = sentence.oldest_slab(now, here.view.currency, here.fmt)
    with page.card(
        "ageing", message, f"Open amounts in {here.view.currency} by days past due, week ends, disputed included"
    ):
        charts.show(
            charts.ageing(rows, buckets, here.view.currency, here.fmt), "ageing-chart", "Open amounts by age, 52 weeks"
        )


def _overdue(latest: Row, history: Sequence[Row], here: Context) -> None:
    """What is overdue and how much of it long, where no ageing is kept by week."""
    currency, fmt = here.view.currency, here.fmt
    message = f"{fmt.short_money(latest['overdue_amount'], currency)} is overdue"
    message += f", {fmt.short_money(latest['over_90_amount'], currency)} of it over 90 days"
    with page.card("overdue", message, f"Overdue amounts in {currency}, week ends, two years"):
        charts.show(charts.overdue(history, currency, fmt), "overdue-chart", "Overdue and over 90 days by week")


def _by_entity(scope: str, here: Context) -> None:
    rows = kpis.by_entity(here.warehouse, here.view, scope)
    lines = []
    for row in rows:
        total = row["entity_id"] == "*"
        name = "All entities" if total else row["entity_name"]
        cells = []
        for column in ("overdue_amount", "dso_days"):
            measure = MEASURES[column]
            if column == "dso_days":
                text, kind = html.change(row["dso_days_change"], None, measure, here.view.currency, here.fmt)
            else:
                moved = row["overdue_amount_change"]
                shown = here.fmt.signed(here.fmt.short_money(moved, here.view.currency), moved)
                word = html.verdict(html.direction(moved, shown), measure.better)
                text, kind = escape(shown), f"enc-{word}"
            value = html.figure(row[column], measure.unit, here.view.currency, here.fmt)
            value = _link(column, escape(value), scope, here, entity_id=row["entity_id"])
            cells.append(f'<td>{value}<small class="{kind}">{text}</small></td>')
        receivable, late = (
            _link(
                column,
                escape(html.figure(row[column], MEASURES[column].unit, here.view.currency, here.fmt)),
                scope,
                here,
                entity_id=row["entity_id"],
            )
            for column in ("receivable_amount", "late_payment_rate_by_value")
        )
        spark = html.sparkline(row["dso_trend"], f"DSO of {name}, a year", width=96, height=24)
        lines.append(
            f"<tr{' class=total' if total else ''}><td>{escape(name)}</td>"
            f"<td>{receivable}</td>{''.join(cells)}<td>{late}</td><td class='spark'>{spark}</td></tr>"
        )
    worst = max(
        (row for row in rows if row["entity_id"] != "*" and row["dso_days"] is not None), key=_dso_of, default=None
    )
    message = f"{worst['entity_name']} has the longest DSO" if worst and len(rows) > 2 else "By entity"
    with page.card("entities", message, f"Amounts in {here.view.currency}; changes on last week", fill=True):
        st.html(
            '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Entity</th><th>Receivables</th>'
            "<th>Overdue</th><th>DSO</th><th>Late rate</th><th>DSO, a year</th></tr>"
            f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
        )


def _dso_of(row: Row) -> float:
    return float(row["dso_days"])


def _why(row: Row, here: Context) -> str:
    """What became overdue and what was settled between the two weeks, as a few words."""

    def told(count: int, words: str, amount: Number | None) -> str:
        return f"{here.fmt.number(count)} {words} {here.fmt.short_money(amount, here.view.main_currency)}"

    causes = []
    if row["newly_overdue_count"]:
        causes.append(told(row["newly_overdue_count"], "newly overdue", row["newly_overdue_amount"]))
    if row["settled_count"]:
        causes.append(told(row["settled_count"], "settled", row["settled_amount"]))
    changed = row["changed_amount"]
    if changed:
        amount = here.fmt.short_money(abs(changed), here.view.main_currency)
        causes.append(f"{'paid in part' if changed < 0 else 'open again'} {amount}")
    return " · ".join(causes)


def _span(key: str) -> int:
    """Against which earlier week."""
    days = st.segmented_control(
        "Compared with",
        list(tiles.COMPARED),
        format_func=lambda value: tiles.COMPARED[value],
        default=kpis.LAST_WEEK,
        required=True,
        key=key,
        label_visibility="collapsed",
    )
    return int(days)


def _why_moved(scope: str, here: Context) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="bridge-span"):
        if scope != "all":
            page.note("The bridges speak of all invoices: disputes are an effect of their own.")
        days = _span("bridge-days")
    left, right = page.halves()
    with left:
        _bridge(DSO, days, here)
    with right:
        _bridge(OVERDUE, days, here)
    if days == kpis.LAST_WEEK:
        _drivers(here)


def _bridge(measure: str, days: int, here: Context) -> None:
    rows = bridges.effects(here.warehouse, here.view, measure, days)
    currency, words = here.view.currency, tiles.COMPARED[days]
    if not rows:
        with page.card(f"bridge-{measure}", f"{NAMES[measure]}: nothing to compare with", fill=True):
            page.note(f"There is no such figure {words}, or none now.")
        return

    def written(value: Number) -> str:
        return here.fmt.days(value) if measure == DSO else here.fmt.short_money(value, currency)

    exact = "exactly"
    # Shares of a double: DSO's effects add up to the last digits that can be told.
    gap = abs(rows[0]["effects_value"] - rows[0]["change"])
    if gap > (Decimal("0.000001") if measure == DSO else 0):
        page.banner(f"The effects on {NAMES[measure]} do not add up to its change: {gap} apart.")
        exact = "only"
    adds = here.fmt.signed(written(rows[0]["effects_value"]), rows[0]["effects_value"])
    note = f"Against {here.fmt.day(rows[0]['compared_on'])}; the effects add up to {adds} {exact}; the axis is cut"
    message = sentence.bridge(measure, rows, words, currency, here.fmt)
    with page.card(f"bridge-{measure}", message, note, fill=True):
        bars = [
            (
                EFFECTS[measure][row["effect"]].label,
                float(row["value"]),
                here.fmt.signed(written(row["value"]), row["value"]),
            )
            for row in rows
            if row["value"] != 0
        ]
        opening = (here.fmt.day(rows[0]["compared_on"], year=days == kpis.A_YEAR), rows[0]["opening_value"])
        closing = (here.fmt.day(here.view.week.as_of_on, year=days == kpis.A_YEAR), rows[0]["closing_value"])
        charts.show(
            charts.waterfall(
                bars,
                (opening[0], float(opening[1]), written(opening[1])),
                (closing[0], float(closing[1]), written(closing[1])),
                here.fmt,
            ),
            f"bridge-{measure}-chart",
            f"Why {NAMES[measure]} moved",
        )
        with st.popover("What the effects mean", icon=":material/info:", type="tertiary"):
            for effect in EFFECTS[measure].values():
                st.markdown(f"**{effect.label}**  \n{effect.meaning}")


def _drivers(here: Context) -> None:
    """Who is behind each effect since last week: customers of DSO, documents of overdue."""
    offered = {
        f"{measure}-{row['effect']}": f"{NAMES[measure]}: {EFFECTS[measure][row['effect']].said}"
        for measure in (DSO, OVERDUE)
        for row in sorted(
            bridges.effects(here.warehouse, here.view, measure, kpis.LAST_WEEK), key=lambda row: -abs(row["value"])
        )
        if row["value"] != 0
    }
    if not offered:
        return
    currency = here.view.main_currency
    with page.card("drivers"):
        head, choice = st.columns([3, 2], vertical_alignment="top")
        with choice:
            chosen = filters.select(
                "effect", "Effect", list(offered), next(iter(offered)), lambda code: offered[code], quiet=True
            )
        measure, effect = chosen.split("-", 1)
        rows = bridges.drivers(here.warehouse, here.view, measure, effect)
        people = measure == DSO
        unit, kind = ("days", Kind.PRECISE) if people else (currency, Kind.MONEY)
        with head:
            name = EFFECTS[measure][effect].said
            message = f"Who is behind {NAMES[measure]}: {name}"
            if rows:
                first = rows[0]
                who = first["customer_name"] if people else f"{first['document_number']} of {first['customer_name']}"
                message = f"{who} weighs most in {NAMES[measure]}: {name}"
            what = "customers" if people else "documents"
            st.html(
                html.title(message, f"The ten {what} that weigh most since last week. A row opens the {what[:-1]}.")
            )
        if not rows:
            page.note("Drivers are kept for the weeks of the last year.")
            return
        columns = (
            Column("customer_name", "Customer", width=200, pinned=True)
            if people
            else Column("document_number", "Document", width=160, pinned=True),
            *(() if people else (Column("customer_name", "Customer", width=240),)),
            Column("value", f"Effect, {unit}", kind, 144, signed=True),
            Column("share", "Share of the effect", Kind.RATE, 136),
        )
        with choice, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, f"Drivers of {NAMES[measure]}: {name}, since last week", currency=currency)
            export.buttons(rows, columns, f"drivers-{chosen}-{here.view.week.as_of_on}", facts, key="drivers")
        tables.show(
            rows,
            columns,
            here.fmt,
            key=f"drivers-table-{measure}",
            alt=f"Drivers of {NAMES[measure]}: {name}",
            on_open=navigate.open_customer if people else navigate.open_document,
            most_rows=10,
        )


def _movers(here: Context) -> None:
    spans = {kpis.LAST_WEEK: "last week", kpis.FOUR_WEEKS: "4 weeks ago"}
    currency = here.view.main_currency
    with page.card("movers"):
        head, choice = st.columns([3, 2], vertical_alignment="top")
        with choice:
            tools = st.container(horizontal=True, horizontal_alignment="right")
        with tools:
            days = st.segmented_control(
                "Compared with",
                list(spans),
                format_func=lambda value: spans[value],
                default=kpis.LAST_WEEK,
                required=True,
                key="movers-span",
                label_visibility="collapsed",
            )
        rows = movers.movers(here.warehouse, here.view, days)
        with head:
            first = rows[0] if rows else None
            message = "No customer's overdue moved"
            if first:
                way = "more" if first["overdue_change"] > 0 else "less"
                amount = here.fmt.short_money(abs(first["overdue_change"]), currency)
                message = f"{first['customer_name']} moved most: {amount} {way} overdue"
            st.html(
                html.title(message, f"The biggest movers against {spans[days]}, {currency}. A row opens the customer.")
            )
        if rows:
            shown = [{**row, "why": _why(row, here)} for row in rows]
            columns = (
                Column("customer_name", "Customer", width=168, pinned=True),
                Column("overdue_change", f"Change in overdue, {currency}", Kind.WHOLE_MONEY, 152, signed=True),
                Column("overdue_amount", f"Overdue now, {currency}", Kind.WHOLE_MONEY, 136),
                Column("oldest_days_past_due", "Oldest, days", Kind.COUNT, 96),
                Column("why", "Why", width=376),
                Column("sales_owner", "Owner", width=112),
            )
            with tools:
                facts = export.about(here, f"Movers of overdue against {spans[days]}", currency=currency)
                export.buttons(shown, columns, f"movers-{here.view.week.as_of_on}", facts, key="movers")
            tables.show(
                shown,
                columns,
                here.fmt,
                key="movers-table",
                alt="Customers whose overdue amount moved most",
                on_open=navigate.open_customer,
            )


_MEMBER_WIDTHS = {Unit.MONEY: 136, Unit.RATE: 136, Unit.DAYS: 168, Unit.TIMES: 120}


def _heading(measure: Measure, currency: str) -> str:
    """A figure's name with its unit, for the head of a column."""
    unit = {Unit.MONEY: f", {currency}", Unit.DAYS: ", days"}.get(measure.unit, "")
    return f"{measure.tile}{unit}"


def _members(dimension: str, scope: str, here: Context) -> None:
    """The members of a dimension side by side; a row makes the page speak of that member."""
    currency, fmt = here.view.currency, here.fmt

    def found(limit: int | None) -> list[Row]:
        members = cuts.members(here.warehouse, here.view, dimension, scope, limit=limit)
        return [{**row, "member_words": narrow.words_of(dimension, row)} for row in members]

    rows = found(cuts.MOST_MEMBERS)
    columns = (
        Column("member_words", cuts.DIMENSIONS[dimension], width=168, pinned=True),
        *(
            Column(
                column,
                _heading(MEASURES[column], currency),
                KINDS[unit],
                _MEMBER_WIDTHS[unit],
                help=MEASURES[column].whole,
            )
            for column in cuts.FIGURES
            for unit in (MEASURES[column].unit,)
        ),
    )
    columns = (
        *columns[:3],
        Column("overdue_amount_change", f"Change in a week, {currency}", Kind.WHOLE_MONEY, 136, signed=True),
        *columns[3:],
    )
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        named = [row for row in rows if row["member"] not in (cuts.NOT_GIVEN, cuts.ALONE)]
        message = sentence.members(named, [row["member_words"] for row in named], currency, fmt)
        count = rows[0]["members_count"] if rows else 0
        note = f"{fmt.count(count, 'member')}; amounts add up to all. A row makes the page speak of it alone."
        if count > len(rows):
            note = f"The {fmt.number(len(rows))} with most overdue of {note}"
        st.html(html.title(message, note))
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        facts = export.about(
            here,
            f"Figures by {cuts.DIMENSIONS[dimension].lower()}",
            currency=currency,
            chosen=[("Scope", filters.SCOPES[scope])],
        )
        export.buttons(lambda: found(None), columns, f"by-{dimension}-{here.view.week.as_of_on}", facts, key="members")
    if rows:
        tables.show(
            rows,
            columns,
            fmt,
            key=f"members-table-{dimension}",
            alt=f"Figures by {cuts.DIMENSIONS[dimension].lower()}",
            on_open=_speak_of,
            most_rows=10,
            bold=lambda row: here.view.cut is not None and row["member"] == here.view.cut.member,
        )
    else:
        page.note("No figures for this week and entity.")


def _speak_of(row: Row) -> None:
    filters.put(navigate.MEMBER, row["member"], None)


def _months(scope: str, here: Context) -> None:
    """The months: cash against target, what each one's billing left open, and figures that lead to their rows."""
    rows = kpis.months(here.warehouse, here.view, scope, MONTHS_SHOWN)
    if not rows:
        return
    currency, fmt = here.view.currency, here.fmt
    columns = (
        Column("period_ending_on", "Month to", Kind.DATE),
        *(Column(column, MEASURES[column].label, KINDS[MEASURES[column].unit]) for column in MONTH_FIGURES),
        Column("collected_target_amount", f"Target, {currency}", Kind.MONEY),
        Column("cohort_billed_amount", f"Billed in the month, {currency}", Kind.MONEY),
    )
    with page.card("months"):
        title, tools = st.columns([3, 2], vertical_alignment="top")
        with title:
            note = f"By calendar month, {currency}: cash against its target, and each month's billing 90 days after"
            st.html(html.title(sentence.months(rows, currency, fmt), note))
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Figures by month", currency=currency, chosen=[("Scope", filters.SCOPES[scope])])
            export.buttons(rows, columns, f"months-{here.view.week.as_of_on}", facts, key="months")
        left, right = page.halves()
        oldest_first = rows[::-1]
        with left:
            charts.show(
                charts.collected(oldest_first, currency, fmt), "collected-chart", "Cash by month and its target"
            )
        with right:
            charts.show(charts.at_risk(oldest_first, currency, fmt), "at-risk-chart", "At-risk rate by month")
        st.html(_months_table(rows, scope, here))


def _months_table(rows: Sequence[Row], scope: str, here: Context) -> str:
    heads = "".join(f"<th>{escape(MEASURES[column].tile)}</th>" for column in MONTH_FIGURES)
    lines = []
    for row in rows:
        cells = []
        for column in MONTH_FIGURES:
            shown = escape(html.figure(row[column], MEASURES[column].unit, here.view.currency, here.fmt))
            if row[column] is not None:
                shown = _link(column, shown, scope, here, month=row["period_ending_on"])
            cells.append(f"<td>{shown}</td>")
        going = "" if row["is_complete"] else f"<small>to {here.fmt.day(row['as_of_on'], year=False)}</small>"
        lines.append(f"<tr><td>{here.fmt.month(row['period_ending_on'], short=True)}{going}</td>{''.join(cells)}</tr>")
    return (
        f'<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Month</th>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _sections(comparison: Mapping[int, Row], history: Sequence[Row], scope: str, here: Context) -> None:
    """All other figures of the week under their heads: value, changes, a year as a line, and what each means."""
    latest = comparison[kpis.LAST_WEEK]
    told: list[Row] = []
    lines = []
    headline = passport.headline_dso(here.warehouse)
    for head, columns in SECTIONS.items():
        lines.append(f'<tr class="section"><td colspan="7">{escape(head)}</td></tr>')
        for column in led_by(headline, columns):
            measure = MEASURES[column]
            value = html.figure(latest[column], measure.unit, here.view.currency, here.fmt)
            cells, changes = [], {}
            for days in tiles.COMPARED:
                row = comparison.get(days, {})
                change, rate = row.get(f"{column}_change"), row.get(f"{column}_change_rate")
                text, kind = html.change(change, rate, measure, here.view.currency, here.fmt)
                cells.append(f'<td class="change {kind}">{text}</td>')
                changes[f"change_{days}_days"] = change
            weeks = [row[column] for row in history[-53:]]
            spark = html.sparkline(weeks, f"{measure.label}, a year", width=96, height=24)
            lines.append(
                f"<tr><td>{_link(column, escape(measure.long), scope, here)}</td><td>{escape(value)}</td>"
                f'{"".join(cells)}<td class="spark">{spark}</td>'
                f'<td class="text quiet defined">{escape(measure.whole)}</td></tr>'
            )
            told.append({"section": head, "figure": measure.long, "value": latest[column], **changes})
            told[-1]["definition"] = f"{measure.whole} {measure.formula}."
    files = (
        Column("section", "Section"),
        Column("figure", "Figure"),
        Column("value", "Now", Kind.PRECISE),
        *(Column(f"change_{days}_days", f"Change on {words}", Kind.PRECISE) for days, words in tiles.COMPARED.items()),
        Column("definition", "Definition"),
    )
    heads = "".join(f"<th>on {words}</th>" for words in tiles.COMPARED.values())
    with page.card("sections"):
        title, tools = st.columns([3, 2], vertical_alignment="top")
        with title:
            st.html(html.title("All other figures of the week", "With what each means; a name opens its rows"))
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(
                here, "Figures of the week", currency=here.view.currency, chosen=[("Scope", filters.SCOPES[scope])]
            )
            export.buttons(told, files, f"figures-{here.view.week.as_of_on}", facts, key="sections")
        st.html(
            '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Figure</th><th>now</th>'
            f'{heads}<th>a year</th><th class="text defined">Definition</th></tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table></div>"
        )


def _week(comparison: Mapping[int, Row], history: Sequence[Row], scope: str, here: Context) -> None:
    """Where the week stands and what moved it, of the member in view or of all."""
    shown = led_by(passport.headline_dso(here.warehouse), TILES)
    tiles.tile_row(shown, comparison, history, scope, here.view, here.fmt)
    cut = here.view.cut
    if cut is None:
        _why_moved(scope, here)
    left, right = page.halves()
    with left:
        _dso(comparison, history, scope, here)
    with right:
        if cut is None or cut.dimension == "segment":
            _ageing(here)
        else:
            _overdue(comparison[kpis.LAST_WEEK], history, here)
        _by_entity(scope, here)
    if movers.can_tell(here.view):
        _movers(here)


def main() -> None:
    """Draw the page."""
    everybody = context()
    head = st.container()
    with st.container(horizontal=True, vertical_alignment="center", key="kpi-filters"):
        scope = _scope()
        chosen = st.container()
    week = st.container()
    code = filters.given(navigate.MEMBER)
    with page.card("members"):
        dimension = filters.select(
            navigate.CUT,
            "Cut by",
            list(cuts.DIMENSIONS),
            "segment",
            lambda name: f"By {cuts.DIMENSIONS[name].lower()}",
            width=240,
            quiet=True,
            clears=navigate.MEMBER,
        )
        here = narrow.narrowed(everybody, dimension, code)
        _members(dimension, scope, here)
    with chosen:
        narrow.chip(here)
    with head:
        page.head(here, "Weekly KPIs", _opening(scope, here))
    comparison = kpis.comparison(here.warehouse, here.view, scope)
    if not comparison:
        return
    history = kpis.history(here.warehouse, here.view, scope, WEEKS_SHOWN)
    with week:
        _week(comparison, history, scope, here)
    _months(scope, here)
    _sections(comparison, history, scope, here)


def _opening(scope: str, here: Context) -> str:
    """The sentence of the page, of the member in view or of all."""
    latest = kpis.comparison(here.warehouse, here.view, scope).get(kpis.LAST_WEEK)
    # Customers' figures count all invoices: they cannot explain a change without the disputed ones.
    known = scope == "all" and movers.can_tell(here.view)
    concentration = movers.concentration(here.warehouse, here.view, kpis.LAST_WEEK) if known else None
    # The bridge splits the overdue part by disputes: with all invoices counted it says why, else the parts do.
    whole = scope == "all" and here.view.cut is None
    bridge = bridges.effects(here.warehouse, here.view, DSO, kpis.LAST_WEEK) if whole else []
    told = sentence.weekly(latest, concentration, here.view, here.fmt, bridge)
    return told if here.view.cut is None else f"{here.view.cut.name}: {told}"


main()
