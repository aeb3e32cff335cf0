"""What comes from the books: documents, cash, allocations, rates, balances, disputes, targets."""

from __future__ import annotations

from ingest.contract.table import ENTITY, Column, ColumnType, Table

_text = ColumnType.TEXT
_date = ColumnType.DATE
_integer = ColumnType.INTEGER
_boolean = ColumnType.BOOLEAN
_amount = ColumnType.AMOUNT
_rate = ColumnType.RATE

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

_STATUS = Column(
    "status",
    _text,
    "Drafts and voids never count.",
    values=("posted", "draft", "void"),
    default="`posted`",
    default_sql="'posted'",
)

LEDGER_TABLES: tuple[Table, ...] = (
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
            Column(
                "is_made_up",
                _boolean,
                "The entity's documents are invented: figures of them prove nothing, and every page and file says so.",
                default="false",
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
            Column("bank_account", _text, "Account it pays from: an IBAN."),
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
            ENTITY,
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
                "One-row-an-invoice files: how much of it was paid; what allocations name of it counts once.",
                default="all of it where settled_on is given",
            ),
            Column(
                "open_amount",
                _amount,
                "One-row-an-invoice files: what is still open; where less than the rest was paid, credits settled it.",
            ),
        ),
        control_amount="amount",
    ),
    Table(
        "instalments",
        "The schedule of an invoice that is due in parts.",
        ("entity_id", "invoice_id", "instalment_no"),
        (
            ENTITY,
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
            Column("customer_id", _text, "Who paid; `UNIDENTIFIED`: the models find it, or say so.", required=True),
            Column("received_on", _date, "Day the money (or the bill) came in.", required=True),
            Column("amount", _amount, "Positive amount.", required=True),
            ENTITY,
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
            Column(
                "reference", _text, "Free reference; of a bank statement the structured one, which names the invoice."
            ),
            _STATUS,
            Column("remittance_text", _text, "What the payer wrote, from a bank statement."),
            Column("payer_name", _text, "Who paid, as the bank calls it."),
            Column("payer_account", _text, "Account the money came from: an IBAN, or the bank's own number."),
            Column(
                "end_to_end_id",
                _text,
                "Reference that a transfer or direct debit, and its return, keep throughout.",
            ),
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
            ENTITY,
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
        id_from=(
            *("credit_id", "debit_id", "amount", "credit_amount", "entity_id"),
            *("credit_kind", "debit_kind", "instalment_no", "applied_on", "reversed_on"),
        ),
        control_amount="amount",
    ),
    Table(
        "ledger_lines",
        "Lines of the books, one an item: the other form an ERP gives, in place of invoices, payments and allocations. "
        "Lines of other accounts may come with them: they say what a customer's line was booked against.",
        ("entity_id", "line_id"),
        (
            Column("line_id", _text, "The line's own id.", default="a hash of all columns and an occurrence number"),
            ENTITY,
            Column(
                "account",
                _text,
                "Account of the general ledger; `seeds/ledger_accounts.csv` says what it holds.",
                default="`AR`, of a line with a customer",
            ),
            Column(
                "account_holds",
                _text,
                "What the account holds; `other` is none of these.",
                values=("receivable", "deposit", "cash", "sales", "loss", "other"),
                default="by `seeds/ledger_accounts.csv`",
            ),
            Column("customer_id", _text, "Who owes.", default="the account, where it holds what customers owe"),
            Column("customer_name", _text, "Its name in the books.", default="that of the customers table"),
            Column("journal", _text, "Code of the journal."),
            Column("journal_name", _text, "Its name: `seeds/ledger_journals.csv` knows opening journals by either."),
            Column("entry_ref", _text, "The entry that the line is part of, unique in its journal."),
            Column("posted_on", _date, "Day of the entry.", required=True),
            Column("invoiced_on", _date, "Day of the document.", default="posted_on", default_sql="{posted_on}"),
            Column("due_on", _date, "Day it falls due.", default="from the customer's terms, else invoiced_on"),
            Column("document_ref", _text, "Number of the document.", default="line_id"),
            Column(
                "document_type",
                _text,
                "What the line is.",
                values=ITEM_KINDS,
                default="by its account and what it was booked against",
            ),
            Column("label", _text, "What the entry says."),
            Column("debit", _amount, "Debit, in `currency`.", default="0", default_sql="0"),
            Column("credit", _amount, "Credit, in `currency`.", default="0", default_sql="0"),
            Column("currency", _text, "ISO code.", default="the entity's base currency"),
            Column("base_debit", _amount, "Debit in the entity's base currency."),
            Column("base_credit", _amount, "Credit in the entity's base currency."),
            Column("matching_code", _text, "Lettering: lines of a customer and account with one code belong together."),
            Column("matched_on", _date, "Day they were lettered.", default="the group's last credit line"),
            Column(
                "chart_of_accounts",
                _text,
                "The chart its account is of: a code of `seeds/ledger_accounts.csv`.",
                default="`pcg`, the French one",
            ),
            Column(
                "default_payment_terms",
                _text,
                "Terms where the line has no due day and its customer no terms, such as those the law sets: due days "
                "by them are assumed.",
                default="none: due on the day of the document",
            ),
            Column(
                "is_brought_forward",
                _boolean,
                "An opening balance in the entity's base currency, whatever was billed in: where earlier lines are "
                "loaded, they stand for it, and only what it differs by counts.",
                default="false",
            ),
        ),
        id_from=(
            *("entity_id", "account", "customer_id", "journal", "entry_ref", "posted_on", "invoiced_on", "due_on"),
            *("document_ref", "document_type", "label", "debit", "credit", "currency", "base_debit", "base_credit"),
        ),
        control_amount="debit",
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
            ENTITY,
            Column("account", _text, "Control account.", default="`AR`", default_sql="'AR'"),
            Column("currency", _text, "ISO code.", default="the entity's base currency"),
            Column("balance_on", _date, "Day, at its end.", required=True),
            Column("amount", _amount, "Balance, debit positive.", required=True),
            Column(
                "chart_of_accounts",
                _text,
                "The chart its account is of: of all accounts of a trial balance, those are tied that hold what "
                "customers owe by `seeds/ledger_accounts.csv`.",
                default="none: the account is a control account",
            ),
        ),
        control_amount="amount",
    ),
    Table(
        "gl_reconciling_items",
        "Differences between ledger and sub-ledger that somebody explained.",
        ("item_id",),
        (
            Column("item_id", _text, "The item's id.", required=True),
            ENTITY,
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
            ENTITY,
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
            ENTITY,
            Column("measure", _text, "The figure planned.", required=True, values=TARGET_MEASURES),
            Column("period_on", _date, "Any day of the month the target is for.", required=True),
            Column("amount", _amount, "The target, in the entity's base currency.", required=True),
        ),
        control_amount="amount",
    ),
)
