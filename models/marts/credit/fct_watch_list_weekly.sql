{#
  The watch list of every week, by the rules of `watch_rules`: who is on it, since when, why, and who left. The rules are
  conditions on measures known by that week; a row is a customer that is on the list or was a week before.
#}
with

states as (

    select * from {{ ref('int_watch_states') }}

),

rules as (

    select * from {{ ref('watch_rules') }}

),

-- No value below the lowest that any rule asks for can matter: what is looked at stays few.
thresholds as (

    select
        measure,
        min(from_value) as from_value
    from (
        select
            measure,
            from_value
        from rules
        union all
        select
            and_measure as measure,
            and_from_value as from_value
        from rules
        where and_measure is not null
    ) as asked
    group by measure

),

measures as (

    {% for measure in watch_measures() %}
        select
            states.week_ending_on,
            states.customer_id,
            states.exposure_amount,
            '{{ measure }}' as measure,
            cast(states.{{ measure }} as double) as value
        from states
        inner join thresholds
            on
                thresholds.measure = '{{ measure }}'
                and cast(states.{{ measure }} as double) >= cast(thresholds.from_value as double)
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

hits as (

    select
        measures.week_ending_on,
        measures.customer_id,
        rules.reason_code,
        rules.rule_order,
        rules.weight,
        measures.measure,
        rules.from_value,
        replace(
            rules.reason,
            '{value}',
            cast(
                cast(
                    round(case when rules.unit = 'percent' then 100 * measures.value else measures.value end, 0)
                    as bigint
                ) as varchar
            )
        ) as reason,
        -- Of two rules that measure the same thing, the stricter one speaks.
        row_number() over (
            partition by measures.week_ending_on, measures.customer_id, measures.measure order by rules.from_value desc
        ) as strictness_rank
    from measures
    inner join rules
        on
            measures.measure = rules.measure
            and measures.value >= cast(rules.from_value as double)
            and measures.exposure_amount >= rules.min_exposure_amount
    left join measures as also
        on
            measures.week_ending_on = also.week_ending_on
            and measures.customer_id = also.customer_id
            and rules.and_measure = also.measure
            and also.value >= cast(rules.and_from_value as double)
    where
        rules.and_measure is null
        or also.measure is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by week_ending_on, customer_id order by weight desc, rule_order asc
        ) as reason_rank
    from hits
    where strictness_rank = 1

),

weeks as (

    select
        period_ending_on as week_ending_on,
        as_of_on,
        is_complete as is_complete_week
    from {{ ref('int_period_rows') }}
    where period_kind = 'week'

),

notes as (

    select
        customer_id,
        author,
        cast(written_at as date) as written_on,
        next_on,
        lead(cast(written_at as date)) over (partition by customer_id order by written_at, note_id) as followed_on
    from {{ ref('stg_raw__account_notes') }}

),

-- The newest note of each week's day, where it says until when the account needs no other look.
reviews as (

    select
        weeks.week_ending_on,
        weeks.as_of_on,
        notes.customer_id,
        notes.author as reviewed_by,
        notes.next_on as reviewed_until_on,
        {{ week_ending('notes.written_on') }} as reviewed_week_on
    from notes
    inner join weeks
        on
            notes.written_on <= weeks.as_of_on
            and notes.next_on > weeks.as_of_on
            and (notes.followed_on is null or notes.followed_on > weeks.as_of_on)

),

-- The week of the last incident of each kind, as known in the weeks of a review.
incidents as (

    select
        reviews.week_ending_on,
        reviews.customer_id,
        spans.figure as measure,
        {{ week_ending('max(spans.starts_on)') }} as incident_week_on
    from reviews
    inner join {{ ref('int_customer_risk_spans') }} as spans
        on
            reviews.customer_id = spans.customer_id
            and reviews.as_of_on >= spans.starts_on
    where
        spans.figure in (
            {% for measure in incident_measures() %}
                '{{ measure }}'{% if not loop.last %},{% endif %}
            {% endfor %}
        )
    group by
        reviews.week_ending_on,
        reviews.customer_id,
        spans.figure

),

-- A reason is new where the week before did not tell of its measure, or not as strictly; for whoever is reviewed, where
-- the week of the review did not: what somebody has looked at is not news until their day comes. An incident is news if
-- it is of the week of the review, after which it may have come, or later.
compared as (

    select
        ranked.*,
        case
            when incidents.customer_id is not null
                then incidents.incident_week_on >= reviews.reviewed_week_on
            else earlier.reason_code is null
        end as is_new_reason
    from ranked
    left join reviews
        on
            ranked.customer_id = reviews.customer_id
            and ranked.week_ending_on = reviews.week_ending_on
    left join incidents
        on
            ranked.customer_id = incidents.customer_id
            and ranked.week_ending_on = incidents.week_ending_on
            and ranked.measure = incidents.measure
    left join ranked as earlier
        on
            ranked.customer_id = earlier.customer_id
            and ranked.measure = earlier.measure
            and ranked.from_value <= earlier.from_value
            and coalesce(reviews.reviewed_week_on, {{ add_days('ranked.week_ending_on', -7) }})
            = earlier.week_ending_on

),

listed as (

    select
        week_ending_on,
        customer_id,
        {{ joined_in_order('case when reason_rank <= 3 then reason end', ' · ', 'reason_rank') }} as reasons,
        {{ joined_in_order('reason_code', ',', 'reason_rank') }} as reason_codes,
        max(case when reason_rank = 1 then rule_order end) as first_rule_order,
        sum(weight) as weight,
        count(*) as reasons_count,
        sum(case when is_new_reason then 1 else 0 end) as new_reasons_count
    from compared
    group by
        week_ending_on,
        customer_id

),

given as (

    select max(case when table_name = 'credit_covers' then 1 else 0 end) = 1 as has_covers
    from {{ ref('int_given_tables') }}

),

pairs as (

    -- Each listing speaks in its own week and in the next.
    select
        week_ending_on,
        customer_id,
        max(is_now) = 1 as is_now,
        max(is_before) = 1 as is_before
    from (
        select
            week_ending_on,
            customer_id,
            1 as is_now,
            0 as is_before
        from listed
        union all
        select
            {{ add_days('week_ending_on', 7) }} as week_ending_on,
            customer_id,
            0 as is_now,
            1 as is_before
        from listed
    ) as together
    group by
        week_ending_on,
        customer_id

),

spells as (

    select
        *,
        -- The first week of the spell on the list that this week belongs to.
        max(case when is_now and not is_before then week_ending_on end) over (
            partition by customer_id order by week_ending_on rows between unbounded preceding and current row
        ) as entered_on
    from pairs

),

joined as (

    select
        weeks.week_ending_on,
        weeks.as_of_on,
        weeks.is_complete_week,
        spells.customer_id,
        case when not spells.is_before then 'entered' when not spells.is_now then 'left' else 'stays' end as change,
        spells.entered_on,
        coalesce(listed.reasons, before.reasons) as reasons,
        coalesce(listed.reason_codes, before.reason_codes) as reason_codes,
        coalesce(listed.first_rule_order, before.first_rule_order) as first_rule_order,
        listed.weight,
        coalesce(listed.reasons_count, 0) as reasons_count,
        coalesce(listed.new_reasons_count, 0) as new_reasons_count,
        states.risk_tier,
        states.previous_risk_tier,
        states.risk_score,
        states.exposure_amount,
        states.limit_amount,
        case when given.has_covers then coalesce(states.insured_amount, 0) end as insured_amount,
        states.own_risk_amount,
        states.overdue_amount,
        states.oldest_days_past_due,
        rates.tier_seriously_late_rate,
        rates.is_measured,
        coalesce(states.insolvency, 0) = 1 as is_insolvent,
        reviews.reviewed_until_on,
        reviews.reviewed_by,
        -- Proceedings are no matter of a review.
        case
            when not spells.is_now then 'left'
            when states.insolvency = 1 then 'insolvent'
            when listed.new_reasons_count = 0 and reviews.reviewed_until_on is not null then 'set_aside'
            else 'watch'
        end as list_section
    from spells
    cross join given
    inner join weeks
        on spells.week_ending_on = weeks.week_ending_on
    left join listed
        on
            spells.week_ending_on = listed.week_ending_on
            and spells.customer_id = listed.customer_id
    left join listed as before
        on
            {{ add_days('spells.week_ending_on', -7) }} = before.week_ending_on
            and spells.customer_id = before.customer_id
    left join states
        on
            spells.week_ending_on = states.week_ending_on
            and spells.customer_id = states.customer_id
    left join reviews
        on
            spells.week_ending_on = reviews.week_ending_on
            and spells.customer_id = reviews.customer_id
    left join {{ ref('int_tier_loss_rates') }} as rates
        on
            spells.week_ending_on = rates.week_ending_on
            and states.risk_tier = rates.risk_tier

),

valued as (

    select
        *,
        {{ convert_money(
            'coalesce(own_risk_amount, 0)',
            scaled_rate('coalesce(tier_seriously_late_rate, 1)'),
            scaled_rate('1')
        ) }} as expected_loss_amount
    from joined

),

final as (

    select
        week_ending_on,
        as_of_on,
        is_complete_week,
        customer_id,
        change,
        entered_on,
        reasons,
        reason_codes,
        cast(first_rule_order as integer) as first_rule_order,
        cast(weight as integer) as weight,
        cast(reasons_count as integer) as reasons_count,
        cast(new_reasons_count as integer) as new_reasons_count,
        risk_tier,
        previous_risk_tier,
        risk_score,
        {{ money('coalesce(exposure_amount, 0)') }} as exposure_amount,
        limit_amount,
        insured_amount,
        {{ money('coalesce(own_risk_amount, 0)') }} as own_risk_amount,
        {{ money('coalesce(overdue_amount, 0)') }} as overdue_amount,
        cast(oldest_days_past_due as integer) as oldest_days_past_due,
        tier_seriously_late_rate,
        coalesce(is_measured, false) as is_rate_measured,
        expected_loss_amount,
        is_insolvent,
        reviewed_until_on,
        reviewed_by,
        list_section,
        -- Each section is a list of its own.
        case
            when change <> 'left'
                then cast(
                        row_number() over (
                            partition by week_ending_on, list_section
                            order by expected_loss_amount desc, own_risk_amount desc, weight desc, customer_id asc
                        ) as integer
                    )
        end as list_rank
    from valued

)

select * from final
{{ sorted_by('week_ending_on', 'list_rank', 'customer_id') }}
