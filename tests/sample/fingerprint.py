"""The fingerprint of a release: every mart of the sample company in a few words a column, to see what a change changes.

`fingerprint.csv` beside this file has a line for each mart (column ``*``: its rows) and for each of its columns: how
many values are known, what they come to, and a digest of them.

* Numbers come to their exact sum; doubles are rounded to six places each, so that a platform's last digit says nothing.
* Days, moments and flags come to their first and last value, text to how many different ones there are.
* The digest binds each value to its row's key (the mart's ``grain_is``): values that change places change it. Nothing
  hangs on the order of rows.

`python -m tests.sample.fingerprint [HOME]` writes it anew from the sample that `make test` built in HOME
(ENCOURS_TEST_HOME, else data/test), says what changed, and gives the row for CHANGELOG.md. It also notes the rules as
proved (`encours/proved_rules.txt`), as their unit tests ran there.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from encours.remembered import PROVED
from encours.stamp import rules_hash

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("fingerprint.csv")
CHANGELOG = ROOT / "CHANGELOG.md"
RENEW = ".venv/bin/python -m tests.sample.fingerprint"
ROWS = "*"
"""The column that speaks of a mart's rows."""

MARTS_LEFT_OUT = {
    "rpt_tests": "what is checked, not what is said: each new test is a row",
}
COLUMNS_LEFT_OUT = {
    "build_id": "drawn anew for each build",
    "code_version": "names the commit",
    "published_at": "the clock",
    "loaded_at": "the clock",
    "last_loaded_at": "the clock",
    "tests_passed_count": "how many tests there are, and whether this build ran them",
    "tests_failed_count": "how many tests there are, and whether this build ran them",
}
"""Columns of any mart that tell of the build and not of the company, and why."""


class Line(NamedTuple):
    """What is held of a column; amounts and counts as text."""

    known: str
    comes_to: str
    digest: str


Fingerprint = dict[tuple[str, str], Line]
"""By mart and column."""


def taken(published: Path, *, only: str | None = None) -> Fingerprint:
    """The fingerprint of a published file, or of one mart of it."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{published}' as publication (read_only)")
        columns: dict[str, dict[str, str]] = {}
        for mart, column, data_type in connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where database_name = 'publication' and schema_name = 'marts' order by table_name, column_index"
        ).fetchall():
            columns.setdefault(mart, {})[column] = data_type
        grains = _grains()
        found: Fingerprint = {}
        for mart, types in columns.items():
            if mart not in MARTS_LEFT_OUT and only in (None, mart):
                kept = {name: data_type for name, data_type in types.items() if name not in COLUMNS_LEFT_OUT}
                found |= _of_mart(connection, mart, kept, grains.get(mart, []))
        return found


def _of_mart(
    connection: duckdb.DuckDBPyConnection, mart: str, types: Mapping[str, str], grain: list[str]
) -> Fingerprint:
    stable = [f"cast({column} as varchar)" for column in grain if column not in COLUMNS_LEFT_OUT]
    key = " || '|' || ".join(stable) or "''"
    # Without a key a row is all that it says.
    whole = " || '|' || ".join(f"coalesce(cast({column} as varchar), '')" for column in types)
    asked = ["cast(count(*) as varchar)", "''", _hashed("row_key" if stable else whole)]
    for column, data_type in types.items():
        asked += [f"cast(count({column}) as varchar)", *_told(column, data_type)]
    row = connection.execute(
        f"select {', '.join(asked)} from (select *, {key} as row_key, {_WEIGHT.format(key)} as row_weight "
        f"from publication.marts.{mart})"
    ).fetchone()
    assert row is not None
    cells = ["" if cell is None else str(cell) for cell in row]
    return {(mart, column): Line(*cells[place * 3 : place * 3 + 3]) for place, column in enumerate((ROWS, *types))}


_WEIGHT = "cast(md5_number_lower({}) % 999983 as decimal(6, 0))"
"""Of each row, by its key: a value that moves to another row weighs otherwise there."""


def _told(column: str, data_type: str) -> tuple[str, str]:
    """What the values come to, and their digest."""
    match data_type:
        case "DOUBLE" | "FLOAT":
            # The sum itself, with smaller weights, in the place of a digest, which a last digit would turn over.
            rounded = f"cast({column} as decimal(38, 6))"
            return f"cast(sum({rounded}) as varchar)", f"cast(sum(({rounded} + 1) * (row_weight % 997)) as varchar)"
        case "VARCHAR":
            return f"count(distinct {column}) || ' different'", _hashed(f"row_key || '=' || {column}")
        case "DATE" | "TIMESTAMP":
            return f"min({column}) || ' to ' || max({column})", _weighed(f"epoch_us({column})")
        case "BOOLEAN":
            return f"min({column}) || ' to ' || max({column})", _weighed(f"cast({column} as integer)")
        case _:
            return f"cast(sum({column}) as varchar)", _weighed(column)


def _weighed(number: str) -> str:
    """Exact: the digest of the sum of all numbers, each by its row's weight; an unknown one is none, not zero."""
    return f"left(md5(cast(sum((cast({number} as decimal(32, 2)) + 1) * row_weight) as varchar)), 8)"


def _hashed(text: str) -> str:
    """The sum of the hashes of all rows' ``text``: the same in any order, and two equal rows do not cancel out."""
    return f"format('{{:08x}}', cast(sum(md5_number_lower({text}) % 4294967296) % 4294967296 as ubigint))"


