"""Which canonical table a file is, and which of its columns feeds what: by names first, then by values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.column_source import fold
from ingest.contract import TABLE_BY_NAME, ColumnType
from ingest.proposal.values import ColumnValues
from ingest.proposal.words import Meaning, Vocabulary, vocabulary

SIDE = ("debit", "credit")
BASE_SIDE = ("base_debit", "base_credit")
LEDGER = "ledger_lines"
CUSTOMERS = "customers"
SHORT_CODE = 2
_SAYS_NOTHING = (None, "ignored")
SHARED = 0.8
"""Values of a customer column are customers of a customers file to this share at least."""


@dataclass(frozen=True)
class Guess:
    """What feeds a canonical column; several ``options`` where nothing decides between them."""

    column: str
    options: tuple[str, ...]
    ground: str

    @property
    def header(self) -> str | None:
        """The column of the file, where one is proposed."""
        return self.options[0] if len(self.options) == 1 else None


@dataclass(frozen=True)
class Unread:
    """A column of the file that feeds nothing, and why."""

    header: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """A file taken for a canonical table; ``table`` is None where its columns fit none."""

    table: str | None
    says: str
    guesses: tuple[Guess, ...] = ()
    unread: tuple[Unread, ...] = ()
    side: str | None = None
    """The column that says debit or credit, where one amount column holds both."""
    meanings: tuple[Meaning, ...] = field(default=(), compare=False)

    @property
    def sources(self) -> dict[str, str]:
        """Canonical column -> header, of what is decided."""
        return {guess.column: guess.header for guess in self.guesses if guess.header is not None}

    def guess(self, column: str) -> Guess | None:
        """The guess for a canonical column."""
        return next((guess for guess in self.guesses if guess.column == column), None)


def propose(headers: Sequence[str], values: Sequence[ColumnValues] | None = None) -> Proposal:
    """Take a file with ``headers``, and with ``values`` in its columns where they are known, for a table."""
    words = vocabulary()
    held = list(values) if values is not None else [ColumnValues(position, 0) for position in range(len(headers))]
    meanings, refused = _hold_against_values(words, words.read(headers), held)
    concepts = {meaning.concept for meaning in meanings if meaning.concept}
    table, says = _table(words, concepts, meanings, held)
    if table is None:
        unread = tuple(Unread(meaning.header, _why(words, meaning, refused)) for meaning in meanings)
        return Proposal(None, says, (), unread, None, tuple(meanings))
    side = _side(meanings, concepts) if table == LEDGER else None
    wanted = _wanted(words, table, side is not None, concepts)
    guesses, used = _assign(table, wanted, meanings, held)
    if side is not None:
        used.add(side)
    guesses += _by_values(table, guesses, used, headers, meanings, held)
    taken = {option for guess in guesses for option in guess.options} | ({side} if side else set())
    unread = tuple(
        Unread(meaning.header, _why(words, meaning, refused))
        for meaning in meanings
        if meaning.header not in taken and meaning.header.strip()
    )
    order = [column.name for column in TABLE_BY_NAME[table].columns]
    guesses.sort(key=lambda guess: order.index(guess.column))
    return Proposal(table, says, tuple(guesses), unread, side, tuple(meanings))


def _hold_against_values(
    words: Vocabulary, meanings: Iterable[Meaning], held: Sequence[ColumnValues]
) -> tuple[list[Meaning], dict[str, str]]:
    """Meanings whose values are not what the name says are taken back: header -> why."""
    kept: list[Meaning] = []
    refused: dict[str, str] = {}
    for meaning, column in zip(meanings, held, strict=True):
        expected = words.expected.get(meaning.concept or "")
        if expected is not None and column.filled and expected not in column.kinds:
            what = {"date": "days", "amount": "amounts", "currency": "currency codes"}[expected]
            refused[meaning.header] = f"{meaning.ground}, but its values are no {what} ({column.example})"
            kept.append(replace(meaning, concept=None))
        else:
            kept.append(meaning)
    return kept, refused


def _table(
    words: Vocabulary, concepts: set[str], meanings: Iterable[Meaning], held: Iterable[ColumnValues]
) -> tuple[str | None, str]:
    """The table the concepts make up; where names tell none, with what values tell of columns of unknown names."""
    table, says = _table_of(words, concepts)
    if table is None:
        pairs = list(zip(meanings, held, strict=True))
        told = {"amount" for meaning, column in pairs if meaning.concept is None and column.kinds == {"amount"}}
        # A day whose name says that it feeds nothing is better asked for than passed over.
        told |= {"date" for meaning, column in pairs if meaning.concept in _SAYS_NOTHING and "date" in column.kinds}
        table, says = _table_of(words, concepts | told) if concepts else (None, says)
        says += ", some of them by their values only" if table is not None else ""
    return table, says


def _table_of(words: Vocabulary, concepts: set[str]) -> tuple[str | None, str]:
    for rule in words.tables:
        if (
            all(concepts & set(part.split("/")) for part in rule.get("all", ()))
            and (not rule.get("any") or concepts & set(rule["any"]))
            and not concepts & set(rule.get("none", ()))
        ):
            return str(rule["table"]), str(rule["says"])
    return None, "its columns are those of no table: no customer, document, day and amount stand together"


def _side(meanings: Iterable[Meaning], concepts: set[str]) -> str | None:
    """The column that says debit or credit, where there are no two columns for them."""
    if {"debit", "foreign_debit", "base_debit"} & concepts and {"credit", "foreign_credit", "base_credit"} & concepts:
        return None
    return next((meaning.header for meaning in meanings if meaning.concept == "indicator"), None)


def _wanted(words: Vocabulary, table: str, sided: bool, concepts: set[str]) -> Mapping[str, Sequence[str]]:
    """Canonical column -> concepts that may feed it."""
    wanted = dict(words.columns[table])
    if sided:
        wanted |= {name: ["foreign_amount", "amount", "total_amount", "base_amount"] for name in SIDE}
        wanted |= {f"base_{name}": ["base_amount"] for name in SIDE}
    elif table == LEDGER and "amount" in concepts and not {"foreign_debit", "base_debit"} & concepts:
        # An amount beside debit and credit is in a currency of its own, and the currency is that amount's.
        del wanted["currency"]
    elif "base_amount" in wanted and "foreign_amount" in concepts:
        # Beside an amount in foreign currency, the plain one is in that of the books.
        wanted["base_amount"] = [*wanted["base_amount"], "total_amount", "amount"]
    return wanted


def _assign(
    table: str, wanted: Mapping[str, Sequence[str]], meanings: Sequence[Meaning], held: Sequence[ColumnValues]
) -> tuple[list[Guess], set[str]]:
    """The best header for each canonical column, required ones first; only a side's amount feeds two."""
    target = TABLE_BY_NAME[table]
    guesses: list[Guess] = []
    used: set[str] = set()
    shared: set[str] = set()
    for position, meaning in enumerate(meanings):
        name = fold(meaning.header)
        # `amount` or `debit` may be any system's word; `posted_on` is this contract's.
        if "_" in name and name in target.column_by_name and name not in {guess.column for guess in guesses}:
            expected = {ColumnType.DATE: "date", ColumnType.AMOUNT: "amount"}.get(target.column_by_name[name].type)
            if expected is None or not held[position].filled or expected in held[position].kinds:
                guesses.append(Guess(name, (meaning.header,), "it is the canonical name"))
                used.add(meaning.header)
    told = {guess.column for guess in guesses}
    wanted = {name: concepts for name, concepts in wanted.items() if name not in told}
    order = sorted(wanted, key=lambda name: (not target.column_by_name[name].required, list(wanted).index(name)))
    for name in order:
        for concept in wanted[name]:
            found = [
                (meaning.score, held[position].filled, meaning)
                for position, meaning in enumerate(meanings)
                if meaning.concept == concept and (meaning.header not in used or meaning.header in shared)
            ]
            if not found:
                continue
            best = max(found, key=lambda item: item[:2])
            alike = [meaning for score, filled, meaning in found if (score, filled) == best[:2]]
            required = target.column_by_name[name].required
            options = tuple(meaning.header for meaning in alike) if required else (best[2].header,)
            ground = best[2].ground
            others = [meaning.header for *_, meaning in found if meaning.header not in options]
            if len(options) > 1:
                ground = f"their names say the same ({best[2].ground.removeprefix('its words say ')})"
            elif others:
                ground += f"; less sure: {', '.join(others)}"
            guesses.append(Guess(name, options, ground))
            used.update(options)
            for debit, credit in (SIDE, BASE_SIDE):
                if name == debit and set(wanted[debit]) == set(wanted.get(credit, ())):
                    shared.update(options)
            break
    return guesses, used


