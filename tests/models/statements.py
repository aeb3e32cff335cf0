"""Bank statements (camt.053) written for a test: entries, their parts, who paid and what they name."""

from __future__ import annotations


def party(name: str = "", account: str = "") -> str:
    """Who paid, as a transaction has it."""
    owner = f"<Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>" if name else ""
    number = f"<DbtrAcct><Id><IBAN>{account}</IBAN></Id></DbtrAcct>" if account else ""
    return f"<RltdPties>{owner}{number}</RltdPties>"


ALPHA = party(account="FR7630006000011234567890189")
BETA = party(name="BETA GMBH")
GAMMA = party(name="Gamma AB")


def named(number: str, amount: str = "", *, creditor: bool = False) -> str:
    """A structured reference: of a document, or the creditor's; with what is paid of it."""
    reference = f"<CdtrRefInf><Ref>{number}</Ref></CdtrRefInf>" if creditor else ""
    document = "" if creditor else f"<RfrdDocInf><Nb>{number}</Nb></RfrdDocInf>"
    paid = f'<RfrdDocAmt><RmtdAmt Ccy="EUR">{amount}</RmtdAmt></RfrdDocAmt>' if amount else ""
    return f"<Strd>{document}{paid}{reference}</Strd>"


def part(who: str = "", *, amount: str = "", references: str = "", end_to_end: str = "", returned: bool = False) -> str:
    """A transaction of an entry."""
    return (
        f"<TxDtls><Refs><EndToEndId>{end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
        + (f'<Amt Ccy="EUR">{amount}</Amt>' if amount else "")
        + who
        + (f"<RmtInf>{references}</RmtInf>" if references else "")
        + ("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if returned else "")
        + "</TxDtls>"
    )


def entry(number: str, day: str, amount: str, *parts: str, side: str = "CRDT", reversal: bool = False) -> str:
    """A booked entry of a statement."""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        + ("<RvslInd>true</RvslInd>" if reversal else "")
        + f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{number}</AcctSvcrRef><NtryDtls>{''.join(parts)}</NtryDtls></Ntry>"
    )


def statement(*entries: str, number: str = "1", day: str = "2026-03-31") -> str:
    """A statement of the company's account, whose closing balance is of ``day``."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
        f"<Id>{number}</Id><Acct><Id><IBAN>PT50</IBAN></Id></Acct>"
        f"<Bal><Dt><Dt>{day}</Dt></Dt></Bal>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )
