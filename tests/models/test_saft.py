"""SAF-T through the models: what customers owe is what the files say they owe, each of them and in all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingest.loader import load
from tests.models.compiled import Compiled, Warehouse

RULES = (
    "assert_items_of_the_books_tie_to_their_accounts",
    "assert_credits_are_never_used_beyond_their_amount",
    "assert_allocations_cancel_out",
    "assert_weekly_ageing_equals_the_tie_out",
)
"""Data tests that a build holds the books to."""

Build = Callable[..., Warehouse]
Owed = dict[str, Decimal]


@pytest.fixture
def build(compiled: Compiled, tmp_path: Path) -> Iterator[Build]:
    """``build(files, …)``: each group of files (name: text) loaded by itself, as of the day it says or ``as_of``."""
    opened: list[Warehouse] = []

    def made(*groups: dict[str, str], as_of: date | None = None) -> Warehouse:
        warehouse = Warehouse(compiled, {}, date(2000, 1, 1))
        opened.append(warehouse)
        for number, files in enumerate(groups):
            folder = tmp_path / str(len(opened)) / str(number)
            folder.mkdir(parents=True)
            for name, text in files.items():
                (folder / name).write_text(text, encoding=_encoding(text))
            load(warehouse.connection, [folder], as_of=as_of)
            assert warehouse.rows("select * from raw.rejects where severity = 'reject'") == []
        tests = [test for test in compiled.tests if test.name.startswith(RULES)]
        assert len(tests) == len(RULES)
        warehouse.make("fct_receivable_items", "fct_allocations", "rpt_tie_out")
        warehouse.make(*(compiled.nodes[need].name for test in tests for need in test.needs))
        assert {test.name: warehouse.failures(test) for test in tests} == {test.name: None for test in tests}
        return warehouse

    yield made
    for warehouse in opened:
        warehouse.connection.close()


def _encoding(text: str) -> str:
    return "windows-1252" if 'encoding="Windows-1252"' in text else "utf-8"


def owed(warehouse: Warehouse, amount: str = "open_amount") -> Owed:
    """What each customer owes, those that owe nothing left out."""
    return {
        str(customer): Decimal(str(total))
        for customer, total in warehouse.rows(
            f"select customer_id, sum({amount}) from marts.fct_receivable_items group by 1 having sum({amount}) <> 0"
        )
    }


def closing(text: str) -> Owed:
    """What each customer owes by a Norwegian file's own closing balances."""
    found: Owed = {}
    for customer in re.findall(r"<n1:Customer>.*?</n1:Customer>", text, flags=re.S):
        (name,) = re.findall(r"<n1:CustomerID>(.*?)<", customer)
        debit = sum(map(Decimal, re.findall(r"ClosingDebitBalance>([\d.]+)", customer)), Decimal(0))
        credit = sum(map(Decimal, re.findall(r"ClosingCreditBalance>([\d.]+)", customer)), Decimal(0))
        if debit != credit:
            found[name] = debit - credit
    return found


