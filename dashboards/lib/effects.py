"""The effects of the bridges as a reader meets them: their names, and what each one means."""

from __future__ import annotations

from dataclasses import dataclass

DSO, OVERDUE = "dso", "overdue"


@dataclass(frozen=True)
class Effect:
    """One reason a measure moved: ``said`` in a sentence, ``label`` on a chart."""

    code: str
    label: str
    said: str
    meaning: str


EFFECTS: dict[str, dict[str, Effect]] = {
    DSO: {
        effect.code: effect
        for effect in (
            Effect("terms", "Terms", "terms", "What is not due: payment terms and the rhythm of billing."),
            Effect("lateness", "Lateness", "lateness", "What is overdue and not disputed: customers that pay late."),
            Effect("disputes", "Disputes", "disputes", "What is overdue and disputed."),
            Effect("unapplied", "Unapplied", "unapplied cash", "Cash and credits not yet set against an invoice."),
            Effect("sales", "Sales", "sales", "More credit sales to divide by make DSO shorter, fewer make it longer."),
            Effect("fx", "FX", "exchange rates", "Other rates for the same amounts."),
        )
    },
    OVERDUE: {
        effect.code: effect
        for effect in (
            Effect("newly_overdue", "Newly overdue", "newly overdue", "Open items whose due day passed in between."),
            Effect("collected", "Collected", "collected", "Cash set against overdue items, less what bounced."),
            Effect("credited", "Credited", "credited", "Credit notes set against overdue items."),
            Effect("written_off", "Written off", "written off", "Write-offs set against overdue items."),
            Effect("adjusted", "Adjusted", "adjusted", "Other credits set against overdue items."),
            Effect("re_dated", "Re-dated", "re-dated", "Due days that moved; none inside one build."),
            Effect("fx", "FX", "exchange rates", "Relief of an item at its own rate less its credit's value."),
        )
    },
}
NAMES = {DSO: "DSO", OVERDUE: "Overdue"}
