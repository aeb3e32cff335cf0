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
        restatements.before_amount,
        restatements.after_amount,
        {{ money('restatements.after_amount - restatements.before_amount') }} as difference_amount,
        restatements.before_reporting_amount,
        restatements.after_reporting_amount,
        {{ money('restatements.after_reporting_amount - restatements.before_reporting_amount') }}
            as reporting_difference_amount,
        restatements.before_overdue_amount,
        restatements.after_overdue_amount,
        {{ money('restatements.after_overdue_amount - restatements.before_overdue_amount') }}
            as overdue_difference_amount,
        restatements.before_over_90_amount,
        restatements.after_over_90_amount,
        {{ money('restatements.after_over_90_amount - restatements.before_over_90_amount') }}
            as over_90_difference_amount,
        restatements.before_disputed_amount,
        restatements.after_disputed_amount,
        {{ money('restatements.after_disputed_amount - restatements.before_disputed_amount') }}
            as disputed_difference_amount
    from restatements
    inner join publications
        on restatements.publication_number = publications.publication_number

)

select * from final
{{ sorted_by('publication_number', 'customer_id', 'document_id', 'instalment_no', 'valid_from_on') }}
