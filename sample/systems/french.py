"""The exchange files of French accounting programs: Sage 100, Cegid, Quadra and EBP, each with its entries.

Traps on purpose. Sage: blocks whose empty values are empty lines, analytic blocks between the entries, accents of the
DOS code page 850. Cegid: analytic lines that repeat the general ones, an entry that is only simulated, lettering far to
the right. Quadra: amounts in cents without a mark, analytic lines, lettering codes of two letters that each customer
uses again, a customer that is one account for its invoices, bills and advances. EBP: no lettering, padded amounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path

from sample.books import SALES, Books, Line
from sample.fec import letters
from sample.systems.settled import groups

SUPPLIER = ("F000001", "Fournisseur modèle")


def quadra_account(customer_id: str) -> str:
    """The account of a customer in Quadra."""
    return f"9{customer_id[1:]}"


def ebp_account(customer_id: str) -> str:
    """The account of a customer in EBP."""
    return f"411{customer_id}"


def write_sage(books: Books, out: Path) -> dict[str, int]:
    """Write the file; blocks in it."""
    codes = _codes(books, by_account=True)
    blocks = [["#MPCT", customer, name, "0", "4110000", *[""] * 129] for customer, name in _customers(books)]
    blocks.append(["#MPCT", *SUPPLIER, "1", "4010000", *[""] * 129])
    for number, line in enumerate(books.lines, start=1):
        blocks.append(_sage_block(books, line, codes.get(number, "")))
        if line.account == SALES:
            blocks.append(["#MECA", "1", "SECTION", _comma(abs(line.amount)), "0,00"])
    lines = ["#FLG 000", "#VER 31", f"#DEV {books.currency}", *(one for block in blocks for one in block), "#FIN"]
    return _write(out / "Sage 100 écritures.txt", lines, "cp850", len(blocks) + 4)


def _sage_block(books: Books, line: Line, code: str) -> list[str]:
    due = f"{line.due_on:%d%m%y}" if line.due_on is not None else ""
    return [
        *("#MECG", line.journal, f"{line.posted_on:%d%m%y}", f"{line.posted_on:%d%m%y}", str(line.entry)),
        *(line.document_ref, "", line.account, "", line.customer_id or "", "", line.label, "0", due, "0,000000"),
        *("0,00", "0", "0" if line.amount > 0 else "1", _comma(abs(line.amount)), code, "", "", "0", "0", "0", "", ""),
        *("0", "0", "0", "", "", "", "", "0", "0,00", "", "", "0", ""),
    ]


def write_cegid(books: Books, out: Path) -> dict[str, int]:
    """Write the file; lines in it."""
    codes = _codes(books, by_account=True)
    lines = [f"{'***S5CLIJRLETE':<33}{books.as_of_on:%d%m%Y}"]
    lines += [f"***CAE{customer:<17}{name:<35.35}CLIX411000" for customer, name in _customers(books)]
    lines.append(f"***CAE{SUPPLIER[0]:<17}{SUPPLIER[1]:<35}FOUX401000")
    for number, line in enumerate(books.lines, start=1):
        lines.append(_cegid_line(books, line, codes.get(number, "")))
        if line.account == SALES:
            lines.append(_cegid_line(books, line, "", kind="A"))
    lines.append(_cegid_line(books, books.lines[0], "", simulated=True))
    return _write(out / "CEGID.TRA", lines, "windows-1252", len(lines))


def _cegid_line(books: Books, line: Line, code: str, *, kind: str = "", simulated: bool = False) -> str:
    kind = kind or ("X" if line.customer_id is not None else " ")
    auxiliary = "SECTION" if kind == "A" else line.customer_id or ""
    due = f"{line.due_on:%d%m%Y}" if line.due_on is not None else "01011900"
    standard = (
        f"{line.journal:<3}{line.posted_on:%d%m%Y}{'OD'}{line.account:<17}{kind}{auxiliary:<17}"
        f"{line.document_ref:<35}{line.label:<35.35}{'VIR'}{due}{'D' if line.amount > 0 else 'C'}"
        f"{_comma(abs(line.amount)):>20}{'S' if simulated else 'N'}{line.entry:>8}{books.currency:<3}{'1,000000':<10}"
        f"{'E--'}{'':20}{'':20}{'001':<3}{'':2}{'':2}"
    )
    return f"{standard:<1013}{code:<5}{'':40}"


def write_quadra(books: Books, out: Path) -> dict[str, int]:
    """Write the file; lines in it."""
    codes = _codes(books, by_account=False)
    lines = [f"C{quadra_account(customer):<8}{name:<30.30}" for customer, name in _customers(books)]
    lines.append(f"C{'0000001':<8}{SUPPLIER[1]:<30}")
    for number, line in enumerate(books.lines, start=1):
        account = quadra_account(line.customer_id) if line.customer_id is not None else line.account
        due = f"{line.due_on:%d%m%y}" if line.due_on is not None else "000000"
        lines.append(
            f"M{account:<8}{line.journal:<2}000{line.posted_on:%d%m%y} {line.label:<20.20}"
            f"{'D' if line.amount > 0 else 'C'}+{_cents(line.amount)}{'':8}{due}{codes.get(number, ''):<2}{'':3}"
            f"{line.entry % 100_000:>5}{'':10}{'':10}{line.entry:>8}{books.currency}{line.journal:<3}{'':3}"
            f"{line.label:<30.30}{'':2}{line.document_ref[-10:]:<10}{'':10}"
        )
        if line.account == SALES:
            lines.append(f"I10000+{_cents(line.amount)}{'SECTION':<10}{'':10}")
    return _write(out / "quadra.txt", lines, "windows-1252", len(lines))


def write_ebp(books: Books, out: Path) -> dict[str, int]:
    """Write the file; lines in it."""
    lines = []
    for line in books.lines:
        account = ebp_account(line.customer_id) if line.customer_id is not None else line.account
        due = f"{line.due_on:%d%m%Y}" if line.due_on is not None else ""
        label = line.label.replace('"', "'")
        lines.append(
            f'{line.entry:>5},{line.posted_on:%d%m%Y},{line.journal},{account:<15},,"{label:<40.40}",'
            f'"{line.document_ref:<15.15}",{abs(line.amount):013.2f},{"D" if line.amount > 0 else "C"},{due},'
            f"{books.currency}"
        )
    return _write(out / "ECRITURES.TXT", lines, "windows-1252", len(lines))


def _codes(books: Books, *, by_account: bool) -> dict[int, str]:
    """The lettering code of each line that was set against others, by its number: each customer's begin anew."""
    numbers: dict[tuple[str, str], Iterator[int]] = defaultdict(count)
    codes: dict[int, str] = {}
    for group in groups(books):
        if len({one.line.amount > 0 for one in group.lines}) == 2:
            first = group.lines[0].line
            code = letters(next(numbers[str(first.customer_id), first.account if by_account else ""]))
            codes |= {one.number: code for one in group.lines}
    return codes


def _customers(books: Books) -> list[tuple[str, str]]:
    known = {line.customer_id for line in books.of_customers()}
    return [(customer, name) for customer, name in sorted(books.customer_names.items()) if customer in known]


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _cents(amount: Decimal) -> str:
    return f"{abs(amount) * 100:012.0f}"


def _write(path: Path, lines: Sequence[str], encoding: str, rows: int) -> dict[str, int]:
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding, errors="replace"))
    return {path.name: rows}
