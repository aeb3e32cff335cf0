"""The figures that no case of the marts tells yet, by the numbers of their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.models.documents import Entity, Extracts, Row, allocation, bounce, dispute, invoice, payment, rate
from tests.oracle import Figures, Oracle
from tests.oracle.bridges import Balances, dso_effects

AS_OF = date(2025, 12, 31)
MARCH = date(2025, 3, 31)


def oracle(*documents: Row, as_of: date = AS_OF, base_currency: str = "EUR", **tables: list[dict[str, str]]) -> Oracle:
    """One entity ``E`` with its documents, reported in euros."""
    extracts = Extracts()
    extracts.add(Entity(entity_id="E", documents=documents, base_currency=base_currency))
    for number, row in enumerate(extracts.rows.get("allocations", ())):
        row.setdefault("allocation_id", f"{number:03}")
    return Oracle({**extracts.rows, **tables}, as_of, reporting_currencies=["EUR"])


def month_row(of: Oracle, ending_on: date, scope: str = "all", entity_id: str = "E") -> Figures:
    return of.kpis()["month", ending_on, entity_id, scope, "EUR"]


def assert_figures(row: Figures, wanted: Mapping[str, object]) -> None:
    assert {name: row[name] for name in wanted} == wanted


def amounts(texts: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in texts.items()}


def balances(not_due: str, overdue: str, disputed: str, unapplied: str, sales: str, *, window_days: int) -> Balances:
    parts = amounts({"not_due": not_due, "overdue": overdue, "disputed_overdue": disputed, "unapplied": unapplied})
    return Balances(**parts, sales=Decimal(sales), window_days=window_days)


def test_the_bridge_of_the_definitions() -> None:
    """S 10700 → 10890, not due 3500 → 3590, overdue clean 2590 → 2650, disputed 130 → 150, unapplied −40 → −50."""
    opening = balances("3500", "2720", "130", "-40", "10700", window_days=91)
    closing = balances("3590", "2800", "150", "-50", "10890", window_days=91)
    effects = dso_effects(opening, closing)
    assert opening.dso is not None
    assert closing.dso is not None
    assert {name: round(float(value), 3) for name, value in effects.items()} == {
        "terms": 0.759,
        "lateness": 0.506,
        "disputes": 0.169,
        "unapplied": -0.084,
        "sales": -0.929,
    }
    assert (round(float(opening.dso), 3), round(float(closing.dso), 3)) == (52.559, 52.979)
    assert sum(effects.values()) == closing.dso - opening.dso


def test_the_bridge_of_months_takes_the_days_inside_the_means() -> None:
    opening = balances("100", "0", "0", "0", "200", window_days=90)
    closing = balances("150", "0", "0", "0", "200", window_days=92)
    effects = dso_effects(opening, closing)
    assert effects["terms"] == 50 * Fraction(90 + 92, 2 * 200)
    assert effects["sales"] == 125 * Fraction(2, 200)


def test_the_at_risk_rate_of_a_month() -> None:
    """Billed 100, open 4 ninety days after the month's end = 4 %; nothing before that day."""
    documents = (
        invoice("I", "60.00", "2025-03-05", "2025-04-04"),
        invoice("DN", "40.00", "2025-03-31", "2025-04-30", document_type="debit_note"),
        invoice("APRIL", "7.00", "2025-04-01", "2025-05-01"),
        invoice("C", "-1.00", "2025-03-20", "2025-03-20", document_type="credit_note"),
        payment("P", "60.00", "2025-04-02"),
        allocation("P", "I", "60.00"),
        payment("P2", "40.00", "2025-06-29"),
        allocation("P2", "DN", "36.00"),
        allocation("P2", "DN", "4.00", "2025-06-30"),
        dispute("D", "DN", "2025-06-29", "2025-06-30"),
    )
    known = oracle(*documents, as_of=date(2025, 6, 29))
    assert_figures(
        month_row(known, MARCH),
        {**amounts({"cohort_billed_amount": "100.00", "at_risk_amount": "4.00"}), "at_risk_rate": Fraction(4, 100)},
    )
    assert_figures(
        month_row(known, MARCH, "clean"),
        {**amounts({"cohort_billed_amount": "96.00", "at_risk_amount": "0.00"}), "at_risk_rate": Fraction(0)},
    )
    unknown = oracle(*documents, as_of=date(2025, 6, 28))
    nothing = dict.fromkeys(("cohort_billed_amount", "at_risk_amount", "at_risk_rate"))
    assert_figures(month_row(unknown, MARCH), nothing)
    assert_figures(known.kpis()["week", date(2025, 3, 30), "E", "all", "EUR"], nothing)


