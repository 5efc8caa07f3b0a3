"""Texts of the frame of every page."""

TEXTS: dict[str, tuple[str, str]] = {
    "brand": ("示教", "Shijiao"),
    "tagline": ("手术与讲座资料库", "Operations and lectures"),
    "home": ("资料库首页", "Library home"),
    "pages": ("页面", "Pages"),
    "page.home": ("首页", "Home"),
    "offline.gone": ("网络断开了，恢复后自动继续。", "You are offline. It goes on by itself once you are back."),
    "offline.wanted": ("网络断开了，恢复后会打开这一页。", "You are offline. The page opens once you are back."),
    "switch_language": ("切换到{language}", "Switch to {language}"),
    "search": ("搜索", "Search"),
    "search_hint": ("搜索讲过的每一句话", "Search what was said"),
    "back": ("返回资料库", "Back to the library"),
}
