#!/usr/bin/env python3
"""The value floor against Python: numbers against decimal and fractions, dates against datetime, zones against zoneinfo.

    decimal_oracle.py --build DIR

Makes seeded cases, edges included, has DIR/props/decimal_prop compute them, and compares. SEED in the environment chooses
other cases; a failure prints the seed and the first case that differs. Prints TAP.
"""
import argparse
import calendar
import datetime
import decimal
import os
import random
import re
import subprocess
import sys
from fractions import Fraction
from zoneinfo import ZoneInfo

DIGITS, SCALE_MAX, MONEY_MAX = 36, 24, 10**18 - 1
MODES = {"half_up": decimal.ROUND_HALF_UP, "half_even": decimal.ROUND_HALF_EVEN, "half_down": decimal.ROUND_HALF_DOWN,
         "up": decimal.ROUND_UP, "down": decimal.ROUND_DOWN, "ceiling": decimal.ROUND_CEILING, "floor": decimal.ROUND_FLOOR}
RANGE, SYNTAX = "!decimal.range", "!decimal.syntax"
decimal.getcontext().prec = 400

SEED = int(os.environ.get("SEED") or 1)
rnd = random.Random(SEED)


# Numbers: (coefficient, scale), canonical.

def canonical(coef, scale):
    while scale > 0 and coef % 10 == 0:
        coef, scale = coef // 10, scale - 1
    return coef, scale


def text_of(coef, scale):
    digits = str(abs(coef)).rjust(scale + 1, "0")
    point = len(digits) - scale
    return ("-" if coef < 0 else "") + digits[:point] + ("." + digits[point:] if scale else "")


def fraction_of(number):
    return Fraction(number[0], 10 ** number[1])


def result(value):
    """What the C side prints for the exact Fraction `value`."""
    scaled = value * 10**SCALE_MAX
    if scaled.denominator != 1:
        return RANGE
    coef, scale = canonical(scaled.numerator, SCALE_MAX)
    return text_of(coef, scale) if abs(coef) < 10**DIGITS else RANGE


def number():
    kind = rnd.randrange(10)
    if kind == 0:
        coef = rnd.choice([0, 1, 5, 9, 10, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**64 + 1,
                           10**18 - 1, 10**18, 10**19, 10**35, 10**36 - 1, 5 * 10**35, 2**119, 5**30, 2**60])
    elif kind == 1:
        coef = 10 ** rnd.randrange(DIGITS) * rnd.choice([1, 2, 5, 9])
    elif kind == 2:
        coef = 10 ** rnd.randrange(1, DIGITS + 1) - rnd.choice([1, 1, 2, 5])
    elif kind == 3:
        coef = 5 * 10 ** rnd.randrange(DIGITS) + rnd.choice([-1, 0, 1])
    else:
        coef = rnd.randrange(10 ** rnd.randrange(1, rnd.choice([4, 10, 19, DIGITS]) + 1))
    scale = rnd.choice([0, 0, 1, 2, 2, 2, 3, 4, 6, 12, SCALE_MAX, rnd.randrange(SCALE_MAX + 1)])
    return canonical(rnd.choice([1, -1]) * min(coef, 10**DIGITS - 1), scale)


def near(other):
    """A number whose sum or quotient with `other` lies near an edge."""
    coef, scale = other
    return rnd.choice([number(), number(), number(), (-coef, scale), canonical(10**DIGITS - 1 - abs(coef), scale),
                       canonical(min(10**DIGITS - 1, abs(coef) + 1), scale)])


def rounded(value, places, mode):
    """The Fraction `value` at `places`, from first principles."""
    scaled = abs(value) * 10**places
    low, rest = divmod(scaled.numerator, scaled.denominator)
    half = Fraction(rest, scaled.denominator) - Fraction(1, 2)
    negative = value < 0
    grow = rest != 0 and {"half_up": half >= 0, "half_even": half > 0 or (half == 0 and low % 2 == 1), "half_down": half > 0,
                          "up": True, "down": False, "ceiling": not negative, "floor": negative}[mode]
    return (-1 if negative else 1) * Fraction(low + grow, 10**places)


def places_and_mode():
    places = rnd.choice([0, 0, 1, 2, 2, 2, 3, 6, 12, SCALE_MAX, rnd.randrange(SCALE_MAX + 1), rnd.randrange(-2, SCALE_MAX + 3)])
    return places, rnd.choice(list(MODES))


# One function for each operation: returns the words of a case and what is expected.

