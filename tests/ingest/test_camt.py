"""Bank statements, camt.053: what came in is a payment whose customer and invoice are found later."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.ingest.extracts import AS_OF, Extracts, counts

ENTITY = "entity_id,base_currency\nMAIN,EUR\n"
IBAN = "PT50000201231234567890154"


@pytest.fixture
def statement(project_root: Path) -> str:
    return (project_root / "docs" / "sources" / "samples" / "camt053.xml").read_text(encoding="utf-8")


def read(extracts: Extracts, content: str) -> list[tuple[str, ...]]:
    """The payments of a statement: id, type, amount, days, reference, text, payer and its account, as text."""
    extracts.load(("entities.csv", ENTITY), ("statement.xml", content), as_of=AS_OF)
    columns = (
        "payment_id, payment_type, cast(amount as varchar), cast(received_on as varchar), cast(posted_on as varchar), "
        "reference, remittance_text, payer_name, payer_account"
    )
    return extracts.rows(f"select {columns} from raw.payments order by _slice, _line")


def test_a_statement(extracts: Extracts, statement: str) -> None:
    """A transfer with a reference, a batch in its parts, cash without a bank's reference, a direct debit returned.

    Charges, their reversal and what is only announced are left out.
    """
    rows = read(extracts, statement)
    assert [row[:5] for row in rows] == [
        (f"{IBAN}/2601300001/1", "payment", "600.00", "2026-01-30", "2026-01-30"),
        (f"{IBAN}/2601300002/1", "payment", "500.00", "2026-01-31", "2026-01-30"),
        (f"{IBAN}/2601300002/2", "payment", "35.00", "2026-01-31", "2026-01-30"),
        ("2026-01-31/31/3/1", "payment", "250.00", "2026-01-31", "2026-01-31"),
        (f"{IBAN}/2601310004/1", "bounce", "50.00", "2026-01-31", "2026-01-31"),
    ]
    assert [row[5:] for row in rows] == [
        ("FT A1", None, "Irmãos J. & Cia", "PT50000700001234567890123"),
        (None, "Factura enero, gracias", "DISTRIBUCIONES ÑANDÚ <IBÉRICA>", None),
        (None, None, "Alguém", None),
        (None, "DEPÓSITO EM NUMERÁRIO BALCÃO", None, None),
        (None, None, "Mercearia João & Irmãos", None),
    ]
    assert extracts.rows("select distinct customer_id, currency from raw.payments") == [("UNIDENTIFIED", "EUR")]
    assert extracts.rejects() == []


def test_entries_are_all_accounted_for(extracts: Extracts, statement: str) -> None:
    extracts.load(("entities.csv", ENTITY))
    report = extracts.load(("statement.xml", statement), as_of=None)
    assert {result.as_of_on for result in report.files} == {date(2026, 1, 31)}
    received, returned, named = report.files
    assert (counts(received), received.rows_filtered) == ((4, 4, 0, 0, 0, 0), 4)
    assert (counts(returned), returned.rows_filtered) == ((1, 1, 0, 0, 0, 0), 7)
    # No reference of the sample has an amount of its own.
    assert (counts(named), named.rows_filtered) == ((0, 0, 0, 0, 0, 0), 7)


def test_older_versions(extracts: Extracts, statement: str) -> None:
    """In 001.02 the status and the payer's name stand one level higher."""
    older = statement.replace("001.08", "001.02").replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>")
    older = older.replace("<Pty>", "").replace("</Pty>", "")
    assert next(row[:3] + row[7:8] for row in read(extracts, older)) == (
        *(f"{IBAN}/2601300001/1", "payment", "600.00"),
        "Irmãos J. & Cia",
    )
    assert extracts.rows("select count(*) from raw.payments") == [(5,)]


def test_an_entry_that_two_statements_show_is_one_payment(extracts: Extracts, statement: str) -> None:
    """The month's statement repeats the days': by the bank's reference they are the same."""
    read(extracts, statement)
    again = statement.replace("2026-01-31/31", "2026-01/MONTH").replace("<AcctSvcrRef>NONREF</AcctSvcrRef>", "")
    start, end = again.index("<Ntry>"), again.rindex("</Ntry>") + len("</Ntry>")
    entries = again[start:end].replace("</Ntry>", "</Ntry>\0").split("\0")
    month = again[:start] + "".join(reversed([entry for entry in entries if "BALCÃO" not in entry])) + again[end:]
    received, returned, _ = extracts.load(("month.xml", month), as_of=AS_OF).files
    assert (counts(received), counts(returned)) == ((3, 0, 0, 3, 0, 0), (1, 0, 0, 1, 0, 0))