class TestNorway:
    """`saft_no`."""

    @pytest.fixture
    def january(self, project_root: Path) -> str:
        return (project_root / "docs/sources/samples/saft_no.xml").read_text(encoding="utf-8")

    @pytest.fixture
    def february(self, january: str) -> str:
        """The next month: 10002 pays its euros at another rate, the difference booked; 10003 comes from elsewhere."""
        head, _, _ = january.partition("<n1:MasterFiles>")
        for day, next_day in (("2026-01-01", "2026-02-01"), ("2026-01-31", "2026-02-28")):
            head = head.replace(day, next_day)
        payment = _line("2", "1500", -11700, "10002", euros=-1000, code="5002")
        return (
            head
            + f"""<n1:MasterFiles>
            <n1:GeneralLedgerAccounts>{_account("1500", 14000, 2700)}{_account("3000", -5000, -5600)}
            </n1:GeneralLedgerAccounts>
            <n1:Customers>{_customer("10001", 2000, 1700)}{_customer("10002", 11000, -600)}
            {_customer("10003", 1000, 1600)}</n1:Customers></n1:MasterFiles>
            <n1:GeneralLedgerEntries><n1:Journal><n1:JournalID>B</n1:JournalID>
            {_transaction("2", "2026-02-10", _line("1", "1920", 11700), payment)}
            {_transaction("3", "2026-02-10", _line("1", "1500", 100, "10002", euros=0), _line("2", "8060", -100))}
            {_transaction("4", "2026-02-11", _line("1", "1920", 300), _line("2", "1500", -300, "10001"))}
            </n1:Journal><n1:Journal><n1:JournalID>S</n1:JournalID>
            {_transaction("4", "2026-02-12", _line("1", "1500", 600, "10003", code="5009"), _line("2", "3000", -600))}
            </n1:Journal></n1:GeneralLedgerEntries></n1:AuditFile>"""
        )

    def test_openings_make_up_for_what_was_before(self, build: Build, january: str) -> None:
        warehouse = build({"january.xml": january})
        assert owed(warehouse, "base_open_amount") == closing(january) == {"10001": 2000, "10002": 11000}
        assert warehouse.rows(
            "select item_kind, customer_id, currency, open_amount, base_open_amount, invoiced_on "
            "from marts.fct_receivable_items where is_open order by all"
        ) == [
            ("invoice", "10002", "EUR", 1000, 11600, date(2026, 1, 8)),
            ("opening", "10001", "NOK", 2000, 2000, date(2026, 1, 1)),
            ("opening", "10002", "NOK", -600, -600, date(2026, 1, 1)),
        ]

    def test_the_file_s_own_balance_is_tied_and_only_that_of_customers(self, build: Build, january: str) -> None:
        warehouse = build({"january.xml": january})
        assert warehouse.rows(
            "select account, amount_basis, open_amount, gl_amount, unexplained_amount, tie_out_status "
            "from marts.rpt_tie_out where gl_amount is not null"
        ) == [("1500", "base", 13000, 13000, 0, "tied")]

    def test_the_file_s_own_rates_serve(self, build: Build, january: str) -> None:
        """Documents count at the rate they were booked at: without a table of rates, none of theirs is missing."""
        warehouse = build({"january.xml": january})
        assert warehouse.rows("select count(*) from raw.fx_rates") == [(0,)]
        assert warehouse.rows("select distinct is_required from intermediate.int_fx_rates") == [(False,)]

    def test_balances_that_differ_are_told(self, build: Build, january: str) -> None:
        warehouse = build({"january.xml": january.replace(">13000.00<", ">13000.01<")})
        assert warehouse.rows(
            "select unexplained_amount, tie_out_status from marts.rpt_tie_out where gl_amount is not null"
        ) == [(Decimal("0.01"), "unexplained")]

    @pytest.mark.parametrize("order", ["in turn", "later first", "together", "February twice"])
    def test_months_join(self, build: Build, january: str, february: str, order: str) -> None:
        """January's lines stand for February's openings; only 10003, whom January does not know, opens with an item."""
        one, two = {"january.xml": january}, {"february.xml": february}
        groups = {
            "in turn": (one, two),
            "later first": (two, one),
            "together": (one | two,),
            "February twice": (one, two, {"again.xml": february.replace("Innbetaling", "Innbet.")}),
        }
        warehouse = build(*groups[order], as_of=date(2026, 2, 28) if order == "later first" else None)
        assert owed(warehouse, "base_open_amount") == closing(february) == {"10001": 1700, "10002": -600, "10003": 1600}
        assert warehouse.rows(
            "select customer_id, amount, posted_on from marts.fct_receivable_items where item_kind = 'opening' "
            "order by posted_on, customer_id"
        ) == [
            ("10001", 2000, date(2026, 1, 1)),
            ("10002", -600, date(2026, 1, 1)),
            ("10003", 1000, date(2026, 2, 1)),
        ]
        assert warehouse.rows(
            "select balance_on, open_amount, tie_out_status from marts.rpt_tie_out where gl_amount is not null "
            "order by balance_on"
        ) == [(date(2026, 1, 31), 13000, "tied"), (date(2026, 2, 28), 2700, "tied")]

    def test_february_alone(self, build: Build, february: str) -> None:
        """Without January the openings are all that is known of before; the payment in euros finds no invoice."""
        warehouse = build({"february.xml": february})
        assert owed(warehouse, "base_open_amount") == {"10001": 1700, "10002": -700, "10003": 1600}
        assert warehouse.rows(
            "select unexplained_amount, tie_out_status from marts.rpt_tie_out where gl_amount is not null"
        ) == [(Decimal(100), "unexplained")]


class TestPortugal:
    """`saft_pt`."""

    @pytest.fixture
    def january(self, project_root: Path) -> str:
        return (project_root / "docs/sources/samples/saft_pt.xml").read_text(encoding="windows-1252")

    def test_each_customer_owes_what_documents_less_receipts_leave(self, build: Build, january: str) -> None:
        """Cancelled documents and receipts count nothing, nor what another bills; a credit note is the customer's."""
        warehouse = build({"january.xml": january})
        assert owed(warehouse) == documents_less_receipts(january) == {"C1": 680, "C2": 480}
        assert warehouse.rows(
            "select document_number, amount, open_amount from marts.fct_receivable_items where is_open order by 1"
        ) == [("FT A/1", 1000, 650), ("FT A/3", 500, 500), ("NC C/1", -20, -20), ("ND D/1", 80, 30)]
        sources = warehouse.rows("select distinct allocation_source from marts.fct_allocations")
        assert sources == [("stated",)]

    @pytest.mark.parametrize("order", ["in turn", "together", "later first"])
    def test_months_join(self, build: Build, january: str, order: str) -> None:
        """February cancels an invoice of January, and has January's customer under another name: the later counts."""
        february = later_month(january)
        one, two = {"z_january.xml": january}, {"a_february.xml": february}
        if order == "later first":
            # What comes last is believed: an older month belongs before, or together with the newer one.
            warehouse = build(two, one, as_of=date(2026, 2, 28))
            assert owed(warehouse) == {"C1": 680, "C2": 480}
            return
        warehouse = build(*((one, two) if order == "in turn" else (one | two,)))
        assert owed(warehouse) == {"C1": 680, "C2": -20}
        names = warehouse.rows(
            "select customer_name from raw.customers where _replaced_in is null order by customer_id"
        )
        assert names[0] == ("Nova, Lda",)

    def test_the_authority_s_own_sample(self, build: Build, shared_dir: Path) -> None:
        text = (shared_dir / "data" / "saft" / "portugal_sample.xml").read_text(encoding="windows-1252")
        warehouse = build({"authority.xml": text})
        assert owed(warehouse) == documents_less_receipts(text)
        assert len(owed(warehouse)) == 2


