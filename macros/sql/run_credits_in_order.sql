{#
  Runs the credits whose outcome depends on order, one event at a time and all credits in step: what an
  allocation finds free, what a reversal or a bounce takes back. The plain credits (nearly all) never come here.

  `credits`: entity_id, credit_document_id, credit_total.
  `events`:  entity_id, credit_document_id, step (1, 2, 3 … in order), event_kind, event_on, allocation_id,
             debit_document_id, credit_amount, debit_amount, later_debit_amount (what comes after it on its day between
             the same two documents). Kinds:
               allocate  taken if the credit has as much free, else left out whole
               end       what is left of `allocation_id` ends
               reverse   takes back `debit_amount` from what is in effect against the same debit, latest first;
                         what it does not find it takes from that day's allocations to come, the last one first
               bounce    takes back `credit_amount` from all that is in effect, latest first, and clears the rest

  Gives the relation `outcomes`: entity_id, credit_document_id, step, allocation_id, debit_document_id,
  credit_amount, debit_amount, ended_on (null = still in effect), outcome (taken; reversed: taken back by a reversal; returned: taken back by a
  bounce; left_out; bounced: what a bounce clears of its payment).

      credit of 100; 60 to A on day 1, 50 to B on day 2, bounce of 80 on day 3
        -> B is left out (40 free); the bounce ends A's 60 on day 3 and clears 80 of the credit
#}
{% macro run_credits_in_order(credits, events) %}
    {{- return(adapter.dispatch('run_credits_in_order')(credits, events)) -}}
{% endmacro %}

{% macro default__run_credits_in_order(credits, events) %}
{%- set entry = 'struct(allocation_id varchar, debit_document_id varchar, credit_left decimal(18, 2), debit_left decimal(18, 2))' -%}
{%- set emission = 'struct(allocation_id varchar, debit_document_id varchar, credit_amount decimal(18, 2), debit_amount decimal(18, 2), ended_on date, outcome varchar)' -%}
states as (

    select
        entity_id,
        credit_document_id,
        cast(0 as bigint) as step,
        cast(credit_total as decimal(18, 2)) as free_amount,
        cast([] as {{ entry }} []) as active,
        cast([] as struct(debit_document_id varchar, event_on date, debit_left decimal(18, 2)) []) as pending,
        cast([] as {{ emission }} []) as emitted
    from {{ credits }}
    union all
    select
        entity_id,
        credit_document_id,
        step,
        cast(
            free_amount
            + coalesce(list_sum(list_transform(takes, lambda take: take.credit_left)), 0)
            - case
                when event_kind = 'allocate' and is_taken then net_credit
                when event_kind = 'bounce' then cleared_credit
                else 0
            end as decimal(18, 2)
        ) as free_amount,
        case
            when event_kind = 'allocate' and is_taken and net_debit > 0
                then list_append(
                    active,
                    cast(row(allocation_id, debit_document_id, net_credit, net_debit) as {{ entry }})
                )
            when event_kind = 'allocate' then active
            else list_filter(
                list_transform(
                    range(1, len(active) + 1),
                    lambda place: cast(
                        row(
                            active[place].allocation_id,
                            active[place].debit_document_id,
                            active[place].credit_left - takes[place].credit_left,
                            active[place].debit_left - takes[place].debit_left
                        ) as {{ entry }}
                    )
                ),
                lambda entry: entry.debit_left > 0
            )
        end as active,
        case
            when event_kind = 'reverse' and not_found_debit > 0
                then list_append(
                    list_filter(pending, lambda waiting: waiting.event_on = event_on),
                    cast(
                        row(debit_document_id, event_on, not_found_debit)
                        as struct(debit_document_id varchar, event_on date, debit_left decimal(18, 2))
                    )
                )
            else pending
        end as pending,
        list_concat(
            list_filter(
                list_transform(
                    takes,
                    lambda take: cast(
                        row(
                            take.allocation_id,
                            take.debit_document_id,
                            take.credit_left,
                            take.debit_left,
                            event_on,
                            case event_kind when 'reverse' then 'reversed' when 'bounce' then 'returned' else 'taken' end
                        ) as {{ emission }}
                    )
                ),
                lambda part: part.debit_amount > 0
            ),
            case
                when event_kind = 'allocate' and not is_taken
                    then [
                        cast(
                            row(allocation_id, debit_document_id, credit_amount, debit_amount, null, 'left_out')
                            as {{ emission }}
                        )
                    ]
                when event_kind = 'bounce' and cleared_credit > 0
                    then [
                        cast(
                            row(allocation_id, debit_document_id, cleared_credit, cleared_credit, null, 'bounced')
                            as {{ emission }}
                        )
                    ]
                else cast([] as {{ emission }} [])
            end
        ) as emitted
    from (
        select
            *,
            cast(
                case when event_kind = 'reverse'
                    then debit_amount - coalesce(list_sum(list_transform(takes, lambda take: take.debit_left)), 0)
                    else 0
                end as decimal(18, 2)
            ) as not_found_debit,
            cast(
                least(
                    credit_amount,
                    free_amount + coalesce(list_sum(list_transform(takes, lambda take: take.credit_left)), 0)
                ) as decimal(18, 2)
            ) as cleared_credit,
            net_credit <= free_amount as is_taken
        from (
            select
                *,
                case
                    when event_kind = 'allocate'
                        then {{ share_money('credit_amount', 'net_debit', 'debit_amount') }}
                    else credit_amount
                end as net_credit
            from (
                select
                    *,
                    -- What waits is taken from the allocations after it first.
                    cast(
                        debit_amount - least(greatest(waiting_debit - later_debit_amount, 0), debit_amount)
                        as decimal(18, 2)
                    ) as net_debit
                from (
                    select
                        states.entity_id,
                        states.credit_document_id,
                        states.free_amount,
                        states.active,
                        states.pending,
                        events.step,
                        events.event_kind,
                        events.event_on,
                        events.allocation_id,
                        events.debit_document_id,
                        events.credit_amount,
                        events.debit_amount,
                        events.later_debit_amount,
                        cast(
                            coalesce(
                                list_sum(
                                    list_transform(
                                        list_filter(
                                            states.pending,
                                            lambda waiting: waiting.event_on = events.event_on
                                            and waiting.debit_document_id = events.debit_document_id
                                        ),
                                        lambda waiting: waiting.debit_left
                                    )
                                ),
                                0
                            ) as decimal(18, 2)
                        ) as waiting_debit,
                        list_transform(
                            range(1, len(states.active) + 1),
                            lambda place: cast(
                                case events.event_kind
                                    when 'end'
                                        then case
                                            when states.active[place].allocation_id = events.allocation_id
                                                then row(
                                                    states.active[place].allocation_id,
                                                    states.active[place].debit_document_id,
                                                    states.active[place].credit_left,
                                                    states.active[place].debit_left
                                                )
                                            else row(
                                                states.active[place].allocation_id,
                                                states.active[place].debit_document_id,
                                                0,
                                                0
                                            )
                                        end
                                    when 'reverse'
                                        then {{ take_latest_first(
                                            'events.debit_amount', 'debit_left', 'events.debit_document_id'
                                        ) }}
                                    when 'bounce' then {{ take_latest_first('events.credit_amount', 'credit_left') }}
                                    else row(
                                        states.active[place].allocation_id,
                                        states.active[place].debit_document_id,
                                        0,
                                        0
                                    )
                                end as {{ entry }}
                            )
                        ) as takes
                    from states
                    inner join {{ events }} as events
                        on
                            states.entity_id = events.entity_id
                            and states.credit_document_id = events.credit_document_id
                            and states.step + 1 = events.step
                ) as found
            ) as met
        ) as netted
    ) as weighed

),

last_states as (

    select
        *,
        max(step) over (partition by entity_id, credit_document_id) as last_step
    from states

),

parts as (

    select
        entity_id,
        credit_document_id,
        step,
        unnest(emitted) as part
    from states
    union all
    select
        entity_id,
        credit_document_id,
        step,
        unnest(
            list_transform(
                active,
                lambda entry: cast(
                    row(
                        entry.allocation_id,
                        entry.debit_document_id,
                        entry.credit_left,
                        entry.debit_left,
                        null,
                        'taken'
                    ) as {{ emission }}
                )
            )
        ) as part
    from last_states
    where step = last_step

),

outcomes as (

    select
        entity_id,
        credit_document_id,
        step,
        part.allocation_id,
        part.debit_document_id,
        part.credit_amount,
        part.debit_amount,
        part.ended_on,
        part.outcome
    from parts

)
{%- endmacro %}

{#
  What an amount takes of one entry when it takes the latest entries first: all after it are served before it.
  The other side of the entry goes along in proportion, the last part taking the rounding rest.
#}
{% macro take_latest_first(amount, side, debit_document_id=none) %}
{%- set other = 'credit_left' if side == 'debit_left' else 'debit_left' -%}
{%- set is_meant = ('later.debit_document_id = ' ~ debit_document_id) if debit_document_id else 'true' -%}
{%- set taken -%}
greatest(
    0,
    least(
        states.active[place].{{ side }},
        {{ amount }} - coalesce(
            list_sum(
                list_transform(
                    list_filter(states.active[place + 1:], lambda later: {{ is_meant }}),
                    lambda later: later.{{ side }}
                )
            ),
            0
        )
    )
)
{%- endset -%}
{%- set taken = 'cast(' ~ taken ~ ' as decimal(18, 2))' -%}
{%- set share = share_money('states.active[place].' ~ other, taken, 'states.active[place].' ~ side) -%}
{%- if debit_document_id %}
case
    when states.active[place].debit_document_id <> {{ debit_document_id }}
        then row(states.active[place].allocation_id, states.active[place].debit_document_id, 0, 0)
    else row(states.active[place].allocation_id, states.active[place].debit_document_id, {{ share }}, {{ taken }})
end
{%- else %}
row(states.active[place].allocation_id, states.active[place].debit_document_id, {{ taken }}, {{ share }})
{%- endif %}
{%- endmacro %}
