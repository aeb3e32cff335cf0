"""In a real browser: from the figures to the watch list, to the customer, to a file; nothing on the console.

Needs Chromium: the system's own, or the one Playwright installs; CHROMIUM names another.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Position, Request, expect, sync_playwright

from dashboards.lib import publication
from dashboards.lib.navigate import PAGES
from dashboards.lib.theme import TOKENS, rgb
from tests.dashboards.conftest import APP, one

ROW_HEIGHT = 34
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def address(sample_home: Path) -> Iterator[str]:
    """A server of its own on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless", "true"),
            *("--server.address", "127.0.0.1", "--server.port", str(port)),
        ],
        env={
            **os.environ,
            publication.HOME_VARIABLE: str(sample_home),
            "PYTHONPATH": str(APP.parents[1]),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(server, f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(server: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended by itself"
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer at {url} within {PATIENCE_SECONDS} seconds")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without its sandbox: the tests may run as root in a container."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


class Watched:
    """A page whose console, errors and requests are written down."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.page.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, path: str = "/") -> Page:
        """Open an address and wait until the page has drawn its sentence."""
        self.page.goto(self.address + path)
        self.settle()
        return self.page

    def go(self, title: str) -> None:
        """Follow a link of the navigation, opening it first where it is folded away."""
        if self.page.get_by_test_id("stExpandSidebarButton").is_visible():
            self.page.get_by_test_id("stExpandSidebarButton").click()
        self.page.get_by_role("link", name=title, exact=True).click()
        expect(self.page.locator(".enc-head b").first).to_have_text(title)
        self.settle()

    def settle(self) -> None:
        """Wait until the run is over and everything is drawn."""
        expect(self.page.locator(".enc-sentence")).to_be_visible()
        expect(self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()

    def assert_quiet(self) -> None:
        """Nothing on the console, no error, nothing asked of another machine."""
        assert self.complaints == []
        assert self.outside == []


def _row(number: int) -> Position:
    """Where to click on the row with this number, counted from 1."""
    return {"x": 60, "y": ROW_HEIGHT * number + ROW_HEIGHT / 2}


def _click_row(page: Page, key: str, number: int) -> None:
    table = page.locator(f".st-key-{key} .dvn-scroller")
    table.scroll_into_view_if_needed()
    # As a hand does: the pointer arrives before it clicks.
    table.hover(position=_row(number))
    page.wait_for_timeout(300)
    table.click(position=_row(number))


def test_from_the_figures_to_a_file(
    address: str, browser: Browser, marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    watched = Watched(context, address)
    page = watched.open()
    expect(page.locator(".enc-sentence")).to_contain_text("DSO")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()

    page.locator(".st-key-card-tile-dso_days").get_by_test_id("stPopoverButton").locator("visible=true").first.click()
    expect(page.get_by_text("Days sales outstanding").first).to_be_visible()
    page.keyboard.press("Escape")

    watched.go("Watch list")
    customer_id, name = one(
        marts,
        """
        select customer_id, customer_name from rpt_watch_list
        where entity_id = '*' and list_section = 'watch' and is_within_capacity
        order by list_rank limit 1 offset 2
        """,
    )
    _click_row(page, "watch-table", 3)
    expect(page.locator(".enc-sentence")).to_contain_text(name)
    assert f"customer={customer_id}" in page.url
    watched.settle()

    (count,) = one(
        marts,
        """
        select count(*) from fct_item_intervals, (select as_of_on from rpt_passport)
        where customer_id = $customer and valid_from_on <= as_of_on
            and (valid_to_on is null or valid_to_on > as_of_on) and open_amount <> 0
        """,
        {"customer": customer_id},
    )
    with page.expect_download() as download:
        page.locator(".st-key-open-items-csv").get_by_role("button", name="CSV").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    lines = saved.read_text(encoding="utf-8-sig").splitlines()
    assert saved.name == "open-items-2026-03-29.csv"
    noted = [line for line in lines if line.startswith("# ")]
    assert any(line.startswith("# Build: ") for line in noted)
    assert lines[len(noted)].startswith("document_number,")
    assert len(lines) == len(noted) + count + 1

    with page.expect_download() as download:
        page.locator(".st-key-open-items-excel").get_by_role("button", name="Excel").click()
    assert download.value.suggested_filename == "open-items-2026-03-29.xlsx"

    page.go_back()
    expect(page.locator(".enc-head b").first).to_have_text("Watch list")
    watched.assert_quiet()
    context.close()


def test_from_a_tile_to_an_invoice_and_back(address: str, browser: Browser, marts: duckdb.DuckDBPyConnection) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context, address)
    page = watched.open()
    page.locator(".st-key-drill-overdue_amount").get_by_role("button", name="Rows").click()
    expect(page.locator(".enc-head b").first).to_have_text("Figure")
    watched.settle()
    assert "figure=overdue_amount" in page.url
    overdue, number = one(
        marts,
        """
        select (
            select overdue_amount from fct_kpis
            where period_kind = 'week' and as_of_on = passport.as_of_on and is_complete
                and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
        ), (
            select document_number from fct_item_intervals
            where valid_to_on is null and open_amount > 0 and due_on < passport.as_of_on
            order by reporting_open_amount desc limit 1
        )
        from rpt_passport as passport
        """,
    )
    expect(page.locator(".enc-check-line")).to_contain_text(f"{overdue:,.2f}")
    expect(page.locator(".enc-check-line")).to_contain_text("exactly the figure")

    _click_row(page, "figure-table", 1)
    expect(page.locator(".enc-head b").first).to_have_text("Document")
    expect(page.locator(".enc-sentence")).to_contain_text(number)
    watched.settle()
    watched.assert_quiet()

    page.locator(".st-key-card-counts-in").get_by_role("link", name="Overdue", exact=True).click()
    expect(page.locator(".enc-head b").first).to_have_text("Figure")
    watched.settle()
    expect(page.locator(".enc-check-line")).to_contain_text(f"{overdue:,.2f}")
    context.close()


def test_from_a_month_of_one_member_to_an_invoice_and_back(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context, address)
    page = watched.open()
    _click_row(page, "members-table-segment", 1)
    expect(page.locator(".enc-head b").first).to_have_text("Weekly KPIs")
    expect(page.locator(".st-key-show-all")).to_be_visible()
    watched.settle()
    assert "member=" in page.url
    member = page.locator(".enc-head span").first.inner_text().split("Segment: ")[1]
    expect(page.locator(".enc-sentence")).to_contain_text(f"{member}: ")
    watched.assert_quiet()

    page.locator('.st-key-card-months a[href*="figure=at_risk_rate"]').first.click()
    expect(page.locator(".enc-head b").first).to_have_text("Figure")
    watched.settle()
    expect(page.locator(".enc-check-line")).to_contain_text("exactly the figure")
    total = page.locator(".enc-check-line b").inner_text()
    _click_row(page, "figure-table", 1)
    expect(page.locator(".enc-head b").first).to_have_text("Document")
    watched.settle()
    page.get_by_role("button", name=f"Segment: {member}").click()
    expect(page.locator(".enc-head b").first).to_have_text("Figure")
    expect(page.locator(".enc-head").first).to_contain_text(f"Segment: {member}")
    expect(page.locator(".enc-check-line b")).to_have_text(total)
    assert "month=" in page.url
    context.close()


def test_a_filter_goes_into_the_address_and_along_to_other_pages(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context, address)
    page = watched.open()
    page.get_by_test_id("stSidebar").get_by_role("combobox").nth(1).click()
    page.get_by_role("option").nth(1).click()
    expect(page.locator(".enc-head").first).not_to_contain_text("All entities")
    watched.settle()
    assert "entity=" in page.url
    chosen = page.url.split("entity=")[1].split("&")[0]
    watched.go("Ageing")
    assert f"entity={chosen}" in page.url
    expect(page.locator(".enc-head").first).not_to_contain_text("All entities")
    watched.assert_quiet()
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("shade", ["light", "dark"])
def test_every_page_fits_and_wears_its_theme(address: str, browser: Browser, width: int, shade: str) -> None:
    light = shade == "light"
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="light" if light else "dark")
    watched = Watched(context, address)
    page = watched.open()
    ground = rgb(TOKENS["page"].light if light else TOKENS["page"].dark)
    bar = rgb(TOKENS["not-due"].light if light else TOKENS["not-due"].dark)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", ground)
    expect(page.locator(".st-key-ageing-chart .bars .point path").first).to_have_css("fill", bar)
    for entry in PAGES:
        if page.locator(".enc-head b").first.inner_text() != entry.title:
            watched.go(entry.title)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0, entry.title
        assert page.get_by_test_id("stException").count() == 0
    watched.assert_quiet()
    context.close()


def test_charts_follow_a_change_of_theme(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    watched = Watched(context, address)
    page = watched.open()
    bar = page.locator(".st-key-ageing-chart .bars .point path").first
    expect(bar).to_have_css("fill", rgb(TOKENS["not-due"].light))
    page.get_by_test_id("stMainMenu").click()
    page.get_by_text("Dark").last.click()
    expect(bar).to_have_css("fill", rgb(TOKENS["not-due"].dark))
    watched.assert_quiet()
    context.close()


def test_a_decision_memo_prints_on_one_page(
    address: str, browser: Browser, marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    watched = Watched(context, address)
    watched.open()
    watched.go("Committee")
    with watched.page.expect_download() as download:
        watched.page.get_by_role("button", name="Memos of the largest").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    watched.assert_quiet()
    printed = context.new_page()
    asked: list[str] = []
    printed.on("request", lambda request: asked.append(request.url))
    printed.goto(file.as_uri())
    memos = printed.locator("article.enc-memo")
    largest = marts.execute(
        "select customer_name from rpt_credit_exposures order by exposure_amount desc, customer_id limit 20"
    ).fetchall()
    assert [memo.split("\n")[0] for memo in memos.all_inner_texts()] == [name for (name,) in largest]
    pdf = printed.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == len(largest)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()
