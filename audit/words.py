"""Sentences that the marts write, for readers: amounts as they write them, numbers of documents as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

# Two decimals and nothing that goes on: no part of a document's number, of a version, of a day.
_AMOUNT = re.compile(r"(?<![\w.,-])-?\d+\.\d{2}(?![\w-]|[.,]\d)")
_DAY = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])")


def told(sentence: str, amount: Callable[[Decimal], str], day: Callable[[date], str] = date.isoformat) -> str:
    """A sentence with its amounts written by ``amount`` and its days by ``day``."""
    written = _AMOUNT.sub(lambda found: amount(Decimal(found.group())), sentence)
    return _DAY.sub(lambda found: day(date.fromisoformat(found.group())), written)


def plain_amount(value: Decimal) -> str:
    """An amount for a file, which knows no reader: 12 071.34."""
    return f"{value:,.2f}".replace(",", " ")


def state(code: object) -> str | None:
    """The state of a limit or a cover in a reader's words: `not provided`, `expired` and all others."""
    return None if code is None else str(code)[:1].upper() + str(code)[1:]
