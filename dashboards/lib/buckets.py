"""The slabs of the ageing policy: what each is called, and its colour, however many there are."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.lib.db import Row

NOT_DUE, UNAPPLIED = "not_due", "unapplied"
OVERDUE_TOKENS = ("overdue-1", "overdue-2", "overdue-3", "overdue-4", "overdue-5")


def is_overdue(bucket: Row) -> bool:
    """Whether a slab holds what is past due."""
    return bucket["aging_bucket"] not in (NOT_DUE, UNAPPLIED)


def bucket_words(bucket: Row) -> str:
    """A slab as its heading: ``Not due``, ``1–30``, ``Over 120``, ``Unapplied``."""
    if not is_overdue(bucket):
        return str(bucket["aging_bucket"]).replace("_", " ").capitalize()
    if bucket["to_days"] is None:
        return f"Over {int(bucket['from_days']) - 1}"
    return f"{bucket['from_days']}–{bucket['to_days']}"


def token_of(bucket: Row, buckets: Sequence[Row]) -> str:
    """The colour token of a slab among all ``buckets`` of the policy, in their order.

    The first overdue slab is the palest and the last always the darkest.
    """
    if not is_overdue(bucket):
        return "not-due" if bucket["aging_bucket"] == NOT_DUE else "unapplied"
    overdue = [row["bucket_order"] for row in buckets if is_overdue(row)]
    place = overdue.index(bucket["bucket_order"])
    if place == len(overdue) - 1:
        return OVERDUE_TOKENS[-1]
    return OVERDUE_TOKENS[min(place, len(OVERDUE_TOKENS) - 2)]
