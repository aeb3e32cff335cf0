"""What of the books is settled: the groups of lines set against each other, and what was set against what in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sample.books import Books, Line


@dataclass(frozen=True)
class NumberedLine:
    """A line of a customer's account, with its place among all lines of the books, from 1."""

    number: int
    line: Line


@dataclass(frozen=True)
class Group:
    """Lines of one customer and account that hang together, in the order they were booked."""

    lines: tuple[NumberedLine, ...]

    @property
    def balance(self) -> Decimal:
        """What they leave open."""
        return sum((one.line.amount for one in self.lines), Decimal(0))

    @property
    def is_closed(self) -> bool:
        """Whether several lines leave nothing open."""
        return len(self.lines) > 1 and not self.balance

    @property
    def last_on(self) -> date:
        """The day of its last line."""
        return max(one.line.posted_on for one in self.lines)


@dataclass(frozen=True)
class Application:
    """An amount of a credit line set against a debit line."""

    credit: NumberedLine
    debit: NumberedLine
    amount: Decimal

    @property
    def applied_on(self) -> date:
        """The day both were there."""
        return max(self.credit.line.posted_on, self.debit.line.posted_on)


def groups(books: Books) -> list[Group]:
    """All lines of customers, in groups; a line that was set against nothing is a group of its own."""
    found: dict[tuple[str, str, str], list[NumberedLine]] = defaultdict(list)
    for number, line in enumerate(books.lines, start=1):
        if line.customer_id is not None:
            found[line.customer_id, line.account, line.group or f"line {number}"].append(NumberedLine(number, line))
    return [Group(tuple(lines)) for lines in found.values()]


def applications(group: Group) -> Iterator[Application]:
    """Credits against debits of a group, oldest first."""
    debits = [[one, one.line.amount] for one in group.lines if one.line.amount > 0]
    for credit in (one for one in group.lines if one.line.amount < 0):
        left = -credit.line.amount
        for place in debits:
            debit, open_amount = place
            assert isinstance(debit, NumberedLine)
            assert isinstance(open_amount, Decimal)
            amount = min(left, open_amount)
            if amount:
                place[1] = open_amount - amount
                left -= amount
                yield Application(credit, debit, amount)
