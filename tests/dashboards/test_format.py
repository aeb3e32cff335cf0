"""Figures as people read them, in several locales."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.lib.format import MINUS, UNKNOWN, Formatter, known_locale, sentence_case, words_for

EN, FR, DE = Formatter("en"), Formatter("fr", "Europe/Paris"), Formatter("de")


@pytest.mark.parametrize(
    ("fmt", "value", "currency", "expected"),
    [
        (EN, Decimal("2750000"), "EUR", "€2.75M"),
        (EN, Decimal("-210400.55"), "EUR", "−€210k"),
        (EN, Decimal("835.56"), "GBP", "£836"),
        (EN, Decimal("999999"), "USD", "$1.00M"),
        (EN, Decimal("0"), "EUR", "€0"),
        (EN, Decimal("1240"), "PLN", "PLN\u00a01.2k"),
        (FR, Decimal("2750000"), "EUR", "2,75\u00a0M€"),
        (FR, Decimal("-12"), "GBP", "−12\u00a0£"),
        (DE, Decimal("48000"), "PLN", "48\u00a0k\u00a0PLN"),
        (EN, Decimal("5119.85"), "USD", "$5.1k"),
        (EN, Decimal("9960"), "EUR", "€10k"),
        (EN, None, "EUR", UNKNOWN),
    ],
)
def test_short_money(fmt: Formatter, value: Decimal | None, currency: str, expected: str) -> None:
    assert fmt.short_money(value, currency) == expected


@pytest.mark.parametrize(
    ("fmt", "expected"), [(EN, "1,234,567.90"), (FR, "1\u202f234\u202f567,90"), (DE, "1.234.567,90")]
)
def test_amount_rounds_half_away_from_zero_in_the_reader_s_separators(fmt: Formatter, expected: str) -> None:
    assert fmt.amount(Decimal("1234567.895")) == expected
    assert fmt.amount(Decimal("-1234567.895")) == MINUS + expected


def test_rates_and_days() -> None:
    assert EN.rate(0.3649) == "36.5%"
    assert FR.rate(Decimal("0.3649")) == "36,5\u00a0%"
    assert EN.days(52.44) == "52.4\u00a0d"
    assert EN.days(-0.04) == "0.0\u00a0d"
    assert EN.rate(None) == EN.days(None) == EN.amount(None) == EN.day(None) == EN.moment(None) == UNKNOWN


def test_signs() -> None:
    assert EN.signed(EN.days(1.3), 1.3) == "+1.3\u00a0d"
    assert EN.signed(EN.days(-1.3), -1.3) == f"{MINUS}1.3\u00a0d"
    assert EN.signed(EN.days(0.04), 0.04) == "0.0\u00a0d"


def test_days_and_moments() -> None:
    assert EN.day(date(2026, 3, 29)) == FR.day(date(2026, 3, 29)) == "29 Mar 2026"
    assert EN.day(date(2026, 3, 29), weekday=True) == "Sun 29 Mar 2026"
    moment = datetime(2026, 4, 1, 6, 12, tzinfo=UTC)
    assert EN.moment(moment) == EN.moment(moment.replace(tzinfo=None)) == "1 Apr 2026, 06:12"
    assert FR.moment(moment) == "1 Apr 2026, 08:12"
    assert Formatter(timezone="Nowhere/Land").moment(moment) == "1 Apr 2026, 06:12"


@pytest.mark.parametrize(
    ("tag", "expected"), [("fr-FR", "fr_FR"), ("en", "en"), ("xx-YY", "en"), (None, "en"), ("", "en")]
)
def test_known_locale(tag: str | None, expected: str) -> None:
    assert known_locale(tag) == expected


def test_words() -> None:
    assert EN.count(1, "customer") == "1\u00a0customer"
    assert EN.count(1200, "customer") == "1,200\u00a0customers"
    assert EN.count(3, "entity", "entities") == "3\u00a0entities"
    assert [words_for(count) for count in (0, 6, 12, 13)] == ["no", "six", "twelve", "13"]
    assert sentence_case("six came in") == "Six came in"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_read_back_is_the_amount(value: Decimal) -> None:
    for fmt, mark, separator in ((EN, ".", ","), (DE, ",", ".")):
        text = fmt.amount(value).replace(separator, "").replace(mark, ".").replace(MINUS, "-")
        assert Decimal(text) == value


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en", "PLN\u00a0482.50"), ("fr", "482,50\u00a0PLN"), ("de", "482,50\u00a0PLN"), ("pl", "482,50\u00a0zł")],
)
def test_a_currency_s_code_stands_apart_from_its_amount(locale: str, expected: str) -> None:
    assert Formatter(locale=locale).money(Decimal("482.50"), "PLN") == expected
    assert Formatter().money(Decimal("-482.50"), "EUR") == "−€482.50"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Exposure rose by 10094.39 to 108838.55 in a week", "Exposure rose by 10,094.39 to 108,838.55 in a week"),
        ("Invoice FR-2026-03-31 on 2026-03-31", "Invoice FR-2026-03-31 on 31 Mar 2026"),
        ("Invoice A-1200.50 by 2026-04-02: 4 days left", "Invoice A-1200.50 by 2 Apr 2026: 4 days left"),
        ("Invoice 1200.50-7, 4711.10.22, 12,345.67", "Invoice 1200.50-7, 4711.10.22, 12,345.67"),
        ("Up by 12071.34, then -5000.00.", "Up by 12,071.34, then −5,000.00."),
        ("Tier A a week ago, B now; oldest overdue 1490 days", "Tier A a week ago, B now; oldest overdue 1490 days"),
        ("", ""),
    ],
)
def test_amounts_and_days_inside_a_sentence_are_written_for_a_reader(sentence: str, expected: str) -> None:
    assert EN.told(sentence) == expected


def test_a_formula_is_written_in_the_reader_s_separators() -> None:
    formula = "Paid in 52 weeks 107641.38 ÷ 364 × (45 days agreed + 0 late) × 1.50 (tier A), in steps of 500"
    assert DE.told(formula) == formula.replace("107641.38", "107.641,38").replace("1.50", "1,50")
