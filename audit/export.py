"""`encours audit`: what an auditor asks for on a day, in one workbook, each sheet tying to the balance."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from audit import passport, sample, statutory
from audit.marts import Marts, Row, opened
from audit.publication import published_file
from audit.statutory import Language
from audit.statutory_file import add_sheet
from audit.tables import Fact, Workbook, save
from encours import console
from encours.errors import EncoursError
from encours.settings import Settings

_ITEM = {
    "entity_id": "Entity",
    "customer_id": "Customer",
    "customer_name": "Customer's name",
    "customer_kind": "Kind of customer",
    "document_number": "Document",
    "item_kind": "Kind",
    "instalment_no": "Instalment",
    "account": "Account",
    "invoiced_on": "Invoiced",
    "posted_on": "Posted",
    "due_on": "Due",
    "days_past_due": "Days past due",
    "currency": "Currency",
    "amount": "Amount",
    "open_amount": "Open",
    "disputed_amount": "Disputed",
    "base_currency": "Base currency",
    "base_open_amount": "Open, base currency",
    "reporting_currency": "Reporting currency",
    "reporting_open_amount": "Open, reporting currency",
    "settled_after_amount": "Settled after the day",
    "document_id": "Document id",
}
_TIES = {
    "entity_id": "Entity",
    "currency": "Currency",
    "base_currency": "Base currency",
    "items_amount": "Open items",
    "ledger_amount": "Ledger",
    "difference_amount": "Difference",
    "base_items_amount": "Open items, base",
    "base_ledger_amount": "Ledger, base",
    "base_difference_amount": "Difference, base",
}
_AFTER = {
    "entity_id": "Entity",
    "customer_id": "Customer",
    "document_number": "Open document",
    "instalment_no": "Instalment",
    "currency": "Currency",
    "open_amount": "Open at the day",
    "evidence": "What it is",
    "credit_kind": "Kind",
    "credit_number": "Receipt or credit note",
    "credit_posted_on": "Posted",
    "received_on": "Received",
    "effective_on": "Allocated",
    "reversed_on": "Taken back",
    "debit_amount": "Amount, open document's currency",
    "credit_currency": "Receipt's currency",
    "credit_amount": "Amount, receipt's currency",
    "allocation_source": "How it is known",
    "allocation_id": "Allocation",
}
_SAMPLE = {
    "sample_no": "No",
    "stratum": "Stratum",
    **{name: heading for name, heading in _ITEM.items() if name != "settled_after_amount"},
    "draw": "Draw",
}
_STRATA = {
    "stratum": "Stratum",
    "reporting_currency": "Currency",
    "from_amount": "From",
    "to_amount": "Up to",
    "items_count": "Items",
    "items_amount": "Amount",
    "drawn_count": "Drawn",
    "drawn_amount": "Amount drawn",
}
_CUT_OFF = {
    "entity_id": "Entity",
    "customer_id": "Customer",
    "side": "Side",
    "days_from_end": "Days from the month's end",
    "document_number": "Document",
    "item_kind": "Kind",
    "account": "Account",
    "posted_on": "Posted",
    "invoiced_on": "Invoiced",
    "is_of_other_month": "Invoiced on the other side",
    "currency": "Currency",
    "amount": "Amount",
    "base_currency": "Base currency",
    "base_amount": "Amount, base currency",
    "document_id": "Document id",
}


@dataclass(frozen=True)
class Asked:
    """What the export is to hold."""

    day: date
    sample: int = 25
    seed: int = 7
    cutoff_days: int = 5


def month_end_of(day: date) -> date:
    """The month's end that the cut-off of a day is about: the day itself where it is one, else the last before it."""
    if day.day == monthrange(day.year, day.month)[1]:
        return day
    return day.replace(day=1) - timedelta(days=1)


