"""Files that are written while they are read are refused, and nothing of them is taken."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import FileError
from ingest.loader import load
from tests.ingest.extracts import AS_OF, Extracts, counts, invoices

A = invoices(*(f"FR,I-{number},C-1,2026-01-05,1.00" for number in range(50)))
Harm = Callable[[Path], object]


def appended(path: Path) -> None:
    with path.open("a") as file:
        file.write("FR,I-99,C-1,2026-01-05,9.00\n")


def replaced(path: Path) -> None:
    draft = path.with_name("draft")
    draft.write_text(A.replace("1.00", "2.00"))
    draft.replace(path)


def rewritten_in_place_with_its_old_times(path: Path) -> None:
    before = path.stat()
    path.write_text(A.replace("1.00", "2.00"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 28)


@pytest.mark.parametrize("harm", [appended, replaced, rewritten_in_place_with_its_old_times, cut])
@pytest.mark.parametrize("when", ["reading invoices.csv", "comparing invoices"])
def test_a_file_that_changes_while_it_is_read_is_refused(extracts: Extracts, harm: Harm, when: str) -> None:
    extracts.start()
    path = extracts.write("invoices.csv", A)
    done = []

    def do(words: str) -> None:
        if words.startswith(when):
            harm(path)
            done.append(words)

    with pytest.raises(FileError, match=r"invoices\.csv: changed while it was read .* nothing was loaded"):
        load(extracts.connection, [path], as_of=AS_OF, progress=do)
    assert len(done) == 1
    assert extracts.rows("select count(*) from raw.invoices") == [(0,)]
    assert extracts.rows("select max(load_id) from raw.loads") == [(1,)]
    # When the writer is done, it loads.
    assert load(extracts.connection, [path], as_of=AS_OF).load_id == 2


def test_a_file_that_is_removed_while_it_is_read_is_refused(extracts: Extracts) -> None:
    extracts.start()
    path = extracts.write("invoices.csv", A)

    def remove(words: str) -> None:
        if words.startswith("comparing"):
            path.unlink()

    with pytest.raises(FileError, match=r"invoices\.csv: was removed while it was read"):
        load(extracts.connection, [path], as_of=AS_OF, progress=remove)
    assert extracts.rows("select count(*) from raw.invoices") == [(0,)]


def test_an_old_file_is_known_by_its_times(extracts: Extracts) -> None:
    extracts.start()
    path = extracts.write("invoices.csv", A)
    long_ago = time.time() - 3600
    os.utime(path, (long_ago, long_ago))
    report = load(extracts.connection, [path], as_of=AS_OF)
    assert counts(report.files) == (50, 50, 0, 0, 0, 0)
