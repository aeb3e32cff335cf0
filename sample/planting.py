"""Puts the planted stories beside the drawn company, into the tables that the SQL steps share."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sample.story import Stories, StoryDocument

CUSTOMER_OFFSET = 1_000_000_000
DOCUMENT_OFFSET = 1_000_000_000
EXTRA_PAYMENT_OFFSET = 1_000_000_000_000_000
"""Numbers no drawn customer, document or payment reaches."""


def plant(connection: duckdb.DuckDBPyConnection, stories: Stories) -> None:
    """Adds the stories to `customers`, `documents`, `settlements` and `disputes`, and makes the tables only they fill.

    Those are `extra_payments`, `manual_journals`, `planted`, and of credit `planted_limits`, `planted_covers`,
    `planted_overrides` and `planted_silences` (documents that nobody asks for).
    Expects the steps up to ``05_settlements.sql`` done.
    """
    _plant_customers(connection, stories)
    for document_no, document in enumerate(stories.documents, start=DOCUMENT_OFFSET):
        _plant_document(connection, document_no, document)
    _plant_extra_payments(connection, stories)
    _fill(
        connection,
        "manual_journals (entity_id varchar, from_on date, cents bigint, explanation varchar, approved_by varchar)",
        [
            (journal.entity_id, journal.from_on, journal.cents, journal.explanation, journal.approved_by)
            for journal in stories.manual_journals
        ],
    )
    _fill(
        connection,
        "planted (customer_no bigint, story varchar, week_ending_on date, what_must_be_seen varchar)",
        [
            (
                _customer_no(planted.customer, planted.drawn_customer),
                planted.story,
                planted.week_ending_on,
                planted.what_must_be_seen,
            )
            for planted in stories.planted
        ],
    )
    _plant_credit(connection, stories)


def _customer_no(customer: int | None, drawn_customer: int | None) -> int | None:
    return drawn_customer if customer is None else CUSTOMER_OFFSET + customer


def _plant_credit(connection: duckdb.DuckDBPyConnection, stories: Stories) -> None:
    _fill(
        connection,
        "planted_limits (customer_no bigint, limit_kind varchar, cents bigint, valid_from date, valid_to date)",
        [
            (CUSTOMER_OFFSET + limit.customer, limit.limit_kind, limit.cents, limit.valid_from, limit.valid_to)
            for limit in stories.limits
        ],
    )
    _fill(
        connection,
        "planted_covers (customer_no bigint, cover_kind varchar, status varchar, cents bigint, valid_from date, "
        "valid_to date)",
        [
            (
                CUSTOMER_OFFSET + cover.customer,
                cover.cover_kind,
                cover.status,
                cover.cents,
                cover.valid_from,
                cover.valid_to,
            )
            for cover in stories.covers
        ],
    )
    _fill(
        connection,
        "planted_overrides (customer_no bigint, risk_tier varchar, from_on date, to_on date, reason varchar, "
        "approved_by varchar)",
        [
            (
                _customer_no(override.customer, override.drawn_customer),
                override.risk_tier,
                override.from_on,
                override.to_on,
                override.reason,
                override.approved_by,
            )
            for override in stories.overrides
        ],
    )
    _fill(
        connection,
        "planted_silences (document_no bigint)",
        [
            (document_no,)
            for document_no, document in enumerate(stories.documents, start=DOCUMENT_OFFSET)
            if not document.is_chased
        ],
    )


def _fill(connection: duckdb.DuckDBPyConnection, definition: str, rows: Sequence[Sequence[object]]) -> None:
    """Makes a table of this definition with these rows."""
    connection.execute(f"create or replace table {definition}")
    marks = ", ".join("?" for _ in rows[0])
    connection.executemany(f"insert into {definition.split()[0]} values ({marks})", rows)


def _plant_customers(connection: duckdb.DuckDBPyConnection, stories: Stories) -> None:
    connection.executemany(
        """
        insert into customers by name
        select
            ? as customer_no,
            ? as payment_terms,
            ? as home_entity_id,
            ? as created_on,
            ? as segment,
            ? as insolvency_on,
            ? as customer_name,
            ? as registration_id,
            ? as country_code,
            -- No draw decides anything about them.
            0 as weight,
            true as is_story,
            false as is_new,
            false as is_key_account,
            false as is_in_group,
            false as pays_in_runs,
            false as pays_by_bill
        """,
        [
            (
                CUSTOMER_OFFSET + customer.number,
                customer.payment_terms,
                customer.entity_id,
                customer.created_on,
                customer.segment,
                customer.insolvency_on,
                customer.name,
                customer.registration_id,
                customer.country_code,
            )
            for customer in stories.customers
        ],
    )


def _plant_document(connection: duckdb.DuckDBPyConnection, document_no: int, document: StoryDocument) -> None:
    """One invoice with its settlement and its dispute, in the base currency of its customer's entity."""
    connection.execute(
        """
        insert into documents by name
        select
            $document_no as document_no,
            customers.customer_no,
            entities.entity_id,
            entities.base_currency,
            entities.base_currency as currency,
            'invoice' as document_type,
            $invoiced_on::date as invoiced_on,
            $invoiced_on::date as posted_on,
            $due_on as due_on,
            $original_due_on as original_due_on,
            $payment_terms as payment_terms,
            $cents as cents,
            entities.tax_rate_e4,
            'posted' as status,
            'story' as fate,
            true as is_story,
            false as is_flagged_disputed,
            $has_due_on as has_due_on
        from customers
        inner join entities on customers.home_entity_id = entities.entity_id
        where customers.customer_no = $customer_no
        """,
        {
            "document_no": document_no,
            "customer_no": CUSTOMER_OFFSET + document.customer,
            "invoiced_on": document.invoiced_on,
            "due_on": document.due_on,
            "original_due_on": document.original_due_on,
            "payment_terms": document.payment_terms,
            "cents": document.cents,
            "has_due_on": document.has_due_on,
        },
    )
    for kind, settled_on in (("cash", document.paid_on), ("write_off", document.written_off_on)):
        if settled_on is not None:
            connection.execute(
                """
                insert into settlements by name
                select
                    ? as document_no,
                    1 as part_no,
                    ? as settlement_kind,
                    ? as cents,
                    ? as settle_on,
                    ? as arrives_late
                """,
                [document_no, kind, document.cents, settled_on, document.arrives_late],
            )
    if document.disputed_on is not None:
        connection.execute(
            """
            insert into disputes by name
            select
                ? as document_no,
                ? as opened_on,
                date '9999-12-31' as closed_on,
                ? as cents,
                true as is_whole,
                ? as reason,
                false as is_credited
            """,
            [document_no, document.disputed_on, document.cents, document.dispute_reason],
        )


def _plant_extra_payments(connection: duckdb.DuckDBPyConnection, stories: Stories) -> None:
    _fill(
        connection,
        "planned_payments (payment_key bigint, customer_no bigint, received_on date, cents bigint, reference varchar)",
        [
            (
                EXTRA_PAYMENT_OFFSET + 4 * number,
                CUSTOMER_OFFSET + payment.customer,
                payment.received_on,
                payment.cents,
                payment.reference,
            )
            for number, payment in enumerate(stories.extra_payments)
        ],
    )
    connection.execute(
        """
        create or replace table extra_payments as
        select
            planned_payments.*,
            entities.entity_id,
            entities.base_currency,
            entities.base_currency as currency
        from planned_payments
        inner join customers on planned_payments.customer_no = customers.customer_no
        inner join entities on customers.home_entity_id = entities.entity_id
        """
    )
