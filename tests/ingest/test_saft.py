"""SAF-T: the Portuguese file of invoices and receipts, and the ledger as Norway asks for it after the OECD's model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.loader import load
from ingest.recognise import recognise
from tests.ingest.extracts import AS_OF, Extracts, counts


@pytest.fixture
def samples(project_root: Path) -> Path:
    return project_root / "docs" / "sources" / "samples"


@pytest.mark.parametrize("name", ["saft_pt", "saft_no"])
def test_known_by_root_and_namespace(samples: Path, name: str) -> None:
    assert recognise(samples / f"{name}.xml").source == name


class TestPortugal:
    """`saft_pt`."""

    @pytest.fixture
    def loaded(self, extracts: Extracts, samples: Path) -> Extracts:
        report = load(extracts.connection, [samples / "saft_pt.xml"])
        assert [(result.table_name, *counts(result)[:2], result.rows_rejected) for result in report.files] == [
            ("entities", 1, 1, 0),
            ("customers", 2, 2, 0),
            ("invoices", 7, 7, 0),
            ("payments", 2, 2, 0),
            ("allocations", 2, 2, 0),
        ]
        assert {result.as_of_on for result in report.files} == {AS_OF}
        return extracts

    def test_documents(self, loaded: Extracts) -> None:
        """Cancelled ones and those billed again are void; credit notes come positive; a paid one tells how much."""
        columns = "invoice_id, document_type, status, amount, settled_on, paid_amount, original_invoice_id"
        assert loaded.current("invoices", columns, "_line") == [
            ("FT A/1", "invoice", "posted", Decimal("1000.00"), None, None, None),
            ("FT A/2", "invoice", "void", Decimal("500.00"), None, None, None),
            ("FT A/3", "invoice", "posted", Decimal("500.00"), None, None, None),
            ("FR B/1", "invoice", "posted", Decimal("120.00"), date(2026, 1, 9), Decimal("120.00"), None),
            ("FS B/1", "invoice", "void", Decimal("30.00"), None, None, None),
            ("NC C/1", "credit_note", "posted", Decimal("-20.00"), None, None, "FT A/3"),
            ("ND D/1", "debit_note", "posted", Decimal("80.00"), None, None, "FT A/1"),
        ]

    def test_the_totals_of_the_file_are_met(self, loaded: Extracts) -> None:
        """TotalCredit less what is void and TotalDebit, as the file's own header of sales has them."""
        (row,) = loaded.rows(
            "select sum(amount) filter (where amount > 0), -sum(amount) filter (where amount < 0) "
            "from raw.invoices where status = 'posted'"
        )
        assert row == (Decimal("1700.00"), Decimal("20.00"))

    def test_receipts(self, loaded: Extracts) -> None:
        assert loaded.current("payments", "payment_id, status, amount, method", "_line") == [
            ("RG R/1", "posted", Decimal("400.00"), "TB"),
            ("RG R/2", "void", Decimal("300.00"), None),
        ]
        assert loaded.current("allocations", "allocation_id, credit_id, debit_id, amount", "_line") == [
            ("RG R/1/1", "RG R/1", "FT A/1", Decimal("350.00")),
            ("RG R/1/2", "RG R/1", "ND D/1", Decimal("50.00")),
        ]

    def test_names_in_windows_1252_and_cdata(self, loaded: Extracts) -> None:
        assert loaded.current("customers", "customer_name, country_code, tax_id", "customer_id") == [
            ("Mercearia João & Irmãos", "PT", "501000001"),
            ("Distribuciones Ñandú <Ibérica>", "ES", "ESB12345678"),
        ]
        assert loaded.current("entities", "entity_id, entity_name, base_currency") == [
            ("509000001", "Conservas do Atlântico, Lda", "EUR")
        ]

    def test_a_later_month_changes_what_it_holds_and_closes_nothing(self, loaded: Extracts, samples: Path) -> None:
        """February's file cancels a document of January; the others stay."""
        text = (samples / "saft_pt.xml").read_text(encoding="windows-1252").replace("2026-01-31", "2026-02-28")
        before, _, after = text.partition("<SalesInvoices>")
        invoice = after[after.index("<Invoice>") : after.index("</Invoice>") + len("</Invoice>")]
        cancelled = invoice.replace(">N<", ">A<")
        later = f"{before}<SalesInvoices>{cancelled}</SalesInvoices></SourceDocuments></AuditFile>"
        report = loaded.load(("february.xml", later.encode("windows-1252")), as_of=None)
        assert {result.table_name: counts(result) for result in report.files}["invoices"] == (1, 0, 1, 0, 0, 0)
        assert loaded.current("invoices", "count(*), count(*) filter (where status = 'void')") == [(7, 3)]

    def test_the_authority_s_own_sample(self, extracts: Extracts, shared_dir: Path) -> None:
        report = load(extracts.connection, [shared_dir / "data" / "saft" / "portugal_sample.xml"])
        assert sum(result.rows_rejected for result in report.files) == 0
        assert extracts.rows(
            "select document_type, status, count(*), sum(amount) from raw.invoices group by all order by all"
        ) == [
            ("credit_note", "posted", 5, Decimal("-2642.14")),
            ("debit_note", "posted", 1, Decimal("36.00")),
            ("invoice", "posted", 12, Decimal("17575.11")),
            ("invoice", "void", 6, Decimal("5702.30")),
        ]


