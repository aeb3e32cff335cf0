"""Bank statements through the models: who paid, what for, what went back, and nothing counted twice."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.loader import load
from tests.models.compiled import Compiled, Warehouse
from tests.models.statements import ALPHA, BETA, GAMMA, entry, named, part, party, statement

AS_OF = date(2026, 3, 31)
RULES = ("assert_credits_are_never_used_beyond_their_amount", "assert_allocations_cancel_out")

ENTITIES = "entity_id,base_currency\nMAIN,EUR\n"
CUSTOMERS = """customer_id,customer_name,bank_account
A,Alpha SA,FR7630006000011234567890189
B,Beta GmbH,DE89370400440532013000
C,Gamma AB,
"""
INVOICES = """invoice_id,customer_id,posted_on,amount,reference
FA-1,A,2026-01-05,100.00,
FA-2,A,2026-01-06,250.00,
FA-3,A,2026-01-07,75.00,
B-1,B,2026-01-08,40.00,21 00000 00003 13947 14300 09017
B-2,B,2026-01-09,60.00,RF18 5390 0754 7034
C-1,C,2026-01-10,33.00,
C-2,C,2026-01-11,33.00,
C-3,C,2026-01-12,90.00,0000500113
"""
BOOKS = {"entities.csv": ENTITIES, "customers.csv": CUSTOMERS, "invoices.csv": INVOICES}

Files = dict[str, str]
Build = Callable[..., Warehouse]


@pytest.fixture
def build(compiled: Compiled, tmp_path: Path) -> Iterator[Build]:
    """``build(files, …)``: each group of files (name: text) loaded by itself, in turn; then the marts.

    ``ledger`` are lines of the books, which stand there before, with the names of their columns in the first.
    """
    opened: list[Warehouse] = []

    def made(*groups: Files, as_of: date = AS_OF, ledger: str = "") -> Warehouse:
        lines = list(csv.DictReader(ledger.splitlines()))
        warehouse = Warehouse(compiled, {"ledger_lines": lines} if lines else {}, as_of)
        opened.append(warehouse)
        for number, files in enumerate(groups):
            folder = tmp_path / f"{len(opened)}-{number}"
            folder.mkdir()
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            # A list of open items tells its day by its name.
            is_list = any(name.startswith("open_items_") for name in files)
            load(warehouse.connection, [folder], as_of=None if is_list else as_of)
        assert warehouse.rows("select reason from raw.rejects where severity = 'reject'") == []
        tests = [test for test in compiled.tests if test.name.startswith(RULES)]
        assert len(tests) == len(RULES)
        warehouse.make("fct_receivable_items", "fct_allocations", "rpt_exceptions")
        warehouse.make(*(compiled.nodes[need].name for test in tests for need in test.needs))
        assert {test.name: warehouse.failures(test) for test in tests} == {test.name: None for test in tests}
        return warehouse

    yield made
    for warehouse in opened:
        warehouse.connection.close()


def matches(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """What credits were set against: the entry's number and part, the invoice, how much, how it is known."""
    return warehouse.rows(
        """
        select
            replace(split_part(credit_document_id, ':', 2), 'PT50/', ''),
            replace(split_part(debit_document_id, ':', 2), 'PT50/', ''),
            cast(debit_amount as varchar), allocation_source
        from marts.fct_allocations where reversed_on is null order by all
        """
    )


def open_items(warehouse: Warehouse) -> dict[str, str]:
    """What is open, by document."""
    rows = warehouse.rows(
        "select replace(document_id, 'PT50/', ''), cast(open_amount as varchar) "
        "from marts.fct_receivable_items where is_open order by 1"
    )
    return {str(document): str(amount) for document, amount in rows}


def owed(warehouse: Warehouse) -> Decimal:
    ((total,),) = warehouse.rows("select sum(open_amount) from marts.fct_receivable_items")
    return Decimal(str(total))


BILLED = Decimal("681.00")


