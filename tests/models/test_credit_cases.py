"""Published numbers of exposure, limits and insurance, through every model from the canonical tables on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from tests.models.compiled import Compiled, Warehouse

T = date(2024, 3, 31)

CREDIT_CASES = {
    "F05": "of two orders of 100 against a limit of 100 the second is blocked",
    "F08": "an uplift of 50 % of an insurance of 50000 on a limit of 100000",
    "F09": "a limit stays what was granted, whatever is insured; what insurance leaves is own risk",
}
"""Cases from other systems that this module tells.

F08's "included in exposure" (75000) takes the insurance off the limit, F09's own limit is what insurance does not
cover. Ours (metrics 4): limit and cover stand apart, and own risk is the exposure less what is insured.
"""


def _customers(*ids: str) -> list[dict[str, str]]:
    return [{"customer_id": customer_id, "customer_name": customer_id} for customer_id in ids]


def _invoice(customer_id: str, amount: str, **columns: str) -> dict[str, str]:
    return {
        "entity_id": "S",
        "invoice_id": f"I-{customer_id}{columns.pop('number', '')}",
        "document_type": "invoice",
        "customer_id": customer_id,
        "posted_on": "2024-03-01",
        "invoiced_on": "2024-03-01",
        "due_on": "2024-04-15",
        "currency": "EUR",
        "amount": amount,
        **columns,
    }


def _order(customer_id: str, number: int, amount: str, **columns: str) -> dict[str, str]:
    return {
        "entity_id": "S",
        "order_id": f"O-{customer_id}-{number}",
        "customer_id": customer_id,
        "ordered_on": f"2024-03-{10 + number}",
        "currency": "EUR",
        "amount": amount,
        **columns,
    }


def _limit(customer_id: str, amount: str, currency: str = "EUR") -> dict[str, str]:
    return {
        "limit_id": f"L-{customer_id}",
        "customer_id": customer_id,
        "limit_kind": "own",
        "amount": amount,
        "currency": currency,
        "valid_from": "2024-01-01",
    }


def _cover(customer_id: str, number: int, amount: str, valid_from: str, **columns: str) -> dict[str, str]:
    return {
        "cover_id": f"V-{customer_id}-{number}",
        "customer_id": customer_id,
        "cover_kind": "named",
        "limit_amount": amount,
        "currency": "EUR",
        "cover_rate": "0.9",
        "includes_tax": "true",
        "valid_from": valid_from,
        **columns,
    }


TABLES = {
    "entities": [{"entity_id": "S", "base_currency": "EUR", "allocation_policy": "stated"}],
    "customers": _customers("ASKED", "PAID", "USED", "QUEUE", "DOLLAR", "UPLIFT", "INSURED", "CUT", "TAXED"),
    "fx_rates": [
        {"rate_on": "2024-03-01", "from_currency": "USD", "to_currency": "EUR", "rate": "0.998"},
        {"rate_on": "2024-03-29", "from_currency": "USD", "to_currency": "EUR", "rate": "0.5"},
    ],
    "invoices": [
        _invoice("USED", "30"),
        _invoice("DOLLAR", "1000", currency="USD"),
        _invoice("INSURED", "120000"),
        _invoice("CUT", "80", number="1", delivered_on="2024-02-15"),
        _invoice("CUT", "20", number="2"),
        _invoice("TAXED", "120", tax_amount="20"),
    ],
    "orders": [
        _order("ASKED", 1, "100", deposit_amount="30"),
        _order("PAID", 1, "100", deposit_amount="30", deposit_received_amount="30"),
        _order("USED", 1, "20"),
        _order("USED", 2, "50", delivered_on="2024-03-20"),
        _order("QUEUE", 1, "100"),
        _order("QUEUE", 2, "100"),
    ],
    "credit_limits": [
        _limit("USED", "80"),
        _limit("QUEUE", "100"),
        _limit("DOLLAR", "2000", "USD"),
        _limit("UPLIFT", "100000"),
    ],
    "credit_covers": [
        _cover("UPLIFT", 1, "50000", "2024-01-01"),
        _cover("INSURED", 1, "100000", "2024-01-01"),
        _cover("CUT", 1, "100", "2024-01-01", valid_to="2024-02-28"),
        _cover("CUT", 2, "30", "2024-02-29", status="reduced"),
        _cover("TAXED", 1, "1000", "2024-01-01", includes_tax="false"),
    ],
}


def _made(compiled: Compiled, seeds: dict[str, list[list[str]]]) -> Warehouse:
    return Warehouse(compiled, TABLES, T, seeds=seeds).make("rpt_credit_exposures", "rpt_order_decisions")


@pytest.fixture(scope="module")
def warehouse(compiled: Compiled) -> Iterator[Warehouse]:
    """The marts of all cases, one customer each, as of T."""
    with _made(compiled, {}) as made:
        yield made


def _exposure(warehouse: Warehouse, customer_id: str, *columns: str) -> tuple[object, ...]:
    (row,) = warehouse.rows(
        f"select {', '.join(columns)} from marts.rpt_credit_exposures where customer_id = ?", [customer_id]
    )
    return row


@pytest.mark.parametrize(("customer_id", "amount"), [("ASKED", "100"), ("PAID", "70"), ("USED", "100")])
def test_orders_deliveries_invoices_and_deposits_are_one_exposure(
    warehouse: Warehouse, customer_id: str, amount: str
) -> None:
    """Metrics 4, exposure: a deposit counts from the day it is received, not from the day it is asked for."""
    assert _exposure(warehouse, customer_id, "exposure_amount") == (Decimal(amount),)


def test_orders_20_deliveries_50_and_invoices_30_use_a_limit_of_80_by_125_percent(warehouse: Warehouse) -> None:
    assert _exposure(
        warehouse, "USED", "utilisation_rate", "excess_amount", "ordered_amount", "delivered_not_billed_amount"
    ) == (1.25, Decimal(20), Decimal(20), Decimal(50))


def test_f05_the_second_order_is_blocked(warehouse: Warehouse) -> None:
    assert warehouse.rows(
        "select order_id, decision, rule_code, exposure_with_order_amount from marts.rpt_order_decisions "
        "where customer_id = 'QUEUE' order by order_id"
    ) == [("O-QUEUE-1", "release", "none", Decimal(100)), ("O-QUEUE-2", "block", "over_limit", Decimal(200))]


def test_f06_what_is_owed_in_the_limits_currency_is_not_converted_there_and_back(warehouse: Warehouse) -> None:
    assert _exposure(warehouse, "DOLLAR", "exposure_amount", "used_amount", "limit_currency", "utilisation_rate") == (
        Decimal(998),
        Decimal(1000),
        "USD",
        0.5,
    )


def test_f08_an_uplift_from_insurance_is_a_policy_that_is_off(warehouse: Warehouse, compiled: Compiled) -> None:
    assert _exposure(warehouse, "UPLIFT", "granted_amount") == (Decimal(100000),)
    policy = warehouse.rows("select policy, value, description from policy.policy")
    changed = [
        [str(name), "0.5" if name == "insurance_uplift_rate" else str(value), str(words)]
        for name, value, words in policy
    ]
    with _made(compiled, {"policy": changed}) as uplifted:
        assert _exposure(uplifted, "UPLIFT", "granted_amount", "uplift_limit_amount") == (
            Decimal(125000),
            Decimal(25000),
        )


def test_f09_of_120000_within_an_insurers_limit_of_100000_at_90_percent_30000_stay_own_risk(
    warehouse: Warehouse,
) -> None:
    assert _exposure(
        warehouse, "INSURED", "insured_amount", "own_risk_amount", "insurer_limit_amount", "limit_state"
    ) == (Decimal(90000), Decimal(30000), Decimal(100000), "none")


def test_a_cut_binds_later_deliveries_and_what_was_delivered_before_uses_the_limit_first(warehouse: Warehouse) -> None:
    """80 stay insured within 100 and leave nothing of 30 for the 20 delivered after the cut."""
    assert _exposure(warehouse, "CUT", "eligible_amount", "insured_amount", "own_risk_amount", "cover_state") == (
        Decimal(100),
        Decimal(72),
        Decimal(28),
        "reduced",
    )


def test_cover_is_without_tax_unless_it_includes_it(warehouse: Warehouse) -> None:
    assert _exposure(warehouse, "TAXED", "eligible_amount", "insured_amount", "own_risk_amount") == (
        Decimal(100),
        Decimal(90),
        Decimal(30),
    )
