"""The decision memo of a customer: one page, the same markup on the page and in a file to print.

The file holds its own style and asks for nothing outside. Everything it says is read from the marts; the proposal is
that of `audit.decision`, and what is decided is written in by hand.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path

from audit.decision import Decision, recommended
from dashboards.lib import credit_words, passport, theme
from dashboards.lib.db import Row, Warehouse
from dashboards.lib.format import Formatter, Number
from dashboards.lib.queries import memo as queries
from dashboards.lib.queries import orders

HTML_TYPE = "text/html"
_DASHBOARDS = Path(__file__).parent.parent
_STYLE = _DASHBOARDS / "assets" / "memo.css"
_FONT = _DASHBOARDS / "static" / "ibm-plex-sans-latin.woff2"
_TO_DECIDE = ("Decision", "Limit", "Terms", "Conditions", "Name", "Day")
_MADE_UP = "Made-up data: an example, no proof of anything."


@dataclass(frozen=True)
class Memo:
    """All that a memo says of one customer."""

    facts: Row
    orders: Sequence[Row]
    factors: Sequence[Row]
    unusual: Sequence[Row]
    history: Row
    proposal: Decision
    passport: Sequence[tuple[str, str]]
    is_made_up: bool
    currency: str


@dataclass(frozen=True)
class _Measure:
    label: str
    write: Callable[[Number | None], str]


def read(warehouse: Warehouse, customer_id: str, currency: str, fmt: Formatter) -> Memo | None:
    """Read a memo; None for a customer without exposure, limit and cover."""
    facts = queries.facts(warehouse, customer_id)
    if facts is None:
        return None
    return Memo(
        facts,
        orders.rules_of(warehouse, customer_id),
        queries.factors(warehouse, customer_id),
        queries.unusual(warehouse, customer_id),
        queries.history(warehouse, customer_id),
        recommended(facts, _money(currency, fmt)),
        passport.told(warehouse, fmt) or [("Build", warehouse.publication.build_id)],
        passport.is_made_up(warehouse),
        currency,
    )


def _money(currency: str, fmt: Formatter) -> Callable[[Decimal], str]:
    return lambda value: fmt.short_money(value, currency)


def title(memo: Memo) -> str:
    """What the memo is, in a line."""
    return f"Decision memo: {memo.facts['customer_name']}"


def requested(memo: Memo, fmt: Formatter) -> list[str]:
    """What is asked for: credit by a new customer, and the orders that wait."""
    facts, currency = memo.facts, memo.currency
    said = []
    if facts["requested_on"] is not None:
        line = f"Credit asked for on {fmt.day(facts['requested_on'])}"
        if facts["level_label"]:
            line += f" (level: {facts['level_label']})"
        if facts["approved_on"] is None:
            line += "; not approved yet"
        else:
            limit = fmt.money(facts["approved_limit_amount"], currency)
            by = facts["approved_by"] or "somebody not named"
            line += f"; {limit} approved on {fmt.day(facts['approved_on'])} by {by}"
        said.append(line)
        if facts["missing"]:
            said.append(f"Of its file: {facts['missing']}")
        if facts["frozen_on"]:
            said.append(f"Frozen since {fmt.day(facts['frozen_on'])}: {facts['incident_label']}")
    if facts["ordered_amount"] is None:
        said.append("Orders: not provided")
        return said
    if not memo.orders:
        said.append("No open order")
    for row in memo.orders:
        rule = "" if row["decision"] == "release" else f" by the rule “{credit_words.rule(row['rule_code'])}”"
        amount = fmt.money(row["reporting_amount"], currency)
        said.append(f"{fmt.count(row['orders_count'], 'order')} of {amount} to {row['decision']}{rule}")
    if (facts["reporting_excess_amount"] or 0) > 0:
        used, limit = (fmt.money(facts[name], currency) for name in ("reporting_used_amount", "limit_amount"))
        said.append(f"To hold all that is owed and ordered, the limit would have to be {used} instead of {limit}")
    return said


def granted(memo: Memo, fmt: Formatter) -> list[tuple[str, str, str]]:
    """Granted beside recommended: what, as it is, as it is recommended."""
    facts, currency = memo.facts, memo.currency

    def amount(name: str, state: str | None = None) -> str:
        if facts[name] is None and state is not None:
            return credit_words.given(facts, state)
        return fmt.money(facts[name], currency)

    def days(value: int | None) -> str:
        return fmt.count(value, "day")

    asked, share = facts["deposits_asked_amount"], facts["recommended_deposit_rate"]
    deposit_now = credit_words.NOT_PROVIDED
    if asked is not None:
        deposit_now = f"{amount('deposits_asked_amount') if asked else 'none'} asked"
    deposit_then = fmt.number(None) if share is None else f"{fmt.rate(share, 0)} of an order" if share else "none"
    approved = f"by {facts['limit_approved_by']}" if facts["limit_approved_by"] else ""
    used = "" if facts["utilisation_rate"] is None else f" ({fmt.rate(facts['utilisation_rate'], 0)} used)"
    return [
        ("Limit", amount("limit_amount", "limit_state") + used, amount("recommended_limit_amount")),
        ("Terms", days(facts["terms_days"]), days(facts["recommended_terms_days"])),
        ("Deposit", deposit_now, deposit_then),
        ("Delivery", "", credit_words.ACTIONS.get(facts["credit_action"], fmt.number(None))),
        ("Approved", approved, ""),
        ("Review", fmt.day(facts["limit_reviewed_on"]), f"by {fmt.day(facts['limit_review_due_on'])}"),
    ]


def _measures(currency: str, fmt: Formatter) -> dict[str, _Measure]:
    def money(value: Number | None) -> str:
        return fmt.short_money(value, currency)

    def rate(value: Number | None) -> str:
        return fmt.rate(value, 0)

    def days(value: Number | None) -> str:
        return fmt.days(value, 0)

    return {
        "overdue_rate": _Measure("Overdue share", rate),
        "average_overdue_age_days": _Measure("Age of overdue", days),
        "days_beyond_terms_13w": _Measure("Days beyond terms, 13 weeks", days),
        "late_payment_rate_by_value": _Measure("Late-payment rate", rate),
        "disputed_amount": _Measure("Disputed", money),
        "exposure_amount": _Measure("Exposure", money),
        "ordered_amount": _Measure("Ordered", money),
    }


def anomalies(memo: Memo, fmt: Formatter) -> list[tuple[bool, str]]:
    """Each measure against its own 52 weeks and its segment, unusual ones first: whether it is, and the words."""
    rows = {row["measure"]: row for row in memo.unusual}
    segment = memo.facts["segment"] or "customers without a segment"
    found = []
    for name, measure in _measures(memo.currency, fmt).items():
        row = rows.get(name)
        if row is None or (not row["value_now"] and not row["own_median"]):
            continue
        own = other = ""
        if row["own_weeks"] >= queries.LEAST_WEEKS:
            own = f"its own median {measure.write(row['own_median'])}"
            if row["is_unusual_for_it"]:
                own += f", above {fmt.rate(row['own_below_rate'], 0)} of its weeks"
        else:
            own = f"too few weeks of its own ({row['own_weeks']})"
        if row["segment_count"] >= queries.LEAST_OTHERS:
            other = f"{segment} {measure.write(row['segment_median'])}"
            if row["is_unusual_in_segment"]:
                other += f", above {fmt.rate(row['segment_below_rate'], 0)} of them"
        else:
            other = f"too few others in {segment}"
        unusual = bool(row["is_unusual_for_it"] or row["is_unusual_in_segment"])
        found.append((unusual, f"{measure.label} {measure.write(row['value_now'])}: {own}; {other}"))
    return sorted(found, key=lambda line: not line[0])


def mitigants(memo: Memo, fmt: Formatter) -> list[str]:
    """What lessens the risk, and what does not: cover, deposits, parent and group, payment history."""
    facts, currency = memo.facts, memo.currency
    said = []
    if facts["cover_state"] == "not provided":
        said.append("Cover: not provided")
    elif facts["cover_status"] is None:
        said.append("No cover")
    else:
        limit = fmt.money(facts["insurer_limit_amount"], currency)
        until = f" until {fmt.day(facts['cover_valid_to_on'])}" if facts["cover_valid_to_on"] else ""
        said.append(
            f"Cover {facts['cover_status']}{until}: {facts['insurer']} bears {fmt.rate(facts['cover_rate'], 0)} up to "
            f"{limit}; {fmt.money(facts['insured_amount'], currency)} insured now"
        )
    if facts["deposits_asked_amount"] is None:
        said.append("Deposits: not provided")
    elif facts["deposits_asked_amount"] or facts["deposits_received_amount"]:
        received, asked = (fmt.money(facts[f"deposits_{name}_amount"], currency) for name in ("received", "asked"))
        said.append(f"Deposits: {received} received of {asked} asked")
    if facts["unapplied_amount"]:
        said.append(f"Unapplied cash and credits: {fmt.money(abs(facts['unapplied_amount']), currency)}")
    if facts["parent_name"]:
        tier = f", tier {facts['parent_tier']}" if facts["parent_tier"] else ""
        said.append(f"Parent: {facts['parent_name']}{tier}")
    if facts["group_members_count"]:
        whole = fmt.money(facts["group_exposure_amount"], currency)
        said.append(f"Its group of {facts['group_members_count']} has an exposure of {whole} together")
    if facts["paid_amount"]:
        count = fmt.count(memo.history.get("payments_count"), "payment")
        late = fmt.count(facts["counted_late_days"], "day")
        said.append(
            f"Paid {fmt.money(facts['paid_amount'], currency)} in 52 weeks, {count}, {late} late on average; "
            f"the last on {fmt.day(memo.history.get('last_paid_on'))}"
        )
    else:
        said.append("No payment in 52 weeks")
    since = facts["created_on"] or facts["first_invoiced_on"]
    if since:
        said.append(f"Customer since {fmt.day(since)}")
    if facts["override_reason"]:
        said.append(
            f"Tier set by hand until {fmt.day(facts['override_to_on'])} by {facts['override_approved_by']} "
            f"(score alone: {facts['scored_tier']}): {facts['override_reason']}"
        )
    return said


def _items(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _factor_rows(memo: Memo, fmt: Formatter) -> str:
    lines = []
    for group, words in credit_words.FACTOR_GROUPS.items():
        mine = [row for row in memo.factors if row["factor_group"] == group]
        if not mine:
            continue
        score = memo.facts[f"{group}_score"]
        told = "nothing known" if score is None else f"{fmt.number(score)} of 100"
        lines.append(f'<tr class="group"><td>{words}</td><td class="number">{told}</td></tr>')
        for row in mine:
            if row["is_missing"]:
                continue
            stale = " (stale)" if row["is_stale"] else ""
            lines.append(
                f"<tr><td>{escape(row['explanation'] or row['factor_label'])}{stale}</td>"
                f'<td class="number">{fmt.number(row["points"])} of {fmt.number(row["most_points"])}</td></tr>'
            )
        gaps: dict[str, list[str]] = {}
        for row in mine:
            if row["is_missing"]:
                gaps.setdefault(row["explanation"] or "Missing", []).append(row["factor_label"])
        for why, labels in gaps.items():
            lines.append(f'<tr><td class="what" colspan="2">{escape(why)}: {escape(", ".join(labels))}</td></tr>')
    return "".join(lines)


def body(memo: Memo, fmt: Formatter) -> str:
    """The memo as markup, without its style."""
    facts, currency = memo.facts, memo.currency
    tier = facts["risk_tier"]
    basis = ", behaviour only" if facts["is_behaviour_only"] else ""
    standing = "No tier yet"
    if tier:
        weeks = fmt.count(facts["weeks_in_tier"], "week")
        standing = f"Tier {tier} for {weeks}, {fmt.number(facts['risk_score'])} points of 100{basis}"
    who = [
        facts["customer_id"],
        facts["registration_id"],
        facts["segment"],
        facts["country_code"],
        facts["sales_owner"] and f"sales {facts['sales_owner']}",
        facts["collector"] and f"collection {facts['collector']}",
    ]
    stakes = [
        f"Exposure {fmt.money(facts['exposure_amount'], currency)}",
        f"overdue {fmt.money(facts['overdue_amount'], currency)}",
        f"disputed {fmt.money(facts['disputed_amount'], currency)}",
        f"own risk {fmt.money(facts['own_risk_amount'], currency)}",
    ]
    compared = "".join(
        f"<tr><th>{escape(what)}</th><td>{escape(now)}</td><td>{escape(then)}</td></tr>"
        for what, now, then in granted(memo, fmt)
    )
    unusual = "".join(
        f'<li class="{kind}">{escape(words)}</li>'
        for kind, words in (("unusual" if is_unusual else "usual", words) for is_unusual, words in anomalies(memo, fmt))
    )
    proposed = {
        "Limit": fmt.money(memo.proposal.limit_amount, currency),
        "Terms": fmt.count(facts["recommended_terms_days"], "day"),
        "Conditions": " ".join(memo.proposal.conditions),
        "Decision": memo.proposal.verdict,
    }
    fill = "".join(f"<tr><th>{name}</th><td>{escape(proposed.get(name, ''))}</td><td></td></tr>" for name in _TO_DECIDE)
    reasons = credit_words.watched(facts, fmt)
    watched = f'<p class="what">{escape(reasons)}</p>' if reasons else ""
    made_up = f"<b>{_MADE_UP}</b> " if memo.is_made_up else ""
    said = " · ".join(f"{escape(name)}: {escape(value)}" for name, value in memo.passport if value)
    return (
        f'<article class="enc-memo"><h1>{escape(facts["customer_name"] or facts["customer_id"])}</h1>'
        f'<p class="what">{escape(" · ".join(str(part) for part in who if part))}</p>'
        f"<p>{escape(standing)} · {escape(' · '.join(stakes))} · as of {fmt.day(facts['as_of_on'])}</p>{watched}"
        f'<p class="proposal">Proposed: {escape(memo.proposal.words)}</p>'
        f'<div class="columns"><div><h2>Requested</h2>{_items(requested(memo, fmt))}'
        f"<h2>Granted and recommended</h2><table><tr><th></th><th>Now</th><th>Recommended</th></tr>{compared}</table>"
        f'<p class="what">{escape(fmt.told(facts["recommended_formula"]))}</p>'
        f"<h2>Mitigants</h2>{_items(mitigants(memo, fmt))}</div>"
        f"<div><h2>Why this tier</h2><table>{_factor_rows(memo, fmt)}</table></div></div>"
        f"<h2>In perspective: against its own 52 weeks and its segment</h2>"
        f"<ul>{unusual or '<li>Nothing to compare</li>'}</ul>"
        f'<h2>Decision</h2><table class="fill"><tr><th></th><th>Proposed</th><th>Decided</th></tr>{fill}</table>'
        f"<footer>{made_up}{said}</footer></article>"
    )


def _font() -> str:
    """The type family, inside the file: the same page wherever it is printed."""
    data = base64.b64encode(_FONT.read_bytes()).decode("ascii")
    source = f"url(data:font/woff2;base64,{data}) format('woff2')"
    return f"@font-face {{ font-family: '{theme.FONT_FAMILY}'; font-weight: 100 700; src: {source}; }}"


def document(memos: Sequence[Memo], fmt: Formatter) -> bytes:
    """Memos as one file to print, a page each: self-contained, no script, nothing fetched."""
    heading = title(memos[0]) if len(memos) == 1 else f"{len(memos)} decision memos"
    on_page = theme.STYLE_FILE.read_text(encoding="utf-8")
    shared = on_page[on_page.index("/* A decision memo") :]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(heading)}</title>'
        f"<style>{_font()}{theme.paper_tokens()}{_STYLE.read_text(encoding='utf-8')}{shared}</style></head>"
        f"<body>{''.join(body(memo, fmt) for memo in memos)}</body></html>"
    ).encode()
