with

publications as (

    select * from {{ ref('int_publications') }}

),

restatements as (

    select * from {{ source('raw', 'restatements') }}

),

final as (

    select
        restatements.publication_number,
        publications.compared_with_number,
        publications.published_at,
        publications.build_id,
        restatements.restatement_basis,
        restatements.entity_id,
        restatements.document_id,
        restatements.instalment_no,
        restatements.item_kind,
        restatements.customer_id,
        restatements.currency,
        restatements.reporting_currency,
        restatements.valid_from_on,
        restatements.valid_to_on,
        restatements.reason,
        restatements.before_due_on,
        restatements.after_due_on,
        {% for part in ['', 'reporting_', 'overdue_', 'over_90_', 'disputed_'] %}
            restatements.before_{{ part }}amount,
            restatements.after_{{ part }}amount,
            {{ money('restatements.after_' ~ part ~ 'amount - restatements.before_' ~ part ~ 'amount') }}
                as {{ part }}difference_amount{{ ',' if not loop.last }}
        {% endfor %}
    from restatements
    inner join publications
        on restatements.publication_number = publications.publication_number

)

select * from final
{{ sorted_by('publication_number', 'customer_id', 'document_id', 'instalment_no', 'valid_from_on') }}
