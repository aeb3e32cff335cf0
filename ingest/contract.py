"""The input contract: every canonical table, its key and its columns, in one place.

The DuckDB tables of schema ``raw``, the dbt source YAML (``models/staging/raw/_sources.yml``) and
``docs/input-contract.md`` are made from this module; a test holds them together.
Names are fixed: people's mappings depend on them. Add freely, rename never.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ColumnType(StrEnum):
    """The type of a canonical column; the value is its DuckDB type."""

    TEXT = "varchar"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTEGER = "integer"
    COUNT = "bigint"
    HASH = "ubigint"
    BOOLEAN = "boolean"
    AMOUNT = "decimal(18, 2)"
    RATE = "decimal(18, 8)"
    SHARE = "decimal(9, 6)"
    VALUE = "decimal(28, 8)"


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    ``required`` columns must be mapped and filled in every row. ``values`` closes the list of codes.
    ``default`` says in words what stands in where the column is absent or empty; where the row alone
    tells it, the loader writes ``default_sql`` (other columns of the row in braces), else the models derive it.
    """

    name: str
    type: ColumnType
    description: str
    required: bool = False
    values: tuple[str, ...] = ()
    default: str = ""
    default_sql: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One canonical table: what a row is, what makes it unique, and its columns."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    control_amount: str | None = None
    """The amount column whose total the manifest keeps, where the table has one."""
    column_by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column_by_name", {column.name: column for column in self.columns})

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The names of the columns no row can do without."""
        return tuple(column.name for column in self.columns if column.required)


LINEAGE = (
    Column("_source", ColumnType.TEXT, "The source mapping that read the row.", required=True),
    Column("_slice", ColumnType.TEXT, "The part of the source one full file is the whole picture of.", required=True),
    Column("_file", ColumnType.TEXT, "The file the row came from, without its folder.", required=True),
    Column("_line", ColumnType.INTEGER, "The record in that file, from 1, the header not counted; null: derived row."),
    Column("_row_hash", ColumnType.HASH, "A hash of all canonical columns: equal means unchanged.", required=True),
    Column("_loaded_in", ColumnType.INTEGER, "The load that brought this version of the row.", required=True),
    Column("_replaced_in", ColumnType.INTEGER, "The load that changed or withdrew it; null while it is current."),
)
"""Columns every canonical table has beside its own: where a version came from and which loads know it."""

INVOICE_TYPES = ("invoice", "debit_note", "credit_note", "opening", "adjustment", "write_off")
PAYMENT_TYPES = ("payment", "deposit", "refund", "bounce")
ITEM_KINDS = (
    "invoice",
    "debit_note",
    "credit_note",
    "payment",
    "deposit",
    "refund",
    "bounce",
    "write_off",
    "adjustment",
    "opening",
)

TARGET_MEASURES = ("collected_amount",)
"""What a target can be set for: cash to collect in a month."""

LIMIT_KINDS = ("own", "temporary")
COVER_KINDS = ("named", "discretionary", "top_up")
ACTION_CHANNELS = ("call", "email", "letter", "formal_notice", "agency", "court")
RISK_TIERS = ("A", "B", "C", "D", "E")

_text, _date, _integer = ColumnType.TEXT, ColumnType.DATE, ColumnType.INTEGER
_timestamp, _count = ColumnType.TIMESTAMP, ColumnType.COUNT
_boolean, _amount, _rate = ColumnType.BOOLEAN, ColumnType.AMOUNT, ColumnType.RATE
_share = ColumnType.SHARE

_STATUS = Column(
    "status",
    _text,
    "Drafts and voids never count.",
    values=("posted", "draft", "void"),
    default="`posted`",
    default_sql="'posted'",
)
_ENTITY = Column("entity_id", _text, "The legal entity the customer owes.", default="`MAIN`", default_sql="'MAIN'")

TABLES: tuple[Table, ...] = (
    Table(
        "entities",
        "The legal entities that bill: their currency and how cash is set against invoices.",
        ("entity_id",),
        (
            Column("entity_id", _text, "The entity's code.", required=True),
            Column("entity_name", _text, "The entity's name.", default="its code"),
            Column("base_currency", _text, "ISO code of the currency its books are kept in.", required=True),
            Column("country_code", _text, "Country of the entity."),
            Column(
                "allocation_policy",
                _text,
                "`stated`: only what the source says was matched; `fifo`: oldest first, where the source says nothing.",
                values=("stated", "fifo"),
                default="`stated` where the entity has any allocation, else `fifo`",
            ),
        ),
    ),
    Table(
        "customers",
        "The customers: who they are, who looks after them, on what terms.",
        ("customer_id",),
        (
            Column("customer_id", _text, "The customer's code, one everywhere (see `customer_scope`).", required=True),
            Column("customer_name", _text, "The customer's name.", default="its code"),
            Column("parent_customer_id", _text, "The customer one level up in its group."),
            Column(
                "customer_kind",
                _text,
                "What kind of debtor it is; `intragroup` is left out of KPIs and tiers.",
                values=("private", "public", "consumer", "intragroup"),
                default="`private`",
                default_sql="'private'",
            ),
            Column("country_code", _text, "Country of the customer."),
            Column("segment", _text, "The segment figures are cut by."),
            Column("sector", _text, "Line of business."),
            Column("registration_id", _text, "Number in the company register; tells a returning customer."),
            Column("tax_id", _text, "Tax number."),
            Column("created_on", _date, "Day the account was opened."),
            Column("payment_terms", _text, "A code of `seeds/payment_terms.csv`."),
            Column("sales_owner", _text, "Who sells to it."),
            Column("collector", _text, "Who collects from it."),
            Column("email", _text, "Address for reminders."),
            Column("insolvency_on", _date, "Day insolvency proceedings opened."),
        ),
    ),
    Table(
        "invoices",
        "Documents that change what a customer owes, cash apart. Positive = the customer owes more.",
        ("entity_id", "document_type", "invoice_id"),
        (
            Column("invoice_id", _text, "The document's own id.", required=True),
            Column("customer_id", _text, "The customer billed.", required=True),
            Column("posted_on", _date, "Day it entered the ledger.", required=True),
            Column("amount", _amount, "Amount with tax, signed: positive = the customer owes more.", required=True),
            _ENTITY,
            Column("account", _text, "Control account it was posted to.", default="`AR`", default_sql="'AR'"),
            Column(
                "document_type",
                _text,
                "What the document is.",
                values=INVOICE_TYPES,
                default="`invoice` from zero up, else `credit_note`",
                default_sql="case when {amount} < 0 then 'credit_note' else 'invoice' end",
            ),
            Column("invoiced_on", _date, "Day on the document.", default="posted_on", default_sql="{posted_on}"),
            Column("sent_on", _date, "Day it was sent."),
            Column("due_on", _date, "Day it is due.", default="from the terms, else invoiced_on"),
            Column("original_due_on", _date, "Day it was due at first, where it was moved."),
            Column("payment_terms", _text, "A code of `seeds/payment_terms.csv`.", default="the customer's"),
            Column("currency", _text, "ISO code of the document's currency.", default="the entity's base currency"),
            Column("tax_amount", _amount, "Tax inside `amount`."),
            Column("base_amount", _amount, "`amount` in the entity's base currency at the document's own rate."),
            Column("original_invoice_id", _text, "The invoice a credit note corrects; allocates nothing by itself."),
            Column("reference", _text, "Free reference."),
            _STATUS,
            Column("is_disputed", _boolean, "Disputed for its whole life; counts only where no dispute row names it."),
            Column("delivered_on", _date, "Day the goods arrived."),
            Column("has_delivery_proof", _boolean, "Whether a signed proof of delivery exists."),
            Column("settled_on", _date, "One-row-an-invoice files: the day it was paid."),
            Column(
                "paid_amount",
                _amount,
                "One-row-an-invoice files: how much of it was paid.",
                default="all of it where settled_on is given",
            ),
            Column("open_amount", _amount, "One-row-an-invoice files: what is still open."),
        ),
        control_amount="amount",
    ),
    Table(
        "instalments",
        "The schedule of an invoice that is due in parts.",
        ("entity_id", "invoice_id", "instalment_no"),
        (
            _ENTITY,
            Column("invoice_id", _text, "The invoice.", required=True),
            Column("instalment_no", _integer, "1, 2, 3 …", required=True),
            Column("due_on", _date, "Day the part is due.", required=True),
            Column("amount", _amount, "The part; the parts add up to the invoice.", required=True),
        ),
        control_amount="amount",
    ),
    Table(
        "payments",
        "Money received, or for `refund` and `bounce` given back. Always positive.",
        ("entity_id", "payment_type", "payment_id"),
        (
            Column("payment_id", _text, "The payment's own id.", required=True),
            Column("customer_id", _text, "Who paid.", required=True),
            Column("received_on", _date, "Day the money (or the bill) came in.", required=True),
            Column("amount", _amount, "Positive amount.", required=True),
            _ENTITY,
            Column(
                "posted_on", _date, "Day it entered the ledger.", default="received_on", default_sql="{received_on}"
            ),
            Column("account", _text, "Control account it was posted to.", default="`AR`", default_sql="'AR'"),
            Column("currency", _text, "ISO code.", default="the entity's base currency"),
            Column("base_amount", _amount, "`amount` in the entity's base currency at the payment's own rate."),
            Column(
                "payment_type",
                _text,
                "What it is.",
                values=PAYMENT_TYPES,
                default="`payment`",
                default_sql="'payment'",
            ),
            Column("original_payment_id", _text, "The payment a bounce or refund takes back."),
            Column("method", _text, "Transfer, cheque, bill …"),
            Column("matures_on", _date, "A bill's day: it counts from the later of this and posted_on."),
            Column(
                "financing",
                _text,
                "Whether the bill was sold on.",
                values=("none", "discounted", "factored"),
                default="`none`",
                default_sql="'none'",
            ),
            Column("reference", _text, "Free reference."),
            _STATUS,
        ),
        control_amount="amount",
    ),
    Table(
        "allocations",
        "What was set against what: an amount of a credit item against a debit item.",
        ("allocation_id",),
        (
            Column(
                "allocation_id",
                _text,
                "The allocation's own id.",
                default="a hash of all columns and an occurrence number",
            ),
            Column("credit_id", _text, "The credit item's own id.", required=True),
            Column("debit_id", _text, "The debit item's own id.", required=True, aliases=("invoice_id",)),
            Column("amount", _amount, "In the debit's currency; negative takes an earlier one back.", required=True),
            Column("credit_amount", _amount, "In the credit's currency, where that differs."),
            _ENTITY,
            Column(
                "credit_kind",
                _text,
                "Item kind of the credit.",
                values=ITEM_KINDS,
                default="found by the id; ambiguous: left out and listed",
            ),
            Column(
                "debit_kind",
                _text,
                "Item kind of the debit.",
                values=ITEM_KINDS,
                default="found by the id; ambiguous: left out and listed",
            ),
            Column("instalment_no", _integer, "The instalment it was named to."),
            Column("applied_on", _date, "Day it was made.", default="the later posting day"),
            Column("reversed_on", _date, "Day it was taken back."),
        ),
        control_amount="amount",
    ),
    Table(
        "fx_rates",
        "Exchange rates as given: one `from_currency` = `rate` `to_currency`. Carried forward seven days at most.",
        ("rate_on", "from_currency", "to_currency"),
        (
            Column("rate_on", _date, "Day of the rate.", required=True),
            Column("from_currency", _text, "One unit of this …", required=True),
            Column("to_currency", _text, "… is `rate` of this.", required=True),
            Column("rate", _rate, "The rate, above zero.", required=True),
        ),
    ),
    Table(
        "gl_balances",
        "Balances of the control accounts, to tie the sub-ledger to.",
        ("entity_id", "account", "currency", "balance_on"),
        (
            _ENTITY,
            Column("account", _text, "Control account.", default="`AR`", default_sql="'AR'"),
            Column("currency", _text, "ISO code.", default="the entity's base currency"),
            Column("balance_on", _date, "Day, at its end.", required=True),
            Column("amount", _amount, "Balance, debit positive.", required=True),
        ),
        control_amount="amount",
    ),
    Table(
        "gl_reconciling_items",
        "Differences between ledger and sub-ledger that somebody explained.",
        ("item_id",),
        (
            Column("item_id", _text, "The item's id.", required=True),
            _ENTITY,
            Column("account", _text, "Control account.", default="`AR`", default_sql="'AR'"),
            Column("currency", _text, "ISO code.", default="the entity's base currency"),
            Column("from_on", _date, "First day it explains.", required=True),
            Column("to_on", _date, "Last day it explains; empty = still."),
            Column("amount", _amount, "Ledger less sub-ledger.", required=True),
            Column("explanation", _text, "Why.", required=True),
            Column("approved_by", _text, "Who says so."),
        ),
        control_amount="amount",
    ),
    Table(
        "disputes",
        "What customers contest: from a day, to a day, for an amount.",
        ("dispute_id",),
        (
            Column("dispute_id", _text, "The dispute's id.", required=True),
            Column("invoice_id", _text, "The document contested.", required=True),
            _ENTITY,
            Column("opened_on", _date, "First day it is disputed.", required=True),
            Column("closed_on", _date, "First day it no longer is."),
            Column("amount", _amount, "The disputed part.", default="all that is open"),
            Column("reason", _text, "What about."),
            Column("outcome", _text, "How it ended."),
        ),
        control_amount="amount",
    ),
    Table(
        "targets",
        "What was planned, by entity and month, to set figures against.",
        ("entity_id", "measure", "period_on"),
        (
            _ENTITY,
            Column("measure", _text, "The figure planned.", required=True, values=TARGET_MEASURES),
            Column("period_on", _date, "Any day of the month the target is for.", required=True),
            Column("amount", _amount, "The target, in the entity's base currency.", required=True),
        ),
        control_amount="amount",
    ),
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
            _ENTITY,
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
            Column("status", _text, "Where the account stands, as the team calls it."),
            Column("next_on", _date, "Day to come back to it: reviewed until then."),
        ),
    ),
)

LOADS = Table(
    "loads",
    "The manifest: one row a load and file. Rows read = new + changed + unchanged + rejected; filtered rows apart.",
    ("load_id", "source", "table_name", "slice", "file"),
    (
        Column("load_id", _integer, "Number of the load; it only grows.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table the file was read into.", required=True),
        Column("slice", _text, "The part of the source the file pictures; `*` is all of it.", required=True),
        Column("file", _text, "The file, without its folder.", required=True),
        Column("sha256", _text, "SHA-256 of the file's bytes.", required=True),
        Column("bytes", _count, "Size of the file in bytes.", required=True),
        Column("mapping_sha256", _text, "SHA-256 of the mapping that read it.", required=True),
        Column("kind", _text, "What the file is.", required=True, values=("full", "delta")),
        Column("rows_read", _count, "Rows read = new + changed + unchanged + rejected.", required=True),
        Column("rows_filtered", _count, "Rows the mapping leaves out on purpose; not in `rows_read`.", required=True),
        Column("rows_new", _count, "Rows whose key was not current.", required=True),
        Column("rows_changed", _count, "Rows whose key was current with other content.", required=True),
        Column("rows_unchanged", _count, "Rows that were current as they are.", required=True),
        Column("rows_vanished", _count, "Rows of the slice no longer in it; on its first file.", required=True),
        Column("rows_rejected", _count, "Rows not taken; why is in `rejects`.", required=True),
        Column(
            "control_amount", _amount, "Total of the amounts taken, currencies mixed: for comparing with the source."
        ),
        Column("rejected_amount", _amount, "Total of the rejected amounts that could be read."),
        Column("as_of_on", _date, "The as-of day of the load.", required=True),
        Column("loaded_at", _timestamp, "When it was loaded, UTC.", required=True),
        Column(
            "status", _text, "`loaded`; a file that is the same again leaves no row.", required=True, values=("loaded",)
        ),
    ),
)

REJECTS = Table(
    "rejects",
    "What was wrong with rows: one row a fault. A rejected row was not taken, a warned one was.",
    ("load_id", "table_name", "file", "line", "column_name", "reason"),
    (
        Column("load_id", _integer, "The load.", required=True),
        Column("source", _text, "The source mapping.", required=True),
        Column("table_name", _text, "The canonical table.", required=True),
        Column("file", _text, "The file, without its folder.", required=True),
        Column("line", _count, "Physical line of the file the row starts on, from 1; in Parquet files the record."),
        Column("column_name", _text, "The canonical column at fault; empty: the whole line."),
        Column("value", _text, "What stood there."),
        Column("reason", _text, "Why it was not taken, or what is odd.", required=True),
        Column(
            "severity", _text, "`reject`: not taken; `warning`: taken.", required=True, values=("reject", "warning")
        ),
        Column("raw_line", _text, "The line as it stands in the file."),
    ),
)

MANIFEST: tuple[Table, ...] = (LOADS, REJECTS)
"""The loader's own tables beside the canonical ones."""

