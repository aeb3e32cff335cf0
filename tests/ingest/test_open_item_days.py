"""What lists of open items say is kept by their day, whatever the order they come in."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from ingest import exchange
from ingest.compact import compact, plan
from ingest.errors import ControlError, FileError, OrderError
from ingest.report import FileResult
from ingest.unload import unload
from tests.ingest.clocks import known
from tests.ingest.extracts import Extracts, counts, only

HEADER = "entity,document,type,customer,posted_on,due_on,open_amount,currency"
OWN = """
name: own
description: A list with a control file.
tables:
  - table: invoices
    kind: open_items
    columns: {entity_id: entity, invoice_id: document, customer_id: customer, posted_on: posted_on, amount: open_amount}
    control_totals: {file: {name: '{stem}.ctl', rows: rows, amount: amount}}
"""

Listed = dict[str, str]
"""What is open, by document."""


def content(listed: Listed) -> str:
    rows = (
        f"{'UK' if number.startswith('U') else 'FR'},{number},{'CRN' if amount.startswith('-') else 'INV'},"
        f"C-{number[-1]},2026-01-05,,{amount},{'USD' if number.startswith('D') else 'EUR'}"
        for number, amount in listed.items()
    )
    return "\n".join((HEADER, *rows)) + "\n"


def load(extracts: Extracts, day: int, listed: Listed, *, out_of_order: bool = False) -> FileResult:
    name = f"open_items_2026-02-{day:02}.csv"
    return only(extracts.load((name, content(listed)), as_of=None, out_of_order=out_of_order))


def kept(extracts: Extracts, known_at: int | None = None) -> list[tuple[str, int, str]]:
    """Document, day of February and what is open from then on."""
    known = (
        "_replaced_in is null"
        if known_at is None
        else (f"_loaded_in <= {known_at} and coalesce(_replaced_in > {known_at}, true)")
    )
    return extracts.rows(
        "select invoice_id, day(listed_on), cast(open_amount as varchar) from raw.open_item_balances "
        f"where {known} order by all"
    )


def open_on(extracts: Extracts, day: int, known: str = "_replaced_in is null") -> dict[str, Decimal]:
    """What the balances say was open on a day."""
    return dict(
        extracts.rows(
            "select invoice_id, max_by(open_amount, listed_on) from raw.open_item_balances "
            f"where {known} and listed_on <= date '2026-02-{day:02}' group by all "
            "having max_by(open_amount, listed_on) <> 0"
        )
    )


def mend(extracts: Extracts, lines: list[exchange.Line], *replaced: tuple[str, str]) -> None:
    """Reload rejected lines with texts replaced."""
    path = extracts.folder / "rejects.csv"
    exchange.export(extracts.connection, lines, path)
    text = path.read_text(encoding="utf-8")
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    exchange.reload(extracts.connection, path, lambda _: None)


@pytest.fixture
def started(extracts: Extracts) -> Extracts:
    extracts.load(("entities.csv", "entity_id,base_currency\nFR,EUR\nUK,EUR\n"))
    return extracts


def test_what_shrinks_vanishes_grows_and_comes_back(started: Extracts) -> None:
    days: list[Listed] = [
        {"F-1": "100.00", "F-2": "50.00", "F-3": "7.00"},
        {"F-1": "60.00", "F-2": "50.00"},
        {"F-2": "80.00", "F-3": "7.00"},
        {"F-2": "80.00", "F-1": "10.00"},
    ]
    for day, listed in enumerate(days, start=1):
        load(started, day, listed)
    assert kept(started) == [
        ("F-1", 1, "100.00"),
        ("F-1", 2, "60.00"),
        ("F-1", 3, "0.00"),
        ("F-1", 4, "10.00"),
        ("F-2", 1, "50.00"),
        ("F-2", 3, "80.00"),
        ("F-3", 1, "7.00"),
        ("F-3", 2, "0.00"),
        ("F-3", 3, "7.00"),
        ("F-3", 4, "0.00"),
    ]
    assert started.current("invoices", "invoice_id, cast(amount as varchar), cast(open_amount as varchar)") == [
        ("F-1", "100.00", "10.00"),
        ("F-2", "80.00", "80.00"),
        ("F-3", "7.00", "0.00"),
    ]
    # What an earlier load knew is still known, and is put back by an unload.
    assert kept(started, 3) == [
        ("F-1", 1, "100.00"), ("F-1", 2, "60.00"), ("F-2", 1, "50.00"), ("F-3", 1, "7.00"), ("F-3", 2, "0.00"),
    ]  # fmt: skip
    unload(started.connection, 5)
    unload(started.connection, 4)
    assert kept(started) == kept(started, 3)


def test_a_late_list_takes_its_place(started: Extracts) -> None:
    load(started, 1, {"F-1": "100.00", "F-2": "50.00"})
    load(started, 5, {"F-1": "100.00"})
    # Between, F-1 was open with less, F-2 was settled in part, and F-3 came and went.
    late = load(started, 3, {"F-1": "60.00", "F-2": "20.00", "F-3": "7.00"}, out_of_order=True)
    assert (counts(late), late.warnings) == (
        (3, 1, 0, 2, 0, 0),
        ["the list of 2026-02-03 takes its place before that of 2026-02-05: what is open now stays"],
    )
    assert kept(started) == [
        ("F-1", 1, "100.00"), ("F-1", 3, "60.00"), ("F-1", 5, "100.00"),
        ("F-2", 1, "50.00"), ("F-2", 3, "20.00"), ("F-2", 5, "0.00"),
        ("F-3", 3, "7.00"), ("F-3", 5, "0.00"),
    ]  # fmt: skip
    assert started.current("invoices", "invoice_id, cast(amount as varchar), cast(open_amount as varchar)") == [
        ("F-1", "100.00", "100.00"),
        ("F-2", "50.00", "0.00"),
        ("F-3", "7.00", "0.00"),
    ]


def test_a_corrected_list_of_the_same_day(started: Extracts) -> None:
    """What only the wrong list told was never there, nor was its amount."""
    load(started, 1, {"F-1": "10.00"})
    load(started, 2, {"F-1": "1000.00", "F-2": "5.00"})
    load(started, 2, {"F-1": "8.00"})
    assert kept(started) == [("F-1", 1, "10.00"), ("F-1", 2, "8.00")]
    assert started.current("invoices", "invoice_id, cast(amount as varchar), cast(open_amount as varchar)") == [
        ("F-1", "10.00", "8.00")
    ]


def test_a_list_that_is_the_same_on_another_day_is_of_that_day(started: Extracts) -> None:
    load(started, 1, {"F-1": "10.00"})
    assert load(started, 1, {"F-1": "10.00"}).status == "unchanged"
    assert load(started, 2, {"F-1": "10.00"}).status == "loaded"
    assert kept(started) == [("F-1", 1, "10.00")]
    assert started.rows("select day(as_of_on) from raw.loads where kind = 'open_items' order by all") == [(1,), (2,)]


def test_lists_of_several_days_are_no_one_load(started: Extracts) -> None:
    lists = [(f"open_items_2026-02-0{day}.csv", content({"F-1": f"{day}.00"})) for day in (2, 1)]
    with pytest.raises(OrderError, match=r"of 2 days cannot be one load.*: open_items_2026-02-01\.csv, open_items_"):
        started.load(*lists, as_of=None)
    with pytest.raises(OrderError, match="of 2 days"):
        started.load(*lists, as_of=date(2026, 2, 2))
    assert started.current("invoices", "count(*)") == [(0,)]


SLICED = """
name: own
description: A list of each entity, and the customers.
tables:
  - table: customers
    file_name: '^customers_'
    columns: {customer_id: customer, customer_name: name}
    control_date: {file: 'customers_(\\d{4}-\\d{2}-\\d{2})'}
  - table: invoices
    kind: open_items
    file_name: '^list_'
    columns: {entity_id: entity, invoice_id: document, customer_id: customer, posted_on: posted_on, amount: open_amount}
    slice: {file: '^list_(?P<entity>[A-Z]{2})_'}
    control_date: {file: '_(\\d{4}-\\d{2}-\\d{2})'}
