"""The table of what AWS does with each call of the HTTP contract."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_each_call_of_the_contract_has_its_row() -> None:
    contract = re.findall(
        r"^### ((?:GET|POST|PUT|DELETE) \S+)$", (DOCS / "contracts/http.md").read_text(), re.M
    )
    page = (DOCS / "aws-http.md").read_text()
    rows = re.findall(r"^\| ((?:GET|POST|PUT|DELETE) \S+) \|", page.partition("## Large files")[0], re.M)
    assert sorted(rows) == sorted(contract)
