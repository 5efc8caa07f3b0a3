"""Texts of signing in and out."""

TEXTS: dict[str, tuple[str, str]] = {
    "enter.title": ("{name}，您好", "Welcome, {name}"),
    "enter.text": (
        "点一下进入。这个链接只能用一次，之后这台设备会记住您。",
        "Press to come in. The link works once; after that this device knows you.",
    ),
    "enter.button": ("进入示教", "Come in"),
    "enter.refused": ("这个登录链接不能用了", "This sign-in link does not work any more"),
    "enter.refused_advice": (
        "它已被使用过，或已过期。请向发给您链接的人再要一个。",
        "It was used already, or is too old. Ask for another one where you got it.",
    ),
    "signed_out": ("请先登录", "Please sign in"),
    "signed_out_advice": (
        "打开带教老师或管理员发给您的登录链接，就能在这台设备上使用示教。",
        "Open the sign-in link that your trainer or the administrator gave you, and this device is ready.",
    ),
    "signed_out_command": ("管理员可以这样生成登录链接：", "The administrator makes such a link like this:"),
    "sign_out": ("退出登录", "Sign out"),
    "member.viewer": ("学员", "Doctor"),
    "member.trainer": ("带教老师", "Trainer"),
    "member.reviewer": ("审核员", "Reviewer"),
    "member.administrator": ("管理员", "Administrator"),
}
