"""The families of rows that figures are made of, each one query with the same columns.

``value`` is what a row adds, an exact decimal. Nothing is left out: the sum over all rows is the figure's part.
"""

from __future__ import annotations

from dashboards.lib.figures import Family, Part, Sum
from dashboards.lib.queries import cuts

COLUMNS = """
        items.entity_id,
        items.document_id,
        items.document_number,
        items.instalment_no,
        items.item_kind,
        items.customer_id,
        customers.customer_name,
        items.currency,
        items.invoiced_on,
        items.posted_on,
        items.due_on"""


def counted(dimension: str) -> str:
    """The items' customers: intragroup ones are in no figure, and where one member is in view only its own."""
    return f"""
    inner join marts.dim_customers as customers
        on customers.customer_id = items.customer_id
        and customers.customer_kind <> 'intragroup'
        and {cuts.of_items(dimension) if dimension else "true"}"""


def _minor(amount: str) -> str:
    return f"cast(cast(abs({amount}) as decimal(38, 2)) * 100 as hugeint)"


def _share(amount: str, part: str, whole: str) -> str:
    """The part of a converted document, rounded half away from zero: the ``share_money`` of the models."""
    return f"""case when {part} = {whole} then {amount} else cast(
            sign({amount}) * sign({part}) * sign({whole}) * cast(
                (2 * {_minor(amount)} * {_minor(part)} + {_minor(whole)}) // nullif(2 * {_minor(whole)}, 0)
                as decimal(36, 0)
            ) * 0.01 as decimal(18, 2)) end"""


def converted(items: str, *, also: str = "true", name: str = "converted") -> str:
    """The items' amounts where the books are kept in another currency than the one in view."""
    return f"""
    left join marts.fct_reporting_items as {name}
        on {name}.reporting_currency = $currency
        and {name}.entity_id = {items}.entity_id
        and {name}.document_id = {items}.document_id
        and {name}.instalment_no = {items}.instalment_no
        and {items}.base_currency <> $currency
        and {also}"""


def of_interval(base: str, main: str, part: str, *, items: str = "items", name: str = "converted") -> str:
    """An interval's amount in the currency in view: base, main reporting, or a share of the converted item."""
    return f"""case
            when {items}.base_currency = $currency then {items}.{base}
            when {items}.reporting_currency = $currency then {items}.{main}
            else {_share(f"{name}.reporting_amount", f"{items}.{part}", f"{items}.amount")} end"""


def _on(day: str, items: str = "items") -> str:
    return f"{items}.valid_from_on <= {day} and ({items}.valid_to_on is null or {items}.valid_to_on > {day})"


_BALANCE_WHERE = {
    "receivable_amount": "items.open_amount <> 0",
    "not_due_amount": "items.open_amount > 0 and items.due_on >= $day",
    "overdue_amount": "items.open_amount > 0 and items.due_on < $day",
    "over_90_amount": "items.open_amount > 0 and $day - items.due_on > 90",
    "unapplied_amount": "items.open_amount < 0",
    "disputed_amount": "items.disputed_amount <> 0",
    "overdue_amount_days": "items.open_amount > 0 and items.due_on < $day",
    "unapplied_cash_amount": "items.open_amount < 0 and items.item_kind in ('payment', 'deposit')",
    "unapplied_cash_amount_days": "items.open_amount < 0 and items.item_kind in ('payment', 'deposit')",
}


def _balance(part: Part, dimension: str) -> str:
    open_amount = of_interval("base_open_amount", "reporting_open_amount", "open_amount")
    disputed = of_interval("base_disputed_amount", "reporting_disputed_amount", "disputed_amount")
    amount = disputed if part.column == "disputed_amount" else f"({open_amount}) - $clean * ({disputed})"
    days = f"$day - items.{'posted_on' if part.column.startswith('unapplied_cash') else 'due_on'}"
    value = f"cast(({amount}) * ({days}) as decimal(28, 2))" if part.adds is Sum.MONEY_DAYS else amount
    return f"""
    select {COLUMNS},
        {days} as days,
        items.open_amount as own_amount,
        {amount} as weighed_amount,
        {value} as value
    from marts.fct_item_intervals as items
    {counted(dimension)}
    {converted("items", also="items.reporting_currency <> $currency")}
    where {_on("$day")}
        and {_BALANCE_WHERE[part.column]}
        and ($entity = '*' or items.entity_id = $entity)"""


