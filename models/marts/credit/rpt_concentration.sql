{#
  How much of the exposure hangs on few: by customer, by group (all that one parent owns), by segment and country. Shares are of
  what is positive; the index is the sum of squared shares, its inverse the number of equal debtors it amounts to.
#}
with

exposures as (

    select * from {{ ref('rpt_credit_exposures') }}
    where exposure_amount > 0

),

members as (

    {% for kind, column in [
        ('customer', 'customer_id'), ('group', 'group_customer_id'), ('segment', 'segment'), ('country', 'country_code'),
    ] %}
        select
            '{{ kind }}' as concentration_kind,
            coalesce({{ column }}, 'Not given') as member,
            sum(exposure_amount) as exposure_amount,
            sum(own_risk_amount) as own_risk_amount
        from exposures
        group by coalesce({{ column }}, 'Not given')
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (partition by concentration_kind order by exposure_amount desc, member asc) as member_rank,
        sum(exposure_amount) over (partition by concentration_kind) as all_amount
    from members

),

shares as (

    select
        *,
        {{ ratio('exposure_amount', 'all_amount') }} as exposure_rate
    from ranked

),

final as (

    select
        concentration_kind,
        cast(count(*) as integer) as members_count,
        {{ money('sum(exposure_amount)') }} as exposure_amount,
        {{ money('sum(own_risk_amount)') }} as own_risk_amount,
        max(case when member_rank = 1 then member end) as largest_member,
        {% for top in [1, 3, 5, 10, 20] %}
            {{ ratio(
                'sum(case when member_rank <= ' ~ top ~ ' then exposure_amount else 0 end)', 'sum(exposure_amount)'
            ) }} as top_{{ top }}_rate,
        {% endfor %}
        round(sum(exposure_rate * exposure_rate), 10) as herfindahl_index,
        round(1 / sum(exposure_rate * exposure_rate), 6) as effective_number
    from shares
    group by concentration_kind

)

select * from final
{{ sorted_by('concentration_kind') }}
