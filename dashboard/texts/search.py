"""Texts of search."""

TEXTS: dict[str, tuple[str, str]] = {
    "hits_count": ("{count} 份录像提到“{query}”", '{count} recordings mention "{query}"'),
    "hits_count_one": ("1 份录像提到“{query}”", '1 recording mentions "{query}"'),
    "hits_title_only": ("标题匹配", "Matches the title"),
    "hits_none": ("没有找到“{query}”", 'Nothing found for "{query}"'),
    "hits_none_advice": (
        "可以换一个更短的词，或用拼音试试，例如 qidai。刚加入的录像要等文字稿写好才能搜到。",
        "Try a shorter term, or pinyin such as qidai. A new recording can be found once its transcript is written.",
    ),
    "by_sound": ("按读音匹配", "Matched by sound"),
    "by_meaning": ("按含义匹配", "Matched by meaning"),
    "play_from": ("从 {time} 播放", "Play from {time}"),
}
