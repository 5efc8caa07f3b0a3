"""Texts of the frame of every page."""

TEXTS: dict[str, tuple[str, str]] = {
    "brand": ("示教", "Shijiao"),
    "tagline": ("手术与讲座资料库", "Operations and lectures"),
    "home": ("资料库首页", "Library home"),
    "pages": ("页面", "Pages"),
    "page.home": ("首页", "Home"),
    "switch_language": ("切换到{language}", "Switch to {language}"),
    "search": ("搜索", "Search"),
    "search_hint": ("搜索讲过的每一句话", "Search what was said"),
    "back": ("返回资料库", "Back to the library"),
}