"""


def test_lists_of_several_slices_are_each_of_their_own_day(started: Extracts) -> None:
    """Whatever else comes with them, and whichever is the latest."""
    mapping = started.write("own.yml", SLICED)
    report = started.load(
        ("list_FR_2026-02-10.csv", content({"F-1": "10.00"})),
        ("list_UK_2026-02-20.csv", content({"U-1": "20.00"})),
        ("customers_2026-02-25.csv", "customer,name\nC-1,Acme\n"),
        source=mapping,
        as_of=None,
    )
    assert {result.file: result.as_of_on and result.as_of_on.day for result in report.files} == {
        "list_FR_2026-02-10.csv": 10,
        "list_UK_2026-02-20.csv": 20,
        "customers_2026-02-25.csv": 25,
    }
    assert kept(started) == [("F-1", 10, "10.00"), ("U-1", 20, "20.00")]
    # The next list of the one slice is not late for what the other was of, and one that is late is refused as such.
    next_lists = (
        ("list_FR_2026-02-15.csv", content({"F-1": "4.00"})),
        ("list_UK_2026-02-21.csv", content({"U-1": "20"})),
    )
    started.load(*next_lists, source=mapping, as_of=None)
    assert kept(started) == [("F-1", 10, "10.00"), ("F-1", 15, "4.00"), ("U-1", 20, "20.00")]
    late = ("list_FR_2026-02-12.csv", content({"F-1": "6.00"})), ("list_UK_2026-02-22.csv", content({"U-1": "20"}))
    with pytest.raises(
        OrderError, match=r"list_FR_2026-02-12\.csv: is of 2026-02-12, .* is already loaded as of 2026-02-15"
    ):
        started.load(*late, source=mapping, as_of=None)


def test_control_totals_are_those_of_the_file(started: Extracts) -> None:
    """A list that shrank says less than the documents it names came to."""
    mapping = started.write("own.yml", OWN)
    started.write("list.ctl", "rows,amount\n1,100.00\n")
    started.load(("list.csv", content({"F-1": "100.00"})), source=mapping, as_of=date(2026, 2, 1))
    started.write("list.ctl", "rows,amount\n1,60.00\n")
    report = started.load(("list.csv", content({"F-1": "60.00"})), source=mapping, as_of=date(2026, 2, 2))
    assert only(report).control_amount == Decimal("60.00")
    assert started.rows("select read_amount, changed_amount from raw.load_totals where load_id = 3") == [
        (Decimal("60.00"), Decimal("60.00"))
    ]
    assert started.current("invoices", "amount, open_amount") == [(Decimal("100.00"), Decimal("60.00"))]
    started.write("list.ctl", "rows,amount\n1,100.00\n")
    with pytest.raises(ControlError, match=r"100\.00 expected, 50\.00 found"):
        started.load(("list.csv", content({"F-1": "50.00"})), source=mapping, as_of=date(2026, 2, 3))


def test_giving_up_old_knowledge_keeps_the_days(started: Extracts) -> None:
    for day, amount in enumerate(("100.00", "60.00", "20.00"), start=1):
        load(started, day, {"F-1": amount})
    compact(started.connection, plan(started.connection, kept_from=4, needed=()))
    assert started.rows("select count(*) from raw.invoices") == [(1,)]
    assert kept(started) == [("F-1", 1, "100.00"), ("F-1", 2, "60.00"), ("F-1", 3, "20.00")]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_mended_row_is_the_lists_own(started: Extracts, is_late: bool) -> None:
    """It is open from the list's day on, and settled when a later list no longer has it."""
    load(started, 1, {"F-1": "10.00", "F-2": "20.00"})
    if is_late:
        load(started, 3, {"F-1": "10.00"})
    load(started, 2, {"F-1": "10.00", "F-2": "5.OO", "F-3": "7.0O"}, out_of_order=True)
    path = started.folder / "rejects.csv"
    exchange.export(started.connection, list(exchange.lines(started.connection)), path)
    path.write_text(path.read_text(encoding="utf-8").replace("5.OO", "5.00").replace("7.0O", "7.00"), encoding="utf-8")
    exchange.reload(started.connection, path, lambda _: None, date(2026, 2, 3) if is_late else None)
    assert [line.state for line in exchange.lines(started.connection)] == ["mended", "mended"]
    if not is_late:
        assert started.current("invoices", "sum(open_amount)") == [(Decimal("22.00"),)]
        assert (
            only(started.load(("open_items_2026-02-03.csv", content({"F-1": "10.00"})), as_of=None)).rows_vanished == 2
        )
    assert kept(started) == [
        ("F-1", 1, "10.00"),
        ("F-2", 1, "20.00"), ("F-2", 2, "5.00"), ("F-2", 3, "0.00"),
        ("F-3", 2, "7.00"), ("F-3", 3, "0.00"),
    ]  # fmt: skip
    assert started.current("invoices", "invoice_id, amount, open_amount", "invoice_id") == [
        ("F-1", Decimal("10.00"), Decimal("10.00")),
        ("F-2", Decimal("20.00"), Decimal("0.00")),
        ("F-3", Decimal("7.00"), Decimal("0.00")),
    ]


@pytest.mark.parametrize("came_first", ["list", "mended row"])
def test_an_older_list_does_not_overtake_what_was_rejected(started: Extracts, came_first: str) -> None:
    """The item's row of the later day is the newer one, although that of the earlier day came after it."""
    load(started, 20, {"F-1": "10.00", "F-2": "9O.00"})
    late = {"F-1": "10.00", "F-2": "100.00" if came_first == "list" else "1OO.00"}
    load(started, 10, late, out_of_order=True)
    if came_first != "list":
        chosen = [line for line in exchange.lines(started.connection) if line.place.load_id == 3]
        mend(started, chosen, ("1OO.00", "100.00"))
    assert open_on(started, 20) == {"F-1": Decimal("10.00")}
    mend(started, [line for line in exchange.lines(started.connection) if line.state == "open"], ("9O.00", "90.00"))
    assert {line.state for line in exchange.lines(started.connection)} == {"mended"}
    assert open_on(started, 19) == {"F-1": Decimal("10.00"), "F-2": Decimal("100.00")}
    assert open_on(started, 20) == {"F-1": Decimal("10.00"), "F-2": Decimal("90.00")}
    assert started.current("invoices", "invoice_id, amount, open_amount") == [
        ("F-1", Decimal("10.00"), Decimal("10.00")),
        ("F-2", Decimal("100.00"), Decimal("90.00")),
    ]


