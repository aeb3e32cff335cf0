"""The dashboard: `streamlit run dashboards/app.py`, or `encours dashboard`.

Opens the current publication, draws navigation and global filters, and hands both to the page.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import streamlit as st

from dashboards.lib import filters, glossary, navigate, page, passport, publication, theme
from dashboards.lib.context import Context, share
from dashboards.lib.db import Warehouse
from dashboards.lib.queries import choices

ASSETS = Path(__file__).parent / "assets"
# With an entry of its own the menu shows, and with it the choice between light and dark.
ABOUT = """**Encours**: open accounts-receivable analytics.

The figures are those of the last published build; the pages only read them. Each tile explains its figure.
"""


def _foot(context: Context) -> None:
    published = context.warehouse.publication
    with st.sidebar:
        st.html(
            f'<div class="enc-foot">Published {context.fmt.moment(published.published_at)}<br>'
            f"Build {published.build_id}</div>"
        )


def main() -> None:
    """Run one page over the current publication, or say why there is none."""
    st.set_page_config(
        page_title="Encours", page_icon=str(ASSETS / "mark.svg"), layout="wide", menu_items={"About": ABOUT}
    )
    st.html(theme.page_style())
    st.logo(str(ASSETS / "wordmark.svg"), size="large", icon_image=str(ASSETS / "mark.svg"))
    chosen = st.navigation(
        [
            st.Page(entry.file, title=entry.title, icon=entry.icon, url_path=entry.path or None, default=not entry.path)
            for entry in navigate.PAGES
        ],
        # All pages in sight, however many.
        expanded=True,
    )
    try:
        published = publication.current()
    except publication.NotPublishedError as error:
        page.nothing_published(str(error))
        return
    except publication.UnreadablePublicationError as error:
        page.unreadable(str(error))
        return
    warehouse = Warehouse(published)
    fmt = filters.formatter()
    view = filters.sidebar(warehouse, fmt)
    if view is None:
        page.nothing_published("The publication holds no week with figures: load documents, then build and publish.")
        return
    context = Context(warehouse, view, fmt, choices.freshness(warehouse))
    _foot(context)
    share(context)
    try:
        chosen.run()
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        page.lacking(str(error), str(passport.read(warehouse).get("code_version", "unknown")))
    passport.foot(warehouse, fmt, glossary.PAGES.get(chosen.title, ()))


main()
