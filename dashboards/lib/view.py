"""What the reader is looking at: the choice made by the global filters, checked against the marts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ALL_ENTITIES = "*"


@dataclass(frozen=True)
class Week:
    """A week figures exist for. ``as_of_on`` is its last day, or the as-of day of the build where it is not over."""

    ending_on: date
    as_of_on: date
    is_complete: bool


@dataclass(frozen=True)
class Cut:
    """One member of a dimension of ``fct_kpis_by_dimension``: its ``name``, and ``words`` that name both."""

    dimension: str
    member: str
    name: str
    words: str


@dataclass(frozen=True)
class View:
    """The week, entity and reporting currency in use, and where chosen the one member figures are narrowed to.

    Figures by customer exist in ``main_currency`` only; ``newest`` is the newest complete week.
    """

    week: Week
    newest: Week
    entity_id: str
    entity_name: str
    currency: str
    main_currency: str
    cut: Cut | None = None

    @property
    def is_newest(self) -> bool:
        """Whether the newest complete week, or the one in progress after it, is shown."""
        return self.week.ending_on >= self.newest.ending_on

    @property
    def parameters(self) -> dict[str, object]:
        """The view as query parameters."""
        return {
            "week": self.week.ending_on,
            "day": self.week.as_of_on,
            "entity": self.entity_id,
            "currency": self.currency,
        }
