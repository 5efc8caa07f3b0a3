"""Texts of a list of clips that is played in one go; what stands in [brackets] is filled in by the page."""

TEXTS: dict[str, tuple[str, str]] = {
    "page.clips": ("片段清单", "A list of clips"),
    "clips_play": ("全部播放", "Play all"),
    "clips_none": ("这个清单里没有片段", "There are no clips in this list"),
    "clips_none_advice": (
        "看录像时在“笔记与问答”里选“片段”，写上清单名称，就会收在这里。",
        'While you watch, choose "Clip" under "Notes, Q&A" and name the list: it is collected here.',
    ),
    "reel.before": ("上一段", "Previous"),
    "reel.after": ("下一段", "Next"),
    "reel.at": ("第 [number] 段，共 [count] 段", "Clip [number] of [count]"),
    "reel.over": ("已全部播放", "All played"),
    "reel.again": ("从头播放", "From the beginning"),
    "reel.copy": ("复制清单链接", "Copy a link to this list"),
    "reel.copied": ("链接已复制", "Link copied"),
    "reel.list": ("清单中的片段", "Clips of this list"),
    "reel.whole": ("打开录像", "Open the recording"),
    "reel.failed": (
        "这一段现在无法播放。请播放下一段，或稍后再试。",
        "This clip cannot be played now. Play the next one, or try again in a while.",
    ),
    "reel.offline": (
        "网络连接中断，恢复后请再按一次。",
        "The connection is lost. Press it again once it is back.",
    ),
}
