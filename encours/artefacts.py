"""What dbt leaves behind, read: the manifest (what hangs on what) and the results of a run.

Both are dbt's public JSON artefacts. Only what a person is told about is taken from them.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from encours.errors import EncoursError

PASSED = frozenset({"success", "pass", "no-op", "reused"})
SKIPPED = frozenset({"skipped", "partial success"})
TESTS = frozenset({"test", "unit_test"})
MADE = frozenset({"model", "seed", "snapshot"})


@dataclass(frozen=True)
class NodeResult:
    """How one node of a run ended. ``status`` is dbt's word; ``failures`` the failing rows of a test."""

    unique_id: str
    status: str
    message: str
    failures: int
    compiled_code: str
    seconds: float

    @property
    def resource_type(self) -> str:
        """``model``, ``test``, ``unit_test``, ``seed`` …"""
        return self.unique_id.split(".", 1)[0]

    @property
    def is_test(self) -> bool:
        """Whether it checks something, rather than makes something."""
        return self.resource_type in TESTS

    @property
    def has_passed(self) -> bool:
        """Whether it did what it should. A skipped node has neither passed nor failed."""
        return self.status in PASSED

    @property
    def is_skipped(self) -> bool:
        """Whether it was left out because something before it failed."""
        return self.status in SKIPPED

    @property
    def has_failed(self) -> bool:
        """Whether it failed by itself (dbt's ``error``, ``fail``, ``runtime error``, ``warn``)."""
        # A warning counts as a failure: the project has no test that may be ignored.
        return not self.has_passed and not self.is_skipped


@dataclass(frozen=True)
class RunResults:
    """The results of one dbt run, or of a run and the retry of what failed in it."""

    nodes: tuple[NodeResult, ...]

    @property
    def failed(self) -> tuple[NodeResult, ...]:
        """What failed by itself, makers before checks."""
        return tuple(sorted((node for node in self.nodes if node.has_failed), key=lambda node: node.is_test))

    @property
    def skipped(self) -> tuple[NodeResult, ...]:
        """What was left out because of a failure before it."""
        return tuple(node for node in self.nodes if node.is_skipped)

    @property
    def tests_passed(self) -> int:
        """How many tests passed."""
        return sum(node.is_test and node.has_passed for node in self.nodes)

    @property
    def tests_not_passed(self) -> int:
        """How many tests failed or never ran."""
        return sum(node.is_test and not node.has_passed for node in self.nodes)

    @property
    def made(self) -> int:
        """How many models and seeds were made."""
        return sum(node.resource_type in MADE and node.has_passed for node in self.nodes)

    @property
    def unit_tests_passed(self) -> bool:
        """Whether unit tests ran, and every one passed."""
        units = [node for node in self.nodes if node.resource_type == "unit_test"]
        return bool(units) and all(node.has_passed for node in units)

    @property
    def all_passed(self) -> bool:
        """Whether everything ran and everything passed; an empty run has passed nothing."""
        return bool(self.nodes) and all(node.has_passed for node in self.nodes)


def read_run_results(folder: Path) -> RunResults:
    """The results in ``folder/run_results.json``.

    Raises:
        EncoursError: the file is missing or is not dbt's.
    """
    results = _read(folder / "run_results.json")["results"]
    return RunResults(
        tuple(
            NodeResult(
                unique_id=result["unique_id"],
                status=str(result["status"]),
                message=result.get("message") or "",
                failures=result.get("failures") or 0,
                compiled_code=result.get("compiled_code") or "",
                seconds=float(result.get("execution_time") or 0),
            )
            for result in results
            # The hook at the end of a run is listed as an operation: it is neither made nor checked.
            if not (result["unique_id"].startswith("operation.") and str(result["status"]) in PASSED)
        )
    )


def keep_results(folder: Path) -> Callable[[], None]:
    """Remember the results in ``folder``; the function returned puts back those of nodes that did not run again.

    `dbt retry` leaves the results of what it ran, as if the rest had never been.
    """
    path = folder / "run_results.json"
    first = _read(path)

    def put_back() -> None:
        retried = _read(path)
        by_id = {result["unique_id"]: result for result in (*first["results"], *retried["results"])}
        path.write_text(json.dumps({**retried, "results": list(by_id.values())}), encoding="utf-8")

    return put_back


