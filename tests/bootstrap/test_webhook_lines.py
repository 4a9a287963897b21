"""Further webhooks: their lines, what is wrong in them, and where they may stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.bootstrap.settings import ApiSettings, RunSettings, load
from services.bootstrap.webhook_lines import WebhookLine, read_webhooks
from services.core.errors import InputError

SECRET = "0123456789abcdef"
ADDRESS = "https://anna:s3cret@hooks.example:8443/in/t0ken?key=1"
LINES = f"""
# The repair counter
repair  {ADDRESS}  {SECRET}  no_match camera=repair; unsure category="Tea & coffee"
all http://127.0.0.1:8000/ {SECRET}
"""


def test_each_line_is_a_webhook_with_rules_of_its_own() -> None:
    assert read_webhooks(LINES) == (
        WebhookLine("repair", ADDRESS, SECRET, 'no_match camera=repair; unsure category="Tea & coffee"'),
        WebhookLine("all", "http://127.0.0.1:8000/", SECRET, "match"),
    )
    assert read_webhooks(" \n") == ()
    assert not {"s3cret", SECRET} & set(repr(read_webhooks(LINES)).split("'"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"repair {ADDRESS}", "line 1: it has 2 words; expected lines of NAME ADDRESS SECRET RULES"),
        (f"Repair! {ADDRESS} {SECRET}", "line 1: 'Repair!' is no name"),
        (f"\nrepair hooks.example {SECRET}", "line 2: .*expected http"),
        (f"repair {ADDRESS} short", "line 1: the secret has 5 characters; expected at least 16"),
        (f"repair {ADDRESS} {SECRET} matches", "line 1: 'matches' is no verdict"),
        (f"a {ADDRESS} {SECRET}\na {ADDRESS} {SECRET}", "two webhooks are called 'a'"),
        ("\n".join(f"a{n} {ADDRESS} {SECRET}" for n in range(17)), "there are 17 webhooks; expected at most"),
    ],
)
def test_what_is_wrong_is_told_without_address_and_secret(
    monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.setenv("LOOKALIKE_WEBHOOKS", text)
    for kind in (ApiSettings, RunSettings):
        with pytest.raises(InputError, match=f"LOOKALIKE_WEBHOOKS: .*{says}") as refused:
            load(kind)
        assert not any(hidden in str(refused.value) for hidden in ("s3cret", "t0ken", SECRET))


def test_they_may_come_from_a_file_beside_the_first_webhook(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "webhooks").write_text(LINES, encoding="utf-8")
    monkeypatch.setenv("LOOKALIKE_WEBHOOKS_FILE", str(tmp_path / "webhooks"))
    assert [each.name for each in load(ApiSettings).all_webhooks] == ["repair", "all"]
    monkeypatch.setenv("LOOKALIKE_WEBHOOK_URL", ADDRESS)
    monkeypatch.setenv("LOOKALIKE_WEBHOOK_SECRET", SECRET)
    settings = load(ApiSettings)
    assert [each.name for each in settings.all_webhooks] == ["", "repair", "all"]
    assert settings.all_webhooks[0] == WebhookLine("", ADDRESS, SECRET, "match")
    assert not any(hidden in repr(settings) for hidden in (SECRET, "repair"))
