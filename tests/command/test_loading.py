"""What a person is told about files: before they are loaded, and after."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from tests.command.helpers import output

RunEncours = Callable[..., CompletedProcess[str]]


def test_inspect_says_how_a_file_would_be_read(extracts: Path, run_encours: RunEncours, tmp_path: Path) -> None:
    done = run_encours(["inspect", extracts / "invoices.csv", extracts / "planted.csv"], tmp_path / "home")
    assert done.returncode == 0, output(done)
    first, _, second = done.stdout.partition("planted.csv")
    assert "comma-separated text" in first
    assert "read as canonical" in first
    assert "amount" in first
    assert "read as" not in second
    assert not (tmp_path / "home" / "build").exists()


def test_a_load_counts_every_row_and_shows_why_some_were_rejected(
    extracts: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    landing = Path(shutil.copytree(extracts, tmp_path / "landing"))
    payments = (landing / "payments.csv").read_text().splitlines()
    column = payments[0].split(",").index("amount")
    cells = payments[1].split(",")
    cells[column] = "a lot"
    (landing / "payments.csv").write_text("\n".join([payments[0], ",".join(cells), *payments[2:]]) + "\n")

    done = run_encours(["load", landing, "--as-of", "2026-03-29"], tmp_path / "home")
    assert done.returncode == 0, output(done)
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("payments.csv  ") and " canonical " in line)
    read, new, changed, unchanged, rejected, vanished = (int(cell.replace(",", "")) for cell in line.split()[3:])
    assert read == new + changed + unchanged + rejected
    assert (read, rejected, vanished) == (len(payments) - 1, 1, 0)
    assert "1 rejected" in done.stdout
    assert "a lot" in done.stdout
    assert "payments.csv, line 2" in done.stdout
    assert "raw.rejects" in done.stdout


def test_a_load_that_is_refused_leaves_nothing(extracts: Path, run_encours: RunEncours, tmp_path: Path) -> None:
    landing = Path(shutil.copytree(extracts, tmp_path / "landing"))
    (landing / "payments.csv").write_text("payment_id,customer_id,amount\nP1,C1,10.00\n")
    done = run_encours(["load", landing, "--as-of", "2026-03-29"], tmp_path / "home")
    assert done.returncode == 1
    assert "received_on" in done.stderr
    assert "Traceback" not in done.stderr
    status = run_encours(["status"], tmp_path / "home")
    assert "Loaded:    nothing yet" in status.stdout
