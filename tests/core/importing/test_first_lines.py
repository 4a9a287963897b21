"""The lines where ids stand first."""

from __future__ import annotations

from services.core.importing.first_lines import FirstLines


def test_the_first_line_of_each_text_stays() -> None:
    firsts = FirstLines()
    for line in range(10_000):
        assert firsts.first(f"id-{line % 5000}", line) == line % 5000
    assert len(firsts) == 5000
    assert "id-7" in firsts
    assert "id-5000" not in firsts
    assert firsts.first("half \udc80", 9) == firsts.first("half \udc80", 10) == 9
