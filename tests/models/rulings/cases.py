"""A case for each ruling of metrics 7, or the reason why there is none."""

from __future__ import annotations

from tests.models.rulings.allocations import ALLOCATION_CASES
from tests.models.rulings.bridges import BRIDGE_CASES
from tests.models.rulings.exactness import EXACTNESS_CASES
from tests.models.rulings.figures import FIGURE_CASES
from tests.models.rulings.lateness import LATENESS_CASES
from tests.models.rulings.schedules import SCHEDULE_CASES

RULING_CASES = (
    *ALLOCATION_CASES,
    *SCHEDULE_CASES,
    *LATENESS_CASES,
    *FIGURE_CASES,
    *BRIDGE_CASES,
    *EXACTNESS_CASES,
)
"""Named ``R<number of the ruling>`` and what of it they hold."""

NOT_OF_THE_PRESENT_MARTS = {
    26: "no one entity shows it: a test of its own in test_rulings.py",
}
