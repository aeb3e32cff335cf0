"""`encours ageing`: the aged balance of a day on the screen and in a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from audit import ageing, passport, slabs
from audit.ageing import Basis, By
from audit.marts import Row, opened
from audit.publication import published_file
from audit.slabs import Slab
from audit.tables import Workbook, save, to_csv
from encours import console
from encours.errors import EncoursError
from encours.settings import Settings

_HEADINGS = {
    "entity_id": "Entity",
    "customer_id": "Customer",
    "currency": "Currency",
    "bucket_order": "Order",
    "aging_bucket": "Bucket",
    "open_amount": "Open, document currency",
    "base_currency": "Base currency",
    "base_open_amount": "Open, base currency",
    "items_count": "Items",
}


def tell(settings: Settings, *, day: date, basis: Basis, by: By, slab_file: Path | None, out: Path | None) -> None:
    """Print the aged balance, or write it to ``out`` (.csv or .xlsx).

    Raises:
        EncoursError: nothing is published, or the day, the slabs or the file are wrong.
    """
    if out is not None and out.suffix.lower() not in (".csv", ".xlsx"):
        raise EncoursError(f"{out}: the file's name must end in .csv or .xlsx.")
    with opened(published_file(settings)) as marts:
        chosen = slabs.of_publication(marts) if slab_file is None else slabs.of_file(slab_file)
        rows = ageing.aged(marts, day, basis, by, chosen)
        about = [
            ("What", f"Aged balance by {basis} day, by {by}"),
            ("On", day),
            ("Slabs", "of the publication" if slab_file is None else slab_file.name),
            *passport.facts(marts),
        ]
    if out is None:
        _print(rows, chosen, by)
        return
    columns = [name for name in _HEADINGS if name != "customer_id" or by is By.CUSTOMER]
    if out.suffix.lower() == ".csv":
        save(out, to_csv(rows, columns, about))
    else:
        book = Workbook()
        book.sheet("Ageing", rows, {name: _HEADINGS[name] for name in columns})
        book.facts("About", about)
        save(out, book.bytes())
    console.say(f"{len(rows):,} rows of what was open on {day} are in {out}; they add up to the ledger's balance.")


def _print(rows: list[Row], chosen: tuple[Slab, ...], by: By) -> None:
    """One line an entity (and customer) and currency, a column a bucket, in document currency."""
    lines: dict[tuple[str, ...], dict[str, Decimal]] = {}
    keys = ("entity_id", "customer_id", "currency") if by is By.CUSTOMER else ("entity_id", "currency")
    for row in rows:
        amount = row["open_amount"]
        assert isinstance(amount, Decimal)
        lines.setdefault(tuple(str(row[key]) for key in keys), {})[str(row["aging_bucket"])] = amount
    labels = [slab.bucket_label for slab in chosen]
    console.table(
        [*(_HEADINGS[key] for key in keys), *labels, "Total"],
        [
            [
                *key,
                *(f"{buckets.get(slab.aging_bucket, Decimal('0.00')):,}" for slab in chosen),
                f"{sum(buckets.values(), Decimal('0.00')):,}",
            ]
            for key, buckets in lines.items()
        ],
        numbers=[*labels, "Total"],
    )
