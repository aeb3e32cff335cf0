"""The rules as they are shipped: each catches a customer, an order or a piece of news at its value, not just under it.

The rules are read from `seeds/`, and put to the models that apply them. What those read is made of rows that differ
in nothing but the rule's own measure, so that no other rule can catch them in its place.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.models.compiled import PROJECT_ROOT, Compiled, Warehouse

T = date(2024, 3, 31)
"""The as-of day, a Sunday."""

WEEK_AGO = T - timedelta(days=7)

Row = Mapping[str, object]
Given = list[tuple[str, Row]]
"""Rows to be read by a model, each with the name of the model or seed that it stands in for."""


def _rules(seed: str) -> list[dict[str, str]]:
    with (PROJECT_ROOT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


WATCH_RULES = {rule["reason_code"]: rule for rule in _rules("watch_rules")}
ORDER_RULES = {rule["rule_code"]: rule for rule in _rules("order_rules")}
ALERT_RULES = {f"{rule['alert_kind']} to {rule['recipient_role']}": rule for rule in _rules("alert_rules")}

CENT = Decimal("0.01")


def _put(warehouse: Warehouse, given: Given) -> None:
    """Have the models and seeds named in ``given`` hold its rows and no others; what a row leaves out is null."""
    for name in {name for name, _ in given}:
        warehouse.rows(f"delete from {warehouse.compiled.by_name[name].relation}")
    for name, row in given:
        columns, places = ", ".join(row), ", ".join("?" * len(row))
        relation = warehouse.compiled.by_name[name].relation
        warehouse.rows(f"insert into {relation} ({columns}) values ({places})", list(row.values()))


@pytest.fixture(scope="module")
def warehouse(compiled: Compiled) -> Iterator[Warehouse]:
    """A company with a single invoice, all models of it made; a test's fixture puts its own rows before a mart."""
    invoice = {
        "entity_id": "S",
        "invoice_id": "I",
        "document_type": "invoice",
        "customer_id": "C",
        "posted_on": "2024-03-01",
        "due_on": "2024-04-15",
        "currency": "EUR",
        "amount": "1",
    }
    tables = {
        "entities": [{"entity_id": "S", "base_currency": "EUR", "allocation_policy": "stated"}],
        "customers": [{"customer_id": "C", "customer_name": "C"}],
        "invoices": [invoice],
    }
    with Warehouse(compiled, tables, T) as made:
        yield made.make("fct_watch_list_weekly", "rpt_order_decisions", "rpt_alerts")


def _again(warehouse: Warehouse, mart: str, given: Given) -> Warehouse:
    _put(warehouse, given)
    node = warehouse.compiled.by_name[mart]
    warehouse.run(node, node.sql)
    return warehouse


# The watch list


def _under(measure: str, value: str, whole: Collection[str]) -> Decimal:
    """Just under a value: by a whole number, a cent or a thousandth."""
    step = Decimal(1) if measure in whole else CENT if measure.endswith("amount") else Decimal("0.001")
    return Decimal(value) - step


def _watched(rule: Mapping[str, str], whole: Collection[str] = ()) -> dict[str, dict[str, Decimal]]:
    """Customers of a rule of the watch list: one that all of its conditions hold for, and one just under each.

    ``whole`` are the measures that are whole numbers.
    """
    least = Decimal(rule["min_exposure_amount"])
    measure, also = rule["measure"], rule["and_measure"]
    at = {"exposure_amount": max(least, Decimal(1)), measure: Decimal(rule["from_value"])}
    if also:
        at[also] = Decimal(rule["and_from_value"])
    customers = {"at": at, "under": {**at, measure: _under(measure, rule["from_value"], whole)}}
    if also:
        customers["under the second"] = {**at, also: _under(also, rule["and_from_value"], whole)}
    if least:
        customers["too small"] = {**at, "exposure_amount": least - CENT}
    return customers


@pytest.fixture(scope="module")
def watch_list(warehouse: Warehouse) -> dict[str, list[str]]:
    """The rules that caught each customer."""
    week = {"week_ending_on": T, "as_of_on": T, "own_risk_amount": 1}
    whole = [
        str(name)
        for name, data_type, *_ in warehouse.rows("describe intermediate.int_watch_states")
        if data_type in ("INTEGER", "BIGINT")
    ]
    given: Given = [
        ("int_watch_states", {"customer_id": f"{code} {which}", **week, **values})
        for code, rule in WATCH_RULES.items()
        for which, values in _watched(rule, whole).items()
    ]
    rows = _again(warehouse, "fct_watch_list_weekly", given).rows(
        "select customer_id, reason_codes from marts.fct_watch_list_weekly where week_ending_on = ?", [T]
    )
    return {str(customer_id): str(codes).split(",") for customer_id, codes in rows}