class TestReferences:
    """What a payment names is what it pays."""

    def test_several_references_each_pay_their_invoice(self, build: Build) -> None:
        """Of one transaction, and of the second of a batch; what names nothing known stays unapplied."""
        both = named("FA-1", "100.00") + named("fa 2", "200.00")
        batch = (
            part(BETA, amount="40.00", references=named("B-1", "40.00")),
            part(ALPHA, amount="80.00", references=named("FA-3", "70.00") + named("X-9", "10.00")),
        )
        warehouse = build(
            BOOKS,
            {
                "bank.xml": statement(
                    entry("1", "2026-02-01", "300.00", part(references=both)),
                    entry("2", "2026-02-02", "120.00", *batch),
                )
            },
        )
        assert matches(warehouse) == [
            ("1/1", "FA-1", "100.00", "matched"),
            ("1/1", "FA-2", "200.00", "matched"),
            ("2/1", "B-1", "40.00", "matched"),
            ("2/2", "FA-3", "70.00", "matched"),
        ]
        # Nobody is named as the payer of the first: its invoices say who it was.
        assert warehouse.rows(
            "select distinct customer_id from marts.fct_receivable_items where item_kind = 'payment' order by 1"
        ) == [("A",), ("B",)]
        assert owed(warehouse) == BILLED - 420
        assert open_items(warehouse)["payment:2/2"] == "-10.00"
        assert warehouse.rows("select exception_kind from marts.rpt_exceptions where table_name = 'allocations'") == []

    def test_references_without_amounts_or_beyond_the_payment_say_who_paid(self, build: Build) -> None:
        """Two names without amounts, and amounts of more than was paid: the customer is known, the invoice is not."""
        warehouse = build(
            BOOKS,
            {
                "bank.xml": statement(
                    entry("1", "2026-02-01", "10.00", part(references=named("FA-1", "90.00") + named("FA-2", "20.00"))),
                    entry("2", "2026-02-01", "10.01", part(ALPHA, references=named("FA-1") + named("FA-2"))),
                )
            },
        )
        assert matches(warehouse) == []
        assert warehouse.rows(
            "select distinct customer_id from marts.fct_receivable_items where item_kind = 'payment'"
        ) == [("A",)]

    def test_creditor_references(self, build: Build) -> None:
        """QR, ISO 11649 and a Norwegian KID are the invoice's own reference; RF may stand before its number."""
        references = {
            "1": "210000000003139471430009017",
            "2": "RF18539007547034",
            "3": "0000500113",
            "4": "RF65 FA1",
        }
        amounts = {"1": "40.00", "2": "59.00", "3": "90.00", "4": "100.00"}
        warehouse = build(
            BOOKS,
            {
                "bank.xml": statement(
                    *(
                        entry(number, "2026-02-01", amounts[number], part(references=named(words, creditor=True)))
                        for number, words in references.items()
                    )
                )
            },
        )
        assert matches(warehouse) == [
            ("1/1", "B-1", "40.00", "matched"),
            ("2/1", "B-2", "59.00", "matched"),
            ("3/1", "C-3", "90.00", "matched"),
            ("4/1", "FA-1", "100.00", "matched"),
        ]

    def test_exact_amounts_only_where_one_invoice_can_be_meant(self, build: Build) -> None:
        warehouse = build(
            BOOKS,
            {
                "bank.xml": statement(
                    entry("1", "2026-02-01", "75.00", part(ALPHA)),
                    entry("2", "2026-02-01", "33.00", part(GAMMA)),
                    entry("3", "2026-02-01", "59.99", part(BETA)),
                )
            },
        )
        assert matches(warehouse) == [("1/1", "FA-3", "75.00", "matched")]
        assert owed(warehouse) == BILLED - Decimal("167.99")


