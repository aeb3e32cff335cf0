"""What feeds a canonical column: a column of the file, or a small calculation over several.

Each form says which headers it needs and which text it makes of them; typing and checking come after, alike for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Protocol, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from ingest.sql import text, texts


def scalar_text(value: object) -> object:
    """`true` and `false`, the only words of a mapping that are not text already, as text."""
    return str(value).lower() if isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(scalar_text)]


def fold(header: str) -> str:
    """A header as it is compared: without outer blanks, case ignored."""
    return header.strip().casefold()


class Part(BaseModel):
    """A part of a mapping: its keys are fixed, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Written(Protocol):
    """What a form must know of how a file is written."""

    @property
    def date_format(self) -> str:
        """The codes of `strftime` its days are written with."""

    @property
    def decimal_mark(self) -> str:
        """What stands before the decimals of its numbers."""

    @property
    def thousands_mark(self) -> str:
        """What stands between the thousands; empty: nothing."""


def _is_negative(amount: str) -> str:
    return f"(starts_with(trim({amount}), '-') or ends_with(trim({amount}), '-'))"


class ConvertedAmount(Part):
    """An amount in base currency made from the document's amount and its own rate, rounded half away from zero."""

    amount: str
    rate: str
    quoted: Literal["document_per_base", "base_per_document"]

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return (self.amount, self.rate)


class DirectedAmount(Part):
    """An amount that another column puts on one side: taken where that says so, zero where it says the other."""

    amount: str
    direction: str
    keep: tuple[Text, ...] = Field(min_length=1)
    drop: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        both = sorted(set(self.keep) & set(self.drop))
        if both:
            raise ValueError(f"direction '{both[0]}' is both in keep and in drop")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return (self.amount, self.direction)

    def sql(self, values: Sequence[str], file: Written) -> str:
        """The text of the amount. A direction that is neither makes a text no amount is written like: a reject."""
        amount, direction = values
        return (
            f"case when {amount} is null then null when trim({direction}) in ({texts(self.keep)}) then {amount} "
            f"when trim({direction}) in ({texts(self.drop)}) then '0' "
            f"else {text(self.direction + ' = ')} || coalesce({direction}, 'nothing') end"
        )


class SignedPart(Part):
    """The positive or the negative part of a signed amount, without its sign; zero where it has the other sign.

    Its `size` is the whole of it, without its sign.
    """

    amount: str
    part: Literal["positive", "negative", "size"]

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return (self.amount,)

    def sql(self, values: Sequence[str], file: Written) -> str:
        """The text of the part; a minus may stand before or after the digits."""
        (amount,) = values
        is_negative = _is_negative(amount)
        if self.part == "size":
            return f"case when {is_negative} then replace({amount}, '-', '') else {amount} end"
        if self.part == "positive":
            return f"case when {is_negative} then '0' else {amount} end"
        return f"case when {is_negative} then replace({amount}, '-', '') when {amount} is not null then '0' end"


class Joined(Part):
    """Several columns that are one key together, with ``separator`` between them; null where all are empty.

    Of a ``whole`` key no part may be empty: it is null where any is.
    """

    join: tuple[str, ...] = Field(min_length=2)
    separator: str = "-"
    whole: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return self.join

    def sql(self, values: Sequence[str], file: Written) -> str:
        """The text of the key; an empty part stays as an empty place, so that two keys cannot become one."""
        if self.whole:
            return f" || {text(self.separator)} || ".join(values)
        parts = f" || {text(self.separator)} || ".join(f"coalesce({value}, '')" for value in values)
        return f"case when coalesce({', '.join(values)}) is not null then {parts} end"


Member = str | Joined
"""A column, or a key joined from several."""


def _headers(members: Sequence[Member]) -> tuple[str, ...]:
    return tuple(name for one in members for name in ((one,) if isinstance(one, str) else one.headers))


def _texts_of(members: Sequence[Member], values: Sequence[str], file: Written) -> list[str]:
    """The text of each member; ``values`` are those of their headers in turn."""
    left, found = list(values), []
    for one in members:
        if isinstance(one, str):
            found.append(left.pop(0))
        else:
            count = len(one.join)
            taken, left = left[:count], left[count:]
            found.append(f"({one.sql(taken, file)})")
    return found


class ChosenBySign(Part):
    """One column where an amount is above zero or zero, another where it is below."""

    by_sign: str
    positive: Member
    negative: Member

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return (self.by_sign, *_headers((self.positive, self.negative)))

    def sql(self, values: Sequence[str], file: Written) -> str:
        """The text of the column that the sign says; nothing where there is no amount."""
        amount, *others = values
        positive, negative = _texts_of((self.positive, self.negative), others, file)
        return f"case when {_is_negative(amount)} then {negative} when {amount} is not null then {positive} end"


class FirstFilled(Part):
    """The first of several columns, or of keys joined from several, that is not empty."""

    first: tuple[Member, ...] = Field(min_length=2)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return _headers(self.first)

    def sql(self, values: Sequence[str], file: Written) -> str:
        """The text found first."""
        return f"coalesce({', '.join(_texts_of(self.first, values, file))})"


