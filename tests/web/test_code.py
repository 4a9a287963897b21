"""Barcodes and QR codes on the page: what they have to do with the match, while a played camera sees them."""

from __future__ import annotations

from common.codes import Code, CodeKind
from tests.system.stack import Stack, eventually
from tests.web.pages import Pages, text
from tests.web.played import items, nowhere, playing
from tests.web.wcag import violations

BOX = (0.4, 0.5, 0.2, 0.2)


def code(words: str, kind: CodeKind = "qr") -> Code:
    return Code(kind, words, BOX)


def test_a_code_is_said_beside_the_match_it_confirms_decides_or_contradicts(
    without_camera: Stack, pages: Pages
) -> None:
    one, other = items(without_camera)[:2]
    with playing(without_camera, "till-1") as till:
        page = pages.open(f"{without_camera.page}#camera=till-1")
        line = page.locator("#best-code")

        def says(words: str, *, title: str) -> None:
            eventually(lambda: line.count() == 1 and text(page, "#best-code") == words, within_s=15)
            eventually(lambda: text(page, ".best-title") == title, within_s=15)

        till.see(one.vectors[0], code(one.id))
        says("Confirmed by its QR code", title=one.title)
        till.see(nowhere(one), code(other.id))
        says("Recognised by its QR code", title=other.title)
        till.see(one.vectors[0], code("9780306406157", "ean_13"))
        says("The barcode 9780306406157 is not in the catalogue.", title=one.title)
        till.see(one.vectors[0], code(other.id))
        words = f"The QR code belongs to {other.title}. Check which item it is."
        eventually(lambda: line.count() == 1 and text(page, "#best-code") == words, within_s=15)
        eventually(lambda: page.locator("#best").get_attribute("data-verdict") == "unsure", within_s=15)
        assert violations(page) == []
        page.locator(".recent-open").first.click()
        eventually(lambda: page.locator('[role="dialog"] .code, dialog .code').count() == 1, within_s=15)
        page.keyboard.press("Escape")

        till.see(one.vectors[0])
        eventually(lambda: line.count() == 0, within_s=15)
