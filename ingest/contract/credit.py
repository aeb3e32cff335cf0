"""What credit control knows beside the books: promises, limits, covers, signals, acceptance, orders, actions, notes."""

from __future__ import annotations

from ingest.contract.table import ENTITY, Column, ColumnType, Table

_text = ColumnType.TEXT
_date = ColumnType.DATE
_integer = ColumnType.INTEGER
_timestamp = ColumnType.TIMESTAMP
_boolean = ColumnType.BOOLEAN
_amount = ColumnType.AMOUNT
_share = ColumnType.SHARE

LIMIT_KINDS = ("own", "temporary")
COVER_KINDS = ("named", "discretionary", "top_up")
ACTION_CHANNELS = ("call", "email", "letter", "formal_notice", "agency", "court")
RISK_TIERS = ("A", "B", "C", "D", "E")

CREDIT_TABLES: tuple[Table, ...] = (
    Table(
        "promises",
        "What customers said they would pay, and by when.",
        ("promise_id",),
        (
            Column("promise_id", _text, "The promise's id.", required=True),
            Column("customer_id", _text, "Who promised.", required=True),
            Column("promised_on", _date, "Day of the promise.", required=True),
            Column("due_on", _date, "Day by which the money was promised.", required=True),
            Column("amount", _amount, "What was promised, in the reporting currency.", required=True),
            Column("invoice_id", _text, "The invoice it speaks of; empty: the account."),
        ),
        control_amount="amount",
    ),
    Table(
        "payment_plans",
        "Plans that were agreed on to pay what is overdue in parts: a row an instalment.",
        ("plan_id", "instalment_no"),
        (
            Column("plan_id", _text, "The plan's id.", required=True),
            Column("instalment_no", _integer, "1, 2, 3 …", required=True),
            Column("customer_id", _text, "Whose plan it is.", required=True),
            Column("due_on", _date, "Day the part is due.", required=True),
            Column("amount", _amount, "The part, in the reporting currency.", required=True),
            Column("agreed_on", _date, "Day the plan was agreed on.", default="the first part's due day"),
        ),
        control_amount="amount",
    ),
    Table(
        "credit_limits",
        "What a customer may owe: the company's own limits, each from a day to a day.",
        ("limit_id",),
        (
            Column("limit_id", _text, "The limit's id.", required=True),
            Column("customer_id", _text, "Whose limit it is.", required=True),
            Column(
                "limit_kind",
                _text,
                "`own`: the newest valid one counts; `temporary`: comes on top on its days.",
                required=True,
                values=LIMIT_KINDS,
            ),
            Column("amount", _amount, "The limit, in its currency.", required=True),
            Column("currency", _text, "ISO code of the limit's currency.", required=True),
            Column("valid_from", _date, "First day it counts.", required=True),
            Column("valid_to", _date, "Last day it counts; empty = until replaced."),
            Column("approved_by", _text, "Who granted it."),
            Column("reviewed_on", _date, "Day it was last reviewed.", default="valid_from", default_sql="{valid_from}"),
        ),
        control_amount="amount",
    ),
    Table(
        "credit_covers",
        "What credit insurance covers: each decision from a day to a day.",
        ("cover_id",),
        (
            Column("cover_id", _text, "The decision's id.", required=True),
            Column("customer_id", _text, "The customer covered.", required=True),
            Column("policy_id", _text, "The insurance policy."),
            Column("insurer", _text, "The insurer."),
            Column(
                "cover_kind",
                _text,
                "`named`: decided for the customer; `discretionary`: by the policy's rule; `top_up`: on top of it.",
                required=True,
                values=COVER_KINDS,
            ),
            Column(
                "status",
                _text,
                "What was decided; what is refused, reduced to nothing or cancelled covers no later delivery.",
                values=("active", "reduced", "cancelled", "refused"),
                default="`active`",
                default_sql="'active'",
            ),
            Column("limit_amount", _amount, "The insurer's limit, in its currency.", required=True),
            Column("currency", _text, "ISO code of the limit's currency.", required=True),
            Column("cover_rate", _share, "The share of a loss that is paid, 0 to 1.", required=True),
            Column("includes_tax", _boolean, "Whether tax is covered.", default="false", default_sql="false"),
            Column("decided_on", _date, "Day of the decision.", default="valid_from", default_sql="{valid_from}"),
            Column("valid_from", _date, "First day of deliveries it covers.", required=True),
            Column("valid_to", _date, "Last day of deliveries it covers; empty = still."),
            Column("max_terms_days", _integer, "Longest terms covered, days from the invoice day."),
            Column("max_extension_days", _integer, "Days past due after which deliveries are no longer covered."),
            Column("notify_days", _integer, "Days after the basis by which an overdue invoice must be notified."),
            Column(
                "notify_basis",
                _text,
                "The day notification counts from.",
                values=("due_on", "original_due_on", "invoiced_on"),
                default="`due_on`",
                default_sql="'due_on'",
            ),
        ),
        control_amount="limit_amount",
    ),
    Table(
        "credit_signals",
        "What was heard of a customer: bureau scores, filings, press, refusals.",
        ("signal_id",),
        (
            Column("signal_id", _text, "The signal's id.", required=True),
            Column("customer_id", _text, "Whom it speaks of.", required=True),
            Column("observed_on", _date, "Day it was observed.", required=True),
            Column("signal", _text, "A code of `seeds/credit_signals.csv`.", required=True),
            Column("value", _amount, "Its value, where the signal has one (a bureau score)."),
            Column("source", _text, "Who says so."),
        ),
    ),
    Table(
        "onboarding",
        "How a customer was accepted: request, file, approval.",
        ("customer_id",),
        (
            Column("customer_id", _text, "The customer, or the prospect.", required=True),
            Column("requested_on", _date, "Day credit was asked for.", required=True),
            Column("approved_on", _date, "Day it was granted; empty = not yet."),
            Column("approved_by", _text, "Who granted it."),
            Column("acceptance_level", _integer, "1: known, with a good word; 2: unknown."),
            Column("approved_limit_amount", _amount, "The limit granted, in the reporting currency."),
            Column("deposit_rate", _share, "The share of an order asked in advance, 0 to 1."),
            Column("references_count", _integer, "References taken."),
            Column("files_complete", _boolean, "Whether the file was complete."),
        ),
        control_amount="approved_limit_amount",
    ),
    Table(
        "orders",
        "What customers ordered: open until it is delivered and billed.",
        ("order_id",),
        (
            Column("order_id", _text, "The order's id.", required=True),
            ENTITY,
            Column("customer_id", _text, "Who ordered.", required=True),
            Column("ordered_on", _date, "Day of the order.", required=True),
            Column("amount", _amount, "Amount with tax.", required=True),
            Column("currency", _text, "ISO code.", default="the entity's base currency"),
            Column("delivered_on", _date, "Day it was delivered; a day to come is the day promised."),
            Column("billed_on", _date, "Day it was billed; empty = not yet."),
            Column("deposit_amount", _amount, "The deposit asked for."),
            Column("deposit_received_amount", _amount, "What of the deposit came in."),
            Column("has_signed_document", _boolean, "Whether a signed order or contract is there."),
        ),
        control_amount="amount",
    ),
    Table(
        "collection_actions",
        "What was done to collect: calls, letters, hand-overs.",
        ("action_id",),
        (
            Column("action_id", _text, "The action's id.", required=True),
            Column("customer_id", _text, "The customer.", required=True),
            Column("invoice_id", _text, "The invoice; empty: the account."),
            Column("done_on", _date, "Day it was done.", required=True),
            Column("channel", _text, "How.", required=True, values=ACTION_CHANNELS),
            Column("stage", _text, "Stage of the dunning, as the source calls it."),
            Column("outcome", _text, "What came of it."),
        ),
    ),
    Table(
        "tier_overrides",
        "Tiers that somebody set by hand, with a reason and an end.",
        ("override_id",),
        (
            Column("override_id", _text, "The override's id.", required=True),
            Column("customer_id", _text, "The customer.", required=True),
            Column("risk_tier", _text, "The tier set.", required=True, values=RISK_TIERS),
            Column("from_on", _date, "First day it counts.", required=True),
            Column("to_on", _date, "Last day it counts.", required=True),
            Column("reason", _text, "Why.", required=True),
            Column("approved_by", _text, "Who says so.", required=True),
        ),
    ),
    Table(
        "account_notes",
        "What the credit team wrote down; never changed, only added to.",
        ("note_id",),
        (
            Column("note_id", _text, "The note's id.", required=True),
            Column("customer_id", _text, "The customer.", required=True),
            Column("written_at", _timestamp, "When it was written, UTC.", required=True),
            Column("author", _text, "Who wrote it.", required=True),
            Column("text", _text, "The note."),
            Column(
                "status",
                _text,
                "Where the account stands: a code of `seeds/note_statuses.csv`, or another word.",
            ),
            Column("next_on", _date, "Day to come back to it: reviewed until then."),
            Column("promised_amount", _amount, "What the customer promised then, in the reporting currency."),
            Column("promised_due_on", _date, "Day by which it was promised."),
        ),
        control_amount="promised_amount",
    ),
)