def write(settings: Settings, asked: Asked, out: Path) -> None:
    """Write the workbook.

    Raises:
        EncoursError: nothing is published, the file cannot speak of the day, or its open items do not tie.
    """
    if out.suffix.lower() != ".xlsx":
        raise EncoursError(f"{out}: the file's name must end in .xlsx.")
    with opened(published_file(settings)) as marts, console.working("audit") as progress:
        marts.check_day(asked.day)
        progress("open items")
        _gather(marts, asked.day)
        ties = _ties(marts)
        for tie in ties:
            if tie["difference_amount"] or tie["base_difference_amount"]:
                raise EncoursError(
                    f"The open items of {tie['entity_id']} in {tie['currency']} on {asked.day} are "
                    f"{tie['items_amount']} ({tie['base_items_amount']} in base), the ledger says "
                    f"{tie['ledger_amount']} ({tie['base_ledger_amount']}): the published file is not sound. "
                    "Build and publish again."
                )
        items = marts.rows(
            "select * from open_items order by entity_id, customer_id, posted_on, document_id, instalment_no"
        )
        progress("receipts, sample, cut-off")
        after = _after(marts, asked.day)
        drawn = sample.draw(marts, size=asked.sample, seed=asked.seed)
        cut_off = _cut_off(marts, asked)
        month_end = month_end_of(asked.day)
        progress("writing")
        book = Workbook()
        book.facts("Cover", _cover(marts, asked, items, after, drawn.items, cut_off))
        book.sheet("Ties to the ledger", ties, _TIES)
        book.sheet("Open items", items, _ITEM)
        book.sheet("Receipts after", after, _AFTER)
        book.sheet("Sample", drawn.items, _SAMPLE, notes=sample.explained(asked.sample, asked.seed))
        book.sheet("Strata", drawn.strata, _STRATA)
        book.sheet(
            "Cut-off",
            cut_off,
            _CUT_OFF,
            notes=[
                f"Documents posted in the {asked.cutoff_days} days up to {month_end} and the {asked.cutoff_days} days "
                f"after it, as far as {marts.as_of_on}."
            ],
        )
        if marts.has("rpt_roll_forward"):
            _whole(
                book, marts, "Roll-forward", "select * from rpt_roll_forward where month_ending_on <= $day", asked.day
            )
        _whole(
            book,
            marts,
            "Tie-out",
            # The newest row of each account on or before the day, and the newest of those that gives a balance.
            "select * from rpt_tie_out where balance_on <= $day qualify "
            "row_number() over (partition by entity_id, account, currency, amount_basis order by balance_on desc) = 1 "
            "or row_number() over (partition by entity_id, account, currency, amount_basis "
            "order by gl_amount is null, balance_on desc) = 1",
            asked.day,
        )
        if marts.has("rpt_statutory_delays"):
            for language in (Language.FRENCH, Language.ENGLISH):
                laid_out = statutory.lines(marts, language, until=asked.day)
                if laid_out:
                    add_sheet(book, laid_out, language)
        save(out, book.bytes())
    console.say(
        f"{out}: {len(items):,} open items on {asked.day}, tied to the ledger; {len(after):,} settlements after it; "
        f"{len(drawn.items):,} items to confirm; {len(cut_off):,} documents around {month_end}."
    )


def _gather(marts: Marts, day: date) -> None:
    """What is open at the end of the day, with what settled it later, as the table ``open_items``."""
    marts.connection.execute(
        """
        create or replace temp table open_items as
        with settled as (
            select entity_id, debit_document_id as document_id, instalment_no, sum(debit_amount) as settled_after_amount
            from fct_allocations
            where effective_on > $day and reversed_on is null
            group by all
        )
        select
            intervals.*, $day - due_on as days_past_due, customer_name, customer_kind,
            cast(coalesce(settled_after_amount, 0) as decimal(18, 2)) as settled_after_amount
        from fct_item_intervals as intervals
        inner join dim_customers using (customer_id)
        left join settled using (entity_id, document_id, instalment_no)
        where valid_from_on <= $day and (valid_to_on is null or valid_to_on > $day)
        """,
        {"day": day},
    )
    marts.connection.execute(
        """
        create or replace temp table ledger as
        select entity_id, currency, base_currency, sum(amount) as amount, sum(base_amount) as base_amount
        from fct_receivable_events
        where event_on <= $day and event_kind not in ('applied', 'transfer')
        group by all
        """,
        {"day": day},
    )
    # In base every event counts: realised differences too, and what settlements across currencies move.
    marts.connection.execute(
        """
        create or replace temp table base_ledger as
        select entity_id, currency, sum(base_amount) as base_amount
        from fct_receivable_events where event_on <= $day group by all
        """,
        {"day": day},
    )


def _ties(marts: Marts) -> list[Row]:
    """Open items beside the balance of posting and exchange events, per entity and currency, both bases."""
    return marts.rows(
        """
        with items as (
            select entity_id, currency, sum(open_amount) as amount, sum(base_open_amount) as base_amount
            from open_items group by all
        )
        select
            ledger.entity_id, ledger.currency, ledger.base_currency,
            cast(coalesce(items.amount, 0) as decimal(18, 2)) as items_amount,
            cast(ledger.amount as decimal(18, 2)) as ledger_amount,
            cast(coalesce(items.amount, 0) - ledger.amount as decimal(18, 2)) as difference_amount,
            cast(coalesce(items.base_amount, 0) as decimal(18, 2)) as base_items_amount,
            cast(base_ledger.base_amount as decimal(18, 2)) as base_ledger_amount,
            cast(coalesce(items.base_amount, 0) - base_ledger.base_amount as decimal(18, 2)) as base_difference_amount
        from ledger
        inner join base_ledger using (entity_id, currency)
        left join items using (entity_id, currency)
        order by entity_id, currency
        """
    )