def _by_values(
    table: str,
    guesses: Sequence[Guess],
    used: set[str],
    headers: Sequence[str],
    meanings: Sequence[Meaning],
    held: Sequence[ColumnValues],
) -> list[Guess]:
    """Guesses for columns a table cannot do without and no name tells, by what stands in the others."""
    target = TABLE_BY_NAME[table]
    known = {guess.column for guess in guesses}
    found: list[Guess] = []
    for name in target.required_columns:
        if name in known:
            continue
        column = target.column_by_name[name]
        free = [
            (headers[values.position], values)
            for values, meaning in zip(held, meanings, strict=True)
            if headers[values.position] not in used and meaning.concept is None and values.filled
        ]
        match column.type:
            case ColumnType.DATE:
                options, what = [header for header, values in free if "date" in values.kinds], "days"
                options = options or [
                    headers[values.position]
                    for values, meaning in zip(held, meanings, strict=True)
                    if headers[values.position] not in used
                    and meaning.concept in _SAYS_NOTHING
                    and "date" in values.kinds
                ]
            case ColumnType.AMOUNT:
                options = [header for header, values in free if values.kinds == {"amount"}]
                what = "amounts"
            case _:
                options, what = _ids(name, free), "ids"
        ground = f"no name tells; {len(options)} columns left hold {what}" if options else "no column of the file tells"
        if len(options) == 1:
            ground = f"by its values: the only column left that holds {what}"
            used.add(options[0])
        found.append(Guess(name, tuple(options), ground))
    return found + _codes_by_values(table, known, used, headers, meanings, held)