class TestNorway:
    """`saft_no`."""

    @pytest.fixture
    def loaded(self, extracts: Extracts, samples: Path) -> Extracts:
        report = load(extracts.connection, [samples / "saft_no.xml"])
        assert [(result.table_name, *counts(result)[:2], result.rows_rejected) for result in report.files] == [
            ("entities", 1, 1, 0),
            ("customers", 2, 2, 0),
            ("ledger_lines", 10, 10, 0),
            ("ledger_lines", 2, 2, 0),
            ("gl_balances", 3, 3, 0),
        ]
        return extracts

    def test_lines(self, loaded: Extracts) -> None:
        """A currency of its own beside the books' one, a document by its number, what was set against it."""
        columns = "line_id, customer_id, debit, credit, currency, base_debit, base_credit, matching_code, due_on"
        rows = loaded.rows(
            f"select {columns} from raw.ledger_lines "
            "where account = '1500' and is_brought_forward is null order by _line"
        )
        plain = [tuple(str(value) if isinstance(value, Decimal) else value for value in row) for row in rows]
        assert plain == [
            ("2026/S/1/1", "10001", "12500.00", "0.00", "NOK", "12500.00", "0.00", "5001", date(2026, 1, 19)),
            ("2026/S/2/1", "10002", "1000.00", "0.00", "EUR", "11600.00", "0.00", "5002", None),
            ("2026/S/3/1", "10001", "0.00", "1250.00", "NOK", "0.00", "1250.00", "5001", None),
            ("2026/B/1/2", "10001", "0.00", "11250.00", "NOK", "0.00", "11250.00", "5001", None),
        ]
        # The sales line names the customer too, and is none of the customer's: its account tells.
        assert loaded.rows("select customer_id from raw.ledger_lines where account = '3000' order by _line") == [
            ("10001",),
            (None,),
        ]

    def test_days(self, loaded: Extracts) -> None:
        """Posted on the ledger's day, else on the document's."""
        assert loaded.current("ledger_lines", "posted_on, invoiced_on", "_slice, _line")[:10:3] == [
            (date(2026, 1, 6), date(2026, 1, 5)),
            (date(2026, 1, 8), date(2026, 1, 8)),
            (date(2026, 1, 12), date(2026, 1, 12)),
            (date(2026, 1, 21), date(2026, 1, 21)),
        ]

    def test_debits_are_credits(self, loaded: Extracts) -> None:
        columns = "sum(base_debit), sum(base_credit)"
        assert loaded.rows(f"select {columns} from raw.ledger_lines where is_brought_forward is null") == [
            (Decimal("36600.00"), Decimal("36600.00"))
        ]

    def test_balances(self, loaded: Extracts) -> None:
        """What customers owed on the file's first day; what accounts held at the end of its last, debit positive."""
        columns = "line_id, customer_id, document_type, posted_on, debit - credit"
        assert loaded.rows(f"select {columns} from raw.ledger_lines where is_brought_forward order by line_id") == [
            ("opening/2026-01-01/1500/10001", "10001", "opening", date(2026, 1, 1), Decimal("2000.00")),
            ("opening/2026-01-01/1500/10002", "10002", "opening", date(2026, 1, 1), Decimal("-600.00")),
        ]
        assert loaded.current("gl_balances", "account, currency, balance_on, amount", "account") == [
            ("1500", "NOK", date(2026, 1, 31), Decimal("13000.00")),
            ("1920", "NOK", date(2026, 1, 31), Decimal("16250.00")),
            ("2700", "NOK", date(2026, 1, 31), Decimal("-2250.00")),
        ]

    def test_a_selection_of_periods_and_balances_beside_the_account(self, extracts: Extracts, samples: Path) -> None:
        """Months and years in place of days; the balance without an element around it, as versions to 1.20 have it."""
        text = (samples / "saft_no.xml").read_text(encoding="utf-8")
        older = text.replace("<n1:BalanceAccount>", "").replace("</n1:BalanceAccount>", "")
        for end, day in (("Start", "2026-01-01"), ("End", "2026-01-31")):
            older = older.replace(
                f"<n1:Selection{end}Date>{day}</n1:Selection{end}Date>",
                f"<n1:Period{end}>01</n1:Period{end}><n1:Period{end}Year>2026</n1:Period{end}Year>",
            )
        report = extracts.load(("older.xml", older), as_of=None)
        assert {result.as_of_on for result in report.files} == {AS_OF}
        columns = "line_id, account, posted_on, debit - credit"
        assert extracts.rows(f"select {columns} from raw.ledger_lines where is_brought_forward order by line_id") == [
            ("opening/2026/01/1500/10001", "1500", date(2026, 1, 1), Decimal("2000.00")),
            ("opening/2026/01/1500/10002", "1500", date(2026, 1, 1), Decimal("-600.00")),
        ]
        assert extracts.current("gl_balances", "distinct balance_on") == [(AS_OF,)]

    def test_the_authority_s_own_sample(self, extracts: Extracts, shared_dir: Path) -> None:
        """A ledger of suppliers: every line is kept, and a payment has the number of its invoice."""
        report = load(extracts.connection, [shared_dir / "data" / "saft" / "norway_sample.xml"])
        assert [(result.table_name, counts(result)) for result in report.files] == [
            ("entities", (1, 1, 0, 0, 0, 0)),
            ("customers", (1, 1, 0, 0, 0, 0)),
            ("ledger_lines", (5, 5, 0, 0, 0, 0)),
            ("ledger_lines", (1, 1, 0, 0, 0, 0)),
            ("gl_balances", (4, 4, 0, 0, 0, 0)),
        ]
        assert extracts.current("ledger_lines", "distinct matching_code", "1") == [("123456",), (None,)]
