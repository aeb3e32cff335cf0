"""What a person is told about files: before they are loaded, and after."""

from __future__ import annotations

import shutil
import zipfile
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


FOREIGN = (
    "Liste des factures;;;;;\r\nN° pièce;Client;Date;Échéance;Montant TTC;Devise\r\n"
    "F1;C1;03/04/2024;05/04/2024;1.200,50;EUR\r\nF2;C2;05/06/2024;07/06/2024;80,00;EUR\r\n"
)


def test_a_file_of_an_unknown_system_is_drafted_decided_by_a_person_and_loaded(
    run_encours: RunEncours, tmp_path: Path
) -> None:
    extract, draft, home = tmp_path / "factures.csv", tmp_path / "my_erp.yml", tmp_path / "home"
    extract.write_bytes(FOREIGN.encode("windows-1252"))
    said = run_encours(["inspect", extract], home)
    assert said.returncode == 0, output(said)
    assert "probably Windows-1252" in said.stdout
    assert "header: line 2, below 1 of titles (Liste des factures)" in said.stdout
    assert "undecided: %d/%m/%Y or %m/%d/%Y" in said.stdout
    assert "confirmed: false" in said.stdout

    done = run_encours(["inspect", extract, "--draft", draft], home)
    assert done.returncode == 0, output(done)
    load = ["load", extract, "--source", draft, "--as-of", "2024-12-31"]
    refused = run_encours(load, home)
    assert refused.returncode == 1
    assert "is a draft" in refused.stderr
    assert "file.date_format: %d/%m/%Y or %m/%d/%Y" in refused.stderr
    assert "Traceback" not in refused.stderr

    again = run_encours(["inspect", extract, "--draft", draft], home)
    assert again.returncode == 1
    assert "is there already" in again.stderr

    content = draft.read_text(encoding="utf-8")
    content = content.replace('{undecided: ["%d/%m/%Y", "%m/%d/%Y"]}', '"%d/%m/%Y"')
    content = content.replace("{undecided: [full, delta]}", "full").replace("confirmed: false", "confirmed: true")
    draft.write_text(content, encoding="utf-8")
    loaded = run_encours(load, home)
    assert loaded.returncode == 0, output(loaded)
    assert "2 rows read, 0 rejected" in loaded.stdout


def test_a_draft_needs_a_name_that_load_takes(run_encours: RunEncours, tmp_path: Path) -> None:
    extract = tmp_path / "x.csv"
    extract.write_text("Invoice No,Customer,Date,Total\n1,C,2024-01-01,5.00\n")
    wrong = run_encours(["inspect", extract, "--draft", tmp_path / "draft.txt"], tmp_path / "home")
    assert wrong.returncode == 2
    assert "a mapping is a .yml file" in wrong.stderr
    nowhere = run_encours(["inspect", extract, "--draft", tmp_path / "no" / "draft.yml"], tmp_path / "home")
    assert nowhere.returncode == 1
    assert "cannot be written" in nowhere.stderr


def test_a_quoted_glob_and_an_archive_are_expanded_by_the_command(
    extracts: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    """As from a scheduler that runs no shell: the pattern comes as it is written."""
    landing = tmp_path / "landing"
    landing.mkdir()
    with zipfile.ZipFile(landing / "march.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("entities.csv", "customers.csv"):
            archive.write(extracts / name, f"march/{name}")
    done = run_encours(["load", landing / "m*.zip", "--as-of", "2026-03-29"], tmp_path / "home")
    assert done.returncode == 0, output(done)
    assert "march.zip/march/customers.csv" in done.stdout
    looked = run_encours(["inspect", landing / "*.zip"], tmp_path / "home")
    assert "march.zip/march/entities.csv: comma-separated text" in looked.stdout, output(looked)
    for verb in ("load", "inspect"):
        nothing = run_encours([verb, landing / "*.csv"], tmp_path / "home")
        assert nothing.returncode == 1
        assert "no file matches" in nothing.stderr
        assert "Traceback" not in nothing.stderr
