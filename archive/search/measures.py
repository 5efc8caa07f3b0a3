"""Numbers with their units: 十三毫米汞柱 is 13 mmHg, 一百一十次/分 is 110 bpm.

Nothing of this is indexed: a query that is a measure is searched in each of the ways in which it is written.
"""

import re

_DIGITS = "零一二三四五六七八九"
_VALUES = {character: value for value, character in enumerate(_DIGITS)} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_CHINESE = r"(?:[零〇一二两三四五六七八九十百千万]+(?:点[零〇一二三四五六七八九]+)?)"
_NUMBER = rf"(?P<number>[0-9]+(?:\.[0-9]+)?|{_CHINESE})"
_UNITS: tuple[tuple[str, ...], ...] = (
    ("mmhg", "毫米汞柱", "毫米水银柱"),
    ("cmh2o", "厘米水柱"),
    ("bpm", "次/分", "次/分钟", "次每分", "次每分钟", "/min", "次/min"),
    ("l/min", "升每分", "升每分钟", "升/分", "升/分钟"),
    ("ml/h", "毫升每小时", "毫升/小时"),
    ("mg/kg", "毫克每千克", "毫克每公斤", "毫克/公斤"),
    ("mmol/l", "毫摩尔每升", "毫摩每升"),
    ("g/l", "克每升", "克/升"),
    ("ml", "毫升"),
    ("l", "升"),
    ("mg", "毫克"),
    ("μg", "ug", "mcg", "微克"),
    ("kg", "公斤", "千克"),
    ("g", "克"),
    ("cm", "厘米", "公分"),
    ("mm", "毫米"),
    ("kpa", "千帕"),
    ("°c", "摄氏度", "度"),
    ("%",),
    ("iu", "国际单位"),
    ("u", "单位"),
    ("h", "小时"),
    ("min", "分钟"),
    ("周", "孕周"),
    ("岁",),
    ("天",),
    ("次",),
    ("",),
)
_SAME = {unit: units for units in _UNITS for unit in units}
_UNIT = "|".join(sorted(map(re.escape, filter(None, _SAME)), key=len, reverse=True))
_BEFORE = {"每分钟": "bpm", "每分": "bpm", "百分之": "%"}
_MEASURE = re.compile(rf"{_NUMBER} ?(?P<unit>{_UNIT})?")
_TURNED = re.compile(rf"(?P<before>{'|'.join(_BEFORE)}){_NUMBER}次?")
APART = re.compile(rf"(?<![\w.])([0-9]+(?:\.[0-9]+)?) ({_UNIT})(?!\w)")
"""A number and a Latin or Chinese unit with a space between them."""


def same(word: str) -> list[str]:
    """Return the other ways in which a searched word is written, if it is a measure; else none."""
    turned, plain = _TURNED.fullmatch(word), _MEASURE.fullmatch(word)
    match = turned or plain
    if match is None:
        return []
    unit = _BEFORE[turned["before"]] if turned else (match["unit"] or "")
    value = _value(match["number"])
    if value is None or (not unit and not _telling(match["number"])):
        return []
    found = []
    for number in (value, *_chinese(value)):
        for each in _SAME[unit]:
            found.append(number + each)
            if number == value and re.match(r"[a-zμ]", each):
                found.append(f"{number} {each}")
        if _SAME[unit][0] == "bpm":
            found += [f"每分钟{number}次", f"每分{number}次"]
        if unit == "%":
            found.append(f"百分之{number}")
    return [each for each in dict.fromkeys(found) if each != word]


def _telling(number: str) -> bool:
    """Whether a number alone means that number: 一 and 千万 may mean anything."""
    return (number.isascii() and len(number) > 1) or (len(number) > 1 and any(c in _VALUES for c in number))


def _value(number: str) -> str | None:
    """Return a number in digits; None when it is none: 十百."""
    if number[0].isascii():
        return number
    whole, _, fraction = number.partition("点")
    total = section = digit = 0
    if not any(character in _PLACES for character in whole):
        total = int("".join(str(_VALUES[character]) for character in whole))
    else:
        smallest = last = 100_000
        for character in whole:
            if character in _VALUES:
                digit, last = _VALUES[character], 1 if character in "零〇" else last
                continue
            place = last = _PLACES[character]
            if place >= smallest:
                return None
            smallest = place
            if place == 10_000:
                total, section = (section + digit) * place, 0
            else:
                section += (digit or 1) * place
            digit = 0
        total += section + digit * max(min(last, 10_000) // 10, 1)  # 一百一 is 110
    digits = "".join(str(_VALUES[character]) for character in fraction)
    return f"{total}.{digits}" if digits else str(total)


def _chinese(value: str) -> list[str]:
    """Return how a number is written in characters."""
    whole, _, fraction = value.partition(".")
    if len(whole) > 5:
        return []
    number = int(whole)
    tail = "点" + "".join(_DIGITS[int(digit)] for digit in fraction) if fraction else ""
    spelled = [_spelled(number)]
    if 10 <= number < 20:
        spelled.append(_spelled(number).removeprefix("一"))
    if number >= 200 and str(number)[0] == "2":
        spelled.append("两" + spelled[0][1:])
    if number == 2:
        spelled.append("两")
    if 100 < number < 1000 and number % 10 == 0 and number % 100:
        spelled.append(spelled[0].removesuffix("十"))  # 一百一 is 110
    return [each + tail for each in spelled]


def _spelled(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    for place, value in (("万", 10_000), ("千", 1000), ("百", 100), ("十", 10)):
        if number >= value:
            head, rest = divmod(number, value)
            gap = "零" if rest and rest * 10 < value else ""
            return _spelled(head) + place + gap + (_spelled(rest) if rest else "")
    return ""
