"""How right proposals are: header rows of known systems with the right answers by hand, counted in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from ingest.proposal.tables import propose

ROOT = Path(__file__).resolve().parent.parent.parent
HEADERS = ROOT / "tests" / "ingest" / "headers"
PAGE = ROOT / "docs" / "inspect.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Score:
    """One system's files, counted in canonical columns."""

    system: str
    language: str
    is_held_out: bool
    basis: str
    files: int
    tables_right: int
    right: int
    """Proposals that are the right ones."""
    wrong: tuple[str, ...]
    """Proposals that are not, as `column <- header`."""
    asked: int
    """Columns left to a person with the right one among the options."""
    missed: tuple[str, ...]
    """Columns that nothing was proposed for, as `column <- header`."""

    wanted: int
    """Columns that have a right answer."""


def read_systems(folder: Path = HEADERS) -> list[dict[str, object]]:
    """The systems of a folder, those worked on first, in alphabetical order."""
    found = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) for path in folder.glob("*.yml")]
    return sorted(found, key=lambda system: (system["held_out"] == "true", str(system["system"]).casefold()))


def score(system: dict[str, object]) -> Score:
    """Hold the proposals for a system's header rows, without any values, against the right answers."""
    files = system["files"]
    assert isinstance(files, list)
    right = asked = tables = wanted = 0
    wrong: list[str] = []
    missed: list[str] = []
    for file in files:
        proposal = propose(file["headers"])
        is_right_table = proposal.table == file["table"]
        tables += is_right_table
        answers: dict[str, str] = file["right"]
        wanted += len(answers)
        for guess in proposal.guesses:
            answer = answers.get(guess.column) if is_right_table else None
            if guess.header is not None:
                if guess.header == answer:
                    right += 1
                else:
                    wrong.append(f"{guess.column} <- {guess.header}")
            elif answer in guess.options:
                asked += 1
            elif guess.options:
                wrong.append(f"{guess.column} <- {' or '.join(guess.options)}")
        told = {guess.column for guess in proposal.guesses if guess.options} if is_right_table else set()
        missed += [f"{column} <- {header}" for column, header in answers.items() if column not in told]
    return Score(
        str(system["system"]),
        str(system["language"]),
        system["held_out"] == "true",
        str(system["basis"]),
        len(files),
        tables,
        right,
        tuple(wrong),
        asked,
        tuple(missed),
        wanted,
    )


def scores(folder: Path = HEADERS) -> list[Score]:
    """The scores of all systems."""
    return [score(system) for system in read_systems(folder)]


def table(found: Sequence[Score]) -> str:
    """The table of the docs, and under it every wrong proposal by name."""
    lines = [
        "| system | language | headers | held out | files | table right | columns | right | wrong | asked | missed "
        "| precision | recall |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        _row(each.system, each.language, each.basis, "yes" if each.is_held_out else "no", [each]) for each in found
    ]
    for name, part in (
        ("all worked on", [each for each in found if not each.is_held_out]),
        ("all held out", [each for each in found if each.is_held_out]),
    ):
        lines.append(_row(f"**{name}**", "", "", "", part))
    wrong = [f"* {each.system}: {', '.join(f'`{words}`' for words in each.wrong)}" for each in found if each.wrong]
    missed = [f"* {each.system}: {', '.join(f'`{words}`' for words in each.missed)}" for each in found if each.missed]
    return "\n".join(
        [
            *lines,
            "",
            "Wrong proposals, all of them:",
            "",
            *wrong,
            "",
            "Columns that nothing was proposed for:",
            "",
            *missed,
        ]
    )


def _row(name: str, language: str, basis: str, held_out: str, part: Sequence[Score]) -> str:
    right, wrong = sum(each.right for each in part), sum(len(each.wrong) for each in part)
    asked, missed = sum(each.asked for each in part), sum(len(each.missed) for each in part)
    files, tables = sum(each.files for each in part), sum(each.tables_right for each in part)
    wanted = sum(each.wanted for each in part)
    precision = f"{right / (right + wrong):.0%}" if right + wrong else "none"
    numbers = (files, f"{tables}/{files}", wanted, right, wrong, asked, missed, precision, f"{right / wanted:.0%}")
    return f"| {name} | {language} | {basis} | {held_out} | {' | '.join(map(str, numbers))} |"


def page(content: str) -> str:
    """The page's ``content`` with the table as it is now."""
    before, _, rest = content.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(scores())}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
