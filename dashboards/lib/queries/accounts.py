"""What was said, done and heard of a customer, and what it paid: one line of time."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

_EVENTS = """
    with payments as (
        select
            entity_id || '/' || document_id as account_event_id,
            'payment' as event_kind,
            posted_on as event_on,
            case item_kind when 'bounce' then 'Payment bounced' when 'refund' then 'Refunded' else 'Paid' end as title,
            document_number,
            -reporting_amount as amount
        from marts.fct_receivable_items
        where customer_id = $customer
            and item_kind in ('payment', 'deposit', 'refund', 'bounce')
            and posted_on <= $day
        order by posted_on desc, document_number
        limit $most
    ),
    events as (
        select account_event_id, event_kind, event_on, event_at, title, text, by_whom, document_number, amount,
            due_on, next_on
        from marts.fct_account_events
        where customer_id = $customer
            -- A note is shown whatever day is in view: who opens an account wants the newest word.
            and (event_on <= $day or event_kind = 'note')
        union all by name
        select * from payments
    )
    select *
    from events
    order by event_on desc, event_at desc nulls last, event_kind, account_event_id
"""


def events(warehouse: Warehouse, view: View, customer_id: str, most_payments: int) -> list[Row]:
    """What was loaded of a customer up to the day in view, newest first, with the newest payments; amounts of the
    main reporting currency."""
    return warehouse.rows(_EVENTS, {"customer": customer_id, "day": view.week.as_of_on, "most": most_payments})