@dataclass(frozen=True)
class Source:
    """One source table's freshness: ``status`` is ``pass``, ``warn`` or ``error``, ``age`` in seconds."""

    unique_id: str
    status: str
    newest: str
    age_seconds: float

    @property
    def name(self) -> str:
        """The table's name."""
        return self.unique_id.split(".")[-1]


def read_freshness(folder: Path) -> tuple[Source, ...]:
    """The ages of the sources in ``folder/sources.json``; empty where freshness was never asked for."""
    path = folder / "sources.json"
    if not path.is_file():
        return ()
    return tuple(
        Source(
            unique_id=result["unique_id"],
            status=str(result["status"]),
            newest=str(result.get("max_loaded_at") or "never"),
            age_seconds=float(result.get("max_loaded_at_time_ago_in_s") or 0),
        )
        for result in _read(path)["results"]
    )


class Manifest:
    """The graph of the project: names, descriptions, and what hangs on what."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._nodes: dict[str, dict[str, Any]] = {
            **document["nodes"],
            **document["sources"],
            **document["exposures"],
            **document.get("unit_tests", {}),
        }
        self._children: dict[str, list[str]] = document["child_map"]
        self._parents: dict[str, list[str]] = document["parent_map"]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest in ``folder/manifest.json``.

        Raises:
            EncoursError: the file is missing or is not dbt's.
        """
        return cls(_read(folder / "manifest.json"))

    def name(self, unique_id: str) -> str:
        """The name a person knows a node by."""
        return str(self._nodes.get(unique_id, {}).get("name") or unique_id.split(".")[-1])

    def description(self, unique_id: str) -> str:
        """The first sentence of what the project says about a node, on one line."""
        text = " ".join(str(self._nodes.get(unique_id, {}).get("description") or "").split())
        return text.split(". ")[0].rstrip(".")

    def path(self, unique_id: str) -> str:
        """The file a node stands in, from the project's root."""
        return str(self._nodes.get(unique_id, {}).get("original_file_path") or "")

    def checked_by(self, unique_id: str) -> tuple[str, ...]:
        """The models a test looks at, by unique id."""
        return tuple(node for node in self._parents.get(unique_id, []) if not node.startswith("seed."))

    def touched_by(self, unique_ids: Iterable[str]) -> tuple[str, ...]:
        """Everything that is made from the given nodes, themselves included where they are no tests."""
        start: set[str] = set()
        for unique_id in unique_ids:
            is_test = unique_id.split(".", 1)[0] in TESTS
            start.update(self.checked_by(unique_id) if is_test else (unique_id,))
        return tuple(sorted(self._reach(start)))

    def _reach(self, start: set[str]) -> Iterator[str]:
        seen, queue = set(start), deque(sorted(start))
        while queue:
            node = queue.popleft()
            if node.split(".", 1)[0] not in TESTS:
                yield node
            for child in self._children.get(node, []):
                if child not in seen:
                    seen.add(child)
                    queue.append(child)

    def is_public(self, unique_id: str) -> bool:
        """Whether a node is a mart, which people and pages read."""
        return unique_id.startswith("model.") and self._nodes.get(unique_id, {}).get("schema") == "marts"

    def page(self, unique_id: str) -> str | None:
        """The label of an exposure (a dashboard page, a report); None for any other node."""
        if not unique_id.startswith("exposure."):
            return None
        node = self._nodes[unique_id]
        return str(node.get("label") or node["name"])


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoursError(f"{path} is missing: run `encours build` first, it leaves dbt's artefacts there.") from None
    except ValueError as error:
        raise EncoursError(f"{path} is not a dbt artefact ({error}): run `encours build` again.") from error
    if not isinstance(document, dict):
        raise EncoursError(f"{path} is not a dbt artefact: run `encours build` again.")
    return document