class LaterDay(Part):
    """A day and a number of days after it: the first of several columns that is above zero; else the day itself."""

    day: str
    plus_days: tuple[str, ...] = Field(min_length=1)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return (self.day, *self.plus_days)

    def sql(self, values: Sequence[str], file: Written) -> str:
        """The text of the later day, written like the file's days. A day or number that is none makes a reject."""
        day, *counts = values
        read = f"try_strptime({day}, {text(file.date_format)})"
        wrong = " ".join(
            f"when not regexp_full_match({count}, ' *[0-9]{{1,4}}([.,]0*)? *') then {text(header + ' = ')} || {count}"
            for header, count in zip(self.plus_days, counts, strict=True)
        )
        found = ", ".join(f"nullif(try_cast(regexp_extract({count}, '[0-9]+') as integer), 0)" for count in counts)
        later = f"strftime({read} + to_days(coalesce({found}, 0)), {text(file.date_format)})"
        return f"case when {day} is null then null {wrong} when {read} is null then {day} else {later} end"


class Summed(Part):
    """The sum of several amounts of a row, an empty one being nothing: one column for each age, say."""

    sum: tuple[str, ...] = Field(min_length=2)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return self.sum

    def sql(self, values: Sequence[str], file: Written) -> str:
        """The text of the sum, written like the file's amounts; null where all are empty. What is none is a reject."""
        decimal, thousands = re.escape(file.decimal_mark), re.escape(file.thousands_mark)
        whole = f"([0-9]{{1,3}}({thousands}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
        number = text(f" *(-?{whole}({decimal}[0-9]{{0,2}}0*)?|{whole}({decimal}[0-9]{{0,2}}0*)?-) *")
        wrong = " ".join(
            f"when not regexp_full_match({value}, {number}) then {text(header + ' = ')} || {value}"
            for header, value in zip(self.sum, values, strict=True)
        )
        parts = " + ".join(f"coalesce({self._amount(value, file)}, 0)" for value in values)
        total = f"cast({parts} as varchar)"
        total = f"replace({total}, '.', {text(file.decimal_mark)})" if file.decimal_mark != "." else total
        return f"case when coalesce({', '.join(values)}) is null then null {wrong} else {total} end"

    def _amount(self, value: str, file: Written) -> str:
        plain = f"replace({value}, {text(file.thousands_mark)}, '')" if file.thousands_mark else value
        plain = plain if file.decimal_mark == "." else f"replace({plain}, ',', '.')"
        size = f"try_cast(trim({plain}, ' -') as decimal(18, 2))"
        return f"case when {_is_negative(value)} then -{size} else {size} end"


Composed = DirectedAmount | SignedPart | ChosenBySign | Joined | FirstFilled | LaterDay | Summed
FORMS: tuple[type[ConvertedAmount | Composed], ...] = (
    ConvertedAmount,
    DirectedAmount,
    SignedPart,
    ChosenBySign,
    Joined,
    FirstFilled,
    LaterDay,
    Summed,
)


def _form(value: object) -> str:
    """The form a source has in a mapping: of those with keys, the one that shares most of them."""
    if isinstance(value, (list, tuple)):
        return "tuple"
    if isinstance(value, FORMS):
        return type(value).__name__
    if isinstance(value, dict):
        return max(FORMS, key=lambda form: len(set(value) & set(form.model_fields))).__name__
    return "str"


Single = Annotated[
    Annotated[str, Tag("str")]
    | Annotated[ConvertedAmount, Tag("ConvertedAmount")]
    | Annotated[DirectedAmount, Tag("DirectedAmount")]
    | Annotated[SignedPart, Tag("SignedPart")]
    | Annotated[Joined, Tag("Joined")]
    | Annotated[ChosenBySign, Tag("ChosenBySign")]
    | Annotated[FirstFilled, Tag("FirstFilled")]
    | Annotated[LaterDay, Tag("LaterDay")]
    | Annotated[Summed, Tag("Summed")],
    Discriminator(_form),
]
ColumnSource = Annotated[
    Annotated[Single, Tag("single")] | Annotated[tuple[Single, ...], Tag("tuple")],
    Discriminator(lambda value: "tuple" if _form(value) == "tuple" else "single"),
]
"""What a mapping says of a column; of several alternatives the first counts whose headers are all in the file."""


def headers_of(source: Single) -> tuple[str, ...]:
    """The columns of the file that ``source`` needs."""
    return (source,) if isinstance(source, str) else source.headers


def alternatives(source: ColumnSource) -> tuple[Single, ...]:
    """The sources of a column, best first."""
    return source if isinstance(source, tuple) else (source,)


def in_words(source: Single) -> str:
    """How a person reads a source, for `encours inspect`."""
    match source:
        case str():
            return source
        case ConvertedAmount():
            return f"{source.amount} and {source.rate}"
        case DirectedAmount():
            return f"{source.amount} where {source.direction} is {' or '.join(source.keep)}"
        case SignedPart():
            whole = source.part == "size"
            return f"{source.amount} without its sign" if whole else f"the {source.part} part of {source.amount}"
        case Joined():
            return source.separator.join(source.join)
        case FirstFilled():
            return f"the first filled of {', '.join(in_words(one) for one in source.first)}"
        case Summed():
            return f"the sum of {', '.join(source.sum)}"
        case ChosenBySign():
            return f"{in_words(source.positive)} or {in_words(source.negative)}, by the sign of {source.by_sign}"
        case LaterDay():
            return f"{source.day} and the days of {' or '.join(source.plus_days)}"
