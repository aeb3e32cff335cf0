{#
  The tables of article D441-6 of the French Code de commerce for issued invoices, per financial year that has ended.
  Table I: due and not settled at the year's end. Table II: late at some time in the year. Of a legal entity's own
  books: in base currency, intragroup customers too. Invoices with a disputed part are left out of the delays, whole,
  and counted apart.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

policy as (

    select coalesce(max(case when policy = 'fiscal_year_end_month' then value end), 12) as year_end_month
    from {{ ref('policy') }}

),

items as (

    select
        items.*,
        -- Null where the source does not say how much of it is tax.
        {{ share_money('items.base_amount', 'taxes.net_amount', 'taxes.document_amount') }} as base_net_amount
    from {{ ref('fct_receivable_items') }} as items
    left join {{ ref('int_document_taxes') }} as taxes
        on
            items.entity_id = taxes.entity_id
            and items.document_id = taxes.document_id
    where items.item_kind in ('invoice', 'debit_note', 'credit_note', 'opening')

),

issued as (

    select * from items
    where item_kind in ('invoice', 'debit_note', 'opening') and amount > 0

),

span as (

    select
        min(items.posted_on) as first_on,
        max(as_of.as_of_on) as last_on
    from items
    cross join as_of
    having min(items.posted_on) is not null

),

months as (

    {{ month_series('span', 'first_on', 'last_on') }}

),

years as (

    select
        {{ add_months('months.day', -11) }} as year_from_on,
        {{ month_end('months.day') }} as year_ending_on
    from months
    cross join as_of
    inner join policy
        on extract(month from months.day) = policy.year_end_month
    where {{ month_end('months.day') }} <= as_of.as_of_on

),

first_postings as (

    select
        entity_id,
        min(base_currency) as base_currency,
        min(posted_on) as first_posted_on
    from items
    group by entity_id

),

entity_years as (

    select
        first_postings.entity_id,
        first_postings.base_currency,
        years.year_from_on,
        years.year_ending_on
    from years
    inner join first_postings
        on years.year_ending_on >= first_postings.first_posted_on

),

spans as (

    select
        entity_id,
        document_id,
        instalment_no,
        due_on,
        valid_from_on,
        valid_to_on,
        open_amount,
        base_open_amount,
        disputed_amount
    from {{ ref('fct_item_intervals') }}
    where item_kind in ('invoice', 'debit_note', 'opening') and amount > 0 and open_amount > 0

),

open_at_year_end as (

    select
        'I' as statutory_table,
        years.year_ending_on,
        spans.entity_id,
        spans.document_id,
        {{ days_between('spans.due_on', 'years.year_ending_on') }} as delay_days,
        spans.disputed_amount > 0 as is_disputed,
        spans.base_open_amount as gross_amount,
        {{ share_money('issued.base_net_amount', 'spans.open_amount', 'issued.amount') }} as net_amount
    from spans
    inner join years
        on
            spans.valid_from_on <= years.year_ending_on
            and coalesce(spans.valid_to_on, date '9999-12-31') > years.year_ending_on
            and spans.due_on <= years.year_ending_on
    inner join issued
        on
            spans.entity_id = issued.entity_id
            and spans.document_id = issued.document_id
            and spans.instalment_no = issued.instalment_no

),

late_in_year as (

    -- As late as it got within the year: its last day open after the due day.
    select
        years.year_ending_on,
        spans.entity_id,
        spans.document_id,
        spans.instalment_no,
        max(
            {{ days_between(
                'spans.due_on',
                'least(years.year_ending_on, ' ~ add_days("coalesce(spans.valid_to_on, date '9999-12-31')", '-1') ~ ')'
            ) }}
        ) as delay_days,
        max(case when spans.disputed_amount > 0 then 1 else 0 end) as is_disputed
    from spans
    inner join years
        on
            years.year_ending_on >= greatest(spans.valid_from_on, {{ add_days('spans.due_on', '1') }})
            -- Its last day is the one before valid_to_on: it must be in the year, and after the due day.
            and greatest(years.year_from_on, {{ add_days('spans.due_on', '1') }})
            < coalesce(spans.valid_to_on, date '9999-12-31')
    group by
        years.year_ending_on,
        spans.entity_id,
        spans.document_id,
        spans.instalment_no

),

fallen_due_in_year as (

    select
        years.year_ending_on,
        issued.entity_id,
        issued.document_id,
        issued.instalment_no
    from issued
    inner join years
        on
            issued.due_on >= years.year_from_on
            and issued.due_on <= years.year_ending_on
            and issued.posted_on <= years.year_ending_on

),

met_in_year as (

    select
        year_ending_on,
        entity_id,
        document_id,
        instalment_no,
        delay_days,
        is_disputed
    from late_in_year
    union all
    select
        fallen_due.year_ending_on,
        fallen_due.entity_id,
        fallen_due.document_id,
        fallen_due.instalment_no,
        0 as delay_days,
        0 as is_disputed
    from fallen_due_in_year as fallen_due
    left join late_in_year
        on
            fallen_due.year_ending_on = late_in_year.year_ending_on
            and fallen_due.entity_id = late_in_year.entity_id
            and fallen_due.document_id = late_in_year.document_id
            and fallen_due.instalment_no = late_in_year.instalment_no
    where late_in_year.document_id is null

),

concerned as (

    select * from open_at_year_end
    union all
    select
        'II' as statutory_table,
        met_in_year.year_ending_on,
        met_in_year.entity_id,
        met_in_year.document_id,
        met_in_year.delay_days,
        met_in_year.is_disputed = 1 as is_disputed,
        issued.base_amount as gross_amount,
        issued.base_net_amount as net_amount
    from met_in_year
    inner join issued
        on
            met_in_year.entity_id = issued.entity_id
            and met_in_year.document_id = issued.document_id
            and met_in_year.instalment_no = issued.instalment_no

),

columns_of_the_order as (

    select
        0 as column_order,
        '0' as delay_column,
        0 as from_days,
        0 as to_days,
        false as is_of_disputed
    union all
    select
        1 as column_order,
        '1-30' as delay_column,
        1 as from_days,
        30 as to_days,
        false as is_of_disputed
    union all
    select
        2 as column_order,
        '31-60' as delay_column,
        31 as from_days,
        60 as to_days,
        false as is_of_disputed
    union all
    select
        3 as column_order,
        '61-90' as delay_column,
        61 as from_days,
        90 as to_days,
        false as is_of_disputed
    union all
    select
        4 as column_order,
        '91+' as delay_column,
        91 as from_days,
        1000000 as to_days,
        false as is_of_disputed
    union all
    select
        5 as column_order,
        'total' as delay_column,
        1 as from_days,
        1000000 as to_days,
        false as is_of_disputed
    union all
    select
        6 as column_order,
        'disputed' as delay_column,
        1 as from_days,
        1000000 as to_days,
        true as is_of_disputed

),

found as (

    select
        concerned.entity_id,
        concerned.year_ending_on,
        concerned.statutory_table,
        columns_of_the_order.column_order,
        -- An invoice late in two instalments is one invoice, in each column and in the total.
        count(distinct concerned.document_id) as invoices_count,
        sum(concerned.gross_amount) as gross_amount,
        sum(concerned.net_amount) as net_amount
    from concerned
    inner join columns_of_the_order
        on
            concerned.delay_days >= columns_of_the_order.from_days
            and concerned.delay_days <= columns_of_the_order.to_days
            and concerned.is_disputed = columns_of_the_order.is_of_disputed
    group by
        concerned.entity_id,
        concerned.year_ending_on,
        concerned.statutory_table,
        columns_of_the_order.column_order

),

untaxed as (

    -- One invoice of unknown tax and the table without tax would be wrong.
    select
        entity_id,
        year_ending_on,
        count(*) as untaxed_count
    from concerned
    where net_amount is null
    group by
        entity_id,
        year_ending_on

),

sales as (

    select
        entity_years.entity_id,
        entity_years.year_ending_on,
        sum(items.base_amount) as gross_sales_amount,
        sum(items.base_net_amount) as net_sales_amount,
        sum(case when items.item_kind <> 'credit_note' then items.base_amount else 0 end) as gross_issued_amount,
        sum(case when items.item_kind <> 'credit_note' then items.base_net_amount else 0 end) as net_issued_amount,
        count(distinct case when items.item_kind <> 'credit_note' then items.document_id end) as issued_count,
        sum(case when items.base_net_amount is null then 1 else 0 end) as untaxed_count
    from entity_years
    inner join items
        on
            entity_years.entity_id = items.entity_id
            and entity_years.year_from_on <= items.posted_on
            and entity_years.year_ending_on >= items.posted_on
    where items.item_kind in ('invoice', 'debit_note', 'credit_note')
    group by
        entity_years.entity_id,
        entity_years.year_ending_on

),

tables as (

    select 'I' as statutory_table
    union all
    select 'II' as statutory_table

),

tax_bases as (

    select 'with_tax' as tax_basis
    union all
    select 'without_tax' as tax_basis

),

laid_out as (

    select
        entity_years.entity_id,
        entity_years.base_currency,
        entity_years.year_ending_on,
        tables.statutory_table,
        tax_bases.tax_basis,
        columns_of_the_order.column_order,
        columns_of_the_order.delay_column,
        coalesce(found.invoices_count, 0) as invoices_count,
        case
            when tax_bases.tax_basis = 'with_tax' then coalesce(found.gross_amount, 0)
            else coalesce(found.net_amount, 0)
        end as invoices_amount,
        coalesce(sales.issued_count, 0) as issued_count,
        case
            when tables.statutory_table = 'I' and tax_bases.tax_basis = 'with_tax' then sales.gross_sales_amount
            when tables.statutory_table = 'I' then sales.net_sales_amount
            when tax_bases.tax_basis = 'with_tax' then sales.gross_issued_amount
            else sales.net_issued_amount
        end as reference_amount
    from entity_years
    cross join tables
    cross join tax_bases
    cross join columns_of_the_order
    left join found
        on
            entity_years.entity_id = found.entity_id
            and entity_years.year_ending_on = found.year_ending_on
            and tables.statutory_table = found.statutory_table
            and columns_of_the_order.column_order = found.column_order
    left join sales
        on
            entity_years.entity_id = sales.entity_id
            and entity_years.year_ending_on = sales.year_ending_on
    left join untaxed
        on
            entity_years.entity_id = untaxed.entity_id
            and entity_years.year_ending_on = untaxed.year_ending_on
    where
        tax_bases.tax_basis = 'with_tax'
        or (coalesce(untaxed.untaxed_count, 0) = 0 and coalesce(sales.untaxed_count, 0) = 0)

),

final as (

    select
        entity_id,
        year_ending_on,
        statutory_table,
        tax_basis,
        column_order,
        delay_column,
        base_currency,
        cast(invoices_count as bigint) as invoices_count,
        {{ money('invoices_amount') }} as invoices_amount,
        cast(issued_count as bigint) as issued_count,
        {{ money('coalesce(reference_amount, 0)') }} as reference_amount,
        {{ ratio('invoices_amount', 'coalesce(reference_amount, 0)') }} as reference_rate
    from laid_out

)

select * from final
{{ sorted_by('entity_id', 'year_ending_on', 'statutory_table', 'tax_basis', 'column_order') }}
