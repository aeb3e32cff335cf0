"""Random companies: a handful of documents each, made to meet on few days and to fit, or not quite.

A world is some companies (entities of their own customers and ids), the rates of the days they live in and the
as-of day. Amounts are few, so that ties are many; most days are within a week of each other, some months apart, so
that weeks, months and windows differ; some lie beyond the as-of day. Every row is one that a load takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.models.documents import (
    Entity,
    Extracts,
    Row,
    allocation,
    bounce,
    customer,
    dispute,
    gl_balance,
    invoice,
    payment,
    rate,
    reconciling_item,
    schedule,
    target,
)

FIRST_DAY = date(2025, 10, 27)
"""A Monday; the last week of a month."""

CURRENCIES = ("EUR", "USD", "GBP")
AMOUNTS = ("100.00", "60.00", "40.00", "99.99", "33.33", "12.50", "5.00", "0.01", "1000.00", "250.10")
CUSTOMERS = ("A", "B", "C")
SEEN_DAYS = (20, 45, 9, 100, 400)
"""How long before the as-of day the first document may lie."""

Draw = st.DrawFn


def _one_of(draw: Draw, *values: str) -> str:
    return draw(st.sampled_from(values))


def _at_times(draw: Draw, one_in: int) -> bool:
    """True once in ``one_in`` draws, and not where Hypothesis makes things simple."""
    return draw(st.integers(1, one_in)) == one_in


@dataclass(frozen=True)
class World:
    """Companies beside each other, with the rates of their days, seen on one day."""

    entities: tuple[Entity, ...]
    rates: tuple[Row, ...]
    as_of: date

    @property
    def tables(self) -> dict[str, list[dict[str, str]]]:
        """The canonical rows by table."""
        return self.extracts.rows

    @property
    def extracts(self) -> Extracts:
        """The rows, to be written as files."""
        extracts = Extracts()
        for entity in self.entities:
            extracts.add(entity)
        for row in self.rates:
            extracts.rows.setdefault(row.table, []).append(dict(row.values))
        return extracts


@dataclass(frozen=True)
class Days:
    """The days a company's documents fall on: ISO text."""

    near: int
    """The first of six days on which most happens, counted from ``FIRST_DAY``."""
    last: int
    """Two days after the as-of day."""

    def draw(self, draw: Draw) -> str:
        if _at_times(draw, 5):
            return _day(draw(st.integers(0, self.last)))
        if _at_times(draw, 5):
            return self.draw_turn(draw)
        return _day(self.near + draw(st.integers(0, 5)))

    def draw_turn(self, draw: Draw) -> str:
        """A day on which rows turn: the as-of day, the day before or after it, or the end of a week."""
        if draw(st.booleans()):
            return _day(self.last - 2 + draw(st.sampled_from((0, 0, 0, -1, 1))))
        return _day(min(7 * draw(st.integers(0, self.last // 7)) + 6, self.last))


def _day(offset: int) -> str:
    return (FIRST_DAY + timedelta(days=offset)).isoformat()


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


@st.composite
def worlds(draw: Draw, companies: int = 1, currencies: Sequence[str] = CURRENCIES) -> World:
    """A world of so many companies, whose books and documents are in ``currencies``."""
    seen_days = draw(st.sampled_from(SEEN_DAYS))
    # Two days may be beyond the as-of day.
    entities = tuple(draw(entities_of(f"E{number:02}", seen_days + 2, currencies)) for number in range(companies))
    return World(entities, draw(rates_of(seen_days + 2)), FIRST_DAY + timedelta(days=seen_days))


def varied(companies: int, seen_days: int = 100) -> World:
    """The same world each time, of many companies that are unlike each other: more than one draw has room for.

    ``seen_days``: how long before the as-of day the first document may lie.
    """
    entities: list[Entity] = []
    rates: list[tuple[Row, ...]] = []
    last = seen_days + 2
    drawn_alike = settings(
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
    )

    @settings(drawn_alike, max_examples=companies)
    @given(entity=entities_of("E", last, CURRENCIES))
    def draw_companies(entity: Entity) -> None:
        entities.append(replace(entity, entity_id=f"E{len(entities):02}"))

    @settings(drawn_alike, max_examples=5)
    @given(drawn=rates_of(last))
    def draw_rates(drawn: tuple[Row, ...]) -> None:
        rates.append(drawn)

    draw_companies()
    draw_rates()
    return World(tuple(entities), rates[-1], FIRST_DAY + timedelta(days=seen_days))


@st.composite
def worlds_without_some_rates(draw: Draw, companies: int = 1) -> World:
    """A world in which a currency, or all, have no rates for some time."""
    world = draw(worlds(companies))
    gap_from = FIRST_DAY + timedelta(days=draw(st.integers(-8, 20)))
    gap_until = gap_from + timedelta(days=draw(st.sampled_from((3, 10, 30))))
    lost = draw(st.sampled_from((*CURRENCIES, "")))
    return replace(
        world,
        rates=tuple(
            row
            for row in world.rates
            if not gap_from <= date.fromisoformat(row.values["rate_on"]) <= gap_until
            or lost not in ("", row.values["from_currency"], row.values["to_currency"])
        ),
    )


@st.composite
def rates_of(draw: Draw, last: int) -> tuple[Row, ...]:
    """Rates that give every pair of currencies a value on every day: direct, the other way round, or through EUR."""
    rows = []
    ways = {
        pair: _one_of(draw, *ways)
        for pair, ways in {
            ("EUR", "USD"): ("direct", "inverse", "both"),
            ("EUR", "GBP"): ("direct", "inverse", "both"),
            ("GBP", "USD"): ("none", "direct", "inverse", "both"),
        }.items()
    }
    offset = -draw(st.integers(0, 7))
    while offset <= last:
        for (one, other), way in ways.items():
            if way in ("direct", "both"):
                rows.append(rate(_day(offset), one, other, _one_of(draw, "1.1", "1", "0.87654321", "1.33333333")))
            if way in ("inverse", "both"):
                rows.append(rate(_day(offset), other, one, _one_of(draw, "0.9", "1", "1.07", "0.66666667")))
        # Carried forward seven days at most, so the next one comes on the eighth at the latest.
        offset += draw(st.sampled_from((7, 8, 1, 3)))
    return tuple(rows)


@st.composite
def entities_of(draw: Draw, entity_id: str, last: int, currencies: Sequence[str]) -> Entity:
    """One company: its customers, documents, schedules, allocations and disputes."""
    base_currency = draw(st.sampled_from(("EUR", *currencies)))
    days = Days(draw(st.integers(0, max(last - 5, 0))), last)
    customers = CUSTOMERS[: draw(st.sampled_from((1, 1, 2, 3)))]
    is_foreign = len(currencies) > 1 and draw(st.booleans())
    drawn = _Company(draw, days, base_currency, customers, is_foreign)
    drawn.draw_all()
    return Entity(
        entity_id=entity_id,
        documents=tuple(drawn.rows),
        base_currency=base_currency,
        allocation_policy=draw(st.sampled_from(("stated", "stated", "fifo", ""))),
    )


class _Company:
    """The rows of one company as they are drawn, and what later rows can speak of."""

    def __init__(self, draw: Draw, days: Days, base_currency: str, customers: Sequence[str], is_foreign: bool) -> None:
        self.draw, self.days = draw, days
        self.base_currency, self.customers, self.is_foreign = base_currency, customers, is_foreign
        self.rows: list[Row] = []
        self.currencies: dict[tuple[str, str], str] = {}
        """Currency of each document by (kind, number)."""
        self.debits: list[tuple[str, str]] = []
        self.credits: list[tuple[str, str]] = []
        self.cash: list[str] = []
        self.scheduled: set[str] = set()
        self.numbers: set[tuple[str, str]] = set()
        """Keys that are taken: (table and kind, number)."""

    def draw_all(self) -> None:
        """Draw the company's rows, each kind after what it speaks of."""
        for name in self.customers:
            self._customer(name)
        for number in range(self.draw(st.integers(1, 3))):
            self._debit(f"I{number}")
        for number in range(self.draw(st.sampled_from((1, 2, 3, 0)))):
            self._cash(f"P{number}")
        for number in range(self.draw(st.sampled_from((0, 1, 2)))):
            self._other_document(f"C{number}")
        for number in range(self.draw(st.sampled_from((0, 0, 1)))):
            self._returned(f"R{number}", "refund")
        for number in range(self.draw(st.sampled_from((0, 0, 1, 2)))):
            self._returned(f"B{number}", "bounce")
        if self.debits and self.credits:
            for number in range(self.draw(st.sampled_from((2, 3, 5, 1, 0)))):
                self._allocation(number)
            if _at_times(self.draw, 3):
                self._take_back()
        for number in range(self.draw(st.sampled_from((0, 0, 0, 1, 2)))):
            self._ledger(number)
        for month in sorted({self._day()[:7] for _ in range(self.draw(st.sampled_from((0, 0, 1, 3))))}):
            self.rows += [target(day, self._amount()) for day in self._days_of(month)]

    def _amount(self) -> str:
        return self.draw(st.sampled_from(AMOUNTS))

    def _day(self) -> str:
        return self.days.draw(self.draw)

    def _number(self, kind: str, number: str) -> str:
        """A number that documents of other kinds may have too."""
        shared = self.draw(st.sampled_from(("S1", "S2"))) if _at_times(self.draw, 6) else number
        number = number if (kind, shared) in self.numbers else shared
        self.numbers.add((kind, number))
        return number

    def _days_of(self, month: str) -> list[str]:
        """One or two days of a month, not before the first rate."""
        days = {max(f"{month}-{self.draw(st.integers(1, 28)):02}", _day(0)) for _ in range(1 + _at_times(self.draw, 4))}
        return sorted(days)

    def _owner(self) -> str:
        return self.draw(st.sampled_from(self.customers))

    def _common(self, kind: str, number: str, amount: str) -> dict[str, str]:
        """Columns that invoices and payments share, and that are not always given."""
        columns = {}
        currency = self.base_currency
        if self.is_foreign and _at_times(self.draw, 2):
            currency = self.draw(st.sampled_from(CURRENCIES))
            columns["currency"] = currency
        self.currencies[kind, number] = currency
        if _at_times(self.draw, 6):
            columns["account"] = "AR2"
        if _at_times(self.draw, 6) and currency != self.base_currency:
            columns["base_amount"] = ("-" if amount.startswith("-") else "") + self._amount()
        if _at_times(self.draw, 15):
            columns["status"] = _one_of(self.draw, "draft", "void")
        return columns

    def _customer(self, name: str) -> None:
        columns = {}
        for column, values in {
            "customer_kind": ("private", "public", "consumer", "intragroup"),
            "segment": ("SMALL", "LARGE"),
            "sales_owner": ("Ada", "Bo"),
            "collector": ("Cy",),
            "country_code": ("FR", "DE"),
            "payment_terms": ("30_net", "eom_45", "30_eom_10"),
            "customer_name": ("A name", "Another"),
        }.items():
            if _at_times(self.draw, 3):
                columns[column] = self.draw(st.sampled_from(values))
        if name != self.customers[0] and _at_times(self.draw, 2):
            columns["parent_customer_id"] = self.customers[0]
        self.rows.append(customer(name, **columns))

    def _debit(self, number: str) -> None:
        kind = self.draw(st.sampled_from(("invoice", "invoice", "invoice", "debit_note", "opening", "adjustment")))
        amount, posted_on = self._amount(), self._day()
        number = self._number(kind, number)
        columns = self._common(kind, number, amount)
        self._document_days(columns, posted_on)
        self._settlement(columns, amount)
        if _at_times(self.draw, 5):
            columns["is_disputed"] = "true"
        self.rows.append(invoice(number, amount, posted_on, customer=self._owner(), document_type=kind, **columns))
        self.debits.append((kind, number))
        if number not in self.scheduled and _at_times(self.draw, 3 if kind == "invoice" else 12):
            self._schedule(number, amount)
        for row in range(self.draw(st.sampled_from((0, 0, 1, 2, 3)))):
            opened_on, closed_on = sorted((self._day(), self._day()))
            given = {"amount": self._amount()} if _at_times(self.draw, 2) else {}
            ends = closed_on if self.draw(st.booleans()) else None
            self.rows.append(dispute(f"{kind} {number}-{row}", number, opened_on, ends, **given))

    def _document_days(self, columns: dict[str, str], posted_on: str) -> None:
        if _at_times(self.draw, 4):
            columns["invoiced_on"] = _later(posted_on, -self.draw(st.sampled_from((1, 3, 31))))
        if self.draw(st.integers(0, 3)):
            columns["due_on"] = _later(posted_on, self.draw(st.sampled_from((0, 1, 2, 3, 4, 14, 30, -1))))
        elif self.draw(st.booleans()):
            columns["payment_terms"] = self.draw(st.sampled_from(("prepaid", "7_net", "30_eom")))

    def _settlement(self, columns: dict[str, str], amount: str) -> None:
        """What a file with one row an invoice says of its payment."""
        if not _at_times(self.draw, 7):
            return
        of_credit = "-" if amount.startswith("-") else ""
        if self.draw(st.booleans()):
            columns["settled_on"] = self._day()
        given = _one_of(self.draw, "nothing", "paid", "open")
        if given == "paid":
            columns["paid_amount"] = f"{of_credit if self.draw(st.booleans()) else ''}{self._amount()}"
        if given == "open":
            # More than the whole would be no part of it.
            columns["open_amount"] = f"{of_credit}{min(self._amount(), amount.strip('-'), key=Decimal)}"

    def _ledger(self, number: int) -> None:
        """What the general ledger says of an account, and perhaps why it differs."""
        columns = {}
        if _at_times(self.draw, 3):
            columns["account"] = "AR2"
        if _at_times(self.draw, 3):
            columns["currency"] = self.draw(st.sampled_from((self.base_currency, "USD")))
        for day in {self.days.draw_turn(self.draw) for _ in range(2)}:
            key = (f"{columns.get('account', 'AR')} in {columns.get('currency', self.base_currency)}", day)
            if key not in self.numbers:
                self.numbers.add(key)
                self.rows.append(gl_balance(day, self._amount(), **columns))
        if self.draw(st.booleans()):
            from_on, to_on = sorted((self._day(), self.days.draw_turn(self.draw)))
            until = {"to_on": to_on} if self.draw(st.booleans()) else {}
            self.rows.append(reconciling_item(str(number), from_on, self._amount(), "Known", **until, **columns))

    def _schedule(self, number: str, amount: str) -> None:
        cents = int(amount.replace(".", ""))
        parts = min(self.draw(st.sampled_from((2, 2, 3, 1))), cents)
        cuts = sorted({self.draw(st.integers(1, cents - 1)) for _ in range(parts - 1)})
        shares = [high - low for low, high in zip((0, *cuts), (*cuts, cents), strict=True)]
        if _at_times(self.draw, 6):
            shares[0] += 1  # no longer adds up
        if _at_times(self.draw, 6):
            shares.insert(self.draw(st.integers(0, len(shares))), 0)
        self.rows += schedule(number, *((self._day(), f"{share // 100}.{share % 100:02}") for share in shares))
        self.scheduled.add(number)

    def _cash(self, number: str) -> None:
        kind = self.draw(st.sampled_from(("payment", "payment", "payment", "deposit")))
        number = self._number(kind, number)
        columns = self._common(kind, number, "")
        received_on = self._day()
        if _at_times(self.draw, 4):
            columns["posted_on"] = _later(received_on, self.draw(st.sampled_from((1, 2, 9, -1))))
        if _at_times(self.draw, 6):
            columns["matures_on"] = _later(received_on, self.draw(st.sampled_from((2, 20, 0, -3))))
            columns["method"] = "bill"
        self.rows.append(
            payment(number, self._amount(), received_on, customer=self._owner(), payment_type=kind, **columns)
        )
        self.credits.append((kind, number))
        self.cash.append(number)

    def _other_document(self, number: str) -> None:
        kind = self.draw(st.sampled_from(("credit_note", "credit_note", "write_off", "opening", "adjustment")))
        amount, posted_on = f"-{self._amount()}", self._day()
        number = self._number(kind, number)
        columns = self._common(kind, number, amount)
        self._document_days(columns, posted_on)
        self._settlement(columns, amount)
        self.rows.append(invoice(number, amount, posted_on, customer=self._owner(), document_type=kind, **columns))
        self.credits.append((kind, number))

    def _returned(self, number: str, kind: str) -> None:
        original = self.draw(st.sampled_from((*self.cash, *self.cash, "UNKNOWN")))
        if kind == "bounce":
            row = bounce(number, self._amount(), self._day(), original, customer=self._owner())
            currency = next((self.currencies[of] for of in self.credits if of[1] == original), self.base_currency)
            # Mostly in the currency of what it returns.
            if currency != self.base_currency and not _at_times(self.draw, 5):
                row = Row(row.table, {**row.values, "currency": currency}, row.customer)
            self.rows.append(row)
            return
        number = self._number(kind, number)
        columns = self._common(kind, number, "")
        if self.draw(st.booleans()):
            columns["original_payment_id"] = original
        self.rows.append(
            payment(number, self._amount(), self._day(), customer=self._owner(), payment_type=kind, **columns)
        )
        self.debits.append((kind, number))

    def _allocation(self, number: int) -> None:
        credit_kind, credit = self.draw(st.sampled_from(self.credits))
        debit_kind, debit = self.draw(st.sampled_from(self.debits))
        columns = {"allocation_id": f"{_one_of(self.draw, 'a', 'Z', '9', 'é')}{number}"}
        if _at_times(self.draw, 5):
            columns["credit_kind"] = credit_kind
        if _at_times(self.draw, 5):
            columns["debit_kind"] = debit_kind
        amount = self._amount()
        if self.currencies[credit_kind, credit] != self.currencies[debit_kind, debit] and not _at_times(self.draw, 8):
            columns["credit_amount"] = self._amount()
        if debit in self.scheduled and _at_times(self.draw, 4):
            columns["instalment_no"] = _one_of(self.draw, "1", "2", "4")
        if _at_times(self.draw, 4):
            columns["reversed_on"] = self._day()
        if _at_times(self.draw, 20):
            credit = "UNKNOWN"
        applied_on = self._day() if self.draw(st.booleans()) else None
        self.rows.append(allocation(credit, debit, amount, applied_on, **columns))

    def _take_back(self) -> None:
        """Negative allocations: on days of their own, on that of what they take back, or on any other."""
        for number, row in enumerate([row for row in self.rows if row.table == "allocations"]):
            if _at_times(self.draw, 2):
                taken = self._amount()
                columns = {
                    name: f"-{taken}" if name == "credit_amount" else value
                    for name, value in row.values.items()
                    if name in ("credit_amount", "credit_kind", "debit_kind", "instalment_no")
                }
                day = row.values.get("applied_on") if self.draw(st.booleans()) else self._day()
                self.rows.append(
                    allocation(
                        row.values["credit_id"],
                        row.values["debit_id"],
                        f"-{taken}",
                        day,
                        allocation_id=f"{_one_of(self.draw, '-', 'm')}{number}",
                        **columns,
                    )
                )
