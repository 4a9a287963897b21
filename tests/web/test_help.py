"""The help, and the switch for the keys."""

from __future__ import annotations

from tests.system.played import PlayedCamera
from tests.system.stack import Stack
from tests.web.pages import Pages, diagnostics
from tests.web.wcag import violations


def test_help_tells_the_keys_and_switches_them_off_for_good(without_camera: Stack, pages: Pages) -> None:
    page = pages.open(without_camera.page)
    page.locator("body:not([data-situation=connecting])").wait_for()
    page.keyboard.press("Shift+?")
    dialog = page.get_by_role("dialog", name="Help")
    dialog.locator("kbd").first.wait_for()
    told = dialog.locator("kbd").all_inner_texts()
    # The catalogue adds its keys once it was opened.
    assert {"Y", "N", "T", "S", "P", "?", "Z", "Esc"} <= set(told)
    assert len(told) == len(set(told))
    assert violations(page) == []
    dialog.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    assert page.locator("#ask kbd").is_hidden()

    page.reload()
    page.locator("body:not([data-situation=connecting])").wait_for()
    page.keyboard.press("s")
    page.keyboard.press("Shift+?")
    assert page.get_by_role("dialog").count() == 0
    # The buttons do the same as the keys, by keyboard too.
    page.locator("#help").focus()
    page.keyboard.press("Enter")
    dialog.get_by_label("Use these keys").check()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "help"
    page.keyboard.press("s")
    page.get_by_role("dialog", name="Search by picture").wait_for()
    page.keyboard.press("Escape")
    # A letter typed into a field is no key.
    page.locator("#language").focus()
    page.keyboard.press("s")
    assert page.get_by_role("dialog").count() == 0


def test_a_key_is_what_is_typed_whatever_its_place(without_camera: Stack, pages: Pages) -> None:
    page = pages.open(without_camera.page)
    page.locator("body:not([data-situation=connecting])").wait_for()
    press = """([key, code]) => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""
    # On a Dvorak keyboard O is where S is, and S where the semicolon is.
    page.evaluate(press, ["o", "KeyS"])
    assert page.get_by_role("dialog").count() == 0
    page.evaluate(press, ["s", "Semicolon"])
    page.get_by_role("dialog", name="Search by picture").wait_for()


def test_a_page_that_is_paused_before_the_first_match_has_diagnostics(
    without_camera: Stack, pages: Pages
) -> None:
    with PlayedCamera(without_camera, "door") as camera:
        camera.say("online", source="rtsp://host/door")
        page = pages.open(f"{without_camera.page}#camera=door")
        page.get_by_role("heading", name="door is on").wait_for()
        page.keyboard.press("p")
        diagnostics(page)
        page.locator(".details-source", has_text="rtsp://host/door").wait_for()
