{#
  What has become of each rejected row, as far as is known: the rule of ingest/mended.py (STATES), by which
  `encours rejects` lists them. tests/command/test_clocks.py holds the two against each other.
#}
with

loads as (

    select
        *,
        {{ is_in_effect() }} as is_in_effect
    from {{ source('raw', 'loads') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

withdrawn as (

    select distinct load_id
    from loads
    where not is_in_effect and kind <> 'unload'

),

replaced as (

    -- A late list of open items takes nothing of the place of later days.
    select distinct
        loads.load_id,
        loads.source,
        loads.table_name,
        loads.slice,
        loads.file
    from loads
    inner join loads as later
        on loads.source = later.source
            and loads.table_name = later.table_name
            and loads.slice = later.slice
            and loads.load_id < later.load_id
            and (later.kind <> 'open_items' or loads.as_of_on <= later.as_of_on)
    where loads.kind not in ('delta', 'mended')
        and later.kind not in ('delta', 'mended')
        and later.is_in_effect

),

findings as (

    select
        *,
        coalesce(cells, raw_line) as content,
        -- Loads of earlier versions did not keep the record.
        coalesce(record, -1) as record_or_none
    from {{ source('raw', 'rejects') }}
    where severity = 'reject'
    {% if var('known_at') not in ('', none) %}
        and load_id <= {{ var('known_at') | int }}
    {% endif %}

),

rejected as (

    select
        findings.load_id,
        findings.source,
        findings.table_name,
        loads.slice,
        findings.file,
        findings.line,
        findings.record_or_none,
        loads.is_in_effect,
        max(findings.record) as record,
        max(findings.content) as content,
        max(findings.amount) as amount,
        max(findings.currency) as currency
    from findings
    inner join loads
        on findings.load_id = loads.load_id
            and findings.source = loads.source
            and findings.table_name = loads.table_name
            and findings.file = loads.file
            and coalesce(findings.slice, loads.slice) = loads.slice
    group by
        findings.load_id,
        findings.source,
        findings.table_name,
        loads.slice,
        findings.file,
        findings.line,
        findings.record_or_none,
        loads.is_in_effect

),

mended as (

    select
        mended_rejects.rejected_in,
        mended_rejects.source,
        mended_rejects.table_name,
        mended_rejects.slice,
        mended_rejects.file,
        mended_rejects.line,
        coalesce(mended_rejects.record, -1) as record_or_none,
        max(mended_rejects.mended_in) as mended_in
    from {{ source('raw', 'mended_rejects') }} as mended_rejects
    left join withdrawn as withdrawn_saying on mended_rejects.load_id = withdrawn_saying.load_id
    left join withdrawn as withdrawn_mending on mended_rejects.mended_in = withdrawn_mending.load_id
    where withdrawn_saying.load_id is null
        and withdrawn_mending.load_id is null
    {% if var('known_at') not in ('', none) %}
        and mended_rejects.load_id <= {{ var('known_at') | int }}
    {% endif %}
    group by
        mended_rejects.rejected_in,
        mended_rejects.source,
        mended_rejects.table_name,
        mended_rejects.slice,
        mended_rejects.file,
        mended_rejects.line,
        mended_rejects.record

),

decisions as (

    select
        *,
        row_number() over (
            partition by source, table_name, slice, content
            order by decision_id desc
        ) as newest_rank
    from {{ source('raw', 'reject_decisions') }}
    {% if var('known_at') not in ('', none) %}
        where known_at_load_id <= {{ var('known_at') | int }}
    {% endif %}

),

states as (

    select
        rejected.*,
        mended.mended_in,
        decisions.decided_at,
        decisions.author as decided_by,
        decisions.reason as decision_reason,
        case
            when not rejected.is_in_effect then 'past'
            when mended.mended_in is not null then 'mended'
            when replaced.load_id is not null then 'past'
            when decisions.decision = 'dismissed' then 'dismissed'
            else 'open'
        end as reject_state
    from rejected
    left join replaced
        on rejected.load_id = replaced.load_id
            and rejected.source = replaced.source
            and rejected.table_name = replaced.table_name
            and rejected.slice = replaced.slice
            and rejected.file = replaced.file
    left join mended
        on rejected.load_id = mended.rejected_in
            and rejected.source = mended.source
            and rejected.table_name = mended.table_name
            and rejected.slice = mended.slice
            and rejected.file = mended.file
            and rejected.line = mended.line
            and rejected.record_or_none = mended.record_or_none
    left join decisions
        on rejected.source = decisions.source
            and rejected.table_name = decisions.table_name
            and rejected.slice = decisions.slice
            and rejected.content = decisions.content
            and decisions.newest_rank = 1

),

final as (

    select
        load_id,
        source,
        table_name,
        slice,
        file,
        line,
        record,
        amount as row_amount,
        currency as row_currency,
        reject_state,
        case when reject_state = 'mended' then mended_in end as mended_in_load_id,
        case when reject_state = 'dismissed' then decided_by end as decided_by_person,
        case when reject_state = 'dismissed' then decided_at end as decided_at,
        case when reject_state = 'dismissed' then decision_reason end as decision_reason
    from states

)

select * from final