def test_ages_of_overdue_and_of_unapplied_cash() -> None:
    row = month_row(
        oracle(
            invoice("I1", "300.00", "2025-02-01", "2025-03-21"),
            invoice("I2", "100.00", "2025-02-01", "2025-03-01"),
            invoice("NOT-DUE", "100.00", "2025-03-01", "2025-03-31"),
            payment("P", "50.00", "2025-03-11"),
            payment("DEPOSIT", "10.00", "2025-03-01", payment_type="deposit"),
            invoice("C", "-70.00", "2025-01-01", "2025-01-01", document_type="credit_note"),
        ),
        MARCH,
    )
    assert_figures(
        row,
        {
            "overdue_amount_days": Decimal(300 * 10 + 100 * 30),
            "average_overdue_age_days": Fraction(6000, 400),
            "unapplied_amount": Decimal(-130),
            "unapplied_cash_amount": Decimal(-60),
            "unapplied_cash_amount_days": Decimal(-(50 * 20 + 10 * 30)),
            "average_unapplied_cash_age_days": Fraction(1300, 60),
        },
    )


def test_write_offs_and_the_cost_of_overdue() -> None:
    row = month_row(
        oracle(
            invoice("I", "1000.00", "2025-01-01", "2025-02-28"),
            invoice("W", "-40.00", "2025-03-20", "2025-03-20", document_type="write_off"),
            invoice("BEFORE", "-9.00", "2024-12-31", "2024-12-31", document_type="write_off"),
            allocation("W", "I", "40.00"),
        ),
        MARCH,
    )
    assert_figures(
        row,
        {
            "written_off_amount": Decimal(40),
            "write_off_rate": Fraction(40, 1000),
            # 960 × 5 % × 90 ÷ 365 = 11.8356
            "cost_of_overdue_amount": Decimal("11.84"),
        },
    )


def test_turnover_by_the_published_numbers() -> None:
    """Sales of a year 6205000 by a mean balance of 335000 = 18.52."""
    row = month_row(
        oracle(
            invoice("OP", "300000.00", "2024-12-31", "2024-12-31", document_type="opening"),
            invoice("PAID", "6135000.00", "2025-01-15", "2025-02-15"),
            invoice("OPEN", "70000.00", "2025-12-15", "2026-01-15"),
            payment("P", "6135000.00", "2025-03-01"),
            allocation("P", "PAID", "6135000.00"),
        ),
        AS_OF,
    )
    turnover = row["receivable_turnover_12m_ratio"]
    assert isinstance(turnover, Fraction)
    assert turnover == Fraction(6205000, 335000)
    assert round(float(turnover), 2) == 18.52


def test_cash_collected_against_the_months_target() -> None:
    of = oracle(
        payment("FEB", "500.00", "2025-02-28"),
        payment("P1", "60.00", "2025-03-01"),
        payment("P2", "15.00", "2025-03-31", payment_type="deposit"),
        as_of=date(2025, 4, 10),
        targets=[{"entity_id": "E", "measure": "collected_amount", "period_on": "2025-03-15", "amount": "100.00"}],
    )
    wanted = {
        "period_collected_amount": Decimal(75),
        "collected_target_amount": Decimal(100),
        "collected_target_rate": Fraction(75, 100),
    }
    assert_figures(month_row(of, MARCH), wanted)
    assert_figures(month_row(of, MARCH, entity_id="*"), wanted)
    assert_figures(
        of.kpis()["week", date(2025, 4, 13), "E", "all", "EUR"],
        {"period_collected_amount": Decimal(0), "collected_target_amount": None, "collected_target_rate": None},
    )
    assert month_row(of, date(2025, 4, 30))["collected_target_amount"] is None