@pytest.mark.parametrize("code", WATCH_RULES)
def test_a_watch_rule_catches_at_its_value_and_not_just_under_it(code: str, watch_list: dict[str, list[str]]) -> None:
    found = {which: code in watch_list.get(f"{code} {which}", []) for which in _watched(WATCH_RULES[code])}
    assert found == {which: which == "at" for which in found}


# Orders

Case = Callable[[Decimal], dict[str, Row]]
"""What a value of a rule's measure is made of: columns by the model that has them."""


def _credit(**columns: object) -> dict[str, Row]:
    return {"rpt_credit_exposures": columns}


def _acceptance(**columns: object) -> dict[str, Row]:
    return {"rpt_onboarding": columns}


def _action(action: str) -> Case:
    return lambda value: _credit(credit_action=action if value == 1 else "watch")


ORDER_CASES: dict[str, tuple[Decimal, Case]] = {
    "insolvency": (Decimal(1), lambda value: {"dim_customers": {"insolvency_on": T + timedelta(days=1 - int(value))}}),
    "action_stop": (Decimal(1), _action("stop")),
    "action_prepay": (Decimal(1), _action("prepay")),
    "action_approve": (Decimal(1), _action("approve")),
    "not_accepted": (Decimal(1), lambda value: _acceptance(acceptance="waiting" if value == 1 else "approved")),
    "is_frozen": (Decimal(1), lambda value: _acceptance(stage="frozen" if value == 1 else "watched")),
    "no_file": (
        Decimal(1),
        lambda value: _acceptance(stage="watched", acceptance="no_file" if value == 1 else "not_provided"),
    ),
    "excess_amount": (CENT, lambda value: _credit(granted_amount=100, used_amount=100 + value)),
    "over_step_amount": (CENT, lambda value: _acceptance(stage="watched", stepped_limit_amount=100 - value)),
    "limit_expired": (Decimal(1), lambda value: _credit(limit_state="expired" if value == 1 else "given")),
    "no_limit": (Decimal(1), lambda value: _credit(limit_state="none" if value == 1 else "not provided")),
    "unknown_amount": (
        Decimal(1),
        lambda value: {"int_orders_valued": {"reporting_amount": None if value == 1 else 1}},
    ),
    "oldest_undisputed_days_past_due": (
        Decimal(1),
        lambda value: {"int_customer_risk_inputs": {"oldest_undisputed_days_past_due": value}},
    ),
    "missing_deposit_amount": (
        CENT,
        lambda value: {
            "int_orders_valued": {"reporting_deposit_amount": 10 + value, "reporting_deposit_received_amount": 10}
        },
    ),
    "usual_order_multiple": (CENT, lambda value: {"int_orders_valued": {"usual_order_multiple": value}}),
    "unsigned": (Decimal(1), lambda value: {"int_orders_valued": {"has_signed_document": value != 1}}),
}
"""For each measure, by how much a value is just under another, and what the value is made of."""


def _order(customer_id: str, made_of: Mapping[str, Row]) -> Given:
    """An order that nothing holds back, but for what ``made_of`` says."""
    plain: dict[str, Row] = {
        "dim_customers": {"customer_id": customer_id, "customer_kind": "private"},
        "rpt_credit_exposures": {
            "customer_id": customer_id,
            "credit_action": "free",
            "exposure_amount": 100,
            "limit_state": "given",
            "limit_currency": "EUR",
            "granted_amount": 1000,
            "used_amount": 100,
        },
        "int_customer_risk_inputs": {"customer_id": customer_id, "as_of_on": T},
        "rpt_onboarding": {"customer_id": customer_id},
        "int_orders_valued": {
            "order_id": customer_id,
            "entity_id": "S",
            "customer_id": customer_id,
            "ordered_on": T,
            "counts_from_on": T,
            "currency": "EUR",
            "amount": 1,
            "reporting_currency": "EUR",
            "reporting_amount": 1,
            "has_signed_document": True,
        },
    }
    return [(model, {**row, **made_of.get(model, {})}) for model, row in plain.items()]


@pytest.fixture(scope="module")
def decisions(warehouse: Warehouse) -> dict[str, tuple[object, ...]]:
    """What was decided on each order, and by which rule."""
    given: Given = []
    for code, rule in ORDER_RULES.items():
        step, case = ORDER_CASES[rule["measure"]]
        value = Decimal(rule["from_value"])
        given += _order(f"{code} at", case(value)) + _order(f"{code} under", case(value - step))
    rows = _again(warehouse, "rpt_order_decisions", given).rows(
        "select order_id, decision, rule_code from marts.rpt_order_decisions"
    )
    return {str(order_id): (decision, code) for order_id, decision, code in rows}


@pytest.mark.parametrize("code", ORDER_RULES)
def test_an_order_rule_decides_at_its_value_and_not_just_under_it(
    code: str, decisions: dict[str, tuple[object, ...]]
) -> None:
    assert decisions[f"{code} under"] == ("release", "none")
    assert decisions[f"{code} at"] == (ORDER_RULES[code]["decision"], code)


# Alerts


