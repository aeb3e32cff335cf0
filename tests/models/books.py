"""Reads the marts of one built file: any past day of an entity, without a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb

AgingBasis = Literal["due", "invoice"]
AmountBasis = Literal["document", "base"]

Amounts = dict[str, Decimal]


class Books:
    """The marts of a built file, opened read-only. Amounts come as exact decimals, never as floats."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = duckdb.connect(path, read_only=True)

    def rows(self, query: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query."""
        return self.connection.cursor().execute(query, parameters).fetchall()

    def records(self, query: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[dict[str, object]]:
        """All rows of a query, by column name."""
        cursor = self.connection.cursor().execute(query, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def attach(self, other: Books) -> str:
        """Make the marts of another file readable beside these; returns the name to find them under."""
        name = other.path.stem
        self.connection.execute(f"""attach if not exists '{other.path}' as "{name}" (read_only)""")
        return f'"{name}"'

    def open_items_on(self, entity_id: str, day: date, amounts: AmountBasis = "document") -> Amounts:
        """What is open at the end of ``day``, by document number; instalments as ``number/instalment``."""
        return self._by_item(entity_id, day, _column(amounts))

    def disputed_on(self, entity_id: str, day: date) -> Amounts:
        """The disputed part of what is open at the end of ``day``, by item; what is not disputed is left out."""
        return {item: amount for item, amount in self._by_item(entity_id, day, "disputed_amount").items() if amount}

    def _by_item(self, entity_id: str, day: date, column: str) -> Amounts:
        return _amounts(
            self.rows(
                f"""
                select
                    case when items.parts > 1 then document_number || '/' || instalment_no else document_number end,
                    {column}
                from marts.fct_item_intervals as intervals
                inner join (
                    select entity_id, document_id, count(*) as parts
                    from marts.fct_receivable_items group by all
                ) as items using (entity_id, document_id)
                where entity_id = $entity and {_VALID}
                """,
                {"entity": entity_id, "day": day},
            )
        )

    def aging_on(
        self,
        entity_id: str,
        day: date,
        basis: AgingBasis = "due",
        amounts: AmountBasis = "document",
        customer_id: str | None = None,
        currency: str | None = None,
    ) -> Amounts:
        """Open amounts at the end of ``day`` by bucket; buckets with nothing in them are left out."""
        return _amounts(
            self.rows(
                f"""
                select buckets.aging_bucket, sum({_column(amounts)})
                from marts.fct_item_intervals as intervals
                inner join marts.dim_aging_buckets as buckets
                    on case
                        when open_amount < 0 then buckets.is_unapplied
                        else not buckets.is_unapplied
                        and $day - {"due_on" if basis == "due" else "invoiced_on"} between
                        coalesce(buckets.from_days, -100000) and coalesce(buckets.to_days, 100000)
                    end
                where entity_id = $entity and {_VALID}
                    and ($customer is null or customer_id = $customer)
                    and ($currency is null or currency = $currency)
                group by all
                """,
                {"entity": entity_id, "day": day, "customer": customer_id, "currency": currency},
            )
        )

    def open_by_currency_on(self, entity_id: str, day: date) -> Amounts:
        """Σ of open items at the end of ``day``, by currency."""
        return _amounts(
            self.rows(
                f"select currency, sum(open_amount) from marts.fct_item_intervals "
                f"where entity_id = $entity and {_VALID} group by all having sum(open_amount) <> 0",
                {"entity": entity_id, "day": day},
            )
        )

    def ledger_balance_on(self, entity_id: str, day: date) -> Amounts:
        """The balance at the end of ``day`` by currency, from the posting and exchange events alone."""
        return _amounts(
            self.rows(
                """
                select currency, sum(amount) from marts.fct_receivable_events
                where entity_id = $entity and event_on <= $day and event_kind not in ('applied', 'transfer')
                group by all having sum(amount) <> 0
                """,
                {"entity": entity_id, "day": day},
            )
        )

    def weekly_aging(self, entity_id: str, week_ending_on: date) -> tuple[Amounts, dict[str, int]]:
        """Open amounts and numbers of items by bucket in the mart of weekly ageing."""
        rows = self.rows(
            """
            select aging_bucket, sum(open_amount), sum(items_count) from marts.fct_aging_weekly
            where entity_id = ? and week_ending_on = ? group by all
            """,
            [entity_id, week_ending_on],
        )
        return _amounts([row[:2] for row in rows]), {str(row[0]): int(str(row[2])) for row in rows}

    def aged_balance(self, entity_id: str, basis: AgingBasis) -> Amounts:
        """Open amounts by bucket in `rpt_aging`, as of the day the file was built for."""
        return _amounts(
            self.rows(
                "select aging_bucket, sum(open_amount) from marts.rpt_aging "
                "where entity_id = ? and aging_basis = ? group by all",
                [entity_id, basis],
            )
        )

    def items(self, entity_id: str) -> dict[str, dict[str, object]]:
        """`fct_receivable_items` of an entity, by document number (``number/instalment`` where there are several)."""
        return {
            str(record["label"]): record
            for record in self.records(
                """
                select
                    *,
                    case
                        when count(*) over (partition by document_id) > 1 then document_number || '/' || instalment_no
                        else document_number
                    end as label
                from marts.fct_receivable_items where entity_id = ?
                """,
                [entity_id],
            )
        }

    def kpis(
        self, entity_id: str, period_kind: str, period_ending_on: date, scope: str = "all", currency: str | None = None
    ) -> dict[str, object] | None:
        """One row of `fct_kpis`, in the entity's base currency unless another is named; none where there is none."""
        found = self.records(
            """
            select kpis.* from marts.fct_kpis as kpis
            left join marts.dim_entities as entities using (entity_id)
            where entity_id = $entity and period_kind = $kind and period_ending_on = $ending and scope = $scope
                and reporting_currency = coalesce($currency, entities.base_currency)
            """,
            {
                "entity": entity_id,
                "kind": period_kind,
                "ending": period_ending_on,
                "scope": scope,
                "currency": currency,
            },
        )
        assert len(found) <= 1, f"fct_kpis holds {len(found)} rows of one grain"
        return found[0] if found else None


_VALID = "valid_from_on <= $day and (valid_to_on is null or valid_to_on > $day)"


def _column(amounts: AmountBasis) -> str:
    return "open_amount" if amounts == "document" else "base_open_amount"


def _amounts(rows: Sequence[tuple[object, ...]]) -> Amounts:
    found: Amounts = {}
    for name, amount in rows:
        assert isinstance(amount, Decimal), f"{name}: {amount!r} is not an exact amount"
        assert str(name) not in found, f"{name} comes twice"
        found[str(name)] = amount
    return found
