"""Text to typed values in SQL, strictly: what is not wholly readable is null, nothing is rounded."""

from __future__ import annotations

import re
from typing import Literal

from ingest.contract import ColumnType
from ingest.mapping import FileFormat
from ingest.sql import text

EARLIEST, LATEST = "date '1901-01-01'", "date '2999-12-31'"
"""Days outside are typing errors (year 0202) or a program's word for no day (1900-01-01)."""

NO_NUMBER = "is not a number"
"""How the reason begins where a text is none."""

DECIMALS = {ColumnType.AMOUNT: 2, ColumnType.RATE: 8, ColumnType.SHARE: 6}
MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?Z?"
"""A moment, UTC: ISO 8601 without an offset."""
CONVERSION_RATE_DECIMALS = 10


def typed(source: str, column_type: ColumnType, file: FileFormat) -> str:
    """The expression that reads text expression ``source`` as ``column_type``; null where it cannot."""
    match column_type:
        case ColumnType.TEXT:
            return source
        case ColumnType.DATE:
            return f"cast(try_strptime({source}, {text(file.date_format)}) as date)"
        case ColumnType.AMOUNT | ColumnType.RATE | ColumnType.SHARE:
            return f"try_cast({_plain(source, file)} as {column_type.value})"
        case ColumnType.TIMESTAMP:
            moment = f"replace(rtrim({source}, 'Z'), 'T', ' ')"
            return f"case when regexp_full_match({source}, {text(MOMENT)}) then try_cast({moment} as timestamp) end"
        case ColumnType.INTEGER:
            return f"case when regexp_full_match({source}, '[+-]?[0-9]+') then try_cast({source} as integer) end"
        case ColumnType.BOOLEAN:
            # true, t, yes, y, 1 and false, f, no, n, 0, in any case.
            return f"try_cast({source} as boolean)"
        case _:
            raise AssertionError(f"no canonical column is a {column_type}")


def unreadable(source: str, value: str, column_type: ColumnType, file: FileFormat) -> tuple[str, str]:
    """Condition and reason (both SQL) of text ``source`` that ``value``, its typed form, does not wholly hold."""
    match column_type:
        case ColumnType.DATE:
            return (
                f"{source} is not null and coalesce({value} not between {EARLIEST} and {LATEST}, true)",
                f"case when {value} is null then {text(f'is not a day written as {file.date_format}')} "
                f"else {out_of_range(value, column_type)[1]} end",
            )
        case ColumnType.TIMESTAMP:
            return (
                f"{source} is not null and {value} is null",
                "'is not a moment written as 2026-03-29 14:05:00, UTC'",
            )
        case ColumnType.AMOUNT | ColumnType.RATE | ColumnType.SHARE:
            decimals = DECIMALS[column_type]
            marks = f"decimal mark {file.decimal_mark}"
            marks += f" and thousands mark {file.thousands_mark}" if file.thousands_mark else ""
            # Where the mark is among the last three characters nothing is left to match, and finding it is cheap.
            exact = (
                f"case when {value} is null then false "
                f"when strpos({source}, {text(file.decimal_mark)}) >= strlen({source}) - {decimals} and not "
                f"{str(bool(file.thousands_mark or file.trailing_minus)).lower()} then true "
                f"else {_matches(source, file, decimals)} end"
            )
            room = f"{_digits(column_type)} digits, {decimals} of them decimals"
            return (
                f"{source} is not null and not {exact}",
                f"case when not {_matches(source, file, None)} then {text(f'{NO_NUMBER} written with {marks}')} "
                f"when {value} is null then {text(f'does not fit {room}')} "
                f"else {text(f'has more than {decimals} decimals')} end",
            )
        case ColumnType.INTEGER:
            return f"{source} is not null and {value} is null", "'is not a whole number'"
        case ColumnType.BOOLEAN:
            return f"{source} is not null and {value} is null", "'is neither true nor false'"
        case _:
            raise AssertionError(f"any text can be read as {column_type}")


