"""Alerts as a reader meets them: what happened once, with everyone it is told to; and a file name for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dashboards.lib.db import Row
from dashboards.lib.format import Formatter

ROLES = {"collector": "Collector", "sales_owner": "Sales owner", "management": "Management"}


def events(rows: Sequence[Row], fmt: Formatter) -> list[Row]:
    """What happened, a row each, with everyone it is told to."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        event = (row["alert_kind"], row["customer_id"], row["document_number"])
        role = row["recipient_role"]
        person = row["recipient"] if role == "management" else f"{row['recipient']} ({ROLES[role].lower()})"
        if event in found:
            found[event]["told_to"] += f", {person}"
        else:
            found[event] = {**row, "told_to": person, "told": fmt.told(row["detail"])}
    return list(found.values())


def file_name(recipient: str) -> str:
    """A recipient as part of a file's name: letters and figures only, of any script."""
    return re.sub(r"[\W_]+", "-", recipient.lower()).strip("-") or "recipient"


def file_names(recipients: Iterable[str]) -> dict[str, str]:
    """Each recipient's part of a file's name, none of them twice."""
    names: dict[str, str] = {}
    for recipient in sorted(recipients):
        name, place = file_name(recipient), 2
        while name in names.values():
            name, place = f"{file_name(recipient)}-{place}", place + 1
        names[recipient] = name
    return names
