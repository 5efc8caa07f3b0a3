"""Every text of the portal, in one table: Chinese first, then English. `Texts` fills in the values in braces."""

from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["zh", "en"]

LANGUAGES: dict[Language, str] = {"zh": "简体中文", "en": "English"}

TEXTS: dict[str, tuple[str, str]] = {
    # -- the house
    "brand": ("示教", "Shijiao"),
    "tagline": ("手术与讲座资料库", "Operations and lectures"),
    "home": ("资料库首页", "Library home"),
    "switch_language": ("切换到{language}", "Switch to {language}"),
    "search": ("搜索", "Search"),
    "search_hint": ("搜索讲过的每一句话", "Search what was said"),
    "back": ("返回资料库", "Back to the library"),
    # -- library
    "library": ("资料库", "Library"),
    "library_count": ("{count} 份录像", "{count} recordings"),
    "library_count_one": ("1 份录像", "1 recording"),
    "library_more": ("显示更多", "Show more"),
    "library_empty": ("资料库还是空的", "The library is still empty"),
    "library_empty_advice": (
        "请在服务器上用下面的命令加入第一份录像，处理完成后它会出现在这里。",
        "Add the first recording on the server with the command below. It appears here as soon as it can be watched.",
    ),
    # -- kinds of recordings
    "kind.operation": ("手术", "Operation"),
    "kind.lecture": ("讲座", "Lecture"),
    "kind.ward_round": ("查房", "Ward round"),
    "kind.case_discussion": ("病例讨论", "Case discussion"),
    # -- where a recording stands
    "state.receiving": ("正在接收", "Being received"),
    "state.refused": ("未能接收", "Refused"),
    "state.received": ("等待处理", "Waiting to be processed"),
    "state.processing": ("处理中", "Processing"),
    "state.in_review": ("审核中", "In review"),
    "state.published": ("已发布", "Published"),
    "state.withdrawn": ("已撤回", "Withdrawn"),
    "state.failed": ("处理失败", "Processing failed"),
    "state.cancelled": ("已取消", "Cancelled"),
    "state.waiting": ("等待语音模型", "Waiting for the speech model"),
    # -- search
    "hits_count": ("{count} 份录像提到“{query}”", '{count} recordings mention "{query}"'),
    "hits_count_one": ("1 份录像提到“{query}”", '1 recording mentions "{query}"'),
    "hits_title_only": ("标题匹配", "Matches the title"),
    "hits_none": ("没有找到“{query}”", 'Nothing found for "{query}"'),
    "hits_none_advice": (
        "可以换一个更短的词，或用拼音试试，例如 qidai。刚加入的录像要等文字稿写好才能搜到。",
        "Try a shorter term, or pinyin such as qidai. A new recording can be found once its transcript is written.",
    ),
    "by_sound": ("按读音匹配", "Matched by sound"),
    "play_from": ("从 {time} 播放", "Play from {time}"),
    # -- watch
    "about": ("关于这份录像", "About this recording"),
    "fact.recorded": ("录制日期", "Recorded"),
    "fact.added": ("入库日期", "Added"),
    "fact.length": ("时长", "Length"),
    "fact.specialty": ("专科", "Specialty"),
    "fact.procedure": ("术式", "Procedure"),
    "fact.state": ("状态", "State"),
    "fact.renditions": ("清晰度", "Qualities"),
    "fact.transcript": ("文字稿", "Transcript"),
    "rendition.sound": ("仅声音 · {size}", "Sound only · {size}"),
    "rendition.picture": ("{height}p · {size}", "{height}p · {size}"),
    "transcript.machine": ("语音识别（{model}），尚未校对。", "Speech recognition ({model}), not yet corrected."),
    "transcript.imported": ("导入的字幕。", "Imported captions."),
    "transcript.corrected": (
        "语音识别（{model}），按 {terms} 条术语改正 {changes} 处。",
        "Speech recognition ({model}), checked against {terms} terms: {changes} put right.",
    ),
    "transcript.edited": (
        "经人工修改 {edits} 处，其余为语音识别（{model}），按术语改正 {changes} 处。",
        "Edited by a person ({edits} times); the rest is speech recognition ({model}), {changes} terms put right.",
    ),
    "transcript.edited_imported": (
        "导入的字幕，经人工修改（{edits} 处）。",
        "Imported captions, edited by a person ({edits} times).",
    ),
    "transcript.heard": (
        "设定的语言是{given}，实际听到的是{heard}，已按{heard}识别。",
        " It was said to be in {given}, but {heard} was heard, and so it was written down.",
    ),
    # -- why there is no transcript
    "silent.no_sound": ("这份录像没有声音，所以没有文字稿。", "The recording has no sound, so there is no transcript."),
    "silent.no_speech": ("没有听到有人讲话，所以没有文字稿。", "Nobody was heard speaking, so there is no transcript."),
    "silent.no_words": (
        "讲话听不清，没有写出文字稿。",
        "The speech could not be made out, so there is no transcript.",
    ),
    "not_here": ("没有这份录像", "There is no such recording"),
    "not_here_advice": (
        "链接可能不完整，或录像已被撤回。请在资料库中查找。",
        "The link may be incomplete, or the recording was withdrawn. Look for it in the library.",
    ),
    "not_allowed": ("您还不能观看这份录像", "You may not watch this recording"),
    "not_allowed_advice": ("请联系负责这份录像的带教老师。", "Ask the trainer who keeps it."),
    # -- angles and what is missing of them
    "fact.angles": ("画面", "Views"),
    "role.endoscope": ("腔镜", "Endoscope"),
    "role.room": ("手术室", "Room"),
    "role.slides": ("幻灯片", "Slides"),
    "role.monitor": ("监护仪", "Monitor"),
    "role.speaker": ("讲者", "Speaker"),
    "rung": ("{height}p", "{height}p"),
    "rung.source": ("{height}p 原画", "{height}p original"),
    "track": ("音轨 {number}", "Track {number}"),
    "spoken.zh": ("中文", "Chinese"),
    "spoken.chi": ("中文", "Chinese"),
    "spoken.zho": ("中文", "Chinese"),
    "spoken.en": ("英语", "English"),
    "spoken.eng": ("英语", "English"),
    "unaligned": ("可能与其他画面不同步", "May be out of step"),
    "missing": ("这份录像不完整", "This recording is not complete"),
    "missing_advice": (
        "原始文件在这些时段无法读取，其余部分可以正常观看。",
        "The original file cannot be read in these places. Everything else can be watched.",
    ),
    "missing.range": ("{begin}–{end}", "{begin}–{end}"),
    "missing.open": ("在 {time} 处中断，原长不明", "It breaks off at {time}; how long it was is unknown"),
    "missing.picture": ("画面缺失 {time}", "No picture {time}"),
    "missing.sound": ("声音缺失 {time}", "No sound {time}"),
    "missing.recording": ("画面和声音缺失 {time}", "No picture or sound {time}"),
    "missing.of": ("{angle}：{text}", "{angle}: {text}"),
    "missing.more": ("另有 {count} 处", "and {count} more"),
    # -- player; what stands in [brackets] is filled in by it
    "player.player": ("播放器", "Player"),
    "player.transcript": ("文字稿", "Transcript"),
    "player.filter": ("在文字稿中查找", "Find in the transcript"),
    "player.none": ("还没有文字稿。写好后会自动出现在这里。", "No transcript yet. It appears here by itself."),
    "player.noMatch": ("文字稿中没有这个词。", "The transcript does not contain this."),
    "player.copy": ("复制这一句的链接", "Copy a link to this sentence"),
    "player.changed": ("[after]，原识别为“[before]”", "[after], heard as “[before]”"),
    "player.alike": ("与术语“[term]”读音相同，已自动改正", "Sounds like the term “[term]”, put right automatically"),
    "player.similar": (
        "与术语“[term]”读音相近，已自动改正",
        "Sounds nearly like the term “[term]”, put right automatically",
    ),
    "player.undo": ("撤销", "Undo"),
    "player.undone": ("已撤销这处改动", "Undone"),
    "player.undoFailed": ("没有撤销成功，请再试一次。", "It could not be undone. Try again."),
    "player.copied": ("链接已复制", "Link copied"),
    "player.play": ("播放", "Play"),
    "player.pause": ("暂停", "Pause"),
    "player.position": ("播放位置", "Position"),
    "player.at": ("[time]，共 [length]", "[time] of [length]"),
    "player.mute": ("静音", "Mute"),
    "player.unmute": ("取消静音", "Unmute"),
    "player.volume": ("音量", "Volume"),
    "player.captions": ("字幕", "Captions"),
    "player.captionsOff": ("关闭", "Off"),
    "player.captionSize": ("字幕大小", "Caption size"),
    "player.small": ("小", "Small"),
    "player.normal": ("标准", "Normal"),
    "player.large": ("大", "Large"),
    "player.colon": ("：", ": "),
    "player.chapters": ("章节", "Chapters"),
    "player.suggested": ("自动建议", "Suggested automatically"),
    "player.speed": ("播放速度", "Speed"),
    "player.quality": ("清晰度与流量", "Quality and data"),
    "player.whole": ("全片流量", "Whole recording"),
    "player.auto": ("自动", "Auto"),
    "player.autoNow": ("自动 · [rung]", "Auto · [rung]"),
    "player.stills": ("声音＋图片", "Sound + stills"),
    "player.soundOnly": ("只听声音", "Sound only"),
    "player.track": ("声音", "Sound"),
    "player.layout": ("画面布局", "Layout"),
    "player.main": ("主画面", "Main view"),
    "player.side": ("并排", "Side by side"),
    "player.pip": ("画中画", "Picture in picture"),
    "player.one": ("单画面", "One view"),
    "player.swap": ("把“[view]”放大", "Enlarge [view]"),
    "player.fullscreen": ("全屏", "Full screen"),
    "player.window": ("退出全屏", "Leave full screen"),
    "player.notBegun": ("还没有开始", "Not begun yet"),
    "player.over": ("已经结束", "Has ended"),
    "player.listening": ("只有声音", "Sound only"),
    "player.angleFailed": ("这一画面暂时无法播放", "This view cannot be played now"),
    "player.expired": (
        "观看链接已过期。点“重新加载”继续观看，会回到现在的位置。",
        "The link to this recording has expired. Reload to go on from the same second.",
    ),
    "player.offline": (
        "网络连接中断。恢复后会自动从这里继续。",
        "The connection is lost. It goes on from here by itself once it is back.",
    ),
    "player.failed": (
        "录像暂时无法播放。请重新加载；如果仍然不行，请告诉管理员。",
        "The recording cannot be played now. Reload; if that does not help, tell the administrator.",
    ),
    "player.unsupported": (
        "这个浏览器不能播放录像。请换用新版 Edge、Chrome、Firefox 或 Safari。",
        "This browser cannot play the recording. Use a recent Edge, Chrome, Firefox or Safari.",
    ),
    "player.reload": ("重新加载", "Reload"),
    # -- processing
    "processing": ("正在处理", "Being processed"),
    "processing_advice": (
        "可以离开本页，处理会在后台继续。能观看时画面会自动出现。",
        "You may leave this page; the work goes on. The picture appears by itself as soon as it can be watched.",
    ),
    "processing_watchable": (
        "已经可以观看，其余处理仍在后台进行。",
        "It can be watched already; the rest goes on in the background.",
    ),
    "receiving_advice": (
        "录像还在上传，已经可以观看。上传完成后会自动继续处理。",
        "It is still arriving and can be watched already. Processing goes on by itself when it has arrived.",
    ),
    "queued": ("排队等待处理", "Waiting in the queue"),
    "queued_advice": (
        "前面的录像处理完就轮到它。如果很久没有动静，请管理员确认处理程序正在运行（shijiao up）。",
        "Those before it come first. If nothing moves, the administrator should check that a worker runs (shijiao up).",
    ),
    "waiting.glossary": ("术语表需要改正", "The glossary needs mending"),
    "waiting": ("文字稿在等语音模型", "The transcript waits for the speech model"),
    "failed": ("处理没有完成", "Processing did not finish"),
    "failed_details": ("技术信息", "Technical details"),
    "cancelled": ("处理已被取消", "Processing was cancelled"),
    "cancelled_advice": ("原始文件仍在。需要时可以重新处理。", "The original file is kept. It can be processed again."),
    "retry": ("重新处理", "Process again"),
    "step.receive": ("保存原始文件", "Keep the original"),
    "step.join": ("拼接分段文件", "Join the parts of one camera"),
    "step.probe": ("检查文件", "Examine the file"),
    "step.remux": ("生成可播放的画面", "Make it playable"),
    "step.show": ("开放观看", "Let it be watched"),
    "step.weak": ("生成弱网画面", "Make the picture for weak links"),
    "step.sound": ("统一音量", "Even out the sound"),
    "step.audio": ("提取声音", "Take out the sound"),
    "step.align": ("对齐各路画面", "Bring the views into step"),
    "step.transcribe": ("把讲话写成文字", "Write down what is said"),
    "step.glossary": ("按术语表校对", "Check against the glossary"),
    "step.index": ("编入搜索", "Make it searchable"),
    "step.transcode": ("生成低码率画面", "Make a smaller picture for weak links"),
    "step.ladder": ("生成各档清晰度", "Make the other qualities"),
    "step.splice": ("合并各段画面", "Put the pieces together"),
    "step.stills": ("截取画面", "Take stills"),
    "step.chapters": ("建议章节", "Suggest chapters"),
    "step.check": ("查找缺失的部分", "Find what is missing"),
    "step.finish": ("完成", "Finish"),
    "step.of_angle": ("{step} · 第 {number} 路", "{step} · view {number}"),
    "step.screen": ("检查患者隐私", "Look for what might identify a patient"),
    "step_state.pending": ("等待", "Waiting"),
    "step_state.running": ("进行中", "Running"),
    "step_state.waiting": ("等待条件", "On hold"),
    "step_state.done": ("完成", "Done"),
    "step_state.skipped": ("已有", "Already there"),
    "step_state.failed": ("失败", "Failed"),
    "step_state.cancelled": ("已取消", "Cancelled"),
    # -- why something failed, and what to do; one pair for every code in archive.errors
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
    "error.not_found": ("要找的内容不存在。", "What was looked for does not exist."),
    "error.not_found.advice": (
        "它可能已被撤回。请在资料库中查找。",
        "It may have been withdrawn. Look for it in the library.",
    ),
    "error.not_allowed": ("没有权限。", "This is not allowed."),
    "error.not_allowed.advice": ("请联系负责这份录像的带教老师。", "Ask the trainer who keeps the recording."),
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


@dataclass(frozen=True)
class Texts:
    """The texts in one language: `t("search")`, `t("hits_count", query="胎心", count=3)`."""

    language: Language

    def __call__(self, key: str, **facts: Any) -> str:
        """Return a text with its facts filled in; an unknown key is a mistake of ours and raises KeyError."""
        return TEXTS[key][0 if self.language == "zh" else 1].format(**facts)

    def of(self, group: str, name: str, **facts: Any) -> str:
        """Return the text of one of a group that may grow elsewhere, such as a step; its bare name if it is new."""
        key = f"{group}.{name}"
        return self(key, **facts) if key in TEXTS else name

    def step(self, name: str) -> str:
        """Return the name of a job's step; of several angles each has its own: remux, remux:2 and so on."""
        step, _, number = name.partition(":")
        return self("step.of_angle", step=self.of("step", step), number=number) if number else self.of("step", step)

    def group(self, group: str) -> dict[str, str]:
        """Return all texts of a group by their own names; they hold nothing to fill in."""
        begin = f"{group}."
        return {key.removeprefix(begin): self(key) for key in TEXTS if key.startswith(begin)}

    def count(self, key: str, number: int, **facts: Any) -> str:
        """Return a text with a number, in its form for one where the number is one."""
        return self(f"{key}_one" if number == 1 else key, count=number, **facts)

    def failure(self, code: str) -> tuple[str, str]:
        """Return why something failed and what to do, by its code in `archive.errors`."""
        known = code if f"error.{code}" in TEXTS else "error"
        return self(f"error.{known}"), self(f"error.{known}.advice")