def add():
    a = number()
    b = near(a)
    return ["add", text_of(*a), text_of(*b)], result(fraction_of(a) + fraction_of(b))


def sub():
    a = number()
    b = near(a)
    return ["sub", text_of(*a), text_of(*b)], result(fraction_of(a) - fraction_of(b))


def mul():
    a, b = number(), number()
    return ["mul", text_of(*a), text_of(*b)], result(fraction_of(a) * fraction_of(b))


def compare():
    a = number()
    b = rnd.choice([number(), a, near(a)])
    x, y = decimal.Decimal(text_of(*a)), decimal.Decimal(text_of(*b))
    return ["cmp", text_of(*a), text_of(*b)], str(int(x.compare(y)))


def round_places():
    places, mode = places_and_mode()
    a = number()
    if rnd.randrange(3) == 0 and 0 <= places < SCALE_MAX:
        a = canonical(rnd.choice([1, -1]) * (rnd.randrange(10 ** rnd.randrange(1, 30)) * 10 + 5), places + 1)
    words = ["round", text_of(*a), str(places), mode]
    if not 0 <= places <= SCALE_MAX:
        return words, RANGE
    quantized = decimal.Decimal(text_of(*a)).quantize(decimal.Decimal(1).scaleb(-places), MODES[mode])
    return words, result(Fraction(quantized))


def ratio(words, num, den, places, mode):
    words += [str(places), mode]
    if den == 0:
        return words, "!decimal.divide_by_zero"
    if not 0 <= places <= SCALE_MAX:
        return words, RANGE
    return words, result(rounded(num / den, places, mode))


def div():
    a, b = number(), number()
    if rnd.randrange(4) == 0:
        b = canonical(rnd.choice([2, 3, 4, 6, 7, 8, 16, 30, 365, 366, -2, -8]), 0)
    return ratio(["div", text_of(*a), text_of(*b)], fraction_of(a), fraction_of(b), *places_and_mode())


def muldiv():
    a, n, d = number(), number(), number()
    if rnd.randrange(3) == 0:
        n, d = canonical(rnd.randrange(-400, 400), 0), canonical(rnd.choice([28, 30, 31, 365, 366, 119, 120, -31]), 0)
    words = ["muldiv", text_of(*a), text_of(*n), text_of(*d)]
    return ratio(words, fraction_of(a) * fraction_of(n), fraction_of(d), *places_and_mode())


def div_exact():
    b = number()
    a = number()
    if rnd.randrange(2):
        product = result(fraction_of(a) * fraction_of(b))
        if product != RANGE:
            a = canonical(int(product.replace(".", "")), len(product.partition(".")[2]))
    if rnd.randrange(4) == 0:
        b = canonical(rnd.choice([2, 4, 5, 8, 25, 125, 1024, 3, 2**30, 5**20, 10**20]), rnd.randrange(5))
    words = ["div_exact", text_of(*a), text_of(*b)]
    if b[0] == 0:
        return words, "!decimal.divide_by_zero"
    expected = result(fraction_of(a) / fraction_of(b))
    return words, "!decimal.inexact" if expected == RANGE else expected


def minor():
    coef, scale = number()
    exponent = rnd.choice([0, 2, 2, 3, 4, 18])
    value = fraction_of((coef, scale)) * 10**exponent
    if value.denominator != 1 or scale > exponent:
        expected = "!decimal.inexact"
    else:
        expected = str(value) if -2**63 <= value < 2**63 else RANGE
    return ["minor", text_of(coef, scale), str(exponent)], expected


NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def digits(most):
    return "".join(rnd.choice("0000123456789") for _ in range(rnd.randrange(most + 1)))