def _opening(part: Part, dimension: str) -> str:
    # What is disputed on the row's day comes off, up to what was open before the window.
    open_amount = of_interval("base_open_amount", "reporting_open_amount", "open_amount")
    disputed = of_interval(
        "base_disputed_amount", "reporting_disputed_amount", "disputed_amount", items="later", name="converted"
    )
    return f"""
    select {COLUMNS},
        $opening - items.due_on as days,
        items.open_amount as own_amount,
        ({open_amount}) - $clean * least(
            coalesce(case when later.document_id is not null then {disputed} end, 0), greatest({open_amount}, 0)
        ) as value
    from marts.fct_item_intervals as items
    {counted(dimension)}
    {converted("items", also="items.reporting_currency <> $currency")}
    left join marts.fct_item_intervals as later
        on later.customer_id = items.customer_id
        and later.entity_id = items.entity_id
        and later.document_id = items.document_id
        and later.instalment_no = items.instalment_no
        and {_on("$day", "later")}
        and later.disputed_amount <> 0
    where {_on("$opening")}
        and items.open_amount <> 0
        and ($entity = '*' or items.entity_id = $entity)"""


# Of what lowers the balance, an amount that reads as one; all other flows are credit sales.
_FLOW_KINDS = {
    "collected_amount": "'payment', 'deposit'",
    "period_collected_amount": "'payment', 'deposit'",
    "written_off_amount": "'write_off'",
}


def _flow(part: Part, dimension: str) -> str:
    kinds = _FLOW_KINDS.get(part.column)
    sign = 1 if kinds is None else -1
    disputed = of_interval(
        "base_disputed_amount", "reporting_disputed_amount", "disputed_amount", items="later", name="converted"
    )
    taken_off = f"$clean * coalesce(case when later.document_id is not null then {disputed} end, 0)"
    amount = "case when items.base_currency = $currency then items.base_amount else converted.reporting_amount end"
    return f"""
    select {COLUMNS},
        cast(null as bigint) as days,
        items.amount as own_amount,
        {sign} * ({amount}){f" - {taken_off}" if kinds is None else ""} as value
    from marts.fct_receivable_items as items
    {counted(dimension)}
    {converted("items")}
    left join marts.fct_item_intervals as later
        on $clean = 1
        and items.item_kind in ('invoice', 'debit_note')
        and later.customer_id = items.customer_id
        and later.entity_id = items.entity_id
        and later.document_id = items.document_id
        and later.instalment_no = items.instalment_no
        and {_on("$day", "later")}
        and later.disputed_amount <> 0
    where items.posted_on between $from and $day
        and items.item_kind in ({kinds or "'invoice', 'debit_note', 'credit_note'"})
        and ($entity = '*' or items.entity_id = $entity)"""


def _matured(part: Part, dimension: str) -> str:
    kind = "serious" if part.column.startswith("seriously") else "late"
    only_late = part.column in ("late_amount", "late_items_count", "seriously_late_amount")
    amount = "case when matured.base_currency = $currency then matured.base_amount else converted.reporting_amount end"
    value = f"({amount})"
    if part.adds is Sum.COUNT:
        value = "cast(1 as bigint)"
    elif only_late:
        value = _share(f"({amount})", "matured.late_amount", "matured.amount")
    return f"""
    select {COLUMNS},
        cast(null as bigint) as days,
        {"matured.late_amount" if only_late else "matured.amount"} as own_amount,
        {value} as value
    from marts.fct_item_maturities as matured
    inner join marts.fct_receivable_items as items
        on items.customer_id = matured.customer_id
        and items.entity_id = matured.entity_id
        and items.document_id = matured.document_id
        and items.instalment_no = matured.instalment_no
    {counted(dimension)}
    {converted("items")}
    where {_on("$day", "matured")}
        and matured.maturity_kind = '{kind}'
        and matured.lapses_on >= $from
        and ($entity = '*' or matured.entity_id = $entity)
        {"and matured.is_late" if only_late else ""}
        and not exists (
            select 1 from marts.fct_item_intervals as disputed
            where $clean = 1
                and disputed.customer_id = matured.customer_id
                and disputed.entity_id = matured.entity_id
                and disputed.document_id = matured.document_id
                and disputed.instalment_no = matured.instalment_no
                and {_on("$day", "disputed")}
                and disputed.disputed_amount > 0
        )"""