def _digits(column_type: ColumnType) -> str:
    return column_type.value.partition("(")[2].partition(",")[0]


def out_of_range(value: str, column_type: ColumnType) -> tuple[str, str]:
    """Condition and reason (both SQL) of a typed value that cannot be meant."""
    if column_type is ColumnType.DATE:
        return f"{value} not between {EARLIEST} and {LATEST}", "'is a day before 1901 or after 2999'"
    return "false", "''"


def converted(
    amount: str, rate: str, quoted: Literal["document_per_base", "base_per_document"], file: FileFormat
) -> str:
    """``amount`` over (or times) ``rate`` as decimal(18, 2), rounded half away from zero in whole numbers.

    Amount in cents and rate times 10^10 are integers of 128 bits, so no digit is lost before the one rounding.
    Null where either cannot be read exactly, where the rate is not above zero, or where the result does not fit.
    """
    scale = 10**CONVERSION_RATE_DECIMALS
    cents = f"cast(abs(try_cast({_plain(amount, file)} as decimal(18, 2))) * 100 as hugeint)"
    factor = f"cast(try_cast({_plain(rate, file)} as decimal(18, {CONVERSION_RATE_DECIMALS})) * {scale} as hugeint)"
    if quoted == "document_per_base":
        magnitude = f"(2 * {cents} * {scale} + {factor}) // (2 * {factor})"
    else:
        magnitude = f"(2 * {cents} * {factor} + {scale}) // (2 * cast({scale} as hugeint))"
    negative = f"(starts_with(trim({amount}), '-') or ends_with(trim({amount}), '-'))"
    exact = f"{_matches(amount, file, 2)} and {_matches(rate, file, CONVERSION_RATE_DECIMALS)} and {factor} > 0"
    result = f"try_cast(try_cast({magnitude} as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))"
    return f"case when {exact} then case when {negative} then -{result} else {result} end end"


def with_minus(source: str, file: FileFormat) -> str:
    """Text ``source`` with a minus before it where it says in another way that it is below zero: (12.50), 12.50 CR."""
    branches = []
    if file.parentheses:
        branches.append(
            f"when regexp_full_match({source}, ' *[(] *[0-9].*[)] *') then '-' || trim(regexp_extract({source}, "
            "'[(](.*)[)]', 1))"
        )
    for mark, sign in ((file.credit_mark, "'-' || "), (file.debit_mark, "")):
        if mark:
            number = text(f" *([0-9].*?) *{re.escape(mark)} *")
            branches.append(
                f"when regexp_full_match({source}, {number}) then {sign}regexp_extract({source}, {number}, 1)"
            )
    return f"case {' '.join(branches)} else {source} end" if branches else source


def _plain(source: str, file: FileFormat) -> str:
    """``source`` with thousands marks taken out, a point as decimal mark and the minus first."""
    plain = f"replace({source}, {text(file.thousands_mark)}, '')" if file.thousands_mark else source
    plain = plain if file.decimal_mark == "." else f"replace({plain}, ',', '.')"
    if not file.trailing_minus:
        return plain
    return f"case when ends_with(rtrim({source}), '-') then '-' || trim({plain}, ' -') else {plain} end"


def _matches(source: str, file: FileFormat, decimals: int | None) -> str:
    """Whether ``source`` is a number with at most ``decimals`` decimals that are not zero (``None``: any)."""
    mark = re.escape(file.decimal_mark)
    whole = "[0-9]+"
    if file.thousands_mark:
        whole = f"([0-9]{{1,3}}({re.escape(file.thousands_mark)}[0-9]{{3}})+|[0-9]+)"
    fraction = f"({mark}[0-9]{{0,{decimals}}}0*)?" if decimals is not None else f"({mark}[0-9]*)?"
    number = f"[+-]?{whole}{fraction}" + (f"|{whole}{fraction}-" if file.trailing_minus else "")
    return f"regexp_full_match({source}, {text(f' *({number}) *')})"
