"""What publishing keeps of its figures, for ever."""

from __future__ import annotations

from ingest.contract.ledger import ITEM_KINDS
from ingest.contract.table import Column, ColumnType, Table

_text = ColumnType.TEXT
_date = ColumnType.DATE
_integer = ColumnType.INTEGER
_timestamp = ColumnType.TIMESTAMP
_amount = ColumnType.AMOUNT

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
