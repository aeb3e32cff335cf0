-- Everything random in the company is a pure function of (seed, purpose, key): no state, no order, no threads.
-- One hash alone would leave two purposes of one key tied to each other by a constant; the second one breaks that.
create or replace macro draw(purpose, key) as
    (hash(hash(getvariable('seed'), purpose, key)) >> 11) / 9007199254740992.0;

-- Exponential with mean 1, and normal (0, 1) by Box and Muller.
create or replace macro draw_exponential(purpose, key) as -ln(1.0 - draw(purpose, key));
create or replace macro draw_normal(purpose, key) as
    sqrt(2.0 * draw_exponential(purpose || ' radius', key)) * cos(2.0 * pi() * draw(purpose || ' angle', key));

-- A whole number from 0 to bound - 1.
create or replace macro draw_integer(purpose, key, bound) as
    cast(floor(draw(purpose, key) * bound) as bigint);

-- Money is whole cents inside the generator and an exact decimal in its files.
create or replace macro money(cents) as
    cast(cast(cents as decimal(16, 0)) * cast(0.01 as decimal(2, 2)) as decimal(18, 2));

-- cents * numerator / denominator in whole numbers, half away from zero. denominator > 0.
create or replace macro scaled(cents, numerator, denominator) as
    cast(
        sign(cents) * ((2 * abs(cast(cents as hugeint)) * numerator + denominator) // (2 * denominator)) as bigint
    );
