{#
  Exact money. Amounts are decimal(18, 2); a result is rounded once, half away from zero, to the minor unit.
  Decimal division gives a double in DuckDB, a cent wrong in tie-heavy cases; so the division is one of whole
  numbers (hugeint), the sign put back after.

      {{ convert_money('-0.05', '110000000', '200000000') }}   -0.05 × 1.10 ÷ 2.00 = -0.0275 -> -0.03
      {{ share_money('100.00', '1.00', '3.00') }}              a third of 100.00              -> 33.33
      {{ scaled_rate('1.10') }}                                a rate as a whole number       -> 110000000
#}

{% macro money(expression) %}cast({{ expression }} as decimal(18, 2)){% endmacro %}

{% macro scaled_rate(rate) %}{{ return(adapter.dispatch('scaled_rate')(rate)) }}{% endmacro %}
{% macro default__scaled_rate(rate) %}cast(cast({{ rate }} as decimal(38, 8)) * 100000000 as hugeint){% endmacro %}

{# An amount without its sign, in whole minor units: wide first, a product keeps the width of its left side. #}
{% macro minor_units(amount) %}{{ return(adapter.dispatch('minor_units')(amount)) }}{% endmacro %}
{% macro default__minor_units(amount) %}cast(cast(abs({{ amount }}) as decimal(38, 2)) * 100 as hugeint){% endmacro %}

{% macro convert_money(amount, numerator, denominator) %}
    {{- return(adapter.dispatch('convert_money')(amount, numerator, denominator)) -}}
{% endmacro %}
{% macro default__convert_money(amount, numerator, denominator) %}
cast(
    sign({{ amount }}) * cast(
        (2 * {{ minor_units(amount) }} * {{ numerator }} + {{ denominator }}) // (2 * {{ denominator }})
        as decimal(36, 0)
    ) * 0.01 as decimal(18, 2)
)
{% endmacro %}

{% macro share_money(amount, part, whole) %}
    {{- return(adapter.dispatch('share_money')(amount, part, whole)) -}}
{% endmacro %}
{% macro default__share_money(amount, part, whole) %}
case
    when {{ part }} = {{ whole }} then {{ amount }}
    else cast(
        sign({{ amount }}) * sign({{ part }}) * sign({{ whole }}) * cast(
            (
                2 * {{ minor_units(amount) }} * {{ minor_units(part) }}
                + {{ minor_units(whole) }}
            ) // nullif(2 * {{ minor_units(whole) }}, 0) as decimal(36, 0)
        ) * 0.01 as decimal(18, 2)
    )
end
{% endmacro %}

{#
  A rate: one division of two exact sums, made last; null where the denominator is zero or negative. Both sides
  are whole hundredths before they become doubles: 50.30 ÷ 10.06 is 5, where the doubles nearest to them give less.

      {{ ratio('3550.00', '6300.00') }}   -> 0.563492…
      {{ ratio('1.00', '0.00') }}         -> null, never 0 for unknown
#}
{% macro ratio(numerator, denominator) -%}
    {{- return(adapter.dispatch('ratio')(numerator, denominator)) -}}
{% endmacro %}
{% macro default__ratio(numerator, denominator) %}
case
    when {{ denominator }} > 0
        then
            cast(cast(cast({{ numerator }} as decimal(38, 2)) * 100 as hugeint) as double)
            / cast(cast(cast({{ denominator }} as decimal(38, 2)) * 100 as hugeint) as double)
end
{%- endmacro %}

{#
  The standard deviation of days weighted by amounts, from three exact sums: √(Σa·Σad² − (Σad)²) ÷ Σa. The difference is
  taken of whole numbers, where that of doubles would lose what is left; null where the amounts are zero or negative.

      {{ standard_deviation('4.00', '20.00', '132.00') }}     1 at 1, 2 at 5, 1 at 9 -> √(4 × 132 − 20²) ÷ 4 = 2.83
#}
{% macro standard_deviation(amounts, amount_days, amount_days_squared) -%}
    {{- return(adapter.dispatch('standard_deviation')(amounts, amount_days, amount_days_squared)) -}}
{% endmacro %}
{% macro default__standard_deviation(amounts, amount_days, amount_days_squared) %}
case
    when {{ amounts }} > 0
        then
            sqrt(
                cast(
                    greatest(
                        {{ minor_units(amounts) }} * {{ minor_units(amount_days_squared) }}
                        - {{ minor_units(amount_days) }} * {{ minor_units(amount_days) }},
                        0
                    ) as double
                )
            ) / cast({{ minor_units(amounts) }} as double)
end
{%- endmacro %}

{#
  What it costs to fund an amount for some days at a yearly rate, on 365 days, to the cent.

      {{ funding_cost('1000.00', '0.05', '91') }}    1000 × 5 % × 91 ÷ 365 = 12.4657… -> 12.47
#}
{% macro funding_cost(amount, rate, days) %}
    {{- return(convert_money(amount, '(' ~ scaled_rate(rate) ~ ' * ' ~ days ~ ')', '(' ~ scaled_rate('365') ~ ')')) -}}
{% endmacro %}

{#
  A part of an allocation valued at its cash's amount, so that the parts in effect on any day add up to the share of the
  whole that is in effect: the difference of two rounded running shares. `cash` names the relation with credit_amount,
  credit_through_amount and the cash's amount.

      cash of 10.00 worth 0.05 in base; 5.00 of it set against an invoice, 2.00 of those taken back later:
      3.00 -> 0.02 (0.015), 2.00 -> 0.03 − 0.02 = 0.01; together 0.03, the share of 5.00
#}
{% macro share_of_through(amount, cash) -%}
    {%- set through = cash ~ '.credit_through_amount' -%}
    {%- set before = '(' ~ through ~ ' - ' ~ cash ~ '.credit_amount)' -%}
    {{ share_money(amount, through, cash ~ '.amount') }} - {{ share_money(amount, before, cash ~ '.amount') }}
{%- endmacro %}

{#
  An amount rounded down to whole steps; never below nothing.

      {{ whole_steps('12750.00', '500.00') }}   -> 12500.00
#}
{% macro whole_steps(amount, step) %}{{ return(adapter.dispatch('whole_steps')(amount, step)) }}{% endmacro %}
{% macro default__whole_steps(amount, step) -%}
cast(
    case
        when {{ amount }} < 0 then 0
        else cast({{ minor_units(amount) }} // nullif({{ minor_units(step) }}, 0) as decimal(34, 0)) * {{ step }}
    end as decimal(18, 2)
)
{%- endmacro %}
