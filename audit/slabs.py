"""Ageing slabs: those of the publication, or of a file with the columns of `seeds/aging_buckets.csv`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from audit.marts import Marts
from encours.errors import EncoursError

COLUMNS = ("bucket_order", "aging_bucket", "bucket_label", "from_days", "to_days")


@dataclass(frozen=True)
class Slab:
    """One bucket; days are inclusive, and open-ended where None. Without either it is the bucket of the unapplied."""

    bucket_order: int
    aging_bucket: str
    bucket_label: str
    from_days: int | None
    to_days: int | None

    @property
    def is_unapplied(self) -> bool:
        """Whether this is where what is open and negative stands."""
        return self.from_days is None and self.to_days is None


def of_publication(marts: Marts) -> tuple[Slab, ...]:
    """The slabs the published file was built with."""
    found = marts.connection.execute(f"select {', '.join(COLUMNS)} from dim_aging_buckets order by 1").fetchall()
    return checked([Slab(*row) for row in found], "dim_aging_buckets")


def of_file(path: Path) -> tuple[Slab, ...]:
    """The slabs of a CSV file.

    Raises:
        EncoursError: it cannot be read, or its slabs leave days out or hold them twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise EncoursError(
                    f"{path}: the column {missing[0]} is missing; the file needs {', '.join(COLUMNS)}, "
                    "as seeds/aging_buckets.csv has them."
                )
            slabs = [_slab(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EncoursError(f"{path} cannot be read as CSV: {error}.") from None
    return checked(slabs, str(path))


def _slab(path: Path, line: int, row: dict[str, str | None]) -> Slab:
    def number(name: str) -> int | None:
        text = (row[name] or "").strip()
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise EncoursError(f"{path}, line {line}: {name} is {text!r}, not a whole number.") from None

    order, bucket = number("bucket_order"), (row["aging_bucket"] or "").strip()
    if order is None or not bucket:
        raise EncoursError(f"{path}, line {line}: a slab needs bucket_order and aging_bucket.")
    return Slab(order, bucket, (row["bucket_label"] or "").strip() or bucket, number("from_days"), number("to_days"))


def checked(slabs: Sequence[Slab], where: str) -> tuple[Slab, ...]:
    """The slabs in order, if every day is in exactly one of them and one bucket holds the unapplied.

    Raises:
        EncoursError: which slab is wrong, and how.
    """
    for name in ("bucket_order", "aging_bucket"):
        values = [getattr(slab, name) for slab in slabs]
        for value in values:
            if values.count(value) > 1:
                raise EncoursError(f"{where}: {name} {value} stands more than once.")
    ordered = tuple(sorted(slabs, key=lambda slab: slab.bucket_order))
    unapplied = [slab for slab in ordered if slab.is_unapplied]
    aged = [slab for slab in ordered if not slab.is_unapplied]
    if len(unapplied) != 1:
        raise EncoursError(
            f"{where}: {len(unapplied)} buckets have neither from_days nor to_days; "
            "exactly one must: the bucket of what is unapplied."
        )
    if not aged:
        raise EncoursError(f"{where}: there is no slab beside the bucket of what is unapplied.")
    for slab in aged:
        if slab.from_days is not None and slab.to_days is not None and slab.from_days > slab.to_days:
            raise EncoursError(
                f"{where}: {slab.aging_bucket} ends on day {slab.to_days}, before it begins ({slab.from_days})."
            )
    if aged[0].from_days is not None:
        raise EncoursError(f"{where}: the first slab, {aged[0].aging_bucket}, is open-ended: it has no from_days.")
    if aged[-1].to_days is not None:
        raise EncoursError(f"{where}: the last slab, {aged[-1].aging_bucket}, is open-ended: it has no to_days.")
    for before, after in pairwise(aged):
        if before.to_days is None or after.from_days is None:
            raise EncoursError(
                f"{where}: only the first and the last slab are open-ended: "
                f"{before.aging_bucket} needs a to_days and {after.aging_bucket} a from_days."
            )
        if after.from_days > before.to_days + 1:
            raise EncoursError(
                f"{where}: days {before.to_days + 1} to {after.from_days - 1} are in no slab: "
                f"{before.aging_bucket} ends on {before.to_days}, {after.aging_bucket} begins on {after.from_days}."
            )
        if after.from_days <= before.to_days:
            raise EncoursError(
                f"{where}: day {after.from_days} is in two slabs: {before.aging_bucket} ends on {before.to_days}, "
                f"{after.aging_bucket} begins on {after.from_days}."
            )
    return ordered
