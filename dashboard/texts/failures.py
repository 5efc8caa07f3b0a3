"""Texts of why something failed, and what to do; one pair for every code in `archive.errors`."""

TEXTS: dict[str, tuple[str, str]] = {
    "error.error": ("处理时出现了没有预料到的问题。", "Something unexpected happened."),
    "error.error.advice": (
        "请重新处理；仍然失败时把下面的技术信息发给管理员。",
        "Try again; if it fails again, send the details below to the administrator.",
    ),
    "error.settings": ("系统的一项设置缺失或不正确。", "A setting of the system is missing or wrong."),
    "error.settings.advice": (
        "请管理员运行 shijiao settings 检查设置。",
        "The administrator should check it with shijiao settings.",
    ),
    "error.input": ("这个文件无法接收。", "This file cannot be taken."),
    "error.input.advice": (
        "请检查选中的是不是录像或录音文件，然后重新加入。",
        "Check that it is a recording, then add it again.",
    ),
    "error.not_media": (
        "这个文件不是可以识别的录像或录音。",
        "This file is not a video or sound recording that we can read.",
    ),
    "error.not_media.advice": (
        "请确认选对了文件，并加入原始的录像文件（如 MP4、MKV、MPEG-TS、FLAC）。",
        "Check that it is the right file, and add the original recording (such as MP4, MKV, MPEG-TS, FLAC).",
    ),
    "error.damaged_media": ("录像文件不完整，有一部分缺失。", "The recording is damaged: part of it is missing."),
    "error.damaged_media.advice": (
        "请从录制设备上重新拷贝一次，再加入。",
        "Copy it from the recorder once more, then add it again.",
    ),
    "error.transcript_format": ("文字稿的格式不正确。", "The transcript is not in the right format."),
    "error.transcript_format.advice": (
        "请使用 WebVTT、SRT 或本系统导出的 JSON。",
        "Use WebVTT, SRT, or the JSON that this system exports.",
    ),
    "error.glossary": (
        "本院术语表里有一行不能使用，文字稿暂时只按系统自带的术语校对。",
        "A line of the hospital's own glossary cannot be used; the transcript is checked against ours alone.",
    ),
    "error.glossary.advice": (
        "请管理员用 shijiao glossary 找到这一行，改正后重新处理（shijiao retry）。",
        "The administrator should find it with shijiao glossary, mend it and process again (shijiao retry).",
    ),
    "error.procedure": (
        "本院标准步骤表里有一行不能使用。",
        "A line of the hospital's own standard steps cannot be used.",
    ),
    "error.procedure.advice": (
        "请管理员用 shijiao procedures 找到这一行并改正。",
        "The administrator should find it with shijiao procedures, and mend it.",
    ),
    "error.description": ("有一项内容不能这样写。", "Something in the description cannot be so."),
    "error.description.advice": ("请改正标出的那一项，再保存。", "Change the field that is marked, then save again."),
    "error.not_found": ("要找的内容不存在。", "What was looked for does not exist."),
    "error.not_found.advice": (
        "它可能已被撤回。请在资料库中查找。",
        "It may have been withdrawn. Look for it in the library.",
    ),
    "error.not_allowed": ("没有权限。", "This is not allowed."),
    "error.not_allowed.advice": ("请联系负责这份录像的带教老师。", "Ask the trainer who keeps the recording."),
    "error.not_signed_in": ("您还没有登录。", "You are not signed in."),
    "error.not_signed_in.advice": (
        "请打开带教老师或管理员发给您的登录链接。",
        "Open the sign-in link that your trainer or the administrator gave you.",
    ),
    "error.store": ("存储没有完成要求的操作。", "The object store did not do what was asked."),
    "error.store.advice": (
        "请管理员检查存储空间和存储服务，然后重新处理。",
        "The administrator should check the store and its free space, then process again.",
    ),
    "error.store_unavailable": ("存储服务没有响应。", "The object store does not answer."),
    "error.store_unavailable.advice": (
        "请管理员确认存储服务正在运行（shijiao up），然后重新处理。",
        "The administrator should check that it runs (shijiao up), then process again.",
    ),
    "error.catalogue_damaged": ("目录数据库已损坏。", "The catalogue is damaged."),
    "error.catalogue_damaged.advice": (
        "请管理员停止系统并运行 shijiao rebuild，它会从存储中重建目录，录像不会丢失。",
        "The administrator should stop Shijiao and run shijiao rebuild: the store has all that makes it anew.",
    ),
    "error.disk_full": ("磁盘满了，写不下。", "The disk is full: there is no room for it."),
    "error.disk_full.advice": (
        "请管理员腾出空间，然后重新处理（shijiao retry）。已有的录像照常可以搜索和观看。",
        "The administrator should make room, then process again (shijiao retry). What is here can be watched.",
    ),
    "error.fixity": (
        "存储中的文件与校验值不符，可能已损坏。",
        "Stored bytes differ from their checksum: the file may be damaged.",
    ),
    "error.fixity.advice": (
        "请管理员运行 shijiao verify，并从备份恢复这份文件。",
        "The administrator should run shijiao verify and restore the file from the backup.",
    ),
    "error.model_missing": (
        "这台机器上没有语音识别模型，暂时写不出文字稿。录像可以正常观看。",
        "The speech model is not on this machine, so there is no transcript yet. The recording can be watched.",
    ),
    "error.model_missing.advice": (
        "请管理员运行 shijiao models pull base，文字稿随后会自动写好。",
        "The administrator should run shijiao models pull base; the transcript then follows by itself.",
    ),
    "error.reading_missing": ("这台机器读不了幻灯片上的文字。", "Nothing on this machine can read the text on slides."),
    "error.reading_missing.advice": (
        "请管理员运行 make install，然后重新处理。",
        "The administrator should install what is missing, then process again.",
    ),
    "error.reading": ("有幻灯片读不出文字。", "The text of a slide could not be read."),
    "error.reading.advice": ("录像可以正常观看。", "The recording can be watched all the same."),
    "error.media_tool": ("转换录像时出错。", "Converting the recording failed."),
    "error.media_tool.advice": (
        "原始文件没有受影响。请重新处理；仍然失败时把下面的技术信息发给管理员。",
        "The original is untouched. Process it again; if it fails again, send the details below to the administrator.",
    ),
    "error.incomplete_output": (
        "转换结果比原录像短，已作废。",
        "What came out was shorter than the recording, so it was thrown away.",
    ),
    "error.incomplete_output.advice": (
        "原始文件可能有损坏，或磁盘空间不足。请检查后重新处理。",
        "The original may be damaged, or the disk is full. Check both, then process it again.",
    ),
    "error.time_limit": ("转换用时过长，已停止。", "Converting took too long and was stopped."),
    "error.time_limit.advice": ("请在机器空闲时重新处理。", "Process it again when the machine is less busy."),
    "error.cancelled": ("处理已被取消。", "It was cancelled."),
    "error.cancelled.advice": (
        "原始文件仍在。需要时可以重新处理。",
        "The original is kept. It can be processed again.",
    ),
    "error.job_failed": ("处理没有完成。", "The job ended badly."),
    "error.job_failed.advice": (
        "请重新处理；仍然失败时请联系管理员。",
        "Process it again; if it fails again, ask the administrator.",
    ),
}
