"""docs/methodology.md: words and formulas from the docs blocks, numbers from the marts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from encours.settings import PROJECT_ROOT
from methodology.errors import MethodologyError
from methodology.plan import Figure, Part, Plan, Reckoning, Section, Table
from methodology.warehouse import Warehouse

PAGE = PROJECT_ROOT / "docs" / "methodology.md"
PLACE = "methodology/figures.yml"

Value = Decimal | float | int | bool | date | str | None


def make(plan: Plan, warehouse: Warehouse) -> str:
    """The page's text.

    Raises:
        MethodologyError: a column of `fct_kpis` is not told, or an example does not come out.
    """
    check(plan, warehouse)
    lines = [line for section in plan.sections for line in _section(section, plan, warehouse)]
    return "\n".join([*_head(), *lines, *_examples(plan)]).rstrip() + "\n"


def _head() -> list[str]:
    return [
        "# Methodology",
        "",
        "What every figure means and how it is made. This page is written by `make docs`: words and",
        "formulas are those of the docs blocks (`models/columns.md`, `models/formulas.md`), and every number below was",
        "computed by the project from the documents at the end, through the same load, models and marts as yours.",
        "",
    ]


def check(plan: Plan, warehouse: Warehouse) -> None:
    """See that every column is told once, with words, every figure with a formula, every example known.

    Raises:
        MethodologyError: names all that is missing.
    """
    told: list[str] = list(plan.keys)
    problems: list[str] = []
    for section in plan.sections:
        told += [*section.parts, *section.figures]
        if section.words and warehouse.block(section.words) is None:
            problems.append(f"there is no docs block `{section.words}`: write it in models/formulas.md")
        problems += [
            f"`{name}` has no docs block `formula_{name}`: write it in models/formulas.md"
            for name in (*section.reckonings, *section.listings)
            if warehouse.block(f"formula_{name}") is None
        ]
        problems += [
            f"`{column}` has no docs block `formula_{column}`: write it in models/formulas.md"
            for column in section.figures
            if warehouse.block(f"formula_{column}") is None
        ]
        tables = list(section.tables)
        tables += [table for reckoning in section.reckonings.values() for table in reckoning.tables]
        tables += [table for listing in section.listings.values() for table in listing.tables]
        named = {table.example for table in tables if table.example is not None}
        named |= {part.example for part in section.parts.values()}
        named |= {figure.example for figure in section.figures.values()}
        named |= {reckoning.example for reckoning in section.reckonings.values()}
        problems += [
            f"there is no example {name}: write it in methodology/examples.yml"
            for name in sorted(named - plan.examples.keys())
        ]
    columns = warehouse.columns("fct_kpis")
    problems += [f"`{column}` is not told: give it an example in {PLACE}" for column in columns if column not in told]
    problems += [f"`{column}` is no column of fct_kpis: {PLACE}" for column in told if column not in columns]
    problems += [f"`{column}` is told twice: {PLACE}" for column in set(told) if told.count(column) > 1]
    problems += [
        f"`{column}` has no words: its docs block in models/columns.md" for column in columns if not columns[column]
    ]
    if problems:
        raise MethodologyError("docs/methodology.md cannot be made:\n" + "\n".join(f"  {line}" for line in problems))


def _section(section: Section, plan: Plan, warehouse: Warehouse) -> Iterator[str]:
    words = warehouse.columns("fct_kpis")
    yield from (f"## {section.title}", "")
    if section.words:
        yield from (str(warehouse.block(section.words)), "")
    if section.parts:
        yield from ("| column | what | example | value |", "|---|---|---|---|")
        for column, part in section.parts.items():
            scope = "" if part.scope == "all" else f", `{part.scope}`"
            value = _shown(_value(column, part, plan, warehouse))
            yield f"| `{column}` | {' '.join(words[column].split())} | {_link(part.example)}{scope} | {value} |"
        yield ""
    for column, figure in section.figures.items():
        yield from (f"### {figure.title}", "", f"`{column}`: {words[column]}", "")
        yield from (str(warehouse.block(f"formula_{column}")), "")
        yield from (f"{_link(figure.example)}: {worked(column, figure, plan, warehouse)}", "")
    for table in section.tables:
        yield from _table(table, warehouse)
    for name, reckoning in section.reckonings.items():
        yield from (f"### {reckoning.title}", "", str(warehouse.block(f"formula_{name}")), "")
        yield from (f"{_link(reckoning.example)}: {reckoned(reckoning, warehouse)}", "")
        for table in reckoning.tables:
            yield from _table(table, warehouse)
    for name, listing in section.listings.items():
        yield from (f"### {listing.title}", "", str(warehouse.block(f"formula_{name}")), "")
        for table in listing.tables:
            yield from _table(table, warehouse)


def _table(table: Table, warehouse: Warehouse) -> Iterator[str]:
    found = warehouse.build.execute(table.query)
    headings = [column[0] for column in found.description or ()]
    of = _link(table.example) if table.example else "All examples"
    yield from (f"{of}:", "", f"| {' | '.join(headings)} |", "|---" * len(headings) + "|")
    rows = found.fetchall()
    if not rows:
        raise MethodologyError(f"a table of {table.example or 'all examples'} is empty: {table.query}")
    yield from (f"| {' | '.join(map(_shown, row))} |" for row in rows)
    yield ""


def _value(expression: str, told: Part | Figure, plan: Plan, warehouse: Warehouse) -> Value:
    """An expression over the columns of the example's row."""
    example = plan.examples[told.example]
    rows = warehouse.build.execute(
        f"""
        select {expression} from marts.fct_kpis
        where entity_id = ? and period_kind = ? and period_ending_on = ? and scope = ? and reporting_currency = 'EUR'
        """,
        [told.example, example.period_kind, example.period_ending_on, told.scope],
    ).fetchall()
    if len(rows) != 1:
        raise MethodologyError(f"example {told.example}: {len(rows)} rows of fct_kpis on {example.period_ending_on}")
    value: Value = rows[0][0]
    return value


