"""Rulings 14 to 21 of metrics 7: clean figures, windows, and null where there is no figure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.models.case import Case
from tests.models.documents import AS_OF, T, adjustment, allocation, bounce, credit_note, dispute, invoice, payment
from tests.models.expectations import Aging, Kpis, OpenItems

CLEAN = (
    Case(
        entity_id="R14",
        report_on=T,
        documents=(
            invoice("JAN", "300.00", "2024-01-20", "2024-02-19"),
            invoice("FEB-DISPUTED", "200.00", "2024-02-14", "2024-03-15"),
            invoice("MAR-PART", "100.00", "2024-03-08", "2024-04-07"),
            invoice("OLD-DISPUTED", "70.00", "2023-11-08", "2023-12-08"),
            payment("FREE", "50.00", "2024-03-20"),
            dispute("D1", "FEB-DISPUTED", "2024-03-18"),
            dispute("D2", "MAR-PART", "2024-03-18", amount="40.00"),
            dispute("D3", "OLD-DISPUTED", "2024-01-05", amount="30.00"),
            dispute("D4", "JAN", "2024-03-01", "2024-03-30"),
        ),
        expected=(
            Kpis(
                {
                    "receivable_amount": "620.00",
                    "not_due_amount": "100.00",
                    "overdue_amount": "570.00",
                    "over_90_amount": "70.00",
                    "unapplied_amount": "-50.00",
                    "disputed_amount": "270.00",
                    "sales_amount": "600.00",
                    "opening_receivable_amount": "570.00",
                    "effectiveness_sales_amount": "100.00",
                    "matured_items_count": 2,
                    "matured_amount": "500.00",
                }
            ),
            Kpis(
                {
                    "receivable_amount": "350.00",
                    "not_due_amount": "60.00",
                    "overdue_amount": "340.00",
                    "over_90_amount": "40.00",
                    "unapplied_amount": "-50.00",
                    # Ruling 28: in `clean`, what was taken off.
                    "disputed_amount": "270.00",
                    "sales_amount": "360.00",
                    # Of what was open when March began: 200 and 30 of the disputed, none of March's own invoice.
                    "opening_receivable_amount": "340.00",
                    "effectiveness_sales_amount": "60.00",
                    "matured_items_count": 1,
                    "matured_amount": "300.00",
                    "dso_days": Fraction(350 * 91, 360),
                },
                scope="clean",
            ),
        ),
        because="What counts is what is disputed on the row's day: the dispute of January's invoice is over by then.",
    ),
    Case(
        entity_id="R14-OPENING",
        report_on=T,
        documents=(
            # Of 100 that is disputed now, 100 were open when March began; of the other, 30 then and 80 now.
            invoice("I", "100.00", "2024-02-14", "2024-03-15"),
            dispute("D1", "I", "2024-03-18"),
            invoice("REOPENED", "80.00", "2024-02-14", "2024-03-15"),
            payment("P", "50.00", "2024-02-20"),
            allocation("P", "REOPENED", "50.00", reversed_on="2024-03-12"),
            dispute("D2", "REOPENED", "2024-03-18"),
        ),
        expected=(
            Kpis({"opening_receivable_amount": "130.00", "disputed_amount": "180.00"}),
            Kpis({"opening_receivable_amount": "0.00", "receivable_amount": "-50.00"}, scope="clean"),
        ),
    ),
)

WINDOWS = (
    Case(
        entity_id="R15",
        report_on=T,
        documents=(
            invoice("DEC", "999.00", "2023-12-31", "2024-01-30"),
            invoice("JAN", "100.00", "2024-01-01", "2024-01-31"),
            invoice("DN", "20.00", "2024-02-05", "2024-03-06", document_type="debit_note"),
            invoice("OP", "500.00", "2024-02-05", "2024-03-06", document_type="opening"),
            credit_note("C", "-15.00", "2024-03-31"),
            adjustment("AD", "7.00", "2024-03-05"),
            invoice("WO", "-3.00", "2024-03-05", "2024-03-05", document_type="write_off"),
            payment("P-DEC", "40.00", "2023-12-31"),
            payment("P-JAN", "60.00", "2024-01-02", posted_on="2024-01-03"),
            payment("P-POSTED-LATER", "11.00", "2024-03-29", posted_on="2024-04-02"),
            payment("DEPOSIT", "30.00", "2024-02-20", payment_type="deposit"),
            payment("RF", "10.00", "2024-02-25", payment_type="refund"),
            bounce("BO", "60.00", "2024-03-04", "P-JAN"),
        ),
        expected=(
            Kpis(
                {
                    "sales_amount": "105.00",
                    "collected_amount": "90.00",
                    "effectiveness_sales_amount": "-15.00",
                    "sales_12m_amount": "1104.00",
                }
            ),
            # 91 days that end on 31 March begin on 1 January.
            Kpis({"sales_amount": "105.00", "collected_amount": "90.00", "window_days": 91}, period="week"),
        ),
    ),
    Case(
        entity_id="R17",
        report_on=date.fromisoformat(AS_OF),
        documents=(
            invoice("BEFORE-12M", "1.00", "2025-08-31", "2025-08-31"),
            invoice("SEP", "10.00", "2025-09-01", "2025-09-01"),
            invoice("BEFORE-WEEKS", "100.00", "2026-05-13", "2026-05-13"),
            invoice("MAY-14", "1000.00", "2026-05-14", "2026-05-14"),
            invoice("MAY-31", "10000.00", "2026-05-31", "2026-05-31"),
            invoice("JUN-01", "100000.00", "2026-06-01", "2026-06-01"),
            invoice("TODAY", "1000000.00", "2026-08-12", "2026-08-12"),
            invoice("TOMORROW", "10000000.00", "2026-08-13", "2026-08-13"),
        ),
        expected=(
            Kpis({"is_complete": True, "as_of_on": "2026-07-31", "window_days": 92}, ending="2026-07-31"),
            Kpis(
                {
                    "is_complete": False,
                    "as_of_on": "2026-08-12",
                    # June, July and twelve days of August.
                    "window_days": 73,
                    "window_12m_days": 346,
                    "sales_amount": "1100000.00",
                    "sales_12m_amount": "1111110.00",
                    "receivable_amount": "1111111.00",
                },
                ending="2026-08-31",
            ),
            Kpis({"is_complete": True, "as_of_on": "2026-08-09"}, ending="2026-08-09", period="week"),
            Kpis(
                {
                    "is_complete": False,
                    "as_of_on": "2026-08-12",
                    "window_days": 91,
                    "window_12m_days": 364,
                    "sales_amount": "1111000.00",
                    "sales_12m_amount": "1111111.00",
                },
                ending="2026-08-16",
                period="week",
            ),
        ),
    ),
)

NONE_FOR_UNKNOWN = (
    Case(
        entity_id="R18-NEGATIVE",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-14", "2024-03-15"),
            invoice("NOT-DUE", "100.00", "2024-03-14", "2024-04-15"),
            invoice("PAID", "50.00", "2024-02-14", "2024-03-15"),
            payment("P", "50.00", "2024-03-05"),
            allocation("P", "PAID", "50.00"),
            payment("FREE", "900.00", "2024-03-05"),
        ),
        expected=(
            Kpis(
                {
                    "receivable_amount": "-700.00",
                    "dso_days": None,
                    "dso_12m_days": None,
                    "dso_countback_days": None,
                    "best_possible_dso_days": None,
                    "average_days_delinquent": None,
                    "unapplied_days": None,
                    "collection_effectiveness_rate": None,
                    "late_payment_rate_by_count": "0.5",
                    "weighted_days_to_pay": "20",
                    "days_beyond_terms": "-10",
                    "current_rate": "0.5",
                    "over_90_rate": "0",
                }
            ),
        ),
    ),
    Case(
        entity_id="R18-ZERO",
        report_on=T,
        documents=(
            invoice("I", "100.00", "2024-02-14", "2024-03-15"),
            payment("P", "100.00", "2024-03-05"),
            allocation("P", "I", "100.00"),
        ),
        expected=(
            Kpis(
                {
                    "receivable_amount": "0.00",
                    "dso_days": "0",
                    "dso_12m_days": "0",
                    "dso_countback_days": "0",
                    "best_possible_dso_days": "0",
                    "collection_effectiveness_rate": "1",
                    "current_rate": None,
                }
            ),
        ),
    ),
    Case(
        entity_id="R19-EXHAUSTED",
        report_on=T,
        documents=(
            invoice("OP", "1000.00", "2023-12-31", "2023-12-31", document_type="opening"),
            invoice("I", "100.00", "2024-02-20", "2024-03-20"),
        ),
        expected=(
            # February whole, though the first sale was on the twentieth, and March.
            Kpis({"dso_countback_days": "60", "is_countback_exhausted": True}),
            Kpis({"dso_countback_days": "39", "is_countback_exhausted": True}, ending="2024-03-10", period="week"),
        ),
    ),
    Case(
        entity_id="R19-NO-SALE",
        report_on=T,
        documents=(invoice("OP", "1000.00", "2023-12-31", "2023-12-31", document_type="opening"),),
        expected=(
            Kpis({"receivable_amount": "1000.00", "dso_countback_days": None, "dso_days": None}),
            OpenItems({"OP": "1000.00"}),
            Aging({"91-120": "1000.00"}),
        ),
    ),
)

COHORTS = (
    Case(
        entity_id="R21",
        report_on=T,
        documents=(
            invoice("I1", "60.00", "2023-12-04", "2024-01-03"),
            invoice("I2", "39.00", "2023-12-31", "2024-01-30", document_type="debit_note"),
            invoice("I3", "1.00", "2023-12-05", "2024-01-04"),
            invoice("OP", "500.00", "2023-12-01", "2023-12-01", document_type="opening"),
            credit_note("N", "-20.00", "2023-12-20"),
            invoice("JAN", "700.00", "2024-01-02", "2024-02-01"),
            payment("P1", "57.00", "2024-01-10"),
            allocation("P1", "I1", "57.00"),
            # 90 days after December end on 30 March: what is paid on that day is not at risk, on the next it is.
            payment("P2", "39.00", "2024-03-30"),
            allocation("P2", "I2", "39.00"),
            payment("P3", "1.00", "2024-03-31"),
            allocation("P3", "I3", "1.00"),
            dispute("D", "I1", "2024-03-30", "2024-03-31", amount="2.00"),
        ),
        expected=(
            Kpis(
                {"cohort_billed_amount": "100.00", "at_risk_amount": "4.00", "at_risk_rate": "0.04"},
                ending="2023-12-31",
            ),
            Kpis(
                {"cohort_billed_amount": "98.00", "at_risk_amount": "2.00", "at_risk_rate": Fraction(2, 98)},
                ending="2023-12-31",
                scope="clean",
            ),
            # Its 90 days are over long before the build's day, and nothing was paid.
            Kpis({"cohort_billed_amount": "700.00", "at_risk_rate": "1"}, ending="2024-01-31"),
            Kpis({"cohort_billed_amount": "0.00", "at_risk_rate": None}, ending="2024-02-29"),
            # By the build's day (2026-08-12) the 90 days of May 2026 are not over.
            Kpis({"cohort_billed_amount": None, "at_risk_amount": None, "at_risk_rate": None}, ending="2026-05-31"),
            Kpis({"cohort_billed_amount": None, "at_risk_rate": None}, ending="2024-03-31", period="week"),
        ),
    ),
)

FIGURE_CASES = (*CLEAN, *WINDOWS, *NONE_FOR_UNKNOWN, *COHORTS)
