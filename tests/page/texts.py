"""Reads the page's tables of texts."""

from __future__ import annotations

import json
import re
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"
LANGUAGES = sorted(path.stem for path in (WEB / "text").glob("*.js"))


def table(language: str, *, export: str = "default") -> dict[str, str]:
    """Texts that a language exports under this name, in their order; a doubled key fails.

    Those that are loaded with a part of the page are in a folder of its name, and come last.
    """
    parts = sorted((WEB / "text").glob(f"*/{language}.js")) if export == "default" else []
    pairs = [pair for path in (WEB / "text" / f"{language}.js", *parts) for pair in _pairs(path, export)]
    keys = [key for key, _text in pairs]
    assert sorted(set(keys)) == sorted(keys), f"{language}: {[key for key in keys if keys.count(key) > 1]}"
    return dict(pairs)


def _pairs(path: Path, export: str) -> list[tuple[str, str]]:
    source = path.read_text()
    lines = [line for line in source.splitlines() if not line.lstrip().startswith("//")]
    begin = rf"^export (?:const )?{export}(?: =)? "
    found = re.search(begin + r"({.*?^});", "\n".join(lines), re.DOTALL | re.MULTILINE)
    assert found, f"{path} exports no {export}"
    pairs: list[tuple[str, str]] = json.loads(
        re.sub(r",\s*}$", "}", found[1]), object_pairs_hook=lambda pairs: pairs
    )
    return pairs


def placeholders(text: str) -> set[str]:
    """Names of the values to fill in."""
    return set(re.findall(r"\{(\w+)\}", text))


def marked(text: str) -> list[str]:
    """What is set as code, in order of the alphabet; a mark that is not closed fails."""
    parts = text.split("`")
    assert len(parts) % 2, f"a mark is not closed: {text}"
    return sorted(parts[1::2])
