-- The books of one entity of the sample company: the general ledger that its invoices and payments would have left, in one
-- currency. Reads the views `invoices`, `payments`, `allocations` and `customers` (canonical extracts, all text) and the
-- variables `entity`, `currency` and `as_of_on`; makes `documents`, `links` (what is set against what) and `book_lines`.

create or replace table documents as
with posted as (
    select
        document_type || ':' || invoice_id as document_id,
        invoice_id as document_ref,
        document_type as kind,
        customer_id,
        currency,
        cast(posted_on as date) as posted_on,
        cast(coalesce(invoiced_on, posted_on) as date) as document_on,
        cast(due_on as date) as due_on,
        cast(null as date) as matures_on,
        cast(amount as decimal(18, 2)) as amount,
        coalesce(cast(tax_amount as decimal(18, 2)), 0) as tax_amount,
        null as original_id
    from invoices
    where entity_id = getvariable('entity') and status = 'posted'
    union all
    select
        payment_type || ':' || payment_id,
        payment_id,
        payment_type,
        customer_id,
        currency,
        cast(coalesce(posted_on, received_on) as date),
        cast(received_on as date),
        null,
        cast(matures_on as date),
        cast(amount as decimal(18, 2)) * if(payment_type in ('refund', 'bounce'), 1, -1),
        0,
        'payment:' || original_payment_id
    from payments
    where entity_id = getvariable('entity') and status = 'posted'
)
select * from posted where posted_on <= getvariable('as_of_on');

create or replace table links as
with stated as (
    select
        credit_kind || ':' || credit_id as credit_id,
        debit_kind || ':' || debit_id as debit_id,
        cast(amount as decimal(18, 2)) as amount,
        cast(applied_on as date) as applied_on
    from allocations
    where entity_id = getvariable('entity') and cast(applied_on as date) <= getvariable('as_of_on')
)
select * from stated
where credit_id in (select document_id from documents) and debit_id in (select document_id from documents)
union all
select original_id, document_id, amount, posted_on
from documents
where original_id in (select document_id from documents);
