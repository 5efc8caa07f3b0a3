"""Coming in by a one-time link, and going out again, in a real browser."""

from typing import Any
from urllib.parse import urlsplit

from archive.tables import Role


def test_a_link_brings_a_doctor_in_once(portal: Any, visit: Any) -> None:
    link = portal.shijiao.json("members", "add", "赵医生", "--institution", "县妇幼")["link"]
    address = portal.address + urlsplit(link).path
    visitor = visit(f"{portal.address}/?r={portal.recording()['id']}", role=None, expected=".welcome")
    page = visitor.page
    assert page.get_by_text("请先登录").is_visible()
    assert page.locator("video, .card, .header").count() == 0
    visitor.shoot("signed-out-1280")
    page.goto(address)
    visitor.shoot("entrance-1280")
    page.get_by_role("button", name="进入示教").click()
    page.locator(".card").first.wait_for()
    page.locator(".member summary").click()
    assert page.get_by_text("赵医生").is_visible()
    visitor.shoot("member-menu-1280")

    page.goto(address)  # it stands in a message: whom it brought in presses it again
    page.locator(".member summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_text("请先登录").wait_for()
    page.goto(address)
    assert page.get_by_text("不能用了").is_visible()


def test_a_session_that_was_ended_ends_with_the_next_step(portal: Any, visit: Any) -> None:
    portal.shijiao.json("members", "add", "钱医生")
    link = portal.shijiao.json("members", "link", "钱医生")["link"]
    visitor = visit(portal.address + urlsplit(link).path, role=None, width=390, expected="main")
    page = visitor.page
    visitor.shoot("entrance-390")
    page.get_by_role("button", name="进入示教").click()
    page.locator(".card").first.wait_for()
    assert portal.shijiao.run("members", "sign-out", "钱医生").returncode == 0
    page.get_by_text("English", exact=True).click()
    page.get_by_text("Please sign in").wait_for()
    assert page.locator(".card").count() == 0


def test_a_viewer_does_not_get_what_is_for_trainers(portal: Any, visit: Any) -> None:
    page = visit(f"{portal.address}/?r={portal.recording()['id']}", role=Role.VIEWER, expected=".sentence").page
    assert page.get_by_role("button", name="撤销").count() == 0
