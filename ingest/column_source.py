"""What feeds a canonical column: a column of the file, or a small calculation over several.

Each form says which headers it needs and which text it makes of them; typing and checking come after, alike for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from ingest.sql import text, texts


def scalar_text(value: object) -> object:
    """`true` and `false`, the only words of a mapping that are not text already, as text."""
    return str(value).lower() if isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(scalar_text)]


class Part(BaseModel):
    """A part of a mapping: its keys are fixed, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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

    def sql(self, values: Sequence[str]) -> str:
        """The text of the amount. A direction that is neither makes a text no amount is written like: a reject."""
        amount, direction = values
        return (
            f"case when {amount} is null then null when trim({direction}) in ({texts(self.keep)}) then {amount} "
            f"when trim({direction}) in ({texts(self.drop)}) then '0' "
            f"else {text(self.direction + ' = ')} || coalesce({direction}, 'nothing') end"
        )


class SignedPart(Part):
    """The positive or the negative part of a signed amount, without its sign; zero where it has the other sign."""

    amount: str
    part: Literal["positive", "negative"]

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return (self.amount,)

    def sql(self, values: Sequence[str]) -> str:
        """The text of the part; a minus may stand before or after the digits."""
        (amount,) = values
        is_negative = f"(starts_with(trim({amount}), '-') or ends_with(trim({amount}), '-'))"
        if self.part == "positive":
            return f"case when {is_negative} then '0' else {amount} end"
        return f"case when {is_negative} then replace({amount}, '-', '') when {amount} is not null then '0' end"


class Joined(Part):
    """Several columns that are one key together, with ``separator`` between them; null where all are empty."""

    join: tuple[str, ...] = Field(min_length=2)
    separator: str = "-"

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return self.join

    def sql(self, values: Sequence[str]) -> str:
        """The text of the key; an empty part stays as an empty place, so that two keys cannot become one."""
        parts = f" || {text(self.separator)} || ".join(f"coalesce({value}, '')" for value in values)
        return f"case when coalesce({', '.join(values)}) is not null then {parts} end"


class FirstFilled(Part):
    """The first of several columns that is not empty."""

    first: tuple[str, ...] = Field(min_length=2)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it is made of."""
        return self.first

    def sql(self, values: Sequence[str]) -> str:
        """The text found first."""
        return f"coalesce({', '.join(values)})"


Composed = DirectedAmount | SignedPart | Joined | FirstFilled
FORMS: tuple[type[ConvertedAmount | Composed], ...] = (
    ConvertedAmount,
    DirectedAmount,
    SignedPart,
    Joined,
    FirstFilled,
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
    | Annotated[FirstFilled, Tag("FirstFilled")],
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
            return f"the {source.part} part of {source.amount}"
        case Joined():
            return source.separator.join(source.join)
        case FirstFilled():
            return f"the first filled of {', '.join(source.first)}"
