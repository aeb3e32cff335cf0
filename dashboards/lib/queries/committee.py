"""What opens the committee's page: the agenda is that of `audit.committee`; here is what puts it in proportion."""

from __future__ import annotations

from audit import committee
from audit.committee import Agenda, Asked
from dashboards.lib.db import Row, Warehouse

_SUMMARY = """
    select
        sum(exposure_amount) as exposure_amount,
        sum(greatest(exposure_amount, 0)) as positive_exposure_amount,
        count(*) as customers_count
    from marts.rpt_credit_exposures
"""


def agenda(warehouse: Warehouse, asked: Asked) -> Agenda:
    """All parts of the agenda, as `encours committee` writes them."""
    return committee.gather(warehouse.rows, asked)


def workbook(warehouse: Warehouse, asked: Asked) -> bytes:
    """The very workbook of `encours committee`."""
    return committee.workbook(warehouse.rows, asked, warehouse.publication.name)


def summary(warehouse: Warehouse) -> Row:
    """All exposure, of which the agenda's customers have a share."""
    return warehouse.row(_SUMMARY) or {}
