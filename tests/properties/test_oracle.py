"""Random companies: what the marts say of them, and what the oracle says, to the cent, in every row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.properties.companies import World, worlds
from tests.properties.found import FOUND

Agree = Callable[[World], None]

COMPANIES = 16
"""In one world: to plan the queries of a build costs more than the rows of so many companies."""


def test_what_was_found_stays_found(agree: Agree, agree_further: Agree) -> None:
    agree(FOUND)
    agree_further(FOUND)


@settings(max_examples=36)
@given(world=worlds(COMPANIES))
def test_the_marts_say_what_the_oracle_says(world: World, agree: Agree) -> None:
    """576 companies."""
    agree(world)


@settings(max_examples=4)
@given(world=worlds(COMPANIES))
def test_what_is_made_of_them_says_what_the_oracle_says(world: World, agree_further: Agree) -> None:
    """64 companies: figures by dimension, customers' weeks, the roll-forward and the bridges."""
    agree_further(world)


@pytest.mark.long
@settings(max_examples=400)
@given(world=worlds(COMPANIES))
def test_the_marts_say_what_the_oracle_says_of_thousands(world: World, agree: Agree) -> None:
    """6,400 companies."""
    agree(world)
