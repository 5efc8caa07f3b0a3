"""Texts of how recordings are used."""

TEXTS: dict[str, tuple[str, str]] = {
    "page.usage": ("使用情况", "What is used"),
    "usage_empty": (
        "还没有人看过录像。有人观看后，这里会显示谁看了多久、看到哪里。",
        "Nothing was watched yet. Here you will see what people watch, and how far.",
    ),
    "usage_empty_one": (
        "还没有人看过这份录像。有人观看后，这里会显示看了哪些地方、在哪里停下。",
        "Nobody has watched it yet. Here you will see which parts people watch, and where they leave off.",
    ),
    "usage_head.title": ("录像", "Recording"),
    "usage_head.people": ("人数", "People"),
    "usage_head.sittings": ("次数", "Plays"),
    "usage_head.time": ("总时长", "Time"),
    "usage_csv.recording": ("编号", "Id"),
    "usage_csv.title": ("录像", "Recording"),
    "usage_csv.kind": ("类型", "Kind"),
    "usage_csv.people": ("人数", "People"),
    "usage_csv.sittings": ("次数", "Plays"),
    "usage_csv.seconds": ("总秒数", "Seconds"),
    "usage_export": ("导出 CSV", "Export as CSV"),
    "usage_people": ("{count} 人看过", "{count} people"),
    "usage_people_one": ("1 人看过", "1 person"),
    "usage_sittings": ("{count} 次播放", "{count} plays"),
    "usage_sittings_one": ("1 次播放", "1 play"),
    "usage_time": ("共看 {time}", "{time} watched"),
    "usage_moment": (
        "{people} 人看过，{again} 人重看，{left} 次在此停下",
        "{people} saw it, {again} again; {left} left off here",
    ),
    "usage_legend.people": ("看过", "Seen"),
    "usage_legend.again": ("重看", "Seen again"),
    "usage_legend.left": ("在此停下", "Left off"),
    "usage_watch": ("打开录像", "Open the recording"),
    "usage_back": ("全部使用情况", "All of them"),
}