def _grains() -> dict[str, list[str]]:
    """The key of each mart, as its own test has it."""
    return {
        model["name"]: next(_keys(model))
        for path in (ROOT / "models").rglob("*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ())
        if list(_keys(model))
    }


def _keys(model: Mapping[str, Any]) -> Iterator[list[str]]:
    for test in model.get("data_tests", ()):
        if isinstance(test, dict) and "grain_is" in test:
            yield test["grain_is"]["arguments"]["columns"]


def read(path: Path = FILE) -> Fingerprint:
    """The fingerprint that is committed."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["mart"], row["column"]): Line(row["known"], row["comes_to"], row["digest"])
            for row in csv.DictReader(file)
        }


def write(fingerprint: Fingerprint, path: Path = FILE) -> None:
    """Keep it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["mart", "column", "known", "comes_to", "digest"])
        writer.writerows([*key, *line] for key, line in fingerprint.items())


def differences(before: Fingerprint, now: Fingerprint) -> list[str]:
    """What changed, a line a column: which, and how."""
    told = [f"{mart}.{column} is gone" for mart, column in before if (mart, column) not in now]
    for key, line in now.items():
        name = ".".join(key) if key[1] != ROWS else f"{key[0]}, its rows"
        if key not in before:
            told.append(f"{name} is new: {line.known} known")
        elif not same(before[key], line):
            told.append(f"{name}: {'; '.join(_moved(before[key], line))}")
    return told


def same(before: Line, now: Line) -> bool:
    """Whether two lines say the same: to the letter, but for what a platform's last digit moves in doubles."""
    return all(one == other or _nearly(one, other) for one, other in zip(before, now, strict=True))


def _nearly(one: str, other: str) -> bool:
    """Two sums of doubles (six places) that differ by a few units of the last place, each weighing up to 997."""
    if not (_OF_DOUBLES.fullmatch(one) and _OF_DOUBLES.fullmatch(other)):
        return False
    return abs(Decimal(one) - Decimal(other)) <= Decimal("0.002")


_OF_DOUBLES = re.compile(r"-?\d+\.\d{6}")


def _moved(before: Line, now: Line) -> Iterator[str]:
    if before.known != now.known:
        yield f"{before.known} known before, {now.known} now"
    if before.comes_to != now.comes_to:
        yield f"came to {before.comes_to or 'nothing'}, now to {now.comes_to or 'nothing'}"
    if before[:2] == now[:2]:
        yield f"as many and as much as before ({now.comes_to or now.known}), in other rows or other words"


def mark(path: Path = FILE) -> str:
    """The few letters by which the changelog names the committed fingerprint."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


_EXPLAINED = re.compile(r"^\| fingerprint `([0-9a-f]{8})` \| (?!…)\S.{19,} \|$", re.MULTILINE)


def explained(changelog: str) -> list[str]:
    """The marks that the newest section of a changelog explains, in their order."""
    newest = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]
    return [found[1] for found in _EXPLAINED.finditer(newest)]


def published_in(home: Path) -> Path:
    """The file that readers of ``home`` see."""
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    return home / "published" / str(pointer["file"])


def publications(published: Path) -> int:
    """How many publications a published file knows of, its own among them."""
    with duckdb.connect(published, read_only=True) as connection:
        (row,) = connection.execute("select count(*) from marts.rpt_publications").fetchall()
    return int(row[0])


def prove(home: Path) -> None:
    """Note the rules as proved, where all their unit tests passed in the build of a home.

    Raises:
        SystemExit: they did not, or the rules have changed since.
    """
    rules = rules_hash()
    built = json.loads((home / "target" / "build.json").read_text(encoding="utf-8"))
    if built["tested_rules_hash"] != rules:
        sys.exit(f"The unit tests did not pass on the rules as they are now in {home}: have `make test` build it anew.")
    if not PROVED.exists() or PROVED.read_text(encoding="utf-8").strip() != rules:
        PROVED.write_text(f"{rules}\n", encoding="utf-8")
        print(f"{PROVED.relative_to(ROOT)} names the rules as they are now.")


def main(arguments: list[str]) -> None:
    """Write the fingerprint anew and say what changed."""
    home = Path(arguments[0] if arguments else os.environ.get("ENCOURS_TEST_HOME", ROOT / "data" / "test"))
    if not (home / "published" / "current.json").is_file():
        sys.exit(f"Nothing is published in {home}: `make test` builds the sample there.")
    published = published_in(home)
    if (count := publications(published)) > 1:
        sys.exit(
            f"{home} was published {count} times: what was said before is part of its marts, and the fingerprint must "
            "be that of a home published once. Remove the folder and have `make test` build the sample there anew."
        )
    prove(home)
    before, now = read() if FILE.exists() else {}, taken(published)
    changes = differences(before, now)
    if not changes:
        print(f"{FILE.relative_to(ROOT)} holds: nothing changed.")
        return
    # What only a last digit moved stays as it was written.
    write({key: before[key] if key in before and same(before[key], line) else line for key, line in now.items()})
    print("\n".join(changes))
    print(
        f"\n{FILE.relative_to(ROOT)} is written anew. Say in CHANGELOG.md, at the top, what changed and why:\n"
        f"| fingerprint `{mark()}` | … |"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
