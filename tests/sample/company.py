"""The sample company as a reader of its files sees it: plain SQL over the CSV files, nothing of the generator's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingest.contract import TABLES, Table
from tests.sample.targets import VIEWS

AS_OF_ON = date(2026, 3, 29)

Query = Callable[[str], list[tuple[Any, ...]]]

# Open amounts as metrics.md §1 has them: an allocation counts from the latest of both items' posting days and the day
# it was applied; a bill from its maturity; a bounce takes the allocations of its payment back.
LEDGER = """
create table payment_days as
select
    payment_id, payment_type, customer_id, entity_id, currency, amount, received_on,
    greatest(posted_on, coalesce(matures_on, posted_on)) as counts_on,
    bounces.bounced_on
from payments
left join (
    select original_payment_id, min(posted_on) as bounced_on
    from payments where payment_type = 'bounce' group by original_payment_id
) as bounces on payments.payment_id = bounces.original_payment_id and payments.payment_type <> 'bounce';

create table effects as
select
    allocations.*,
    greatest(
        allocations.applied_on,
        coalesce(payment_days.counts_on, credits.posted_on),
        coalesce(debits.posted_on, refunds.counts_on)
    ) as effective_on,
    payment_days.bounced_on as ends_on,
    coalesce(payment_days.counts_on, credits.posted_on) as settled_on,
    payment_days.payment_id is not null as is_cash
from allocations
left join payment_days on allocations.credit_id = payment_days.payment_id
left join invoices as credits on allocations.credit_id = credits.invoice_id
left join invoices as debits on allocations.debit_id = debits.invoice_id
left join payment_days as refunds on allocations.debit_id = refunds.payment_id;

-- One row a posted document, or each instalment of it.
create table items as
select
    invoices.entity_id, invoices.customer_id, invoices.invoice_id as item_id, 1 as instalment_no,
    invoices.document_type, invoices.posted_on, invoices.invoiced_on,
    coalesce(invoices.due_on, invoices.invoiced_on + 30) as due_on, invoices.currency, invoices.amount
from invoices
where invoices.status = 'posted'
    and (invoices.entity_id, invoices.invoice_id) not in (select (entity_id, invoice_id) from instalments)
union all
select
    invoices.entity_id, invoices.customer_id, invoices.invoice_id, instalments.instalment_no,
    invoices.document_type, invoices.posted_on, invoices.invoiced_on, instalments.due_on, invoices.currency,
    instalments.amount
from invoices inner join instalments using (entity_id, invoice_id)
where invoices.status = 'posted'
union all
select
    entity_id, customer_id, payment_id, 1, payment_type, counts_on, counts_on, counts_on, currency,
    case when payment_type in ('payment', 'deposit') then -amount else amount end
from payment_days;


create table open_items as
with settled as (
    select item_id, instalment_no, sum(amount) as amount from (
        select debit_id as item_id, coalesce(instalment_no, 1) as instalment_no, amount from effects
        where effective_on <= as_of_on() and coalesce(ends_on > as_of_on(), true)
        union all
        select credit_id, 1, -amount from effects
        where effective_on <= as_of_on() and coalesce(ends_on > as_of_on(), true)
        union all
        select payment_id, 1, -amount from payment_days where bounced_on <= as_of_on()
        union all
        select payment_id, 1, amount from payment_days where payment_type = 'bounce'
    ) group by item_id, instalment_no
)
select items.*, items.amount - coalesce(settled.amount, 0) as open_amount,
    items.amount / rates.rate as euro_amount,
    (items.amount - coalesce(settled.amount, 0)) / rates.rate as open_euros,
    as_of_on() - items.due_on as days_past_due
from items
left join settled using (item_id, instalment_no)
asof join (
    select rate_on, to_currency as currency, rate::double as rate from fx_rates
    union all select distinct rate_on, 'EUR', 1.0 from fx_rates
) as rates
    on items.currency = rates.currency and items.posted_on >= rates.rate_on
where items.posted_on <= as_of_on();

-- Parts that matured and how late the last of each was settled; null while open.
create table lateness as
with last_days as (
    select debit_id as item_id, coalesce(instalment_no, 1) as instalment_no, max(settled_on) as settled_on
    from effects
    where effective_on <= as_of_on() and coalesce(ends_on > as_of_on(), true)
    group by all
)
select open_items.*,
    case when open_amount = 0 then last_days.settled_on end as settled_on,
    case when open_amount = 0 then last_days.settled_on - due_on end as days_late
from open_items
left join last_days using (item_id, instalment_no)
where document_type in ('invoice', 'debit_note', 'opening') and due_on < as_of_on();
"""


def read_company(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory with a table for each file of ``folder``, typed by the input contract, and the ledger."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    for table in TABLES:
        path = folder / f"{table.name}.csv"
        if path.exists():
            _read(connection, table, path)
    connection.execute(f"create table planted as from read_csv('{folder / 'planted.csv'}', header = true)")
    connection.execute(f"create macro as_of_on() as date '{AS_OF_ON}'")
    connection.execute(LEDGER)
    connection.execute(VIEWS)
    return connection


def _read(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    types = {name: table.column_by_name[name].type.value for name in header}
    connection.execute(
        f"create table {table.name} as from read_csv('{path}', header = true, delim = ',', columns = {types})"
    )
