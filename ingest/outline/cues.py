"""Words that open a new part of a lecture or an operation, in Mandarin and English."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Opening(StrEnum):
    """How a cue opens a part: with a summary, by its number, as what comes next, or with a new topic only."""

    SUMMARY = "summary"
    NUMBERED = "numbered"
    NEXT = "next"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Cue:
    """What a sentence begins with, and what follows it. `weight` is how surely a new part begins: from 1 it may."""

    word: str
    opening: Opening
    weight: float
    rest: str


_FILLERS = re.compile(
    r"(?:[\s,，、。.…]|好的|好(?=[,，\s那我下接])|嗯+|呃+|啊(?=[,，])|那么|那(?=我们|接|下|就|首)|所以(?=我们)|"
    r"(?:OK|okay|well|all ?right|so|now(?=,? let)|and(?= (?:now|then|finally|next)))\b)+",
    re.IGNORECASE,
)
_NUMBER = r"[一二三四五六七八九十百\d]+"
_COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|next|last|final)"
_PART = r"(?:step|part|point|topic|question|case|thing|section)"

# What looks like a cue and is medicine stays out: 第二产程, 最后一次月经, 下面的血管, next to the uterus.
_CHINESE = {
    Opening.SUMMARY: [
        "(?:最后[,，]?)?(?:我们|我)?(?:再|来)?(?:做|作)?(?:一?个)?(?:总结|小结|归纳)(?:一下)?",
        "综上(?:所述)?",
        "总的来说",
    ],
    Opening.NUMBERED: [
        f"第{_NUMBER}(?:步|个?(?:部分|问题|方面|要点|步骤|阶段|病例|案例|环节)|大?点|节|章|讲)",
        f"步骤{_NUMBER}",
        f"病例{_NUMBER}",
        r"第[二三四五六七八九十](?=[,，、\s])",
        f"第{_NUMBER}个(?=是|就是|[,，])",
    ],
    Opening.NEXT: [
        "接下[来去]",
        "下面(?=[,，]|我们|我|来|就|讲|看|介绍|是|开始|进入|谈|说)",
        "下一(?:步|个|项|部分|节)",
        "(?:现在)?(?:开始|进入)(?=(?:提问|答疑|讨论)(?:环节|时间))",
        "最后(?!一次|一个月|的|次|两|几|月经)",
    ],
    Opening.TOPIC: [
        "首先",
        "其次(?=[,，是我])",
        "(?:先|再)?来?看(?:一下|一看)",
        "来看",
        "(?:今天)?(?:想|要)?[给跟和为]大家(?:讲|介绍|分享)",
        r"[^,，。\s]{2,10}方面[,，]",
        "关于(?=.{2,12}[,，])",
        "现在(?:我们)?(?:开始|进入|来|(?=处理|进行|准备))",
        "开始(?=[^于前后时])",
    ],
}
_ENGLISH = {
    Opening.SUMMARY: [
        "in summary",
        "(?:to )?recap",
        "(?:to|(?:finally,? )?let'?s) (?:summari[sz]e|recap|conclude|sum up)",
        "in conclusion",
    ],
    Opening.NUMBERED: [f"(?:step|part|case|question)(?: number)? {_COUNT}"],
    Opening.NEXT: [
        r"next(?! (?:to|week|time|day|month|year)\b)",
        "(?:let'?s|let us) (?:move on|turn)(?: to)?",
        "moving on(?: to)?",
        f"the {_ORDINAL} {_PART}",
        "finally",
        "lastly",
    ],
    Opening.TOPIC: [
        r"first(?:ly)?(?: of all)?(?=[\s,])",
        "secondly",
        "thirdly",
        "(?:second|third)(?=,)",
        "let'?s (?:look(?: at)?|talk about|start(?: with)?|begin(?: with)?|see|discuss|consider)",
        "now (?:we|I)(?:'ll| will| are going to| can)?",
        "I(?:'d| would) like to (?:talk about|discuss|show|start)",
        "as (?:for|to)(?= .{3,40},)",
    ],
}
_WEIGHTS = {Opening.SUMMARY: 1.6, Opening.NUMBERED: 1.6, Opening.NEXT: 1.5, Opening.TOPIC: 0.8}
_CLASSES = {
    opening: re.compile(
        rf"(?:我们)?(?:{'|'.join(_CHINESE[opening])})|(?:{'|'.join(_ENGLISH[opening])})\b", re.IGNORECASE
    )
    for opening in _WEIGHTS
}


def find(sentence: str) -> Cue | None:
    """Return the cue that a sentence begins with, if it begins with one."""
    said = without_fillers(sentence)
    for opening, pattern in _CLASSES.items():
        if (match := pattern.match(said)) is not None:
            return Cue(match[0], opening, _WEIGHTS[opening], said[match.end() :])
    return None


def without_fillers(sentence: str) -> str:
    """Return a sentence without what people say before they say something."""
    return sentence[match.end() :] if (match := _FILLERS.match(sentence)) else sentence
