"""Cases E to G: what reminders, credit management and textbooks say of what is open, due and late.

Those that speak of something else are named in `SPEAK_OF_SOMETHING_ELSE`, each with what it speaks of.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import (
    T,
    adjustment,
    after_t,
    allocation,
    bounce,
    credit_note,
    invoice,
    payment,
)
from tests.models.expectations import Aging, ItemColumns, Kpis, OpenItems, WeeklyCounts

CLAIM_CASES = (
    Case(
        entity_id="E01",
        report_on=T,
        documents=(invoice("I", "100.00", after_t(-20), after_t(-20)),),
        expected=(OpenItems({"I": "100.00"}), Aging({"1-30": "100.00"}), Kpis({"overdue_amount_days": "2000.00"})),
        because="The notice's total of 100 is what is open; its interest and fee are 0.",
    ),
    Case(
        entity_id="E02",
        report_on=T,
        documents=(invoice("I", "100.00", after_t(-15), after_t(-15)),),
        expected=(OpenItems({"I": "100.00"}), Kpis({"receivable_amount": "100.00", "overdue_amount_days": "1500.00"})),
        because=(
            "The 100 and the 15 days are ours. Interest and fee (0.41 and 10) are claims of their own until they are "
            "billed: they are in no ageing, so 110.41 is no balance of ours."
        ),
    ),
    Case(
        entity_id="E03",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-15), after_t(-15)),
            invoice("CHARGES", "10.41", after_t(-2), after_t(-2), document_type="debit_note"),
            payment("P", "110.41", after_t(0)),
            allocation("P", "I", "100.00"),
            allocation("P", "CHARGES", "10.41"),
        ),
        expected=(
            OpenItems({"I": "100.00", "CHARGES": "10.41"}, on=after_t(-1)),
            OpenItems({}),
            Kpis({"receivable_amount": "0.00", "overdue_amount": "0.00", "paid_amount": "110.41"}),
        ),
        because="Charges that are billed are a debit note, open beside the invoice until they are paid.",
    ),
    Case(
        entity_id="E04",
        report_on=T,
        documents=(
            invoice("I1", "100.00", after_t(-6), after_t(-6)),
            invoice("I2", "300.00", after_t(-6), after_t(-6)),
        ),
        expected=(
            OpenItems({"I1": "100.00", "I2": "300.00"}),
            Aging({"1-30": "400.00"}),
            WeeklyCounts({"1-30": 2}),
            Kpis({"overdue_amount": "400.00"}),
        ),
    ),
    Case(
        entity_id="E06",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-20), after_t(-20)),
            credit_note("C", "-100.00", after_t(0)),
            allocation("C", "I", "100.00", reversed_on=after_t(10)),
            adjustment("CANCELS", "100.00", after_t(10)),
            allocation("C", "CANCELS", "100.00", after_t(10)),
        ),
        expected=(
            OpenItems({"I": "100.00"}, on=after_t(-1)),
            OpenItems({}),
            OpenItems({"I": "100.00"}, on=after_t(10)),
            Aging({"1-30": "100.00"}, on=after_t(10)),
        ),
        because="Resolved and unresolved again is nothing open, then the invoice open with its old due day.",
    ),
    Case(
        entity_id="E07",
        report_on=T,
        documents=(
            invoice("I", "100.00", after_t(-20), after_t(-20)),
            credit_note("C", "-100.00", after_t(0)),
        ),
        expected=(
            OpenItems({"I": "100.00", "C": "-100.00"}),
            Aging({"1-30": "100.00", "unapplied": "-100.00"}),
            Kpis({"receivable_amount": "0.00", "overdue_amount": "100.00", "unapplied_amount": "-100.00"}),
        ),
        because="A credit note that is set against nothing settles nothing: the invoice stays overdue.",
    ),
    Case(
        entity_id="F01",
        report_on=T,
        documents=(
            invoice("DRAFT", "550.00", after_t(0), after_t(30), status="draft"),
            invoice("POSTED", "70.00", after_t(0), after_t(30)),
        ),
        expected=(
            OpenItems({"POSTED": "70.00"}),
            Kpis({"receivable_amount": "70.00", "sales_amount": "70.00"}),
        ),
        because="The peer's 550 is exposure to come; in what is owed a draft never counts (metrics 1).",
    ),
    Case(
        entity_id="F04",
        report_on=T,
        documents=(
            invoice("I", "500.00", after_t(-40), after_t(-20)),
            payment("P", "500.00", after_t(-20)),
            allocation("P", "I", "500.00"),
            bounce("B", "500.00", after_t(-10), "P"),
            payment("AGAIN", "500.00", after_t(0)),
            allocation("AGAIN", "I", "500.00"),
        ),
        expected=(
            OpenItems({}, on=after_t(-20)),
            OpenItems({"I": "500.00"}, on=after_t(-10)),
            Aging({"1-30": "500.00"}, on=after_t(-10)),
            OpenItems({}),
        ),
        because=(
            "0, 500, 0: cash that bounced re-opens the debt, with the invoice's own due day. A bounce is taken back by "
            "the money that comes after all."
        ),
    ),
    Case(
        entity_id="F06",
        report_on=T,
        documents=(invoice("I", "1000.00", after_t(0), after_t(30), currency="USD", base_amount="998.00"),),
        expected=(
            OpenItems({"I": "1000.00"}),
            OpenItems({"I": "998.00"}, basis="base"),
            Kpis({"receivable_amount": "998.00"}),
            Kpis({"receivable_amount": "1000.00"}, currency="USD"),
        ),
        because="Converted straight from the document: in dollars 1000, not 998 euros turned into dollars again.",
    ),
    Case(
        entity_id="G09",
        report_on=date(2023, 12, 31),
        documents=(
            invoice("O", "300000.00", "2022-12-01", "2022-12-31", document_type="opening"),
            invoice("I1", "5835000.00", "2023-03-01", "2023-03-31"),
            invoice("I2", "370000.00", "2023-12-15", "2024-01-14"),
            payment("P1", "300000.00", "2023-01-20"),
            allocation("P1", "O", "300000.00"),
            payment("P2", "5835000.00", "2023-05-02"),
            allocation("P2", "I1", "5835000.00"),
        ),
        expected=(
            Kpis(
                {
                    "sales_12m_amount": "6205000.00",
                    "opening_12m_receivable_amount": "300000.00",
                    "receivable_amount": "370000.00",
                    "receivable_turnover_12m_ratio": "18.52",
                }
            ),
            Kpis(
                {
                    "receivable_turnover_12m_ratio": Fraction(6205000, 335000),
                    "dso_12m_days": Fraction(370000 * 365, 6205000),
                }
            ),
        ),
        because="19.71 days are those of the mean balance; our DSO is of what is owed at the end: 21.76.",
    ),
    Case(
        entity_id="G17",
        report_on=date(2022, 1, 31),
        documents=(
            invoice("I-90", "100.00", "2022-01-01", payment_terms="90_net"),
            invoice("I-120", "100.00", "2022-01-01", "2022-05-01"),
        ),
        expected=(
            ItemColumns(
                {
                    "I-90": {"due_on": "2022-04-01", "is_due_on_derived": True},
                    "I-120": {"due_on": "2022-05-01", "is_due_on_derived": False},
                }
            ),
            Aging({"not_due": "200.00"}),
            Aging({"not_due": "100.00", "1-30": "100.00"}, on="2022-05-01"),
        ),
        because=(
            "The page counts the invoice day as the first: 120 days from 1 January are 30 April. Days from a day leave "
            "it out: 90 days are 1 April, 120 are 1 May. The insurer's days to notify and to pay are no due days."
        ),
    ),
)

SPEAK_OF_SOMETHING_ELSE = {
    "E09": "late interest on a declining balance: a claim (metrics 5), in no balance",
    "E10": "levels of reminders and the order of their runs",
    "E11": "levels of reminders",
    "E12": "the fee of a reminder and its currency",
    "G10": "roll rates and expected credit loss (metrics 4)",
    "G11": "expected credit loss (metrics 4)",
    "G13": "an absorbing chain over slabs: what will be lost (metrics 4)",
    "G14": "an absorbing chain over slabs: what will be lost (metrics 4)",
    "G16": "late interest and the indemnity for recovery: claims (metrics 5)",
    "G18": "days to resolve deductions: of a deductions desk, whose claims come in as disputes without a flow",
}
"""Cases that speak neither of ageing nor of what is open, nor of timing, due days or KPIs; and what they speak of."""
