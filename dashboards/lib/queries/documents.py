"""One document: what it is, how its open amount went, what was set against what, and what it moved."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse

_FOUND = """
    select
        items.entity_id,
        items.document_id,
        any_value(items.document_number) as document_number,
        any_value(items.item_kind) as item_kind,
        any_value(items.customer_id) as customer_id,
        any_value(customers.customer_name) as customer_name,
        sum(items.amount) as amount,
        any_value(items.currency) as currency,
        min(items.posted_on) as posted_on
    from marts.fct_receivable_items as items
    left join marts.dim_customers as customers
        on customers.customer_id = items.customer_id
    where contains(lower(items.document_number), lower($search))
    group by items.entity_id, items.document_id
    order by lower(any_value(items.document_number)) <> lower($search), length(any_value(items.document_number)),
        posted_on desc, items.document_id
    limit 50
"""

_ITEMS = """
    select
        items.*,
        customers.customer_name,
        entities.entity_name
    from marts.fct_receivable_items as items
    left join marts.dim_customers as customers
        on customers.customer_id = items.customer_id
    left join marts.dim_entities as entities
        on entities.entity_id = items.entity_id
    where items.entity_id = $entity and items.document_id = $document
    order by items.due_on, items.instalment_no
"""

_LARGEST_OVERDUE = """
    select
        entity_id,
        document_id
    from marts.fct_receivable_items
    where is_overdue
    order by base_open_amount desc, entity_id, document_id
    limit 1
"""

_INTERVALS = """
    select
        instalment_no,
        valid_from_on,
        valid_to_on,
        due_on,
        open_amount,
        disputed_amount,
        base_open_amount,
        reporting_open_amount,
        valid_from_on <= $day and (valid_to_on is null or valid_to_on > $day) as is_in_view
    from marts.fct_item_intervals
    where customer_id = $customer and entity_id = $entity and document_id = $document
    order by instalment_no, valid_from_on
"""

# Seen from the document: what stands on the other side.
_ALLOCATIONS = """
    with own as (
        select
            *,
            credit_document_id = $document as is_credit,
            case when credit_document_id = $document then debit_document_id else credit_document_id end
                as other_document_id
        from marts.fct_allocations
        where entity_id = $entity
            and (credit_document_id = $document or debit_document_id = $document)
    ),
    others as (
        select
            entity_id,
            document_id,
            any_value(document_number) as document_number,
            any_value(item_kind) as item_kind
        from marts.fct_receivable_items
        where entity_id = $entity and document_id in (select other_document_id from own)
        group by entity_id, document_id
    )
    select
        own.allocation_id,
        own.entity_id,
        own.other_document_id as document_id,
        others.document_number,
        others.item_kind,
        own.is_credit,
        own.instalment_no,
        own.effective_on,
        own.received_on,
        own.reversed_on,
        case when own.is_credit then own.credit_amount else own.debit_amount end as amount,
        case when own.is_credit then own.credit_currency else own.debit_currency end as currency,
        own.days_to_pay,
        own.days_beyond_terms,
        own.allocation_source
    from own
    left join others
        on others.entity_id = own.entity_id
        and others.document_id = own.other_document_id
    order by own.effective_on, own.allocation_id
"""

_EVENTS = """
    select
        event_id,
        event_on,
        event_kind,
        instalment_no,
        currency,
        amount,
        base_currency,
        base_amount
    from marts.fct_receivable_events
    where customer_id = $customer and entity_id = $entity and document_id = $document
    order by event_on, event_id
"""


def found(warehouse: Warehouse, search: str) -> list[Row]:
    """Up to 50 documents whose number holds ``search``, those that are it first."""
    return warehouse.rows(_FOUND, {"search": search}) if search else []


def items(warehouse: Warehouse, entity_id: str, document_id: str) -> list[Row]:
    """The document's items (instalments) as of the build's day; empty for an unknown document."""
    return warehouse.rows(_ITEMS, {"entity": entity_id, "document": document_id})


def largest_overdue(warehouse: Warehouse) -> Row | None:
    """A document to start with: the largest overdue one."""
    return warehouse.row(_LARGEST_OVERDUE)


def intervals(warehouse: Warehouse, item: Row, day: object) -> list[Row]:
    """How the open amount went, span by span; ``is_in_view`` marks the span ``day`` lies in."""
    return warehouse.rows(_INTERVALS, {**_of(item), "day": day})


def allocations(warehouse: Warehouse, item: Row) -> list[Row]:
    """What it was set against, from when, and who says so; the other side's document beside it."""
    return warehouse.rows(_ALLOCATIONS, {"entity": item["entity_id"], "document": item["document_id"]})


def events(warehouse: Warehouse, item: Row) -> list[Row]:
    """What it moved in the ledger, in document and base currency."""
    return warehouse.rows(_EVENTS, _of(item))


def _of(item: Row) -> dict[str, object]:
    return {"customer": item["customer_id"], "entity": item["entity_id"], "document": item["document_id"]}
