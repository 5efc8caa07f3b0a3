"""Texts of the library, and what a recording is and where it stands."""

TEXTS: dict[str, tuple[str, str]] = {
    # -- library
    "library": ("资料库", "Library"),
    "library_count": ("{count} 份录像", "{count} recordings"),
    "library_count_one": ("1 份录像", "1 recording"),
    "library_empty": ("资料库还是空的", "The library is still empty"),
    "library_empty_trainer": (
        "添加第一份录像，能观看时它就会出现在这里。",
        "Add the first recording. It appears here as soon as it can be watched.",
    ),
    "library_empty_viewer": (
        "带教老师添加录像后，会出现在这里。",
        "Recordings appear here as soon as a trainer has added them.",
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
}
