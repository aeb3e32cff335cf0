with

findings as (

    select
        *,
        row_number() over (
            partition by load_id, source, table_name, slice, file, line, record, severity
            order by coalesce(column_name, '') asc, reason asc
        ) as finding_number
    from {{ source('raw', 'rejects') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

final as (

    select
        findings.load_id,
        findings.source,
        findings.table_name,
        findings.file,
        findings.line,
        findings.column_name,
        findings.value,
        findings.reason,
        findings.severity,
        findings.raw_line,
        coalesce(findings.slice, rejected_rows.slice) as slice,
        findings.record,
        cast(findings.finding_number as integer) as finding_number,
        {{ money('findings.amount') }} as row_amount,
        findings.currency as row_currency,
        rejected_rows.reject_state,
        rejected_rows.mended_in_load_id,
        rejected_rows.decided_by_person,
        rejected_rows.decided_at,
        rejected_rows.decision_reason
    from findings
    left join {{ ref('int_rejected_rows') }} as rejected_rows
        on findings.severity = 'reject'
            and findings.load_id = rejected_rows.load_id
            and findings.source = rejected_rows.source
            and findings.table_name = rejected_rows.table_name
            and coalesce(findings.slice, rejected_rows.slice) = rejected_rows.slice
            and findings.file = rejected_rows.file
            and findings.line = rejected_rows.line
            and coalesce(findings.record, -1) = coalesce(rejected_rows.record, -1)

)

select * from final
{{ sorted_by('load_id', 'file', 'line') }}
