{#
  Payments as they count. What a bank statement shows and the books hold themselves is one payment (`repeats_number`): of
  one customer, currency and amount on one day; else the two nearest each other within a week, and again of what is left;
  of a payer nobody knows, the only two of that amount within a week that are left then. What a list of open items drops
  was paid on any day since the list before, or in the week before that; what a row says was paid, without its day, on any
  day since the week before the row's own. A bounce of a bank statement gives back the one payment with its end-to-end
  reference, else the only one of its customer and amount in the eight weeks in which a direct debit may be returned.
#}
with

payers as (

    select
        payers.*,
        coalesce(payers.currency, entities.base_currency) as document_currency,
        case when payers.payment_type in ('refund', 'bounce') then 'out' else 'in' end as direction
    from {{ ref('int_payers') }} as payers
    inner join {{ ref('int_entities') }} as entities
        on payers.entity_id = entities.entity_id

),

of_bank as (

    select
        entity_id,
        payment_type || ':' || payment_id as row_id,
        direction,
        customer_id,
        document_currency as currency,
        amount,
        received_on
    from payers
    where is_from_bank

),

-- Only amounts that statements show are looked for, in entities that have any: the books may hold millions.
shown as (

    select distinct
        entity_id,
        currency,
        amount
    from of_bank

),

listed as (

    -- What lists of open items drop was paid on some day after the list before; what they have again came back since.
    select
        settlements.entity_id,
        settlements.document_type || ':' || settlements.invoice_id as document_id,
        settlements.document_type || ':' || settlements.invoice_id || '@' || cast(settlements.settled_on as varchar)
        || coalesce('/' || cast(settlements.open_again_on as varchar), '') as document_number,
        settlements.amount,
        settlements.settled_on,
        settlements.open_again_on,
        coalesce(settlements.list_before_on, invoices.posted_on) as open_on,
        invoices.customer_id,
        coalesce(invoices.currency, entities.base_currency) as currency
    from {{ ref('int_listed_settlements') }} as settlements
    inner join {{ ref('stg_raw__invoices') }} as invoices
        on
            settlements.entity_id = invoices.entity_id
            and settlements.document_type = invoices.document_type
            and settlements.invoice_id = invoices.invoice_id
    inner join {{ ref('int_entities') }} as entities
        on settlements.entity_id = entities.entity_id

),

set_off as (

    select
        entity_id,
        credit_document_id as document_id,
        settled_on,
        amount
    from {{ ref('int_listed_offsets') }}
    union all
    select
        entity_id,
        debit_document_id as document_id,
        settled_on,
        amount
    from {{ ref('int_listed_offsets') }}

),

set_off_amounts as (

    select
        entity_id,
        document_id,
        settled_on,
        sum(amount) as amount
    from set_off
    group by
        entity_id,
        document_id,
        settled_on

),

own_sides as (

    -- What the books' own allocations name was paid by what stands in them.
    select
        allocations.entity_id,
        allocations.debit_id as invoice_id,
        allocations.debit_kind as document_type,
        allocations.amount
    from {{ ref('stg_raw__allocations') }} as allocations
    left join {{ ref('int_bank_references') }} as of_bank
        on allocations.allocation_id = of_bank.allocation_id
    where
        allocations.reversed_on is null
        and of_bank.allocation_id is null
    union all
    select
        allocations.entity_id,
        allocations.credit_id as invoice_id,
        allocations.credit_kind as document_type,
        -coalesce(allocations.credit_amount, allocations.amount) as amount
    from {{ ref('stg_raw__allocations') }} as allocations
    left join {{ ref('int_bank_references') }} as of_bank
        on allocations.allocation_id = of_bank.allocation_id
    where
        allocations.reversed_on is null
        and of_bank.allocation_id is null

),

entities_with_banks as (

    select distinct entity_id from shown

),

loads as (

    select
        load_id,
        max(as_of_on) as as_of_on
    from {{ source('raw', 'loads') }}
    group by load_id

),

settled_rows as (

    select
        invoices.entity_id,
        invoices.document_type,
        invoices.invoice_id,
        invoices.customer_id,
        coalesce(invoices.currency, entities.base_currency) as currency,
        invoices.paid_amount,
        {{ settled_of_row('invoices.amount', 'invoices.paid_amount', 'invoices.open_amount') }} as settled_amount,
        invoices.settled_on,
        invoices.posted_on,
        loads.as_of_on
    from {{ ref('stg_raw__invoices') }} as invoices
    inner join {{ ref('int_entities') }} as entities
        on invoices.entity_id = entities.entity_id
    inner join entities_with_banks
        on invoices.entity_id = entities_with_banks.entity_id
    left join {{ ref('int_listed_documents') }} as of_lists
        on
            invoices.entity_id = of_lists.entity_id
            and invoices.document_type = of_lists.document_type
            and invoices.invoice_id = of_lists.invoice_id
    left join loads
        on invoices.loaded_in = loads.load_id
    where
        of_lists.invoice_id is null
        and (
            invoices.settled_on is not null
            or invoices.paid_amount is not null
            or invoices.open_amount is not null
        )

),

own_named as (

    select
        settled_rows.entity_id,
        settled_rows.document_type,
        settled_rows.invoice_id,
        sum(own_sides.amount) as named_amount
    from settled_rows
    inner join own_sides
        on
            settled_rows.entity_id = own_sides.entity_id
            and settled_rows.invoice_id = own_sides.invoice_id
            and settled_rows.document_type = coalesce(own_sides.document_type, settled_rows.document_type)
            and sign(settled_rows.settled_amount) = sign(own_sides.amount)
    group by
        settled_rows.entity_id,
        settled_rows.document_type,
        settled_rows.invoice_id

),

settled as (

    select
        settled_rows.*,
        coalesce(own_named.named_amount, 0) as named_amount
    from settled_rows
    left join own_named
        on
            settled_rows.entity_id = own_named.entity_id
            and settled_rows.document_type = own_named.document_type
            and settled_rows.invoice_id = own_named.invoice_id

),

all_in_books as (

    select
        entity_id,
        payment_type || ':' || payment_id as row_id,
        payment_id as document_number,
        direction,
        customer_id,
        document_currency as currency,
        amount,
        received_on,
        {{ add_days('received_on', -7) }} as earliest_on,
        {{ add_days('received_on', 7) }} as latest_on
    from payers
    where not is_from_bank
    union all
    select
        items.entity_id,
        'line:' || items.line_id as row_id,
        items.document_number,
        case when items.amount < 0 then 'in' else 'out' end as direction,
        items.customer_id,
        coalesce(items.currency, entities.base_currency) as currency,
        abs(items.amount) as amount,
        items.posted_on as received_on,
        {{ add_days('items.posted_on', -7) }} as earliest_on,
        {{ add_days('items.posted_on', 7) }} as latest_on
    from {{ ref('int_ledger_items') }} as items
    inner join {{ ref('int_entities') }} as entities
        on items.entity_id = entities.entity_id
    where items.item_kind in ('payment', 'deposit', 'refund', 'bounce')
    union all
    select
        entity_id,
        'settled:' || document_type || ':' || invoice_id as row_id,
        document_type || ':' || invoice_id as document_number,
        case when settled_amount > 0 then 'in' else 'out' end as direction,
        customer_id,
        currency,
        -- Of what was settled only what was paid came by the bank.
        least(
            coalesce(abs(paid_amount), abs(settled_amount)), abs(settled_amount) - abs(named_amount)
        ) as amount,
        coalesce(settled_on, as_of_on) as received_on,
        -- Without its day it was on any day up to that of the file.
        {{ add_days('coalesce(settled_on, posted_on)', -7) }} as earliest_on,
        coalesce({{ add_days('settled_on', 7) }}, as_of_on) as latest_on
    from settled
    where abs(settled_amount) > abs(named_amount)
    union all
    select
        listed.entity_id,
        'listed:' || listed.document_number as row_id,
        listed.document_number,
        case when listed.amount > 0 then 'in' else 'out' end as direction,
        listed.customer_id,
        listed.currency,
        abs(listed.amount) - coalesce(set_off_amounts.amount, 0) as amount,
        listed.settled_on as received_on,
        {{ add_days('listed.open_on', -7) }} as earliest_on,
        listed.settled_on as latest_on
    from listed
    left join set_off_amounts
        on
            listed.entity_id = set_off_amounts.entity_id
            and listed.document_id = set_off_amounts.document_id
            and listed.settled_on = set_off_amounts.settled_on
            and listed.open_again_on is null
    union all
    select
        entity_id,
        'open again:' || document_number as row_id,
        document_number,
        'out' as direction,
        customer_id,
        currency,
        amount,
        open_again_on as received_on,
        settled_on as earliest_on,
        open_again_on as latest_on
    from listed
    where
        open_again_on is not null
        and amount > 0

),

in_books as (

    select all_in_books.*
    from all_in_books
    inner join shown
        on
            all_in_books.entity_id = shown.entity_id
            and all_in_books.currency = shown.currency
            and all_in_books.amount = shown.amount

),

bank_by_day as (

    select
        *,
        row_number() over (
            partition by entity_id, direction, customer_id, currency, amount, received_on order by row_id
        ) as place
    from of_bank

),

books_by_day as (

    select
        *,
        row_number() over (
            partition by entity_id, direction, customer_id, currency, amount, received_on order by row_id
        ) as place
    from in_books

),

of_one_day as (

    select
        bank.entity_id,
        bank.row_id as bank_row_id,
        books.row_id as book_row_id,
        books.document_number
    from bank_by_day as bank
    inner join books_by_day as books
        on
            bank.entity_id = books.entity_id
            and bank.direction = books.direction
            and bank.customer_id = books.customer_id
            and bank.currency = books.currency
            and bank.amount = books.amount
            and bank.received_on = books.received_on
            and bank.place = books.place

),

bank_left_0 as (

    select bank_by_day.*
    from bank_by_day
    left join of_one_day
        on
            bank_by_day.entity_id = of_one_day.entity_id
            and bank_by_day.row_id = of_one_day.bank_row_id
    where of_one_day.bank_row_id is null

),

books_left_0 as (

    select books_by_day.*
    from books_by_day
    left join of_one_day
        on
            books_by_day.entity_id = of_one_day.entity_id
            and books_by_day.row_id = of_one_day.book_row_id
    where of_one_day.book_row_id is null

),

{% set rounds = 4 %}
{% for round in range(1, rounds + 1) %}
    near_{{ round }} as (

        select
            bank.entity_id,
            bank.row_id as bank_row_id,
            books.row_id as book_row_id,
            books.document_number,
            bank.customer_id = 'UNIDENTIFIED' as is_of_nobody,
            row_number() over (
                partition by bank.entity_id, bank.row_id
                order by
                    abs({{ days_between('bank.received_on', 'books.received_on') }}),
                    abs(bank.place - books.place),
                    books.received_on,
                    books.row_id
            ) as rank_of_books,
            row_number() over (
                partition by books.entity_id, books.row_id
                order by
                    (case when bank.customer_id = 'UNIDENTIFIED' then 1 else 0 end),
                    abs({{ days_between('bank.received_on', 'books.received_on') }}),
                    abs(bank.place - books.place),
                    bank.received_on,
                    bank.row_id
            ) as rank_of_bank,
            count(*) over (partition by bank.entity_id, bank.row_id) as books_count,
            count(*) over (partition by books.entity_id, books.row_id) as bank_count
        from bank_left_{{ round - 1 }} as bank
        inner join books_left_{{ round - 1 }} as books
            on
                bank.entity_id = books.entity_id
                and bank.direction = books.direction
                and (bank.customer_id = books.customer_id or bank.customer_id = 'UNIDENTIFIED')
                and bank.currency = books.currency
                and bank.amount = books.amount
                and bank.received_on between books.earliest_on and books.latest_on

    ),

    repeats_{{ round }} as (

        -- Whoever nobody knows may be anybody: then the two must be the only ones of what all others leave.
        select
            entity_id,
            bank_row_id,
            book_row_id,
            document_number
        from near_{{ round }}
        where
            rank_of_books = 1
            and rank_of_bank = 1
            and (not is_of_nobody{{ ' or (books_count = 1 and bank_count = 1)' if loop.last }})

    ),

    {% if not loop.last %}
        bank_left_{{ round }} as (

            select bank.*
            from bank_left_{{ round - 1 }} as bank
            left join repeats_{{ round }} as repeats
                on
                    bank.entity_id = repeats.entity_id
                    and bank.row_id = repeats.bank_row_id
            where repeats.bank_row_id is null

        ),

        books_left_{{ round }} as (

            select books.*
            from books_left_{{ round - 1 }} as books
            left join repeats_{{ round }} as repeats
                on
                    books.entity_id = repeats.entity_id
                    and books.row_id = repeats.book_row_id
            where repeats.book_row_id is null

        ),

    {% endif %}
{% endfor %}
repeats as (

    select
        entity_id,
        bank_row_id,
        book_row_id,
        document_number
    from of_one_day
    {% for round in range(1, rounds + 1) %}
        union all
        select
            entity_id,
            bank_row_id,
            book_row_id,
            document_number
        from repeats_{{ round }}
    {% endfor %}

),

money as (

    -- What a bounce may give back, by the number it goes by.
    select
        payers.entity_id,
        coalesce(repeats.document_number, payers.payment_id) as document_number,
        payers.customer_id,
        payers.document_currency as currency,
        payers.amount,
        payers.received_on,
        payers.end_to_end_id
    from payers
    left join repeats
        on
            payers.entity_id = repeats.entity_id
            and payers.payment_type || ':' || payers.payment_id = repeats.bank_row_id
    where
        payers.direction = 'in'
        and payers.is_from_bank
    union
    select
        in_books.entity_id,
        in_books.document_number,
        in_books.customer_id,
        in_books.currency,
        in_books.amount,
        in_books.received_on,
        cast(null as varchar) as end_to_end_id
    from in_books
    left join repeats
        on
            in_books.entity_id = repeats.entity_id
            and in_books.row_id = repeats.book_row_id
    where
        in_books.direction = 'in'
        and repeats.book_row_id is null

),

bounces as (

    select * from payers
    where
        is_from_bank
        and payment_type = 'bounce'

),

by_end_to_end as (

    select
        bounces.entity_id,
        bounces.payment_id,
        min(money.document_number) as document_number,
        min(money.customer_id) as customer_id
    from bounces
    inner join money
        on
            bounces.entity_id = money.entity_id
            and bounces.end_to_end_id = money.end_to_end_id
            and bounces.document_currency = money.currency
            and bounces.amount <= money.amount
            and bounces.received_on >= money.received_on
    group by
        bounces.entity_id,
        bounces.payment_id
    having count(*) = 1

),

by_amount as (

    select
        bounces.entity_id,
        bounces.payment_id,
        min(money.document_number) as document_number
    from bounces
    inner join money
        on
            bounces.entity_id = money.entity_id
            and bounces.customer_id = money.customer_id
            and bounces.document_currency = money.currency
            and bounces.amount = money.amount
            and money.received_on between {{ add_days('bounces.received_on', -56) }} and bounces.received_on
    where bounces.customer_id <> 'UNIDENTIFIED'
    group by
        bounces.entity_id,
        bounces.payment_id
    having count(*) = 1

),

final as (

    select
        payers.payment_id,
        case
            when payers.customer_id = 'UNIDENTIFIED' then coalesce(by_end_to_end.customer_id, payers.customer_id)
            else payers.customer_id
        end as customer_id,
        payers.received_on,
        payers.amount,
        payers.entity_id,
        payers.posted_on,
        payers.account,
        payers.currency,
        payers.base_amount,
        payers.payment_type,
        coalesce(payers.original_payment_id, by_end_to_end.document_number, by_amount.document_number)
            as original_payment_id,
        payers.matures_on,
        payers.financing,
        payers.is_from_bank,
        payers.reference_document_id,
        repeats.document_number as repeats_number
    from payers
    left join repeats
        on
            payers.entity_id = repeats.entity_id
            and payers.payment_type || ':' || payers.payment_id = repeats.bank_row_id
    left join by_end_to_end
        on
            payers.entity_id = by_end_to_end.entity_id
            and payers.payment_id = by_end_to_end.payment_id
            and payers.payment_type = 'bounce'
    left join by_amount
        on
            payers.entity_id = by_amount.entity_id
            and payers.payment_id = by_amount.payment_id
            and payers.payment_type = 'bounce'

)

select * from final
