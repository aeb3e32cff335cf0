"""A history of loads with all that can happen to one, for tests of what each load knew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from ingest.contract import HISTORIES
from ingest.schema import all_columns
from ingest.unload import unload
from tests.ingest.extracts import ENTITIES, Extracts, invoices

A = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-1,2026-01-06,2.00", "FR,I-3,C-1,2026-01-07,3.00")
B = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-2,2026-01-06,2.00", "FR,I-4,C-1,2026-01-08,4.00")
C = invoices("FR,I-2,C-2,2026-01-06,2.50", "FR,I-4,C-1,2026-01-08,4.00", "FR,I-5,C-1,2026-02-01,5.00")
PAYMENTS = "entity_id,payment_id,customer_id,received_on,amount\nFR,P-1,C-1,2026-01-20,1.00\n"
DELTA = "name: moves\ndescription: What moved.\ntables:\n  - {table: payments, kind: delta}\n"

Step = Callable[[Extracts], object]


def _loading(name: str, content: str, day: int, *, out_of_order: bool = False, mapping: str | None = None) -> Step:
    def step(extracts: Extracts) -> None:
        source: Path | None = extracts.write("moves.yml", mapping) if mapping is not None else None
        extracts.load((name, content), as_of=date(2026, 2, day), out_of_order=out_of_order, source=source)

    return step


def _unloading(number: int) -> Step:
    return lambda extracts: unload(extracts.connection, number)


HISTORY: Sequence[Step] = (
    _loading("entities.csv", ENTITIES, 1),
    _loading("invoices.csv", A, 1),
    # Changed, vanished, new.
    _loading("invoices.csv", B, 2),
    _loading("moves_1.csv", PAYMENTS, 2, mapping=DELTA),
    # A corrected file of the same day.
    _loading("invoices.csv", C, 2),
    _unloading(5),
    # A late delta, older than what is there, and one that changes a payment.
    _loading("moves_2.csv", PAYMENTS.replace("P-1", "P-0"), 1, mapping=DELTA),
    _loading("moves_3.csv", PAYMENTS.replace("1.00", "1.50"), 3, mapping=DELTA),
    # A full picture out of order: meant.
    _loading("invoices.csv", A.replace("3.00", "3.30"), 1, out_of_order=True),
    _loading("invoices.csv", C, 4),
    _unloading(10),
    _unloading(9),
    _unloading(8),
    _loading("moves_3.csv", PAYMENTS.replace("1.00", "1.60"), 3, mapping=DELTA),
)
"""What happens to a warehouse, a load number each, from 1 on."""


def known(extracts: Extracts, load_id: int) -> dict[str, list[tuple[object, ...]]]:
    """All rows known after a load, with their lineage, and the manifest as it was then, its clock apart."""
    found = {
        table.name: extracts.rows(
            f"select {', '.join(column.name for column in all_columns(table) if column.name != '_replaced_in')} "
            f"from raw.{table.name} where _loaded_in <= {load_id} and coalesce(_replaced_in > {load_id}, true) "
            "order by all"
        )
        for table in HISTORIES
    }
    found["loads"] = extracts.rows(
        "select * exclude (loaded_at, unloaded_in), case when unloaded_in <= $load then unloaded_in end "
        "from raw.loads where load_id <= $load order by all".replace("$load", str(load_id))
    )
    found["rejects"] = extracts.rows(f"select * from raw.rejects where load_id <= {load_id} order by all")
    return found