class TestReturns:
    """Money that went back."""

    def test_a_returned_direct_debit_opens_its_invoice_again(self, build: Build) -> None:
        """Found by its end-to-end reference, of a batch, in a later statement; nothing of the others moves."""
        collected = entry(
            "1",
            "2026-02-01",
            "350.00",
            part(ALPHA, amount="100.00", references=named("FA-1"), end_to_end="DD-1"),
            part(ALPHA, amount="250.00", references=named("FA-2"), end_to_end="DD-2"),
        )
        returned = entry("9", "2026-02-11", "100.00", part(end_to_end="DD-1", returned=True), side="DBIT")
        warehouse = build(
            BOOKS, {"one.xml": statement(collected)}, {"two.xml": statement(returned, number="2", day="2026-02-28")}
        )
        assert matches(warehouse) == [
            ("1/1", "9/1", "100.00", "stated"),
            ("1/2", "FA-2", "250.00", "matched"),
        ]
        assert warehouse.rows(
            "select split_part(debit_document_id, ':', 2), allocation_source, reversed_on "
            "from marts.fct_allocations where reversed_on is not null"
        ) == [("FA-1", "matched", date(2026, 2, 11))]
        assert open_items(warehouse)["invoice:FA-1"] == "100.00"
        assert owed(warehouse) == BILLED - 250
        assert warehouse.rows("select customer_id from raw.payments where payment_type = 'bounce'") == [
            ("UNIDENTIFIED",)
        ]
        assert warehouse.rows("select customer_id from marts.fct_receivable_items where item_kind = 'bounce'") == [
            ("A",)
        ]

    def test_without_a_reference_the_only_payment_of_that_amount_is_meant(self, build: Build) -> None:
        """And the charges that the bank adds to it are the company's own."""
        charged = part(BETA, returned=True).replace(
            "</Refs>", '</Refs><AmtDtls><InstdAmt><Amt Ccy="EUR">40.00</Amt></InstdAmt></AmtDtls>'
        )
        warehouse = build(
            BOOKS,
            {
                "bank.xml": statement(
                    entry("1", "2026-02-01", "40.00", part(BETA)),
                    entry("2", "2026-02-09", "43.50", charged, side="DBIT"),
                )
            },
        )
        assert owed(warehouse) == BILLED
        assert open_items(warehouse)["invoice:B-1"] == "40.00"

    def test_what_gives_back_nothing_known_is_a_debit_and_told(self, build: Build) -> None:
        """Two payments of that amount: neither is given back, the customer owes the bounce itself."""
        warehouse = build(
            BOOKS,
            {
                "bank.xml": statement(
                    entry("1", "2026-02-01", "33.00", part(GAMMA)),
                    entry("2", "2026-02-02", "33.00", part(GAMMA)),
                    entry("3", "2026-02-09", "33.00", part(GAMMA, returned=True), side="DBIT"),
                )
            },
        )
        assert owed(warehouse) == BILLED - 33
        assert open_items(warehouse)["bounce:3/1"] == "33.00"
        assert warehouse.rows(
            "select key, amount from marts.rpt_exceptions where exception_kind = 'bounce of an unknown payment'"
        ) == [("bounce:PT50/3/1", Decimal("33.00"))]

    @pytest.mark.parametrize("references", [named("FA-1"), ""], ids=["named", "by amount"])
    def test_a_direct_debit_returned_and_presented_again_pays_its_invoice(self, build: Build, references: str) -> None:
        """Once more, and once more again, while the customer has no other invoice of that amount."""
        entries = [
            entry("1", "2026-02-01", "100.00", part(ALPHA, references=references, end_to_end="DD-1")),
            entry("2", "2026-02-05", "100.00", part(end_to_end="DD-1", returned=True), side="DBIT"),
            entry("3", "2026-02-15", "100.00", part(ALPHA, references=references, end_to_end="DD-2")),
            entry("4", "2026-02-20", "100.00", part(end_to_end="DD-2", returned=True), side="DBIT"),
            entry("5", "2026-03-01", "100.00", part(ALPHA, references=references, end_to_end="DD-3")),
            entry("6", "2026-03-02", "100.00", part(ALPHA, references=references, end_to_end="DD-4")),
        ]
        for count, paid_by in ((3, "3/1"), (5, "5/1"), (6, "5/1")):
            warehouse = build(BOOKS, {"bank.xml": statement(*entries[:count])})
            assert (paid_by, "FA-1", "100.00", "matched") in matches(warehouse)
            assert "invoice:FA-1" not in open_items(warehouse)
            assert owed(warehouse) == BILLED - (200 if count == 6 else 100)

    def test_reversals(self, build: Build) -> None:
        """A credit that the bank turns round went back; a debit of our own turned round is no customer's money."""
        warehouse = build(
            BOOKS,
            {
                "bank.xml": statement(
                    entry("1", "2026-02-01", "75.00", part(ALPHA, end_to_end="T-1")),
                    entry("2", "2026-02-02", "75.00", part(end_to_end="T-1"), side="DBIT", reversal=True),
                    entry("3", "2026-02-03", "12.00", part(), reversal=True),
                    entry("4", "2026-02-03", "500.00", part(returned=True)),
                )
            },
        )
        assert owed(warehouse) == BILLED
        assert open_items(warehouse)["invoice:FA-3"] == "75.00"


