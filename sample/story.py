"""What a planted story is made of: customers, documents, money and journals, with what must be seen of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class StoryCustomer:
    """A customer of a story; ``number`` is its place among the story customers, from 1."""

    number: int
    name: str
    entity_id: str
    country_code: str
    payment_terms: str
    created_on: date
    segment: str = "Industry"
    registration_id: str | None = None
    insolvency_on: date | None = None


@dataclass(frozen=True)
class StoryDocument:
    """An invoice of a story, in its entity's currency, and how it ends. ``cents`` carry the tax."""

    customer: int
    invoiced_on: date
    cents: int
    due_on: date
    payment_terms: str
    paid_on: date | None = None
    written_off_on: date | None = None
    original_due_on: date | None = None
    has_due_on: bool = True
    arrives_late: bool = False
    disputed_on: date | None = None
    dispute_reason: str | None = None
    is_chased: bool = True


@dataclass(frozen=True)
class ExtraPayment:
    """Money that belongs to no open invoice."""

    customer: int
    received_on: date
    cents: int
    reference: str


@dataclass(frozen=True)
class ManualJournal:
    """A posting on the control account that the sub-ledger does not know, with its explanation."""

    entity_id: str
    from_on: date
    cents: int
    explanation: str
    approved_by: str


@dataclass(frozen=True)
class StoryLimit:
    """A limit of the company's own for a story customer, in its entity's currency."""

    customer: int
    cents: int
    valid_from: date
    valid_to: date | None = None
    limit_kind: str = "own"


@dataclass(frozen=True)
class StoryCover:
    """An insurer's decision on a story customer, in its entity's currency."""

    customer: int
    cents: int
    valid_from: date
    valid_to: date | None = None
    status: str = "active"
    cover_kind: str = "named"


@dataclass(frozen=True)
class TierOverride:
    """A tier set by hand, of a story customer or of a drawn one by its rank."""

    risk_tier: str
    from_on: date
    to_on: date
    reason: str
    approved_by: str
    customer: int | None = None
    drawn_customer: int | None = None


@dataclass(frozen=True)
class Planted:
    """One thing that must be seen. ``customer`` is a story customer's number, ``drawn_customer`` a rank."""

    story: str
    week_ending_on: date
    what_must_be_seen: str
    customer: int | None = None
    drawn_customer: int | None = None


@dataclass
class Stories:
    """Everything the stories add to the drawn company."""

    customers: list[StoryCustomer] = field(default_factory=list)
    documents: list[StoryDocument] = field(default_factory=list)
    extra_payments: list[ExtraPayment] = field(default_factory=list)
    manual_journals: list[ManualJournal] = field(default_factory=list)
    limits: list[StoryLimit] = field(default_factory=list)
    covers: list[StoryCover] = field(default_factory=list)
    overrides: list[TierOverride] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)

    def add_customer(
        self,
        name: str,
        created_on: date,
        *,
        entity_id: str = "FR",
        country_code: str = "FR",
        payment_terms: str = "30_net",
        segment: str = "Industry",
        registration_id: str | None = None,
        insolvency_on: date | None = None,
    ) -> int:
        """Adds a customer and returns its number."""
        number = len(self.customers) + 1
        self.customers.append(
            StoryCustomer(
                number,
                name,
                entity_id,
                country_code,
                payment_terms,
                created_on,
                segment,
                registration_id,
                insolvency_on,
            )
        )
        return number
