"""The generator of the docs' pages from the code: its refusals."""

from __future__ import annotations

import re

import pytest

from docs.generator.__main__ import DOCS, PAGES, main
from docs.generator.markdown import MAX_CELL, first_sentence, table
from docs.generator.settings_page import PROCESSES, settings


def test_the_pages_fit_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["generator", "--check"])
    assert main() == 0


def test_every_setting_is_described_in_the_code() -> None:
    page = settings()
    for kind in PROCESSES.values():
        for name, field in kind.model_fields.items():
            assert field.description, f"{kind.__name__}.{name}"
            assert f"| `{name.upper()}` |" in page


def test_a_cell_that_is_too_long_is_refused() -> None:
    assert table(("a",), [("x" * MAX_CELL,)]).endswith("x |")
    with pytest.raises(ValueError, match="a cell of 121 characters; expected at most 120"):
        table(("a",), [("x" * 121,)])


def test_the_first_sentence_is_apart_from_the_rest() -> None:
    assert first_sentence("One `a.b` thing.  Then\nmore. And more.") == (
        "One `a.b` thing",
        "Then more. And more.",
    )


@pytest.mark.parametrize("page", ["contracts.md", *(f"contracts/{name}.md" for name in ("mqtt", *PAGES))])
def test_no_cell_of_the_contracts_is_too_long_to_be_read_at_once(page: str) -> None:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    cells = [cell.strip() for line in lines if line.startswith("|") for cell in re.split(r"(?<!\\)\|", line)]
    assert cells
    assert [cell for cell in cells if len(cell) > MAX_CELL] == []