ROLLED = (
    invoice("OP", "100.00", "2025-03-03", "2025-03-03", document_type="opening"),
    invoice("I", "200.00", "2025-03-10", "2025-04-10", currency="USD", base_amount="180.00"),
    invoice("C", "-30.00", "2025-03-20", "2025-03-20", document_type="credit_note"),
    payment("P", "95.00", "2025-04-05"),
    allocation("P", "I", "100.00", "2025-04-05", credit_amount="95.00"),
    payment("RF", "10.00", "2025-04-06", payment_type="refund"),
    bounce("BO", "38.00", "2025-05-02", "P"),
    invoice("W", "-7.00", "2025-05-03", "2025-05-03", document_type="write_off"),
    invoice("AD", "3.00", "2025-05-04", "2025-05-04", document_type="adjustment"),
    rate("2025-03-09", "EUR", "USD", "1.10"),
)


NOT_SUMMED = ("opening_documents_amount", "closing_amount", "gl_amount", "explained_amount", "unexplained_amount")
"""Of a month of the roll-forward: what is in the opening already, what all adds up to, and what the ledger says."""


def test_the_roll_forward_adds_up_month_by_month() -> None:
    of = oracle(*ROLLED, as_of=date(2025, 5, 20))
    rows = of.roll_forward()
    april, may = date(2025, 4, 30), date(2025, 5, 31)
    assert_figures(
        dict(rows[april, "E", "EUR", "document"]),
        amounts({"opening_amount": "70.00", "collected_amount": "-95.00", "refunded_amount": "10.00"})
        | amounts({"fx_amount": "95.00", "closing_amount": "80.00"}),
    )
    assert_figures(
        dict(rows[april, "E", "USD", "document"]),
        amounts({"opening_amount": "200.00", "fx_amount": "-100.00", "closing_amount": "100.00"}),
    )
    # In base the half of the claim that was settled leaves at 90, its own share; the cash comes at 95.
    assert_figures(
        dict(rows[april, "E", "EUR", "base"]),
        amounts({"opening_amount": "250.00", "fx_amount": "5.00", "closing_amount": "170.00"}),
    )
    # The bounce takes 38 of 95 back, two fifths: 40 dollars are open again.
    assert_figures(dict(rows[may, "E", "USD", "document"]), amounts({"fx_amount": "40.00", "closing_amount": "140.00"}))
    assert_figures(
        dict(rows[may, "E", "EUR", "document"]),
        amounts({"bounced_amount": "38.00", "written_off_amount": "-7.00", "adjusted_amount": "3.00"})
        | amounts({"fx_amount": "-38.00", "closing_amount": "76.00"}),
    )
    assert rows[date(2025, 3, 31), "E", "EUR", "document"]["opening_amount"] == Decimal(100)
    for row in rows.values():
        moved = [value for name, value in row.items() if name.endswith("_amount") and name not in NOT_SUMMED]
        assert sum(value for value in moved if isinstance(value, Decimal)) == row["closing_amount"]
    balances = of.ledger_balances(date(2025, 5, 20))
    assert balances == {key[1:3]: rows[key]["closing_amount"] for key in rows if key[0] == may and key[3] == "document"}


