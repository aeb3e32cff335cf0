"""The table of sources is complete, and each page says how to export, what was tested and with what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from encours.cli_daily import SampleForm
from ingest import catalogue

PAGES = (
    "sap",
    "odoo",
    "erpnext",
    "business_central",
    "netsuite",
    "quickbooks",
    "xero",
    "fec",
    "sage",
    "cegid",
    "quadra",
    "ebp",
    "open_items",
    "saft_no",
    "saft_pt",
    "camt053",
)


def _folder(project_root: Path) -> Path:
    return project_root / "docs" / "sources"


def test_the_table_names_each_built_in_source_once_with_what_it_was_tested_with(project_root: Path) -> None:
    page = (_folder(project_root) / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", page, flags=re.M)
    assert sorted(name for name, *_ in rows) == sorted(catalogue.names())
    assert all(cell.strip() for row in rows for cell in row)


def test_each_page_is_linked_from_the_table_and_each_link_leads_somewhere(project_root: Path) -> None:
    folder = _folder(project_root)
    page = (folder / "README.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)#]+)", page))
    assert {path.name for path in folder.glob("*.md")} - {"README.md"} <= links
    assert [link for link in sorted(links) if not (folder / link).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_how_to_export_and_what_was_tested(project_root: Path, name: str) -> None:
    page = (_folder(project_root) / f"{name}.md").read_text(encoding="utf-8")
    for heading in ("## How to export it", "## What is read", "## What was tested, and with what"):
        assert heading in page


@pytest.mark.parametrize(
    "name",
    ["sap", "odoo", "erpnext", "business_central", "netsuite", "quickbooks", "xero", "xero_report", "open_items"],
)
def test_a_page_names_the_columns_its_mapping_needs(project_root: Path, name: str) -> None:
    page = (_folder(project_root) / f"{PAGE_OF.get(name, name)}.md").read_text(encoding="utf-8")
    (mapping,) = (mapping for mapping in catalogue.built_in() if mapping.name == name)
    needed = {header for table in mapping.tables for header in table.header}
    assert {header for header in needed if f"`{header}`" not in page} <= TECHNICAL.get(name, set())


PAGE_OF = {"xero_report": "xero"}
TECHNICAL = {
    "odoo": {"account_type"},
    "erpnext": {"against_voucher_no", "delinked", "account_type", "default_currency"},
}
"""Of the form by technical names, which a page names as a whole."""


def test_each_form_of_the_sample_is_a_source(project_root: Path) -> None:
    assert {form.value for form in SampleForm} <= set(catalogue.names())
