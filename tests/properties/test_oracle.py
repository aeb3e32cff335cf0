"""Random companies: what the marts say of them, and what the oracle says, to the cent, in every row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.models.compiled import Compiled, Warehouse
from tests.properties.agreement import COMPARED, NOT_TOLD, compare
from tests.properties.companies import World, worlds
from tests.properties.found import FOUND
from tests.properties.further import COMPARED_FURTHER

Agree = Callable[[World], None]

COMPANIES = 16
"""In one world: to plan the queries of a build costs more than the rows of so many companies."""


def test_what_was_found_stays_found(agree: Agree, agree_further: Agree) -> None:
    agree(FOUND)
    agree_further(FOUND)


def test_a_column_that_one_of_them_lacks_is_a_difference() -> None:
    mart = "fct_allocations"
    row = {"entity_id": "E", "overdue_amount": 1, **dict.fromkeys(NOT_TOLD[mart], 2)}
    same = {("E",): {"overdue_amount": 1}}
    assert list(compare(mart, ("entity_id",), [row], same)) == []
    (unknown_to_the_oracle,) = compare(mart, ("entity_id",), [{**row, "more": 1}], same)
    (unknown_to_the_mart,) = compare(mart, ("entity_id",), [row], {("E",): {"overdue_amount": 1, "more": 1}})
    assert unknown_to_the_oracle.text == "E more: the oracle does not know this column"
    assert unknown_to_the_mart.text == "E more: the mart does not know this column"


def test_each_compared_mart_has_rows_to_compare_and_each_column_left_out_is_its_own(compiled: Compiled) -> None:
    """Else a column that only one of the two knows could still be passed over."""
    with Warehouse(compiled, FOUND.tables, FOUND.as_of) as warehouse:
        warehouse.make(*COMPARED, *COMPARED_FURTHER)
        for mart in (*COMPARED, *COMPARED_FURTHER):
            (row, *_) = warehouse.records(f"select * from marts.{mart}")
            assert set(NOT_TOLD.get(mart, ())) <= row.keys()


@settings(max_examples=32)
@given(world=worlds(COMPANIES))
def test_the_marts_say_what_the_oracle_says(world: World, agree: Agree) -> None:
    """512 companies."""
    agree(world)


@settings(max_examples=4)
@given(world=worlds(COMPANIES))
def test_what_is_made_of_them_says_what_the_oracle_says(world: World, agree_further: Agree) -> None:
    """64 companies: figures by dimension, customers' weeks, ties, roll-forward, each effect of the bridges."""
    agree_further(world)


@pytest.mark.long
@settings(max_examples=400)
@given(world=worlds(COMPANIES))
def test_the_marts_say_what_the_oracle_says_of_thousands(world: World, agree: Agree) -> None:
    """6,400 companies."""
    agree(world)