def parse():
    kind = rnd.randrange(6)
    if kind == 0:
        text = text_of(*number())
    else:
        text = rnd.choice(["", "", "-", "+"]) + digits(rnd.choice([3, 9, 20, 40]))
        text += rnd.choice(["", ".", "." + digits(rnd.choice([3, 9, 20, 40]))])
        if kind == 1:
            text += rnd.choice("eE") + rnd.choice(["", "-", "+"]) + str(rnd.choice([0, 1, 2, 12, 24, 36, 99, 10**6, 10**17]))
        if kind == 2:
            at = rnd.randrange(len(text) + 1)
            text = text[:at] + rnd.choice([" ", ",", ".", "-", "e", "x", "'", "é", "٣", "inf", "nan", "_", "0x"]) + text[at:]
    if not NUMBER.fullmatch(text):
        return ["parse", text], SYNTAX
    mantissa, _, exponent = text.lower().lstrip("+-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    coef, exponent = int(whole + fraction), int(exponent or 0) - len(fraction)
    while coef and coef % 10 == 0:
        coef, exponent = coef // 10, exponent + 1
    if coef and (exponent < -SCALE_MAX or len(str(coef)) + max(exponent, 0) > DIGITS):
        return ["parse", text], RANGE
    value = Fraction(coef) * Fraction(10) ** exponent if coef else Fraction(0)
    return ["parse", text], result(-value if text[0] == "-" else value)


def places():
    a, wanted = number(), rnd.randrange(SCALE_MAX + 1)
    return ["places", text_of(*a), str(wanted)], text_of(a[0] * 10 ** max(0, wanted - a[1]), max(wanted, a[1]))


EXPONENTS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3, "CLF": 4, "ISK": 0, "UYW": 4, "MGA": 2}


def money_text(value_minor, code):
    return text_of(value_minor, EXPONENTS[code]) + " " + code


def money_round():
    code, mode = rnd.choice(list(EXPONENTS)), rnd.choice(list(MODES))
    a = number()
    exact = rounded(fraction_of(a), EXPONENTS[code], mode) * 10 ** EXPONENTS[code]
    expected = money_text(int(exact), code) if abs(exact) <= MONEY_MAX else "!money.range"
    return ["money_round", text_of(*a), code, mode], expected


def money_parse():
    code = rnd.choice(list(EXPONENTS))
    exponent = EXPONENTS[code]
    value = rnd.choice([1, -1]) * rnd.randrange(10 ** rnd.randrange(1, 21))
    shown = rnd.randrange(exponent + 3)
    amount = text_of(value, shown)
    if shown > exponent:
        expected = "!money.syntax"
    else:
        total = value * 10 ** (exponent - shown)
        expected = money_text(total, code) if abs(total) <= MONEY_MAX else "!money.range"
    kind = rnd.randrange(8)
    if kind == 0:
        return ["money_parse", amount + rnd.choice(["", " ", code, " EUR " + code])], "!money.syntax"
    if kind == 1:
        return ["money_parse", amount + " " + rnd.choice(["eur", "EURO", "QQQ", "E"])], "!money.currency_unknown"
    if kind == 2:
        return ["money_parse", amount.replace("-", "") + ",5 " + code], SYNTAX
    return ["money_parse", rnd.choice([amount + " " + code, code + " " + amount, amount + "  " + code])], expected