def worked(column: str, figure: Figure, plan: Plan, warehouse: Warehouse) -> str:
    """The formula with the row's numbers in the place of its columns, and what the mart says.

    Raises:
        MethodologyError: they do not agree.
    """
    return _worked(column, figure, lambda expression: _value(expression, figure, plan, warehouse))


def reckoned(reckoning: Reckoning, warehouse: Warehouse) -> str:
    """The formula of a reckoning with the numbers of its row, and what the mart says.

    Raises:
        MethodologyError: they do not agree, or the query does not give one row.
    """

    def value(expression: str) -> Value:
        rows = warehouse.build.execute(f"select {expression} from ({reckoning.query})").fetchall()
        if len(rows) != 1:
            raise MethodologyError(f"{reckoning.title}, example {reckoning.example}: the query gives {len(rows)} rows")
        found: Value = rows[0][0]
        return found

    return _worked(reckoning.gives, reckoning, value)


def _worked(gives: str, told: Figure | Reckoning, value: Callable[[str], Value]) -> str:
    sql = told.worked.translate(str.maketrans("×÷−", "*/-"))
    counted = value(f"cast({sql} as double)")
    stands = value(f"cast({gives} as double)")
    # An amount is rounded to the cent; a rate is not rounded at all.
    allowed = 0.005 if gives.endswith("_amount") else 1e-9
    if not isinstance(stands, float) or not isinstance(counted, float) or abs(counted - stands) > allowed:
        raise MethodologyError(f"`{gives}` of {told.example}: {told.worked} = {counted}, the mart says {stands}")

    def number(match: re.Match[str]) -> str:
        return _shown(value(match.group()))

    filled = re.sub(r"[a-z][a-z0-9_]*", number, told.worked)
    return f"{filled} = **{_shown(value(gives))}**"


def _shown(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4f}".replace("-", "−")
    if isinstance(value, Decimal | int):
        return f"{value:,}".replace("-", "−")
    return str(value)


def _link(example: str) -> str:
    return f"[{example}](#{example.lower()})"


def _examples(plan: Plan) -> Iterator[str]:
    yield from ("## The examples", "", "Each is an entity of its own, with books in EUR.", "")
    for name, example in plan.examples.items():
        looked_at = f"Looked at: the {example.period_kind} ending on {example.period_ending_on}."
        yield from (f"### {name}", "", f"{example.told} {looked_at}", "")
        yield from ("| document | posted | due | amount | what |", "|---|---|---|---:|---|")
        for row in example.invoices:
            kind = row.get("document_type", "invoice").replace("_", " ")
            amount = f"{row['currency']} {row['amount']}" if "currency" in row else row["amount"]
            yield f"| {row['invoice_id']} | {row['posted_on']} | {row['due_on']} | {amount} | {kind} |"
        for row in (*example.payments, *example.later):
            what = f"pays {row['pays']}" if "pays" in row else "not set against anything"
            what += ", loaded after the others were published" if row in example.later else ""
            yield f"| {row['payment_id']} | {row['received_on']} | | −{row['amount']} | {what} |"
        for row in example.disputes:
            yield f"| {row['invoice_id']} | {row['opened_on']} | | {row['amount']} | of it disputed from that day on |"
        for row in example.targets:
            yield f"| | {row['period_on']} | | {row['amount']} | target of cash to collect |"
        for row in example.fx_rates:
            yield f"| | {row['rate_on']} | | {row['rate']} | rate, one {row['from_currency']} in EUR |"
        yield ""