def _cash(part: Part, dimension: str) -> str:
    # A row is cash set against an invoice; the cash itself is converted at its own day's rate.
    amount = "case when cash.base_currency = $currency then cash.base_amount else converted.reporting_amount end"
    # As in the marts: the difference of two running shares, so that parts of one allocation add up to its share.
    through = _share(f"({amount})", "applied.credit_through_amount", "cash.amount")
    before = _share(f"({amount})", "(applied.credit_through_amount - applied.credit_amount)", "cash.amount")
    paid = f"({through} - {before})"
    days = {
        "paid_amount_days_to_pay": "applied.days_to_pay",
        "paid_amount_days_late": "greatest(applied.days_beyond_terms, 0)",
    }.get(part.column, "applied.days_beyond_terms")
    times = f" * {days}" if part.adds is Sum.MONEY_DAYS else ""
    return f"""
    select {COLUMNS},
        {days} as days,
        applied.debit_amount as own_amount,
        applied.received_on,
        cash.document_number as payment_number,
        {paid} as weighed_amount,
        cast(({paid}){times} as decimal(28, 2)) as value
    from marts.fct_allocations as applied
    inner join marts.fct_receivable_items as items
        on items.customer_id = applied.customer_id
        and items.entity_id = applied.entity_id
        and items.document_id = applied.debit_document_id
        and items.instalment_no = applied.instalment_no
    {counted(dimension)}
    inner join marts.fct_receivable_items as cash
        on cash.entity_id = applied.entity_id
        and cash.document_id = applied.credit_document_id
    {converted("cash")}
    where applied.effective_on <= $day
        and (applied.reversed_on is null or applied.reversed_on > $day)
        and applied.days_to_pay is not null
        and applied.received_on between $from and $day
        {"and applied.days_beyond_terms > 0" if part.column == "paid_late_amount" else ""}
        and ($entity = '*' or applied.entity_id = $entity)"""


def _cohort(part: Part, dimension: str) -> str:
    # What was billed in the month, and what of it was open on the day it is looked at: 90 days after the month's end.
    open_amount = of_interval("base_open_amount", "reporting_open_amount", "open_amount", items="later")
    disputed = of_interval("base_disputed_amount", "reporting_disputed_amount", "disputed_amount", items="later")
    amount = "case when items.base_currency = $currency then items.base_amount else converted.reporting_amount end"
    at_risk = part.column == "at_risk_amount"
    counts = f"({open_amount})" if at_risk else f"({amount})"
    taken_off = f"$clean * coalesce(case when later.document_id is not null then {disputed} end, 0)"
    return f"""
    select {COLUMNS},
        $looked_at - items.due_on as days,
        {"later.open_amount" if at_risk else "items.amount"} as own_amount,
        {counts} - {taken_off} as value
    from marts.fct_receivable_items as items
    {counted(dimension)}
    {converted("items")}
    {"inner" if at_risk else "left"} join marts.fct_item_intervals as later
        on later.customer_id = items.customer_id
        and later.entity_id = items.entity_id
        and later.document_id = items.document_id
        and later.instalment_no = items.instalment_no
        and {_on("$looked_at", "later")}
        and later.open_amount > 0
    where items.posted_on between $from and $day
        and items.item_kind in ('invoice', 'debit_note')
        and ($entity = '*' or items.entity_id = $entity)"""


FAMILIES = {
    Family.BALANCE: _balance,
    Family.OPENING: _opening,
    Family.FLOW: _flow,
    Family.MATURED: _matured,
    Family.CASH: _cash,
    Family.COHORT: _cohort,
}