def split():
    n = rnd.choice([1, 2, 3, 3, 4, 7, 12, 31, 50])
    high = rnd.choice([1, 3, 100, 10**6, 2**53, 2**63 // n])
    weights = [rnd.randrange(high + 1) for _ in range(n)]
    total = rnd.choice([1, -1]) * rnd.randrange(10 ** rnd.randrange(1, 19))
    total = rnd.choice([total, total, total, 0, 1, -1, 2**63 - 1, -2**63])
    if rnd.randrange(20) == 0:
        weights[rnd.randrange(n)] = -1
    words = ["split", str(total)] + [str(w) for w in weights]
    whole = sum(weights)
    if min(weights) < 0 or whole == 0 or whole >= 2**63:
        return words, "!split.invalid"
    quotas = [Fraction(abs(total) * w, whole) for w in weights]
    parts = [q.numerator // q.denominator for q in quotas]
    by_rest = sorted(range(n), key=lambda i: (parts[i] - quotas[i], i))
    for i in by_rest[:abs(total) - sum(parts)]:
        parts[i] += 1
    assert sum(parts) == abs(total)
    return words, " ".join(str(-p if total < 0 else p) for p in parts)


def running():
    whole = rnd.choice([1, 2, 3, 28, 30, 31, 365, 366, 1000, 2**62, 2**63 - 1])
    start, end = sorted([rnd.randrange(whole + 1), rnd.randrange(whole + 1)])
    total = rnd.choice([1, -1]) * rnd.choice([rnd.randrange(10 ** rnd.randrange(1, 19)), 2**63 - 1, 0, 10000])
    if rnd.randrange(20) == 0:
        start, end = rnd.choice([(end, end - 1), (-1, end), (start, min(whole + 1, 2**63 - 1))])
    words = ["running", str(total), str(start), str(end), str(whole)]
    if not 0 <= start <= end <= whole:
        return words, "!split.invalid"
    return words, str(int(rounded(Fraction(total * end, whole), 0, "half_up") - rounded(Fraction(total * start, whole), 0, "half_up")))


# Dates

EPOCH = datetime.date(1970, 1, 1).toordinal()
UNITS = [(1, 0), (7, 0), (0, 1), (0, 3), (0, 6), (0, 12)]


def any_date(first=1, last=9999):
    year = rnd.randrange(first, last + 1)
    month = rnd.choice([rnd.randrange(1, 13), 1, 2, 12])
    length = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, rnd.choice([1, length, rnd.randrange(1, length + 1)]))


def day():
    date = rnd.choice([any_date(), datetime.date.min, datetime.date.max])
    return ["day", str(date.toordinal() - EPOCH)], f"{date.year} {date.month} {date.day} {date.isoweekday()}"


def date_parse():
    text = any_date().isoformat()
    if rnd.randrange(3) == 0:
        at = rnd.randrange(len(text))
        text = text[:at] + rnd.choice("0123456789-/ x") + text[at + 1:]
    if rnd.randrange(10) == 0:
        text = rnd.choice([text + "x", text[:-1], text.replace("-", ""), "", "0" + text, "-" + text])
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return ["date_parse", text], "!date.syntax"
    if text.startswith("0000"):
        return ["date_parse", text], "!date.range"
    try:
        return ["date_parse", text], str(datetime.date.fromisoformat(text).toordinal() - EPOCH)
    except ValueError:
        return ["date_parse", text], "!date.syntax"


def stepped(anchor, unit, steps):
    """None if out of range."""
    days, months = UNITS[unit]
    if days:
        ordinal = anchor.toordinal() + days * steps
        return datetime.date.fromordinal(ordinal) if 1 <= ordinal <= datetime.date.max.toordinal() else None
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months * steps, 12)
    if not 1 <= year <= 9999:
        return None
    return datetime.date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))


def step():
    anchor, unit, n = any_date(), rnd.randrange(6), rnd.choice([1, 1, 1, 2, 3, 5])
    count = rnd.choice([0, 1, -1, rnd.randrange(-50, 50), rnd.randrange(-3000, 3000), 2**62, -2**63])
    to = stepped(anchor, unit, n * count)
    return ["step", anchor.isoformat(), str(unit), str(n), str(count)], to.isoformat() if to else "!date.range"


def containing():
    anchor, unit, n = any_date(1900, 2100), rnd.randrange(6), rnd.choice([1, 1, 1, 2, 3, 5])
    date = anchor + datetime.timedelta(days=rnd.choice([0, rnd.randrange(-900, 900), rnd.randrange(-9000, 9000)]))
    if rnd.randrange(3) == 0:
        date = stepped(anchor, unit, n * rnd.randrange(-40, 40)) - datetime.timedelta(days=rnd.randrange(2))
    words = ["containing", anchor.isoformat(), str(unit), str(n), date.isoformat()]
    count = 0
    while stepped(anchor, unit, n * count) > date:
        count -= 1
    while stepped(anchor, unit, n * (count + 1)) <= date:
        count += 1
    return words, f"{stepped(anchor, unit, n * count)} {stepped(anchor, unit, n * (count + 1))}"


def thirty():
    a, b = any_date(), any_date()
    days = 360 * (b.year - a.year) + 30 * (b.month - a.month) + (min(b.day, 30) - min(a.day, 30))
    return ["30e360", a.isoformat(), b.isoformat()], str(days)


# Zones

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu",
         "America/Sao_Paulo", "Europe/Dublin", "America/St_Johns", "Asia/Gaza", "UTC"]
ZERO = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
SECOND = datetime.timedelta(seconds=1)


def instant_in(zone):
    """An instant, half of the time within hours of a change of the zone's offset."""
    at = ZERO + datetime.timedelta(seconds=rnd.randrange(-5 * 10**9, 6 * 10**9))
    if rnd.randrange(2):
        after = at + datetime.timedelta(days=rnd.randrange(1, 400))
        low, high = at, after
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > SECOND:
                middle = low + (high - low) // 2
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            at = high.replace(microsecond=0) + rnd.choice([0, -1, 1, rnd.randrange(-9000, 9000), rnd.randrange(-90000, 90000)]) * SECOND
    return at