@pytest.mark.parametrize(("weeks", "months"), [(1, 1), (4, 12), (52, 12)])
def test_the_effects_of_every_bridge_add_up(weeks: int, months: int) -> None:
    rates = [rate(f"2025-{month:02}-{day:02}", "EUR", "USD", f"1.{month:02}") for month in (3, 4, 5) for day in (3, 10)]
    of = oracle(
        invoice("I1", "500.00", "2025-03-03", "2025-03-20"),
        invoice("I2", "300.00", "2025-03-10", "2025-04-20", currency="USD"),
        invoice("I3", "400.00", "2025-05-10", "2025-06-20", currency="USD"),
        invoice("I4", "600.00", "2026-04-10", "2026-05-01"),
        dispute("D", "I2", "2025-04-25", amount="100.00"),
        payment("P", "250.00", "2025-04-10"),
        allocation("P", "I1", "200.00"),
        *rates,
        as_of=date(2026, 5, 15),
    )
    bridges = of.bridges(weeks, months)
    sums: dict[tuple[object, ...], Fraction] = {}
    for key, effect in bridges.items():
        sums[key[:-1]] = sums.get(key[:-1], Fraction(0)) + effect.value
    assert any(key[4] == "dso" for key in sums)
    for key, effect in bridges.items():
        assert sums[key[:-1]] == effect.closing_value - effect.opening_value
        if key[4] == "dso":
            assert effect.closing_value == of.kpis()[key[0], key[1], key[2], "all", key[3]]["dso_days"]


def test_what_falls_due_as_agreed_and_as_they_pay() -> None:
    # A Wednesday; the customer paid 100 ten days late.
    of = oracle(
        invoice("PAID", "100.00", "2025-08-01", "2025-08-31"),
        payment("P", "100.00", "2025-09-10"),
        allocation("P", "PAID", "100.00"),
        invoice("OVERDUE", "5.00", "2025-09-01", "2025-12-30"),
        invoice("TODAY", "7.00", "2025-09-01", "2025-12-31"),
        invoice("JANUARY", "11.00", "2025-09-01", "2026-01-12"),
        invoice("LAST-WEEK", "13.00", "2025-09-01", "2026-04-05"),
        invoice("LATER", "17.00", "2025-09-01", "2026-04-06"),
    )
    assert _due(of, "E", "agreed") == {
        "overdue": "5.00",
        date(2026, 1, 4): "7.00",
        date(2026, 1, 18): "11.00",
        date(2026, 4, 5): "13.00",
        "later": "17.00",
    }
    # What is overdue is waited for too: the thirtieth and ten days.
    assert _due(of, "*", "shifted") == {date(2026, 1, 11): "12.00", date(2026, 1, 25): "11.00", "later": "30.00"}


def test_the_calendar_goes_by_what_a_customer_does_in_each_entity() -> None:
    extracts = Extracts()
    for entity_id, paid_on in (("E", "2025-09-10"), ("F", "2025-08-31")):
        extracts.add(
            Entity(
                entity_id=entity_id,
                documents=(
                    invoice("PAID", "100.00", "2025-08-01", "2025-08-31"),
                    payment("P", "100.00", paid_on),
                    allocation("P", "PAID", "100.00", allocation_id="1"),
                    invoice("DUE", "7.00", "2025-09-01", "2026-01-02"),
                ),
            )
        )
    for row in (*extracts.rows["invoices"], *extracts.rows["payments"], *extracts.rows["customers"]):
        row["customer_id"] = "SAME"
    of = Oracle(extracts.rows, AS_OF)
    assert _due(of, "E", "shifted") == {date(2026, 1, 18): "7.00"}
    assert _due(of, "F", "shifted") == {date(2026, 1, 4): "7.00"}
    assert _due(of, "*", "shifted") == {date(2026, 1, 18): "7.00", date(2026, 1, 4): "7.00"}


def _due(of: Oracle, entity_id: str, basis: str) -> dict[object, str]:
    """What falls due by the week it does, or by what the slot is called; empty ones left out."""
    return {
        row["week_ending_on"] or row["due_kind"]: str(row["due_amount"])
        for key, row in of.due_calendar().items()
        if key[:3] == (entity_id, "EUR", basis) and row["due_amount"]
    }