PUBLICATIONS = Table(
    "publications",
    "What was published: one row a publication, kept for ever.",
    ("publication_number",),
    (
        Column("publication_number", _integer, "Counts up; the number in the published file's name.", required=True),
        Column("published_at", _timestamp, "When it was published, UTC.", required=True),
        Column("build_id", _text, "The build that was published.", required=True),
        Column("code_version", _text, "The version of the models.", required=True),
        Column("policy_hash", _text, "A hash of the policy in `seeds/`.", required=True),
        Column("as_of_on", _date, "The day its figures speak of.", required=True),
        Column("known_at_load_id", _integer, "The newest load its figures know.", required=True),
        Column("newest_load_id", _integer, "The newest load there was when it was published.", required=True),
        Column("is_past", ColumnType.BOOLEAN, "A build of a past day or past knowledge was published.", required=True),
        Column("reporting_currency", _text, "The main reporting currency, in which documents are compared."),
        Column("compared_with_number", _integer, "The publication its documents were compared with, if any."),
        Column(
            "comparison",
            _text,
            "Whether its documents were compared with those of the publication before, or why not.",
            required=True,
            values=("compared", "first", "past", "file missing", "other currency", "other rules"),
        ),
    ),
)

REPORTED_KPIS = Table(
    "reported_kpis",
    "The figures of each publication: one row a figure that the publication before did not say alike. "
    "A publication of the past has all its figures, and no later one is measured against it.",
    (
        "publication_number",
        "period_kind",
        "period_ending_on",
        "entity_id",
        "scope",
        "reporting_currency",
        "measure",
    ),
    (
        Column("publication_number", _integer, "The publication that said so first.", required=True),
        Column("period_kind", _text, "`week` or `month`.", required=True, values=("week", "month")),
        Column("period_ending_on", _date, "Last day of the week or month.", required=True),
        Column("entity_id", _text, "The entity; `*` is the sum of all.", required=True),
        Column("scope", _text, "`all`, or `clean` of what is disputed.", required=True, values=("all", "clean")),
        Column("reporting_currency", _text, "The currency of the figure's row.", required=True),
        Column("measure", _text, "The column of `fct_kpis`.", required=True),
        Column("is_stated", ColumnType.BOOLEAN, "False: the figure is no longer there from here on.", required=True),
        Column("reported_value", ColumnType.VALUE, "The figure; empty where it was not known."),
    ),
)

