"""Texts of what is taken along; what stands in [brackets] is filled in by the page."""

TEXTS: dict[str, tuple[str, str]] = {
    # -- the offer on the page of a recording
    "take": ("带走观看", "Take it along"),
    "take.text": (
        "下载成一个文件，没有网络也能用浏览器打开，含字幕、章节和教学要点。",
        "One file that opens in a browser without any network, with captions, chapters and teaching points.",
    ),
    "take.loading": ("正在计算大小…", "Working out the sizes…"),
    "take.failed": ("现在无法读取，请稍后再试。", "It cannot be read now. Try again in a while."),
    "take.none": ("处理完成后才能带走。", "It can be taken along once it is processed."),
    "take.allowed": ("允许学员带走这份录像", "Learners may take this recording along"),
    "take.recorded": ("每次下载都会记录下载人和时间。", "Who downloads it, and when, is recorded."),
    "pack.refused": (
        "这份录像的授权不允许带走，只能在线观看。如有需要，请联系负责这份录像的带教老师。",
        "The rights of this recording do not allow a copy; it can be watched here only. Ask the trainer who keeps it.",
    ),
    "pack.gone": ("没有这份录像，或它还不能带走。", "There is no such recording, or it cannot be taken along yet."),
    "pack.elsewhere": ("请在示教的录像页面上下载。", "Download it on the recording's own page in Shijiao."),
    # -- in the file
    "pack.picture": ("{height}p 画面", "{height}p picture"),
    "pack.stills": ("声音＋图片", "Sound + stills"),
    "pack.sound": ("声音", "Sound"),
    "pack.offline": ("离线文件", "Offline copy"),
    "pack.part": (
        "这个文件只含一路画面，不含：{names}。完整录像请在示教上观看。",
        "This file holds one view, without: {names}. All of it is to be watched in Shijiao.",
    ),
    "pack.opening": (
        "正在打开…如果一直停在这里：文件可能没有下载完整，请重新下载；或请用新版 Edge、Chrome、Firefox、Safari 打开。",
        "Opening… If it stays like this, download the file again, or use a recent Edge, Chrome, Firefox or Safari.",
    ),
    "pack.rights": (
        "仅供{name}本人学习使用，{date} 取自示教。请勿转发、公开，也不要用于其他目的。",
        "For {name} alone, to learn from; taken from Shijiao on {date}. Do not pass it on or publish it.",
    ),
    "pack.of": ("{name}（{institution}）", "{name} ({institution})"),
    "pack.playing": ("播放程序与许可", "The player and its licences"),
    "pack.licence": (
        "本文件的播放程序是示教（Apache-2.0），其中包含 hls.js，其许可如下：",
        "What plays in this file is Shijiao (Apache-2.0). It contains hls.js, whose licence follows:",
    ),
    # -- what the player says there
    "packed.points": ("教学要点", "Teaching points"),
    "packed.unsupported": (
        "这个浏览器不能播放这个文件。请用新版 Edge、Chrome、Firefox，或 iOS 17.1 以上的 Safari 打开。",
        "This browser cannot play this file. Open it in a recent Edge, Chrome, Firefox, or Safari of iOS 17.1.",
    ),
    "packed.failed": (
        "文件里的录像无法播放，可能已经损坏。请重新下载。",
        "What the file holds cannot be played; it may be damaged. Download it again.",
    ),
    "packed.offline": (
        "文件里的录像无法播放，可能已经损坏。请重新下载。",
        "What the file holds cannot be played; it may be damaged. Download it again.",
    ),
}