def _codes_by_values(
    table: str,
    known: set[str],
    used: set[str],
    headers: Sequence[str],
    meanings: Sequence[Meaning],
    held: Sequence[ColumnValues],
) -> list[Guess]:
    """Guesses for a currency and a type that no name tells: columns of codes that only they have."""
    found: list[Guess] = []
    for name, holds, what in (("currency", _are_currencies, "ISO currency codes"), ("type", _are_types, "types")):
        column = next((each for each in (name, f"document_{name}", f"payment_{name}") if _has(table, each)), None)
        fitting = [
            headers[values.position]
            for values, meaning in zip(held, meanings, strict=True)
            if headers[values.position] not in used and meaning.concept is None and holds(values)
        ]
        if column is not None and column not in known and len(fitting) == 1:
            words = f"by its values: the only column left that holds {what} of documents"
            found.append(Guess(column, (fitting[0],), words))
            used.add(fitting[0])
    return found


def _has(table: str, column: str) -> bool:
    return column in TABLE_BY_NAME[table].column_by_name


def _are_currencies(values: ColumnValues) -> bool:
    return "currency" in values.kinds


def _are_types(values: ColumnValues) -> bool:
    """Whether a column's few values are all words for kinds of documents; a letter or two may be anything."""
    words = vocabulary()
    return bool(values.codes) and all(
        len(code) > SHORT_CODE and words.code("document_type", code) is not None for code in values.codes
    )


def _ids(name: str, free: Sequence[tuple[str, ColumnValues]]) -> list[str]:
    """Columns that may hold ids: a document's own differ from row to row."""
    texts = [(header, values) for header, values in free if not values.kinds & {"date", "currency", "flag"}]
    if name in {"invoice_id", "payment_id"}:
        return [header for header, values in texts if values.distinct == values.filled > 1]
    return [header for header, values in texts if values.distinct > 1]


def _why(words: Vocabulary, meaning: Meaning, refused: Mapping[str, str]) -> str:
    if meaning.header in refused:
        return refused[meaning.header]
    if meaning.concept in words.remarks:
        return words.remarks[meaning.concept]
    if meaning.concept is None or meaning.concept == "ignored":
        return meaning.ground
    return f"{meaning.concept.replace('_', ' ')}, not needed here ({meaning.ground})"


def share_customers(proposal: Proposal, cells: Mapping[str, Sequence[str]], customers: frozenset[str]) -> Proposal:
    """Hold the customer column of a file against the ids of a customers file given with it.

    ``cells`` are the values of each header. A column that holds the ids is taken where the one guessed does not.
    """
    if proposal.table in {None, CUSTOMERS} or "customer_id" not in TABLE_BY_NAME[proposal.table or ""].column_by_name:
        return proposal
    shares = {
        header: sum(cell in customers for cell in set(column)) / len(set(column))
        for header, column in cells.items()
        if column
    }
    best = max(shares, key=lambda header: shares[header], default=None)
    if best is None or shares[best] < SHARED:
        return proposal
    guess = proposal.guess("customer_id")
    if guess is not None and guess.header is not None and shares.get(guess.header, 0) >= SHARED:
        best = guess.header
    ground = f"by its values: {shares[best]:.0%} of them are ids of the customers file"
    if guess is not None and guess.header == best:
        ground = f"{guess.ground}; {shares[best]:.0%} of its values are ids of the customers file"
    others = [each for each in proposal.guesses if each.column != "customer_id" and best not in each.options]
    left = [] if guess is None else [Unread(each, guess.ground) for each in guess.options if each != best]
    return replace(
        proposal,
        guesses=(*others, Guess("customer_id", (best,), ground)),
        unread=(*(each for each in proposal.unread if each.header != best), *left),
    )
