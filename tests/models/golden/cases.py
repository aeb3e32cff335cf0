"""All cases from other systems: A (ageing), B (open items), C and D (speed, due days), E to G (what speaks of it)."""

from __future__ import annotations

from tests.models.golden.aging import AGING_CASES
from tests.models.golden.balances import BALANCE_CASES
from tests.models.golden.claims import CLAIM_CASES
from tests.models.golden.receivable import RECEIVABLE_CASES
from tests.models.golden.speed import SPEED_CASES

GOLDEN_CASES = (*AGING_CASES, *RECEIVABLE_CASES, *BALANCE_CASES, *SPEED_CASES, *CLAIM_CASES)