class TestOnce:
    """Money that several files tell of counts once, whatever is loaded first."""

    BANK = statement(
        entry("1", "2026-02-03", "100.00", part(ALPHA, references=named("FA-1"), end_to_end="DD-1")),
        entry("2", "2026-02-03", "40.00", part(party(name="Somebody unknown"))),
        entry("3", "2026-02-04", "75.00", part(ALPHA)),
        entry("4", "2026-02-20", "100.00", part(end_to_end="DD-1", returned=True), side="DBIT"),
    )
    PAYMENTS = "payment_id,customer_id,received_on,amount\nP-1,A,2026-02-02,100.00\nP-2,B,2026-02-05,40.00\n"
    ALLOCATIONS = "credit_id,debit_id,amount\nP-1,FA-1,100.00\nP-2,B-1,40.00\n"

    @pytest.mark.parametrize("order", ["books first", "bank first", "together"])
    def test_the_books_own_payments(self, build: Build, order: str) -> None:
        """P-1 and P-2 are entries 1 and 2: the books' word stands. Entry 3 is the bank's alone; 4 gives P-1 back."""
        books, bank = {"payments.csv": self.PAYMENTS, "allocations.csv": self.ALLOCATIONS}, {"bank.xml": self.BANK}
        groups = {"books first": (books, bank), "bank first": (bank, books), "together": (books | bank,)}
        warehouse = build(BOOKS, *groups[order])
        assert owed(warehouse) == BILLED - 40 - 75
        assert matches(warehouse) == [
            ("3/1", "FA-3", "75.00", "matched"),
            ("P-1", "4/1", "100.00", "stated"),
            ("P-2", "B-1", "40.00", "stated"),
        ]
        assert warehouse.rows(
            "select key, cast(amount as varchar) from marts.rpt_exceptions "
            "where exception_kind = 'bank payment that the books hold' order by 1"
        ) == [("payment:PT50/1/1", "100.00"), ("payment:PT50/2/1", "40.00")]

    @pytest.mark.parametrize("order", ["day first", "month first", "together"])
    def test_statements_of_a_day_and_of_its_month(self, build: Build, order: str) -> None:
        day = {"day.xml": statement(entry("1", "2026-02-03", "75.00", part(ALPHA)), day="2026-02-03")}
        month = {
            "month.xml": statement(
                entry("1", "2026-02-03", "75.00", part(ALPHA)),
                entry("2", "2026-02-04", "250.00", part(ALPHA)),
                number="M",
            )
        }
        groups = {"day first": (day, month), "month first": (month, day), "together": (day | month,)}
        warehouse = build(BOOKS, *groups[order])
        assert matches(warehouse) == [("1/1", "FA-3", "75.00", "matched"), ("2/1", "FA-2", "250.00", "matched")]
        assert owed(warehouse) == BILLED - 325

    SETTLED = (
        "invoice_id,customer_id,posted_on,amount,settled_on,paid_amount\n"
        "FA-1,A,2026-01-05,100.00,2026-02-02,100.00\n"
        "FA-9,A,2026-01-06,100.00,,\n"
    )

    def test_a_settled_invoice_that_the_statement_names_with_its_amount_is_paid_once(self, build: Build) -> None:
        """The row's payment stands, and what the statement says of it is not told beside it."""
        of_row = entry("1", "2026-02-02", "100.00", part(ALPHA, references=named("FA-1", "100.00")))
        warehouse = build(BOOKS | {"invoices.csv": self.SETTLED}, {"bank.xml": statement(of_row)})
        assert open_items(warehouse) == {"invoice:FA-9": "100.00"}
        assert warehouse.rows("select document_id from marts.fct_receivable_items where amount < 0") == [
            ("payment:invoice:FA-1",)
        ]

    @pytest.mark.parametrize("payer", [ALPHA, party(name="Somebody unknown")], ids=["known", "unknown"])
    def test_a_settled_invoice_whose_payment_the_books_name_is_no_second_payment(
        self, build: Build, payer: str
    ) -> None:
        """P-1 is what settled FA-1: entry 1 repeats it, also where nobody knows the payer; entry 2 is other money."""
        books = BOOKS | {
            "invoices.csv": self.SETTLED,
            "payments.csv": "payment_id,customer_id,received_on,amount\nP-1,A,2026-02-02,100.00\n",
            "allocations.csv": "credit_id,debit_id,amount\nP-1,FA-1,100.00\n",
        }
        first = entry("1", "2026-02-02", "100.00", part(payer))
        warehouse = build(books, {"bank.xml": statement(first)})
        assert open_items(warehouse) == {"invoice:FA-9": "100.00"}
        second = entry("2", "2026-02-04", "100.00", part(ALPHA, references=named("FA-9")))
        if payer == ALPHA:
            assert open_items(build(books, {"bank.xml": statement(first, second)})) == {}

    def test_several_equal_payments_in_a_few_days_each_repeat_one(self, build: Build) -> None:
        """Three of one day that the books post a day later, one of another day; a fifth is the bank's alone."""
        days = ("2026-02-03", "2026-02-03", "2026-02-03", "2026-02-06", "2026-02-25")
        bank = statement(*(entry(str(n), day, "10.00", part(ALPHA)) for n, day in enumerate(days)))
        payments = "payment_id,customer_id,received_on,amount\n" + "".join(
            f"P-{n},A,{day},10.00\n" for n, day in enumerate(("2026-02-04", "2026-02-04", "2026-02-04", "2026-02-05"))
        )
        warehouse = build(BOOKS | {"payments.csv": payments}, {"bank.xml": bank})
        assert owed(warehouse) == BILLED - 50

    def test_an_unknown_payer_is_whom_only_one_payment_is_left_of(self, build: Build) -> None:
        """Entry 1 is A's P-1; of that amount only B's P-2 is left for entry 2. Entry 3 could be either of two."""
        bank = statement(
            entry("1", "2026-02-03", "10.00", part(ALPHA)),
            entry("2", "2026-02-04", "10.00", part(party(name="Somebody unknown"))),
            entry("3", "2026-02-03", "20.00", part(party(name="Somebody unknown"))),
        )
        payments = (
            "payment_id,customer_id,received_on,amount\nP-1,A,2026-02-02,10.00\nP-2,B,2026-02-05,10.00\n"
            "P-3,A,2026-02-02,20.00\nP-4,B,2026-02-05,20.00\n"
        )
        warehouse = build(BOOKS | {"payments.csv": payments}, {"bank.xml": bank})
        assert owed(warehouse) == BILLED - 80

    def test_a_bounce_gives_back_the_payment_of_its_customer(self, build: Build) -> None:
        """Two payments of the books have the number of one deposit slip: it is B's that bounced."""
        lines = """\
line_id,entity_id,account,customer_id,journal,entry_ref,posted_on,document_ref,debit,credit,matching_code
1,MAIN,411000,A,VE,1,2026-01-05,FA-1,100.00,0,AA
2,MAIN,706000,,VE,1,2026-01-05,FA-1,0,100.00,
3,MAIN,411000,B,VE,2,2026-01-06,FA-2,50.00,0,BB
4,MAIN,706000,,VE,2,2026-01-06,FA-2,0,50.00,
5,MAIN,411000,A,BQ,3,2026-02-02,BQ-02,0,100.00,AA
6,MAIN,512000,,BQ,3,2026-02-02,BQ-02,100.00,0,
7,MAIN,411000,B,BQ,4,2026-02-03,BQ-02,0,50.00,BB
8,MAIN,512000,,BQ,4,2026-02-03,BQ-02,50.00,0,
"""
        parties = {"entities.csv": ENTITIES, "customers.csv": CUSTOMERS}
        # That of A, which the statement shows as well, leaves B's of the same number to be found.
        bank = statement(
            entry("1", "2026-02-02", "100.00", part(ALPHA)),
            entry("2", "2026-02-10", "50.00", part(BETA, returned=True), side="DBIT"),
        )
        warehouse = build(parties, {"bank.xml": bank}, ledger=lines)
        assert warehouse.rows(
            "select customer_id, document_number, cast(open_amount as varchar) "
            "from marts.fct_receivable_items where is_open"
        ) == [("B", "FA-2", "50.00")]

    LISTED = "entity,document,type,customer,posted_on,due_on,open_amount,currency\n"
    F_1, F_2 = (
        f"MAIN,F-{n},INV,A,2026-01-0{n},2026-03-01,{amount},EUR\n" for n, amount in ((1, "100.00"), (2, "70.00"))
    )

    def test_what_lists_of_open_items_drop(self, build: Build) -> None:
        """Paid in any of the days since the list before: the statement's payment is the list's. So is its bounce."""
        parties = {"entities.csv": ENTITIES, "customers.csv": CUSTOMERS}
        lists = (
            {"open_items_2026-04-01.csv": self.LISTED + self.F_1 + self.F_2},
            {"open_items_2026-04-30.csv": self.LISTED + self.F_2},
        )
        paid = entry("1", "2026-04-05", "100.00", part(ALPHA, end_to_end="DD-1"))
        warehouse = build(parties, *lists, {"bank.xml": statement(paid)}, as_of=date(2026, 4, 30))
        assert open_items(warehouse) == {"invoice:F-2": "70.00"}
        again = {"open_items_2026-05-10.csv": self.LISTED + self.F_1 + self.F_2}
        back = entry("2", "2026-05-05", "100.00", part(end_to_end="DD-1", returned=True), side="DBIT")
        warehouse = build(parties, *lists, again, {"bank.xml": statement(paid, back)}, as_of=date(2026, 5, 10))
        assert open_items(warehouse) == {"invoice:F-1": "100.00", "invoice:F-2": "70.00"}
        # What came before the list that still has the item, or after the one that has not, is other money.
        others = (entry("1", "2026-03-20", "100.00", part(ALPHA)), entry("2", "2026-05-02", "100.00", part(ALPHA)))
        warehouse = build(parties, *lists, {"bank.xml": statement(*others)}, as_of=date(2026, 5, 10))
        assert owed(warehouse) == 70 - 200

    def test_what_was_paid_of_an_invoice_on_no_day(self, build: Build) -> None:
        """Some day up to that of the file: an amount paid, and what is no longer open."""
        invoices = (
            "invoice_id,customer_id,posted_on,amount,paid_amount,open_amount\n"
            "FA-1,A,2026-01-05,100.00,60.00,\nFA-2,B,2026-01-05,100.00,,30.00\n"
        )
        bank = statement(
            entry("1", "2026-02-10", "60.00", part(ALPHA)),
            entry("2", "2026-03-30", "70.00", part(BETA)),
        )
        warehouse = build(BOOKS | {"invoices.csv": invoices}, {"bank.xml": bank})
        assert open_items(warehouse) == {"invoice:FA-1": "40.00", "invoice:FA-2": "30.00"}