def test_the_effects_on_what_is_overdue() -> None:
    """An invoice of 20, due on 10 March, paid on 11 March: in March 20 newly overdue and −20 collected."""
    of = oracle(
        invoice("I", "20.00", "2025-02-10", "2025-03-10"),
        payment("P", "20.00", "2025-03-11"),
        allocation("P", "I", "20.00"),
        bounce("B", "5.00", "2025-04-02", "P"),
        as_of=date(2025, 4, 30),
    )
    effects = {
        (key[1], key[5]): effect.value
        for key, effect in of.bridges().items()
        if key[0] == "month" and key[2] == "E" and key[4] == "overdue" and effect.value
    }
    assert effects == {
        (MARCH, "newly_overdue"): 20,
        (MARCH, "collected"): -20,
        (date(2025, 4, 30), "collected"): 5,
    }


def test_members_of_a_dimension_add_up_to_the_row() -> None:
    of = oracle(
        invoice("I1", "500.00", "2025-03-03", "2025-03-20", customer="A"),
        invoice("I2", "300.00", "2025-03-10", "2025-04-20", customer="B", currency="USD", base_amount="270.00"),
        payment("P", "250.00", "2025-04-10", customer="A"),
        allocation("P", "I1", "200.00"),
        rate("2025-03-09", "EUR", "USD", "1.10"),
        as_of=date(2025, 5, 20),
    )
    figures: dict[tuple[object, ...], Figures] = dict(of.kpis().items())
    sums: dict[tuple[object, ...], Decimal] = {}
    for row_key, row in of.kpis_by_dimension().items():
        value = row["receivable_amount"]
        assert isinstance(value, Decimal)
        sums[row_key[:6]] = sums.get(row_key[:6], Decimal(0)) + value
    assert sums
    for (*key, _), value in sums.items():
        assert figures[tuple(key)]["receivable_amount"] == value


def test_a_later_split_of_an_allocation_does_not_change_what_a_past_week_knew() -> None:
    """0.03 dollars are 0.02 euros rounded once; in the thirds that bounces make later they would be 0.01 each."""
    documents = (
        invoice("I", "0.03", "2025-03-03", "2025-03-20", currency="USD", base_amount="0.02"),
        payment("P", "0.03", "2025-03-10", currency="USD", base_amount="0.02"),
        allocation("P", "I", "0.03"),
        bounce("BO1", "0.01", "2025-04-10", "P"),
        bounce("BO2", "0.01", "2025-04-20", "P"),
        *(rate(day, "EUR", "USD", "2") for day in ("2025-04-10", "2025-04-20")),
    )
    with_currency = [
        Row(row.table, {**row.values, "currency": "USD"}) if row.values.get("payment_type") == "bounce" else row
        for row in documents
    ]
    row = month_row(oracle(*with_currency), MARCH)
    assert row["paid_amount"] == Decimal("0.02")
    assert len(oracle(*with_currency).allocations()) == 5


def test_a_reversal_takes_the_days_allocations_as_they_come() -> None:
    """Endings go first: nothing is in effect yet, so it cancels the first 20 and 10 of the second 30."""
    of = oracle(
        invoice("I", "100.00", "2025-03-03", "2025-03-20"),
        payment("P", "100.00", "2025-03-10"),
        allocation("P", "I", "20.00", allocation_id="1"),
        allocation("P", "I", "30.00", allocation_id="2"),
        allocation("P", "I", "-30.00", allocation_id="3"),
    )
    assert [(row.debit_amount, row.reversed_on) for row in of.allocations()] == [(Decimal("20.00"), None)]


def test_a_missing_rate_names_currency_and_day() -> None:
    with pytest.raises(Exception, match="ISK to EUR on 2025-03-09"):
        oracle(invoice("I", "10.00", "2025-03-09", currency="ISK"), rate("2025-03-01", "EUR", "ISK", "150"))
    assert oracle(
        invoice("I", "10.00", "2025-03-08", currency="ISK"), rate("2025-03-01", "EUR", "ISK", "150")
    ).open_items(MARCH)["E", "invoice:I", 1].base_open_amount == Decimal("0.07")
