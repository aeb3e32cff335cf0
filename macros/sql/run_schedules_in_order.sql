{#
  Fills the instalments of an invoice one event at a time, where something on it ended or was named to a part:
  an allocation is split when it takes effect, over what is open by then, oldest due first, and keeps its split;
  beyond the schedule it stays on the last part. What ends, ends from the last instalment number backwards.

  `schedules`: entity_id, document_id, parts_count, part_amounts (list, oldest due first), parts_by_number (their places
               in that list, in the order of the instalments' numbers).
  `events`:    entity_id, document_id, step (1, 2, 3 … in order), event_kind (`allocate`, `end`), event_on,
               allocation_id, part_no (null: not named), amount.

  Gives the relation `pieces`: entity_id, document_id, allocation_id, part_no, amount, ended_on.

      parts 60, 40; 70 on day 1 -> 60 on part 1, 10 on part 2; 30 of it ends on day 2 -> 10 of part 2, then 20 of
      part 1; 50 on day 3 -> 20 on part 1, 30 on part 2
#}
{% macro run_schedules_in_order(schedules, events) %}
    {{- return(adapter.dispatch('run_schedules_in_order')(schedules, events)) -}}
{% endmacro %}

{% macro default__run_schedules_in_order(schedules, events) %}
{%- set entry = 'struct(allocation_id varchar, part_no bigint, amount decimal(18, 2))' -%}
{%- set emission = 'struct(allocation_id varchar, part_no bigint, amount decimal(18, 2), ended_on date)' -%}
schedule_states as (

    select
        entity_id,
        document_id,
        cast(0 as bigint) as step,
        cast(part_amounts as decimal(18, 2) []) as open_amounts,
        cast(parts_by_number as bigint []) as parts_by_number,
        cast([] as {{ entry }} []) as active,
        cast([] as {{ emission }} []) as emitted
    from {{ schedules }}
    union all
    select
        entity_id,
        document_id,
        step,
        list_transform(
            range(1, len(open_amounts) + 1),
            lambda part: cast(
                open_amounts[part]
                - case when event_kind = 'allocate' then fills[part] else 0 end
                + coalesce(
                    list_sum(
                        list_transform(
                            list_filter(takes, lambda take: take.part_no = part),
                            lambda take: take.amount
                        )
                    ),
                    0
                ) as decimal(18, 2)
            )
        ) as open_amounts,
        parts_by_number,
        case
            when event_kind = 'allocate'
                then list_concat(
                    active,
                    list_filter(
                        list_transform(
                            parts_by_number,
                            lambda part: cast(row(allocation_id, part, fills[part]) as {{ entry }})
                        ),
                        lambda piece: piece.amount > 0
                    )
                )
            else list_filter(
                list_transform(
                    range(1, len(active) + 1),
                    lambda place: cast(
                        row(
                            active[place].allocation_id,
                            active[place].part_no,
                            active[place].amount - takes[place].amount
                        ) as {{ entry }}
                    )
                ),
                lambda piece: piece.amount > 0
            )
        end as active,
        list_filter(
            list_transform(
                takes,
                lambda take: cast(row(take.allocation_id, take.part_no, take.amount, event_on) as {{ emission }})
            ),
            lambda piece: piece.amount > 0
        ) as emitted
    from (
        select
            schedule_states.entity_id,
            schedule_states.document_id,
            schedule_states.open_amounts,
            schedule_states.parts_by_number,
            schedule_states.active,
            events.step,
            events.event_kind,
            events.event_on,
            events.allocation_id,
            list_transform(
                range(1, len(schedule_states.open_amounts) + 1),
                lambda part: cast(
                    case
                        when events.part_no is not null
                            then case when part = events.part_no then events.amount else 0 end
                        -- The last part takes whatever the parts before it leave, also beyond the schedule.
                        when part = len(schedule_states.open_amounts)
                            then greatest(
                                0,
                                events.amount - coalesce(
                                    list_sum(
                                        list_transform(
                                            schedule_states.open_amounts[:part - 1],
                                            lambda earlier: greatest(earlier, 0)
                                        )
                                    ),
                                    0
                                )
                            )
                        else greatest(
                            0,
                            least(
                                schedule_states.open_amounts[part],
                                events.amount - coalesce(
                                    list_sum(
                                        list_transform(
                                            schedule_states.open_amounts[:part - 1],
                                            lambda earlier: greatest(earlier, 0)
                                        )
                                    ),
                                    0
                                )
                            )
                        )
                    end as decimal(18, 2)
                )
            ) as fills,
            list_transform(
                range(1, len(schedule_states.active) + 1),
                lambda place: cast(
                    row(
                        schedule_states.active[place].allocation_id,
                        schedule_states.active[place].part_no,
                        case
                            when events.event_kind = 'end' and schedule_states.active[place].allocation_id = events.allocation_id
                                then greatest(
                                    0,
                                    least(
                                        schedule_states.active[place].amount,
                                        events.amount - coalesce(
                                            list_sum(
                                                list_transform(
                                                    list_filter(
                                                        schedule_states.active[place + 1:],
                                                        lambda later: later.allocation_id = events.allocation_id
                                                    ),
                                                    lambda later: later.amount
                                                )
                                            ),
                                            0
                                        )
                                    )
                                )
                            else 0
                        end
                    ) as {{ entry }}
                )
            ) as takes
        from schedule_states
        inner join {{ events }} as events
            on
                schedule_states.entity_id = events.entity_id
                and schedule_states.document_id = events.document_id
                and schedule_states.step + 1 = events.step
    ) as found

),

last_schedule_states as (

    select
        *,
        max(step) over (partition by entity_id, document_id) as last_step
    from schedule_states

),

unnested_pieces as (

    select
        entity_id,
        document_id,
        unnest(emitted) as piece
    from schedule_states
    union all
    select
        entity_id,
        document_id,
        unnest(
            list_transform(
                active,
                lambda entry: cast(row(entry.allocation_id, entry.part_no, entry.amount, null) as {{ emission }})
            )
        ) as piece
    from last_schedule_states
    where step = last_step

),

pieces as (

    select
        entity_id,
        document_id,
        piece.allocation_id,
        piece.part_no,
        piece.amount,
        piece.ended_on
    from unnested_pieces

)
{%- endmacro %}

{#
  The amounts (or places) of a group in an order, as a list.

      {{ amounts_in_order('amount', 'part_no') }}     -> [60.00, 40.00]
#}
{% macro amounts_in_order(amount, order_by) %}{{ return(adapter.dispatch('amounts_in_order')(amount, order_by)) }}{% endmacro %}
{% macro default__amounts_in_order(amount, order_by) %}array_agg({{ amount }} order by {{ order_by }}){% endmacro %}
