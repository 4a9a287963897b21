"""Checks a page as it is now for WCAG 2.2 AA, with axe."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """Findings of axe: the rule, its words, and the place."""
    # An element that fades in has less contrast for a moment.
    page.evaluate(
        "Promise.all(document.getAnimations().filter((each) => each.effect.getTiming().iterations === 1)"
        ".map((each) => each.finished.catch(() => {})))"
    )
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    return [
        f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']][:4]}" for each in found
    ]


def violations_light_and_dark(page: Page) -> list[str]:
    """Findings in both colour schemes, each with its scheme."""
    found = []
    schemes: tuple[Literal["light", "dark"], ...] = "light", "dark"
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in violations(page)]
    page.emulate_media(color_scheme="null")
    return found