def _risk(customer_id: str, week_on: date, tier: str, exposure: Decimal) -> tuple[str, Row]:
    week = {"week_ending_on": week_on, "as_of_on": week_on}
    return "fct_customer_risk_weekly", {
        "customer_id": customer_id,
        **week,
        "risk_tier": tier,
        "exposure_amount": exposure,
    }


def _worse_tier(customer_id: str, value: Decimal, _: date) -> Given:
    return [
        _risk(customer_id, WEEK_AGO, "A", Decimal(1)),
        _risk(customer_id, T, "ABCDE"[int(value)], Decimal(1)),
    ]


def _rise_in_a_stopped_tier(customer_id: str, value: Decimal, _: date) -> Given:
    (stopped,) = (tier["risk_tier"] for tier in _rules("risk_tiers") if tier["credit_action"] == "stop")
    return [
        _risk(customer_id, WEEK_AGO, stopped, Decimal(100)),
        _risk(customer_id, T, stopped, 100 + value),
    ]


def _cut(customer_id: str, value: Decimal, on: date, currency: str = "EUR") -> Given:
    row = {"customer_id": customer_id, "starts_on": on, "currency": currency, "limit_amount": 100}
    return [("int_cover_spans", {**row, "earlier_limit_amount": 100 + value})]


def _notice(customer_id: str, value: Decimal, on: date) -> Given:
    row = {"notification_state": "to_notify", "notify_by_on": on, "days_to_notify": (on - T).days, "eligible_amount": 1}
    return [("rpt_insured_items", {**_item(customer_id, value), **row})]


def _large_invoice(customer_id: str, value: Decimal, on: date) -> Given:
    return [("fct_item_intervals", {**_item(customer_id, value), "due_on": on, "valid_from_on": T, "open_amount": 1})]


def _item(customer_id: str, value: Decimal) -> dict[str, object]:
    """The one item of a customer."""
    named = dict.fromkeys(("document_id", "customer_id", "document_number"), customer_id)
    return {"entity_id": "S", "instalment_no": 1, **named, "reporting_open_amount": value}


ALERT_CASES: dict[str, tuple[Decimal, int, Callable[[str, Decimal, date], Given]]] = {
    "tier_worsened": (Decimal(1), 0, _worse_tier),
    "exposure_after_freeze": (CENT, 0, _rise_in_a_stopped_tier),
    "cover_cut": (CENT, -1, _cut),
    "notification_due": (CENT, 1, _notice),
    "large_invoice_due": (CENT, 1, _large_invoice),
}
"""For each alert by how much a value is just under another; whether it looks back (-1), ahead (1), or at the as-of day
alone (0); and what is read of it."""


def _news(rule: Mapping[str, str]) -> dict[str, tuple[Decimal, date]]:
    """The value and the day of what a rule of alerts should tell (at), and of what it should not."""
    step, direction, _ = ALERT_CASES[rule["alert_kind"]]
    value, days = Decimal(rule["from_value"]), int(rule["within_days"])
    # Of what happened the as-of day is one of the days; what is to come may be as many days ahead.
    last = T + direction * timedelta(days=days - 1 if direction < 0 else days)
    news = {"at": (value, last), "under": (value - step, last)}
    return news | {"too far": (value, last + timedelta(days=direction))} if direction else news


@pytest.fixture(scope="module")
def alerts(warehouse: Warehouse) -> set[tuple[object, ...]]:
    """Who is told what of each customer."""
    given: Given = []
    for code, rule in ALERT_RULES.items():
        _, _, read = ALERT_CASES[rule["alert_kind"]]
        for which, (value, on) in _news(rule).items():
            customer_id = f"{code} {which}"
            given.append(("dim_customers", {"customer_id": customer_id, "customer_kind": "private"}))
            given += read(customer_id, value, on)
    given.append(("dim_customers", {"customer_id": "no rate", "customer_kind": "private"}))
    given += _cut("no rate", Decimal(1), T, currency="XXX")
    rows = _again(warehouse, "rpt_alerts", given).rows(
        "select customer_id, alert_kind, recipient_role from marts.rpt_alerts"
    )
    return set(rows)


def test_a_cut_that_nobody_can_value_is_told_all_the_same(alerts: set[tuple[object, ...]]) -> None:
    told = {role for customer_id, kind, role in alerts if (customer_id, kind) == ("no rate", "cover_cut")}
    assert told == {rule["recipient_role"] for rule in ALERT_RULES.values() if rule["alert_kind"] == "cover_cut"}


@pytest.mark.parametrize("code", ALERT_RULES)
def test_an_alert_is_told_at_its_value_within_its_days_and_not_beyond(
    code: str, alerts: set[tuple[object, ...]]
) -> None:
    rule = ALERT_RULES[code]
    told = (rule["alert_kind"], rule["recipient_role"])
    found = {which: (f"{code} {which}", *told) in alerts for which in _news(rule)}
    assert found == {which: which == "at" for which in found}
