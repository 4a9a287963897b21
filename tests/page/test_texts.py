"""The page's texts: each language has all of them, and the code asks for no missing one."""

from __future__ import annotations

import re

import pytest

from tests.page.texts import LANGUAGES, WEB, placeholders, table

# Plural forms differ by language; all have `other`.
FORM = re.compile(r"\.(zero|one|two|few|many)$")


def has(texts: dict[str, str], key: str) -> bool:
    """Whether a key, or the plural forms of one that counts, exist."""
    return key in texts or f"{key}.other" in texts


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_each_language_has_the_keys_and_placeholders_of_english(language: str) -> None:
    english, other = table("en"), table(language)
    common = {key for key in english if not FORM.search(key)}
    assert {key for key in other if not FORM.search(key)} == common
    differing = {key for key in common if placeholders(english[key]) != placeholders(other[key])}
    assert differing == set()
    assert [key for key in common if not other[key].strip()] == []
    assert {key for key in common if english[key].count("`") % 2 or other[key].count("`") % 2} == set()


def test_every_key_that_the_page_asks_for_exists() -> None:
    texts = table("en")
    kinds = {key.partition(".")[0] for key in texts}
    html = (WEB / "index.html").read_text()
    asked = set(re.findall(r'data-(?:text|label|title|placeholder)="([^"]+)"', html))
    begun: set[str] = set()
    for path in (WEB / "js").rglob("*.js"):
        source = path.read_text()
        asked |= set(re.findall(r'\bt(?:Count)?\("([^"]+)"', source))
        # A key that is chosen first and used later, such as t(wrong ? "key.wrong" : "key.why").
        words = re.findall(r'"([a-z]\w*(?:\.\w+)+)"', source)
        asked |= {key for key in words if key.partition(".")[0] in kinds and not key.endswith(".js")}
        begun |= set(re.findall(r"\bt(?:Count)?\(`([\w.]+\.)\$\{", source))
    assert {key for key in asked if not has(texts, key)} == set()
    assert {start for start in begun if not any(key.startswith(start) for key in texts)} == set()