def zone_offset():
    name = rnd.choice(ZONES)
    at = instant_in(ZoneInfo(name)) + datetime.timedelta(microseconds=rnd.randrange(10**6))
    local = at.astimezone(ZoneInfo(name))
    offset = local.utcoffset() // SECOND
    return ["offset", name, str((at - ZERO) // datetime.timedelta(microseconds=1))], f"{offset} {local.toordinal() - EPOCH}"


def zone_instant():
    name = rnd.choice(ZONES)
    zone = ZoneInfo(name)
    local = instant_in(zone).astimezone(zone).replace(tzinfo=None, microsecond=0)
    local += rnd.choice([0, 0, rnd.randrange(-7200, 7200)]) * SECOND
    utc = datetime.timezone.utc
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(utc) for fold in (0, 1))
    matching = [u for u in (first, second) if u.astimezone(zone).replace(tzinfo=None) == local]
    if matching:
        found = min(matching)
    else:
        low, high = min(first, second) - SECOND, max(first, second)
        before = low.astimezone(zone).utcoffset()
        while high - low > SECOND:
            middle = (low + (high - low) // 2).replace(microsecond=0)
            low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
        found = high
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return ["instant", name, local.date().isoformat(), str(seconds)], str((found - ZERO) // SECOND * 10**6)


def instant_text():
    date = any_date()
    clock = f"{rnd.randrange(25):02d}:{rnd.randrange(61):02d}:{rnd.randrange(61):02d}"
    fraction = rnd.choice(["", "", "." + "".join(rnd.choice("0123456789") for _ in range(rnd.randrange(8)))])
    zone = rnd.choice(["Z", "Z", "z", "+01:00", "-05:30", "+23:59", "-23:59", "+24:00", "", "+0100", "+01:60"])
    text = f"{date.isoformat()}{rnd.choice('TTTt ')}{clock}{fraction}{zone}"
    if not re.fullmatch(r"[-0-9]{10}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])", text):
        return ["instant_text", text], "!date.syntax"
    micros = (date.toordinal() - EPOCH) * 86400 * 10**6
    micros += (int(clock[:2]) * 3600 + int(clock[3:5]) * 60 + int(clock[6:])) * 10**6 + int(fraction[1:].ljust(6, "0"))
    if zone not in "Zz":
        micros -= int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:])) * 60 * 10**6
    if not (1 - EPOCH) * 86400 * 10**6 <= micros < (datetime.date.max.toordinal() - EPOCH + 1) * 86400 * 10**6:
        return ["instant_text", text], "!date.range"
    moment = ZERO + datetime.timedelta(microseconds=micros)
    shown = moment.replace(tzinfo=None).isoformat(timespec="microseconds" if micros % 10**6 else "seconds")
    return ["instant_text", text], f"{micros} {shown}Z"


GROUPS = [("decimal add", add, 6000), ("decimal sub", sub, 4000), ("decimal mul", mul, 6000), ("decimal cmp", compare, 3000),
          ("decimal round", round_places, 6000), ("decimal div", div, 6000), ("decimal div_exact", div_exact, 4000),
          ("decimal muldiv", muldiv, 6000), ("decimal parse", parse, 6000), ("decimal format_places", places, 1500),
          ("decimal to_minor", minor, 1500), ("money round", money_round, 2000), ("money parse", money_parse, 1500),
          ("money split", split, 2500), ("money split_running", running, 3000), ("date ymd and weekday", day, 3000),
          ("date parse", date_parse, 1500), ("date step", step, 3000), ("period containing", containing, 1500),
          ("date 30e360", thirty, 1500), ("zone offset and day", zone_offset, 4000), ("zone instant", zone_instant, 2500),
          ("instant text", instant_text, 1500)]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    program = os.path.join(options.parse_known_args()[0].build, "props", "decimal_prop")
    failed = False
    for name, make, count in GROUPS:
        cases = [make() for _ in range(count)]
        text = "".join("\t".join(words) + "\n" for words, _ in cases)
        run = subprocess.run([program], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        got = run.stdout.decode().splitlines()
        wrong = next((i for i, (_, want) in enumerate(cases) if i >= len(got) or got[i] != want), None)
        if wrong is None and len(got) == count and run.returncode == 0:
            print(f"ok {name}, {count} cases")
            continue
        failed = True
        words, want = cases[wrong or 0]
        was = got[wrong] if wrong is not None and wrong < len(got) else f"nothing, exit {run.returncode} {run.stderr.decode()!r}"
        print(f"not ok {name}: SEED={SEED} case: {' '.join(words)} got: {was} want: {want}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
