"""What the figures recommend to decide on a customer, in words: a limit, terms and conditions, and the reason.

It follows from the mart's own columns (`rpt_credit_exposures`: state, tier's action, exposure, granted and recommended
limit, what is used of it and beyond it) and proposes only: the decision is the committee's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Decision:
    """A proposal: what to do with the limit, the limit it leads to (None: none can be named), and conditions."""

    verdict: str
    limit_amount: Decimal | None
    conditions: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All of it in one paragraph."""
        return " ".join((self.verdict, *self.conditions))


Money = Callable[[Decimal], str]
"""Writes an amount in the main reporting currency."""


def plain_money(currency: str) -> Money:
    """Whole amounts with the currency's code before them: EUR 1 800 000."""
    return lambda value: f"{currency} {value:,.0f}".replace(",", " ")


def recommended(row: Mapping[str, object], money: Money) -> Decision:
    """The proposal for a row of `rpt_credit_exposures`, its amounts written by ``money``."""
    exposure, granted, proposed = (
        _amount(row, name) for name in ("exposure_amount", "limit_amount", "recommended_limit_amount")
    )
    exposure = exposure or Decimal(0)
    used, excess = _amount(row, "reporting_used_amount"), _amount(row, "reporting_excess_amount")
    action = row.get("credit_action")
    if row.get("is_insolvent"):
        verdict = "Stop: insolvency proceedings are open. Deliver nothing on credit and file the claim."
        return Decision(verdict, Decimal(0))
    if action in ("stop", "prepay"):
        verdict = (
            f"Stop credit: tier {row.get('risk_tier')} asks for it. Deliver against payment in advance only, "
            f"and agree how the {money(exposure)} at stake come in."
            if exposure > 0
            else f"No credit: tier {row.get('risk_tier')} asks for payment in advance."
        )
        return Decision(verdict, Decimal(0))
    conditions = _conditions(row)
    if proposed is None:
        verdict = "No limit can be recommended: nothing was paid in 52 weeks to measure one by. Decide on the file."
        return Decision(verdict, granted, conditions)
    if row.get("limit_state") == "not provided":
        verdict = f"Limits are not provided: the payments recommend {money(proposed)}."
        return Decision(verdict, proposed, conditions)
    if granted is None and row.get("limit_state") == "expired":
        verdict = f"The limit has expired: grant a new one of {money(proposed)}."
        return Decision(verdict, proposed, conditions)
    if granted is None and row.get("limit_state") == "given":
        verdict = "The limit cannot be compared: its currency's rate is missing. Decide on the file."
        return Decision(verdict, None, conditions)
    if granted is None:
        return Decision(f"Grant a first limit of {money(proposed)}.", proposed, conditions)
    # What a limit is used for is converted as the limit is, so that both can be compared.
    exposure = exposure if used is None else used
    if excess is not None and excess > 0:
        if proposed >= exposure:
            verdict = (
                f"Raise the limit from {money(granted)} to {money(proposed)}: it holds all that is owed and ordered."
            )
            return Decision(verdict, proposed, conditions)
        if proposed > granted:
            verdict = (
                f"Raise the limit from {money(granted)} to {money(proposed)}; "
                f"the {money(exposure - proposed)} beyond it wait for payment or security."
            )
            return Decision(verdict, proposed, conditions)
        verdict = f"Raise nothing: hold orders until the {money(excess)} over the limit are paid or secured."
        lower = _lower(granted, proposed, exposure, money)
        return Decision(verdict, granted, (*lower, *conditions))
    own_risk, insured = _amount(row, "own_risk_amount"), _amount(row, "insured_amount")
    if insured and own_risk is not None and own_risk <= proposed < min(exposure, granted):
        verdict = (
            f"Confirm the limit of {money(granted)} while the cover holds: {money(insured)} are insured, and the "
            f"{money(own_risk)} at own risk are within the {money(proposed)} that payments recommend."
        )
        return Decision(verdict, granted, conditions)
    lower = _lower(granted, proposed, exposure, money)
    if lower:
        return Decision(lower[0], max(proposed, Decimal(0)), (*lower[1:], *conditions))
    return Decision(f"Confirm the limit of {money(granted)}.", granted, conditions)


def _lower(granted: Decimal, proposed: Decimal, exposure: Decimal, money: Money) -> tuple[str, ...]:
    if proposed >= granted:
        return ()
    if exposure > proposed:
        return (
            f"Lower the limit from {money(granted)} towards {money(proposed)} as the {money(exposure)} outstanding "
            "come in, or take cover or a deposit for what is above it.",
        )
    return (f"Lower the limit from {money(granted)} to {money(proposed)}: no more is used.",)


def _conditions(row: Mapping[str, object]) -> tuple[str, ...]:
    found = []
    terms, longest = row.get("terms_days"), row.get("recommended_terms_days")
    if isinstance(terms, int) and isinstance(longest, int) and longest < terms:
        found.append(f"Shorten the terms from {terms} to {longest} days.")
    deposit = row.get("recommended_deposit_rate")
    if isinstance(deposit, Decimal) and deposit > 0:
        found.append(f"Ask for a deposit of {deposit * 100:.0f} % of each order.")
    if row.get("credit_action") == "approve":
        found.append("Approve each order.")
    if row.get("credit_action") == "watch":
        found.append("Keep it on the watch list.")
    return tuple(found)


def _amount(row: Mapping[str, object], name: str) -> Decimal | None:
    value = row.get(name)
    return value if isinstance(value, Decimal) else None