def test_parts_without_amounts_are_rejected_and_not_the_sum_taken_for_each(extracts: Extracts, statement: str) -> None:
    without = statement.replace('<Amt Ccy="EUR">500.00</Amt>', "").replace('<Amt Ccy="EUR">35.00</Amt>', "")
    read(extracts, without)
    assert extracts.rejects("column_name, reason") == [("amount", "is empty"), ("amount", "is empty")]
    assert extracts.rows("select cast(sum(amount) as varchar) from raw.payments where payment_type = 'payment'") == [
        ("850.00",)
    ]


def test_statements_that_overlap_in_one_load_allocate_an_entry_once(extracts: Extracts, statement: str) -> None:
    """What a reference is paid with has no id of its own; the month's statement repeats the day's all the same."""
    day = statement.replace("</Strd>", '<RfrdDocAmt><RmtdAmt Ccy="EUR">600.00</RmtdAmt></RfrdDocAmt></Strd>')
    month = day.replace("2026-01-31/31", "2026-01/MONTH")
    extracts.load(("entities.csv", ENTITY), ("day.xml", day), ("month.xml", month), as_of=AS_OF)
    assert extracts.current("allocations", "credit_id, debit_id, cast(amount as varchar)") == [
        (f"{IBAN}/2601300001/1", "FT A1", "600.00")
    ]


def part(reference: str, amount: str, invoice: str, returned: str = "") -> str:
    """A transaction that pays one invoice."""
    return (
        f'<TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs><Amt Ccy="EUR">{amount}</Amt><RmtInf><Strd>'
        f'<RfrdDocInf><Nb>{invoice}</Nb></RfrdDocInf><RfrdDocAmt><RmtdAmt Ccy="EUR">{amount}</RmtdAmt></RfrdDocAmt>'
        f"</Strd></RmtInf>{returned}</TxDtls>"
    )


def batch(statement: str, *details: str) -> str:
    """The statement with one entry alone, which has no reference of its own."""
    entry = (
        '<Ntry><Amt Ccy="EUR">60</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-30</Dt>'
        f"</BookgDt>{''.join(f'<NtryDtls>{each}</NtryDtls>' for each in details)}</Ntry>"
    )
    return statement[: statement.index("<Ntry>")] + entry + statement[statement.rindex("</Ntry>") + len("</Ntry>") :]


PARTS = (part("R1", "10", "I1"), part("R2", "20", "I2"), part("R3", "30", "I3"))


@pytest.mark.parametrize("details", [("".join(PARTS),), PARTS, (PARTS[0], "<Btch/>", PARTS[1] + PARTS[2])])
def test_parts_of_an_entry_keep_their_own_references(
    extracts: Extracts, statement: str, details: tuple[str, ...]
) -> None:
    """An allocation names the payment it is of, whatever else the bank put into the same entry."""
    payments = [f"{row[0]} {row[2]}" for row in read(extracts, batch(statement, *details))]
    assert payments == [f"{IBAN}/R1/1 10.00", f"{IBAN}/R2/2 20.00", f"{IBAN}/R3/3 30.00"]
    assert extracts.current("allocations", "credit_id, debit_id, cast(amount as varchar)") == [
        (f"{IBAN}/R1/1", "I1", "10.00"),
        (f"{IBAN}/R2/2", "I2", "20.00"),
        (f"{IBAN}/R3/3", "I3", "30.00"),
    ]


def test_a_part_that_came_back_takes_the_others_no_allocation(extracts: Extracts, statement: str) -> None:
    returned = part("R2", "20", "I2", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    rows = read(extracts, batch(statement, PARTS[0] + returned + PARTS[2]))
    assert [row[0] for row in rows] == [f"{IBAN}/R1/1", f"{IBAN}/R3/3"]
    assert extracts.current("allocations", "debit_id") == [("I1",), ("I3",)]