RESTATEMENTS = Table(
    "restatements",
    "What a publication says otherwise than the one it was compared with, document by document, for days both know.",
    ("publication_number", "restatement_basis", "entity_id", "document_id", "instalment_no", "valid_from_on"),
    (
        Column("publication_number", _integer, "The publication that says so.", required=True),
        Column(
            "restatement_basis",
            _text,
            "`balance`: what was open in a span of days; `posting`: what was posted on a day.",
            required=True,
            values=("balance", "posting"),
        ),
        Column("entity_id", _text, "The entity.", required=True),
        Column("document_id", _text, "Item kind and the source's own id.", required=True),
        Column("instalment_no", _integer, "The instalment; 1 where there is no schedule.", required=True),
        Column("item_kind", _text, "What the document is.", required=True, values=ITEM_KINDS),
        Column("customer_id", _text, "The customer, as known now where the document still is.", required=True),
        Column("currency", _text, "The document's currency.", required=True),
        Column("reporting_currency", _text, "The main reporting currency.", required=True),
        Column("valid_from_on", _date, "First day of the span, or the posting day.", required=True),
        Column("valid_to_on", _date, "The day after the last; no later than both publications know.", required=True),
        Column("reason", _text, "What about the document changed.", required=True),
        Column("before_due_on", _date, "Due day, as it was."),
        Column("after_due_on", _date, "Due day, as it is."),
        *(
            Column(
                f"{side}_{part}amount",
                _amount,
                f"{what}, as it {verb}; zero where the document {verb} not there.",
                required=True,
            )
            for part, what in (
                ("", "What was open (`balance`) or posted (`posting`), document currency"),
                ("reporting_", "The same in the reporting currency"),
                ("overdue_", "What of it was overdue, reporting currency"),
                ("over_90_", "What of it was more than 90 days overdue, reporting currency"),
                ("disputed_", "What of it was disputed, reporting currency"),
            )
            for side, verb in (("before", "was"), ("after", "is"))
        ),
    ),
)

KEPT: tuple[Table, ...] = (PUBLICATIONS, REPORTED_KPIS, RESTATEMENTS)
"""What publishing adds to the raw history; no row is ever changed."""

OWN_TABLES: tuple[Table, ...] = (*MANIFEST, *KEPT)
"""Tables without lineage: no file brings them."""

TABLE_BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