def test_mended_rows_of_several_days_are_no_one_load(started: Extracts) -> None:
    """Each is of its own list's day; together they would all be of the latest."""
    load(started, 20, {"F-1": "10.00", "F-2": "9O.00"})
    load(started, 10, {"F-1": "10.00", "F-3": "3O.00"}, out_of_order=True)
    both = list(exchange.lines(started.connection))
    with pytest.raises(FileError, match=r"of the lists of 2026-02-10 and 2026-02-20.*load by load \(--load\)"):
        mend(started, both, ("9O.00", "90.00"), ("3O.00", "30.00"))
    for load_id, replaced in ((3, ("3O.00", "30.00")), (2, ("9O.00", "90.00"))):
        mend(started, [line for line in both if line.place.load_id == load_id], replaced)
    assert open_on(started, 19) == {"F-1": Decimal("10.00"), "F-3": Decimal("30.00")}
    assert open_on(started, 20) == {"F-1": Decimal("10.00"), "F-2": Decimal("90.00")}


@pytest.mark.parametrize("is_known", [False, True])
def test_a_late_list_that_contradicts_itself_tells_nothing_of_the_item(started: Extracts, is_known: bool) -> None:
    load(started, 3, {"F-1": "10.00", "F-2": "20.00"} if is_known else {"F-1": "10.00"})
    late = content({"F-1": "10.00", "F-2": "20.00"}) + content({"F-2": "5.00"}).partition("\n")[2]
    result = only(started.load(("open_items_2026-02-02.csv", late), as_of=None, out_of_order=True))
    assert counts(result)[4] == 2
    assert started.rejects("line, reason") == [
        (line, "the key comes 2 times with different content") for line in (3, 4)
    ]
    assert kept(started) == [("F-1", 2, "10.00"), ("F-1", 3, "10.00")] + [("F-2", 3, "20.00")] * is_known


@pytest.mark.parametrize("seed", range(12))
def test_each_day_is_what_its_list_says(started: Extracts, seed: int) -> None:
    """Lists in any order, corrected and withdrawn: the last one loaded of each day is what the day says."""
    draw = random.Random(seed)
    said: list[tuple[int, int, Listed]] = []
    number = 1
    knew = {}
    for _ in range(12):
        number += 1
        if said and draw.random() < 0.2:
            unload(started.connection, said.pop()[0])
        else:
            day = draw.randint(1, 6)
            chosen = draw.sample(["F-1", "F-2", "F-3", "D-4", "U-5"], draw.randint(1, 4))
            listed = {each: f"{draw.choice((10, 25, 40))}.00" for each in sorted(chosen)}
            listed |= {"N-6": "-5.00"} if draw.random() < 0.5 else {}
            before = [each for each in said if each[1] == day]
            if said and said[-1][1] == day and before and before[-1][2] == listed:
                number -= 1
                continue
            load(started, day, listed, out_of_order=True)
            said.append((number, day, listed))
        knew[number] = known(started, number)
    for load_id, then in knew.items():
        assert known(started, load_id) == then, load_id
    by_day = {day: listed for _, day, listed in said}
    for day, listed in by_day.items():
        assert open_on(started, day) == {each: Decimal(amount) for each, amount in listed.items()}, day
    if by_day:
        newest = by_day[max(by_day)]
        assert dict(started.current("invoices", "invoice_id, open_amount")) | {
            each: Decimal(amount) for each, amount in newest.items()
        } == dict(started.current("invoices", "invoice_id, open_amount"))
        assert started.current("invoices", "sum(open_amount)") == [(sum(map(Decimal, newest.values())),)]
        most = {
            each: max((listed.get(each, "0.00") for listed in by_day.values()), key=lambda amount: abs(Decimal(amount)))
            for listed in by_day.values()
            for each in listed
        }
        amounts = dict(started.current("invoices", "invoice_id, cast(amount as varchar)"))
        assert {each: amounts[each] for each in most} == most