def _after(marts: Marts, day: date) -> list[Row]:
    """What settled the open items after the day: what was received or credited since, and what was held already."""
    return marts.rows(
        """
        select
            items.entity_id, items.customer_id, items.document_number, items.instalment_no, items.currency,
            items.open_amount,
            case
                when credits.posted_on <= $day then 'held on the day, allocated after it'
                when allocations.credit_kind in ('payment', 'deposit') then 'received after the day'
                when allocations.credit_kind = 'credit_note' then 'credited after the day'
                else 'other credit after the day'
            end as evidence,
            allocations.credit_kind, credits.document_number as credit_number, credits.posted_on as credit_posted_on,
            allocations.received_on, allocations.effective_on, allocations.reversed_on, allocations.debit_amount,
            allocations.credit_currency, allocations.credit_amount, allocations.allocation_source,
            allocations.allocation_id
        from fct_allocations as allocations
        inner join open_items as items
            on allocations.entity_id = items.entity_id
            and allocations.debit_document_id = items.document_id
            and allocations.instalment_no = items.instalment_no
        inner join fct_receivable_items as credits
            on allocations.entity_id = credits.entity_id
            and allocations.credit_document_id = credits.document_id
            and credits.instalment_no = 1
        where allocations.effective_on > $day
        order by items.entity_id, items.customer_id, items.document_id, items.instalment_no, effective_on, allocation_id
        """,
        {"day": day},
    )


def _cut_off(marts: Marts, asked: Asked) -> list[Row]:
    """Documents posted within the asked days of the month's end, on both sides of it."""
    end = month_end_of(asked.day)
    return marts.rows(
        """
        select
            entity_id, min(customer_id) as customer_id,
            case when min(posted_on) <= $month_end then 'before' else 'after' end as side,
            min(posted_on) - $month_end as days_from_end, min(document_number) as document_number,
            min(item_kind) as item_kind, min(account) as account, min(posted_on) as posted_on,
            min(invoiced_on) as invoiced_on,
            (min(posted_on) <= $month_end) <> (min(invoiced_on) <= $month_end) as is_of_other_month,
            min(currency) as currency, cast(sum(amount) as decimal(18, 2)) as amount,
            min(base_currency) as base_currency, cast(sum(base_amount) as decimal(18, 2)) as base_amount, document_id
        from fct_receivable_items
        where posted_on > $first and posted_on <= $last
        group by entity_id, document_id
        order by entity_id, posted_on, document_id
        """,
        {
            "month_end": end,
            "first": end - timedelta(days=asked.cutoff_days),
            "last": end + timedelta(days=asked.cutoff_days),
        },
    )


def _whole(book: Workbook, marts: Marts, name: str, query: str, day: date) -> None:
    rows = marts.rows(f"{query} order by all", {"day": day})
    columns = list(rows[0]) if rows else ["nothing"]
    book.sheet(name, rows, {column: column.replace("_", " ") for column in columns})


def _cover(
    marts: Marts, asked: Asked, items: list[Row], after: list[Row], drawn: list[Row], cut_off: list[Row]
) -> list[Fact]:
    base: dict[object, Decimal] = {}
    for item in items:
        amount = item["base_open_amount"]
        assert isinstance(amount, Decimal)
        base[item["base_currency"]] = base.get(item["base_currency"], Decimal(0)) + amount
    return [
        ("Receivables for the auditor", None),
        ("On", asked.day),
        ("Open items", len(items)),
        *((f"Balance, books in {currency}", amount) for currency, amount in sorted(base.items(), key=str)),
        ("Settlements after the day", len(after)),
        ("Items to confirm", len(drawn)),
        ("Seed of the sample", asked.seed),
        ("Cut-off days", asked.cutoff_days),
        ("Month's end of the cut-off", month_end_of(asked.day)),
        ("Documents around it", len(cut_off)),
        ("Knowledge", "As the publication knows the day now: what was posted or allocated back-dated since is in it."),
        ("Amounts", "Exact to the cent below 90 trillion, where a workbook's numbers end; larger ones are text."),
        ("Passport", None),
        *passport.facts(marts),
    ]
