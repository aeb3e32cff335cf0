"""How right proposals are on the header rows of known systems: counted, never below a floor, told in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.contract import TABLE_BY_NAME
from ingest.proposal.measure import PAGE, Score, page, read_systems, score, scores
from ingest.proposal.words import CONCEPTS, FOLDER, Vocabulary, normal, vocabulary

FLOORS = {False: (0.95, 0.88), True: (0.85, 0.78)}
"""Precision and recall over all systems worked on, and over all held out."""


def test_the_docs_table_is_what_the_code_does() -> None:
    content = PAGE.read_text(encoding="utf-8")
    assert content == page(content), "run python -m ingest.proposal.measure"


@pytest.mark.parametrize("held_out", [False, True])
def test_proposals_are_no_less_right_than_they_were(held_out: bool) -> None:
    part = [each for each in scores() if each.is_held_out is held_out]
    right = sum(each.right for each in part)
    precision = right / (right + sum(len(each.wrong) for each in part))
    recall = right / sum(each.wanted for each in part)
    assert (precision, recall) >= FLOORS[held_out]
    assert recall >= FLOORS[held_out][1]


def test_there_are_fifteen_systems_and_more_and_some_are_held_out() -> None:
    systems = read_systems()
    assert len(systems) >= 15
    assert sum(system["held_out"] == "true" for system in systems) >= 10
    assert {"en", "fr", "de", "es", "it", "pt", "nl"} <= {
        {"English": "en", "French": "fr", "German": "de", "Spanish": "es", "Italian": "it", "Portuguese": "pt"}.get(
            str(system["language"]), "nl" if system["language"] == "Dutch" else ""
        )
        for system in systems
    }


@pytest.mark.parametrize("system", read_systems(), ids=lambda system: str(system["system"]))
def test_right_answers_are_columns_of_the_file_and_of_the_table(
    system: dict[str, list[dict[str, dict[str, str]]]],
) -> None:
    for file in system["files"]:
        table = TABLE_BY_NAME[str(file["table"])]
        assert set(file["right"]) <= set(table.column_by_name)
        assert set(file["right"].values()) <= set(file["headers"])
        assert len(set(file["headers"])) == len(file["headers"])


def test_counting_tells_right_wrong_asked_and_missed() -> None:
    found = score(
        {
            "system": "S",
            "language": "English",
            "held_out": "false",
            "basis": "read",
            "files": [
                {
                    "table": "invoices",
                    "headers": ["Invoice No", "Invoice Number", "Customer", "Invoice Date", "Total", "Note", "Blorb"],
                    "right": {
                        "invoice_id": "Invoice No",
                        "customer_id": "Customer",
                        "posted_on": "Invoice Date",
                        "amount": "Note",
                        "due_on": "Blorb",
                    },
                }
            ],
        }
    )
    assert found == Score(
        "S", "English", False, "read", 1, 1, 2, ("amount <- Total", "reference <- Note"), 1, ("due_on <- Blorb",), 5
    )


def test_a_file_taken_for_the_wrong_table_has_no_right_column() -> None:
    found = score(
        {
            "system": "S",
            "language": "English",
            "held_out": "true",
            "basis": "read",
            "files": [
                {"table": "payments", "headers": ["Customer No", "Name"], "right": {"customer_id": "Customer No"}}
            ],
        }
    )
    assert (found.right, found.wrong, found.missed) == (
        0,
        ("customer_id <- Customer No", "customer_name <- Name"),
        ("customer_id <- Customer No",),
    )


def test_rules_speak_of_features_that_word_lists_have() -> None:
    words = vocabulary()
    known = {part for feature in words.features for part in feature.split("+")}
    used = {feature for rule in words.rules for part in (*rule.has, rule.may) for feature in part} | words.telling
    assert used - known == set()


def test_concepts_named_by_tables_and_columns_exist() -> None:
    words = vocabulary()
    fields = {concept for language in words.languages for concept in language.fields.values()}
    made = {rule.concept for rule in words.rules} | fields
    wanted = {concept for columns in words.columns.values() for concepts in columns.values() for concept in concepts}
    assert wanted - made == set()
    assert set(words.expected) - made == set()
    for table, columns in words.columns.items():
        assert set(columns) <= set(TABLE_BY_NAME[table].column_by_name)
        assert {name for name in TABLE_BY_NAME[table].required_columns if name not in columns} == set()


def test_every_language_has_a_list_of_its_own() -> None:
    assert {language.name for language in vocabulary().languages} == {
        *("English", "French", "German", "Spanish", "Italian", "Portuguese", "Dutch", "SAP")
    }
    assert len(list(FOLDER.glob("*.yml"))) == len(vocabulary().languages) + 1
    assert (FOLDER / CONCEPTS).is_file()


def test_words_are_folded_as_names_are(tmp_path: Path) -> None:
    for language in Vocabulary().languages:
        for phrase in language.words:
            assert normal(" ".join(phrase)) == phrase, (language.name, phrase)


@pytest.mark.parametrize(
    ("header", "concept"),
    [
        ("Rechnungsdatum", "document_date"),
        ("Fälligkeitsdatum", "due_date"),
        ("N° de facture", "document_number"),
        ("Nº factura", "document_number"),
        ("Date d'échéance", "due_date"),
        ("Reste à payer", "open_amount"),
        ("Montant HT", "net_amount"),
        ("Fecha de vencimiento", "due_date"),
        ("Importe pendiente", "open_amount"),
        ("Data de emissão", "document_date"),
        ("Ragione sociale cliente", "customer_name"),
        ("Partita IVA", "tax_id"),
        ("Openstaand bedrag", "open_amount"),
        ("klantnr", "customer_id"),
        ("invoiceNumber", "document_number"),
        ("INV_DUE_DT", "due_date"),
        ("Amount (EUR)", "amount"),
        ("Amount (LCY)", "base_amount"),
        ("Discount Amount", "ignored"),
        ("Vendor No.", "ignored"),
        ("Credit Limit", "ignored"),
        ("Shipping Address", "ignored"),
        ("KUNNR", "customer_id"),
        ("REBZG", "original_document"),
        ("Zürich", None),
        ("x", None),
    ],
)
def test_what_a_name_alone_is_taken_for(header: str, concept: str | None) -> None:
    (meaning,) = vocabulary().read([header])
    assert meaning.concept == concept, meaning


def test_a_word_of_two_languages_follows_the_others_of_the_header() -> None:
    (*_, german) = vocabulary().read(["Belegdatum", "Buchungstext", "Konto", "Soll", "Haben"])
    assert german.concept == "credit"
    data, _ = vocabulary().read(["Data", "Cliente"])
    assert data.concept == "date"
