"""Loading a SAF-T file against expat reading the same file: CPU ratios and memory of one run.

    .venv/bin/python benchmarks/saft.py [--invoices 100000]

The file has invoices of two lines and a receipt for each ten. It is loaded as it comes and ten times as long: what it
costs a megabyte, and the peak memory, must stay what they are. Expat without handlers is what merely parsing costs.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.parsers import expat

import duckdb

from ingest.loader import load

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01">
  <Header><AuditFileVersion>1.04_01</AuditFileVersion><TaxRegistrationNumber>509000001</TaxRegistrationNumber>
    <CompanyName>Conservas do Atlântico, Lda</CompanyName><FiscalYear>2026</FiscalYear><StartDate>2026-01-01</StartDate>
    <EndDate>2026-12-31</EndDate><CurrencyCode>EUR</CurrencyCode></Header>
  <MasterFiles><Customer><CustomerID>C1</CustomerID><CustomerTaxID>501000001</CustomerTaxID>
    <CompanyName>Mercearia João</CompanyName></Customer></MasterFiles>
  <SourceDocuments><SalesInvoices>
"""
INVOICE = """      <Invoice>
        <InvoiceNo>FT A/{0}</InvoiceNo><ATCUD>CSDF7T5H-{0}</ATCUD>
        <DocumentStatus><InvoiceStatus>N</InvoiceStatus><InvoiceStatusDate>2026-01-05T10:00:00</InvoiceStatusDate>
          <SourceID>ana</SourceID><SourceBilling>P</SourceBilling></DocumentStatus>
        <InvoiceDate>2026-{1:02}-05</InvoiceDate><InvoiceType>FT</InvoiceType><CustomerID>C1</CustomerID>
        <Line><LineNumber>1</LineNumber><ProductCode>SAR</ProductCode><Quantity>100</Quantity><UnitPrice>8.13008</UnitPrice>
          <CreditAmount>813.008</CreditAmount></Line>
        <Line><LineNumber>2</LineNumber><ProductCode>ATU</ProductCode><Quantity>1</Quantity><UnitPrice>0</UnitPrice>
          <CreditAmount>0</CreditAmount></Line>
        <DocumentTotals><TaxPayable>186.99</TaxPayable><NetTotal>813.01</NetTotal><GrossTotal>1000.00</GrossTotal></DocumentTotals>
      </Invoice>
"""
PAYMENT = """      <Payment>
        <PaymentRefNo>RG R/{0}</PaymentRefNo><TransactionDate>2026-12-25</TransactionDate><PaymentType>RG</PaymentType>
        <DocumentStatus><PaymentStatus>N</PaymentStatus></DocumentStatus>
        <PaymentMethod><PaymentMechanism>TB</PaymentMechanism><PaymentAmount>1000.00</PaymentAmount></PaymentMethod>
        <CustomerID>C1</CustomerID>
        <Line><LineNumber>1</LineNumber><SourceDocumentID><OriginatingON>FT A/{0}</OriginatingON></SourceDocumentID>
          <CreditAmount>1000.00</CreditAmount></Line>
        <DocumentTotals><GrossTotal>1000.00</GrossTotal></DocumentTotals>
      </Payment>
"""


def write(path: Path, invoices: int) -> None:
    """A SAF-T file of ``invoices`` sales invoices and a receipt for each ten."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEAD)
        stream.writelines(INVOICE.format(number, number % 12 + 1) for number in range(invoices))
        stream.write("</SalesInvoices><Payments>")
        stream.writelines(PAYMENT.format(number) for number in range(0, invoices, 10))
        stream.write("</Payments></SourceDocuments></AuditFile>\n")


def parse(path: Path) -> None:
    """The yardstick: expat, nothing made of what it reads."""
    with path.open("rb") as stream:
        expat.ParserCreate().ParseFile(stream)


def load_file(path: Path) -> None:
    """What is measured."""
    with duckdb.connect(str(path.with_suffix(".duckdb"))) as connection:
        load(connection, [path], source="saft_pt", as_of=date(2026, 12, 31))


CASES: dict[str, Callable[[Path], None]] = {"expat": parse, "load": load_file}


def cpu_seconds() -> float:
    """User and system seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure both cases at both sizes and print them."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--invoices", type=int, default=100_000)
    arguments.add_argument("--case", choices=list(CASES), help=argparse.SUPPRESS)
    arguments.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.case:
        before = cpu_seconds()
        CASES[given.case](given.file)
        print(cpu_seconds() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        return
    with tempfile.TemporaryDirectory() as name:
        for invoices in (given.invoices, 10 * given.invoices):
            path = Path(name) / f"saft-{invoices}.xml"
            write(path, invoices)
            megabytes = path.stat().st_size / 2**20
            used: dict[str, float] = {}
            for case in CASES:
                command = [sys.executable, __file__, "--case", case, "--file", str(path)]
                seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                used[case] = float(seconds)
                print(f"{megabytes:6.0f} MB  {case:<6}{used[case]:8.1f} s CPU  {peak:>6} MB of memory", end="")
                print(f"  {used['load'] / used['expat']:.1f} x expat" if case == "load" else "")


if __name__ == "__main__":
    main()
