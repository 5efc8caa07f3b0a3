"""A chapter's title: what is written over its slide, or a sentence that was said without its cue; cut short."""

import re
import unicodedata

from ingest.outline.cues import Opening, find, without_fillers

_WIDEST = 44  # in Latin letters; a Chinese character is as wide as two
_LEAST, _LEAST_AFTER_CUE = 6, 4  # what says less is no title

_CLAUSES = re.compile(r"[,，;；:：。！？!?]|(?<!\d)\.(?!\d)|——")
# Before the matter itself; one character only where the next shows that it begins no term (先兆流产, 再灌注, 看护).
_LEAD = re.compile(
    r"(?:\s|我们|咱们|请?大家|请(?=注意|看)|先(?=看|讲|来|介绍|说)|再(?=看|来|讲|说)|来(?=看|讲|说|谈|介绍|了解|复习)|"
    r"(?:看|讲|说|谈|介绍|了解|复习|学习|记住|注意)(?:一下|一看|一讲|一谈|到|了)|看看|讲讲|谈谈|说说|记住|介绍|注意看|要?讲(?!者|师|座|台|解|究|述|义)|"
    r"看(?!护|诊|片|不)|谈(?!话)|今天(?:的)?(?:主要)?(?=我|讲|来|要|介绍|学习|的?(?:内容|主题|题目))|"
    r"(?:内容|主题|题目|课程)(?=是)|是(?!否)|的是|就是|一下|关于|我(?=[和跟给与为来想要])|[和跟给与为](?:大家|各位)|一起(?:学习|来)?|这个(?=.{3})|"
    r"(?:I|we)(?:'d| would) like to (?:talk about|discuss|show|present|start with)\b|"
    r"(?:(?:we|you|I)(?:'ll| will| are going to| want to| can)?(?: (?:look at|talk about|discuss|see|consider))?|"
    r"today|this|that|is|are|the|about|to|of|at|on|with)\b)+",
    re.IGNORECASE,
)
_NOTHING = re.compile(  # greetings and thanks
    r"大家好|各位|你们?好|[上下]午好|晚上好|谢谢|感谢|再见|我是|我叫|我的名字|到这里|"
    r"\b(?:hello|good (?:morning|afternoon|evening)|welcome|thank(?:s| you)|my name)\b",
    re.IGNORECASE,
)
_EMPTY = re.compile("(?:这|那)(?:个|里|边|样|一?块|时候)|然后|怎么样?|这个时候呢?|大家|可以|内容|知道")
_TAIL = re.compile("[了吧啊呢哈嘛呀]+$|的话$|的时候$")
SUMMARY = {"zh": "小结", "en": "Summary"}


def title(sentence: str, *, language: str, least: int = _LEAST) -> str:
    """Return a title made of a sentence, or "" where it says too little; `language` is "zh" or "en".

    `least` is how wide it must be, in Latin letters, where the sentence begins with no cue.
    """
    cue = find(sentence)
    if cue is None:
        return _cut(_about(without_fillers(sentence), language, least))
    if cue.word.endswith(("方面,", "方面，")):
        return _cut(cue.word[:-3])
    head = {Opening.SUMMARY: SUMMARY[language], Opening.NUMBERED: cue.word}.get(cue.opening, "")
    return _cut(_joined(head, _about(cue.rest, language, _LEAST_AFTER_CUE), language))


def of_slide(heading: str) -> str:
    """Return a title made of a slide's heading."""
    return _cut(heading.strip())


def _about(text: str, language: str, least: int) -> str:
    """Return the first clause that is wide enough, with a number that stands alone before it."""
    number = ""
    for clause in _CLAUSES.split(text):
        if _NOTHING.search(clause):
            continue
        cue = find(clause)
        said = _bare(clause if cue is None or cue.opening is Opening.NUMBERED else cue.rest)
        if (numbered := find(said)) and numbered.opening is Opening.NUMBERED and not numbered.rest:
            number = number or said
        elif _width(said) >= least and not _EMPTY.fullmatch(said):
            return _joined(number, said, language)
    return number


def _bare(text: str) -> str:
    match = _LEAD.match(text)
    return _TAIL.sub("", (text[match.end() :] if match else text).strip(" ,，、.…\"“”'"))


def _joined(head: str, about: str, language: str) -> str:
    parts = [part[0].upper() + part[1:] for part in (head, about) if part]
    return ("：" if language == "zh" else ": ").join(parts)


def _width(text: str) -> int:
    return sum(_wide(character) for character in text)


def _wide(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(text: str) -> str:
    """Cut a title that is too wide, between words."""
    if _width(text) <= _WIDEST:
        return text
    width = 0
    for at, character in enumerate(text):
        width += _wide(character)
        if width > _WIDEST - 1:
            kept = text[:at]
            break
    before, space, _ = kept.rpartition(" ")
    if space and text[at].isascii() and text[at].isalnum() and kept[-1].isascii():  # in the middle of a word
        kept = before
    return kept.rstrip(" ,，、") + "…"
