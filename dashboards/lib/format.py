"""Numbers, money, dates and changes as people read them.

Separators follow the reader's locale; words and month names stay English, as the pages are. Amounts arrive
as exact decimals and are only rounded here, for the eye. Unknown is shown as a dash, never as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from audit import words

Number = Decimal | float | int

UNKNOWN = "–"
MINUS = "\u2212"
NARROW_SPACE = "\u202f"
NO_BREAK = "\u00a0"
DEFAULT_LOCALE = "en"
DEFAULT_TIMEZONE = "UTC"

_UNITS = (Decimal(1), "", 0)
_ONE_DECIMAL_BELOW = 9_950
_SCALES = ((Decimal(1_000_000), "M", 2), (Decimal(1_000), "k", 0))
# CLDR writes "£GB" and "$US" in French: no finance page does.
_SYMBOLS = {"GBP": "£", "USD": "$"}


def known_locale(tag: str | None) -> str:
    """The Babel name of a browser's language tag, or English where Babel does not know it."""
    try:
        return str(Locale.parse((tag or "").replace("_", "-"), sep="-"))
    except (UnknownLocaleError, ValueError):
        return DEFAULT_LOCALE


def _zeros(text: str) -> str:
    return "".join("0" if character.isdigit() else character for character in text)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


def _rounded(value: Number, places: int) -> Decimal:
    """Half away from zero, so that the eye sees what an accountant would write; no negative zero."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


@dataclass(frozen=True)
class Formatter:
    """Formats for one reader: ``locale`` is a Babel name, ``timezone`` an IANA name."""

    locale: str = DEFAULT_LOCALE
    timezone: str = DEFAULT_TIMEZONE

    def number(self, value: Number | None, places: int = 0) -> str:
        """A plain number with ``places`` decimals: 1234.5 → ``1,234.5``."""
        if value is None:
            return UNKNOWN
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return _minus(format_decimal(_rounded(value, places), format=pattern, locale=self.locale))

    def amount(self, value: Number | None) -> str:
        """An amount in full, two decimals, without its currency: for table cells whose heading names it."""
        return self.number(value, 2)

    def money(self, value: Number | None, currency: str) -> str:
        """An amount in full with its currency: 5125.06, EUR → ``€5,125.06`` or ``5 125,06 €``."""
        if value is None:
            return UNKNOWN
        written = _minus(format_currency(_rounded(value, 2), currency, locale=self.locale))
        # CLDR writes "PLN482.00" in English: a code is no symbol.
        return written.replace(currency, f"{currency}{NO_BREAK}") if f"{currency}0" in _zeros(written) else written

    def short_money(self, value: Number | None, currency: str) -> str:
        """An amount for headlines, three figures: 2750000, EUR → ``€2.75M`` or ``2,75 M€``; 5120 → ``€5.1k``."""
        if value is None:
            return UNKNOWN
        exact = Decimal(str(value))
        # The scale is chosen on what will be shown: 999,999 rounds to 1.00M, not to 1,000k.
        scale, suffix, places = next((entry for entry in _SCALES if abs(exact) >= entry[0] - entry[0] / 2000), _UNITS)
        if suffix == "k" and abs(exact) < _ONE_DECIMAL_BELOW:
            places = 1
        digits = self.number(exact / scale, places)
        symbol = _SYMBOLS.get(currency) or get_currency_symbol(currency, locale=self.locale)
        if self._symbol_first():
            sign, digits = (MINUS, digits[1:]) if digits.startswith(MINUS) else ("", digits)
            gap = NO_BREAK if symbol[-1:].isalpha() else ""
            return f"{sign}{symbol}{gap}{digits}{suffix}"
        return f"{digits}{NO_BREAK}{suffix}{symbol if not symbol[-1:].isalpha() or not suffix else NO_BREAK + symbol}"

    def thousands(self, value: Number | None) -> str:
        """An amount in thousands without decimals, for dense tables headed "k"."""
        return UNKNOWN if value is None else self.number(Decimal(str(value)) / 1000)

    def rate(self, value: Number | None, places: int = 1) -> str:
        """A rate 0..1 as a percentage: 0.365 → ``36.5%``, in French ``36,5 %``."""
        if value is None:
            return UNKNOWN
        gap = "" if Locale.parse(self.locale).percent_formats[None].pattern.endswith("0%") else NO_BREAK
        return f"{self.number(Decimal(str(value)) * 100, places)}{gap}%"

    def days(self, value: Number | None, places: int = 1) -> str:
        """Days with their unit: 52.4 → ``52.4 d``."""
        return UNKNOWN if value is None else f"{self.number(value, places)}{NO_BREAK}d"

    def times(self, value: Number | None) -> str:
        """How many times: 8.53 → ``8.5×``."""
        return UNKNOWN if value is None else f"{self.number(value, 1)}×"

    def signed(self, text: str, value: Number | None) -> str:
        """Put a plus before what grew; what shrank carries its minus already, what reads as zero gets none."""
        grew = value is not None and value > 0 and any(digit in text for digit in "123456789")
        return f"+{text}" if grew else text

    def told(self, sentence: str) -> str:
        """A sentence of the marts with its amounts and days as this reader writes them; all else stays what it is."""
        return words.told(sentence, self.amount, self.day)

    def day(self, value: date | None, *, weekday: bool = False, year: bool = True) -> str:
        """A day that reads the same everywhere: ``29 Mar 2026``, with ``weekday`` ``Sun 29 Mar 2026``."""
        if value is None:
            return UNKNOWN
        pattern = ("EEE " if weekday else "") + "d MMM" + (" y" if year else "")
        return str(format_date(value, format=pattern, locale=DEFAULT_LOCALE))

    def month(self, value: date, *, short: bool = False) -> str:
        """A month that reads the same everywhere: ``March 2026``, ``short`` ``Mar 2026``."""
        return str(format_date(value, format="MMM y" if short else "MMMM y", locale=DEFAULT_LOCALE))

    def moment(self, value: datetime | None) -> str:
        """A moment in the reader's time zone: ``1 Apr 2026, 06:12``. A moment without a zone is UTC."""
        if value is None:
            return UNKNOWN
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return str(format_datetime(aware, format="d MMM y, HH:mm", tzinfo=self._zone(), locale=DEFAULT_LOCALE))

    def count(self, value: int | None, singular: str, plural: str | None = None) -> str:
        """A count with its noun: 1 → ``1 customer``, 38 → ``38 customers``."""
        if value is None:
            return UNKNOWN
        return f"{self.number(value)}{NO_BREAK}{singular if value == 1 else plural or singular + 's'}"

    def _symbol_first(self) -> bool:
        return str(Locale.parse(self.locale).currency_formats["standard"].pattern).startswith("\u00a4")

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            return ZoneInfo(DEFAULT_TIMEZONE)


def words_for(count: int) -> str:
    """Small counts as words, as a sentence wants them: 6 → ``Six``, 13 → ``13``."""
    names = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return names[count] if 0 <= count < len(names) else str(count)


def sentence_case(text: str) -> str:
    """Capitalise the first letter only."""
    return text[:1].upper() + text[1:]
