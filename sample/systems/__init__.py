"""The sample company's books in the export forms of accounting systems, each with the known traps of its form."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sample.books import Books, read_books
from sample.generator import SampleSummary, generate
from sample.systems.business_central import write_business_central
from sample.systems.erpnext import write_erpnext
from sample.systems.french import write_cegid, write_ebp, write_quadra, write_sage
from sample.systems.netsuite import write_netsuite
from sample.systems.odoo import write_odoo
from sample.systems.open_items import write_open_items
from sample.systems.quickbooks import write_quickbooks
from sample.systems.sap import write_sap
from sample.systems.xero import write_xero, write_xero_report

Writer = Callable[[Books, Path], dict[str, int]]
WRITERS: dict[str, Writer] = {
    "sap": write_sap,
    "odoo": write_odoo,
    "erpnext": write_erpnext,
    "business_central": write_business_central,
    "netsuite": write_netsuite,
    "quickbooks": write_quickbooks,
    "xero": write_xero,
    "xero_report": write_xero_report,
    "sage": write_sage,
    "cegid": write_cegid,
    "quadra": write_quadra,
    "ebp": write_ebp,
    "open_items": write_open_items,
}
"""By the name of the built-in source that reads them: each writes to a folder and says the rows by file."""


def generate_system(
    name: str,
    out: Path,
    *,
    invoices: int = 20000,
    seed: int = 7,
    progress: Callable[[str], None] | None = None,
) -> SampleSummary:
    """Write the sample company's French entity as ``name`` exports it; other arguments and errors as of `generate`."""
    with tempfile.TemporaryDirectory(prefix="encours-sample-") as folder:
        made = generate(Path(folder), invoices=invoices, seed=seed, progress=progress)
        if progress is not None:
            progress("Keeping the books")
        books = read_books(Path(folder), entity_id="FR", currency="EUR", as_of_on=made.as_of_on)
    out.mkdir(parents=True, exist_ok=True)
    return replace(made, out=out, rows=WRITERS[name](books, out))