def documents_less_receipts(text: str) -> Owed:
    """What each customer owes by a Portuguese file, added up from its elements alone."""
    root = ElementTree.fromstring(re.sub(r'xmlns="[^"]*"|<\?.*?\?>', "", text))
    found: Owed = defaultdict(Decimal)
    for invoice in root.iter("Invoice"):
        if invoice.findtext("DocumentStatus/InvoiceStatus") in ("A", "F"):
            continue
        amount = Decimal(invoice.findtext("DocumentTotals/GrossTotal") or "")
        paid = sum((Decimal(each.text or "") for each in invoice.iter("PaymentAmount")), Decimal(0))
        is_credit = invoice.findtext("InvoiceType") in ("NC", "TD", "DA", "RE")
        found[invoice.findtext("CustomerID") or ""] += paid - amount if is_credit else amount - paid
    for receipt in root.iterfind("SourceDocuments/Payments/Payment"):
        if receipt.findtext("DocumentStatus/PaymentStatus") != "A":
            found[receipt.findtext("CustomerID") or ""] -= Decimal(receipt.findtext("DocumentTotals/GrossTotal") or "")
    return {customer: amount for customer, amount in found.items() if amount}


def later_month(text: str) -> str:
    """The next month of a Portuguese file: the third invoice cancelled, a customer renamed, nothing else."""
    later = text.replace("2026-01-31", "2026-02-28").replace("Mercearia João &amp; Irmãos", "Nova, Lda")
    before, _, after = later.partition("<SalesInvoices>")
    (invoice,) = (
        each for each in re.findall(r"<Invoice>.*?</Invoice>", after, flags=re.S) if "<InvoiceNo>FT A/3<" in each
    )
    cancelled = invoice.replace("<InvoiceStatus>N<", "<InvoiceStatus>A<")
    assert cancelled != invoice
    return f"{before}<SalesInvoices>{cancelled}</SalesInvoices></SourceDocuments></AuditFile>"


def _account(number: str, opening: int, closed: int) -> str:
    return f"<n1:Account><n1:AccountID>{number}</n1:AccountID>{_balances(opening, closed)}</n1:Account>"


def _customer(number: str, opening: int, closed: int) -> str:
    return (
        f"<n1:Customer><n1:Name>{number} AS</n1:Name><n1:CustomerID>{number}</n1:CustomerID><n1:BalanceAccount>"
        f"<n1:AccountID>1500</n1:AccountID>{_balances(opening, closed)}</n1:BalanceAccount></n1:Customer>"
    )


def _balances(opening: int, closed: int) -> str:
    return "".join(
        f"<n1:{name}{'Debit' if amount >= 0 else 'Credit'}Balance>{abs(amount)}.00"
        f"</n1:{name}{'Debit' if amount >= 0 else 'Credit'}Balance>"
        for name, amount in (("Opening", opening), ("Closing", closed))
    )


def _transaction(number: str, day: str, *lines: str) -> str:
    return (
        f"<n1:Transaction><n1:TransactionID>{number}</n1:TransactionID><n1:PeriodYear>2026</n1:PeriodYear>"
        f"<n1:TransactionDate>{day}</n1:TransactionDate>{''.join(lines)}</n1:Transaction>"
    )


def _line(
    number: str, account: str, amount: int, customer: str = "", *, euros: int | None = None, code: str = ""
) -> str:
    side = "DebitAmount" if amount > 0 else "CreditAmount"
    foreign = ""
    if euros is not None:
        foreign = f"<n1:CurrencyCode>EUR</n1:CurrencyCode><n1:CurrencyAmount>{abs(euros)}</n1:CurrencyAmount>"
    return (
        f"<n1:Line><n1:RecordID>{number}</n1:RecordID><n1:AccountID>{account}</n1:AccountID>"
        + (f"<n1:CustomerID>{customer}</n1:CustomerID>" if customer else "")
        + "<n1:Description>Innbetaling</n1:Description>"
        + f"<n1:{side}><n1:Amount>{abs(amount)}.00</n1:Amount>{foreign}</n1:{side}>"
        + (f"<n1:ReferenceNumber>{code}</n1:ReferenceNumber>" if code else "")
        + "</n1:Line>"
    )
