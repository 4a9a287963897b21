"""The settings of the webhook: what is missing or misspelt is named, and functions refuse it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.bootstrap.base_settings import Base
from services.bootstrap.lambdas.api import ApiFunctionSettings
from services.bootstrap.lambdas.search import SearchFunctionSettings
from services.bootstrap.lambdas.status import StatusFunctionSettings
from services.bootstrap.settings import ApiSettings, RunSettings, load
from services.core.errors import InputError

ADDRESS = "https://anna:s3cret@hooks.example:8443/in/t0ken?key=1"


@pytest.mark.parametrize(
    ("secret", "found"), [("", "and it is not set"), ("x" * 15, "and it has 15 characters")]
)
@pytest.mark.parametrize("kind", [ApiSettings, RunSettings])
def test_a_webhook_needs_a_secret(
    monkeypatch: pytest.MonkeyPatch, kind: type[Base], secret: str, found: str
) -> None:
    monkeypatch.setenv("LOOKALIKE_WEBHOOK_URL", ADDRESS)
    monkeypatch.setenv("LOOKALIKE_WEBHOOK_SECRET", secret)
    with pytest.raises(InputError, match=f"LOOKALIKE_WEBHOOK_SECRET is required .*{found}") as refused:
        load(kind)
    assert "s3cret" not in str(refused.value)


def test_both_may_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"URL": ADDRESS, "SECRET": "0123456789abcdef"}.items():
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
        monkeypatch.setenv(f"LOOKALIKE_WEBHOOK_{name}_FILE", str(tmp_path / name))
    settings = load(ApiSettings)
    assert settings.webhook_url == ADDRESS
    assert settings.webhook_secret.get_secret_value() == "0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("URL", "hooks.example", "LOOKALIKE_WEBHOOK_URL: .*expected http"),
        ("URL", "ftp://hooks.example/", "LOOKALIKE_WEBHOOK_URL: .*expected http"),
        ("RULES", "matches", "LOOKALIKE_WEBHOOK_RULES: 'matches' is no verdict"),
        ("ANSWER_S", "0", "LOOKALIKE_WEBHOOK_ANSWER_S: .*greater than or equal to 0.2"),
    ],
)
def test_what_is_misspelt_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(f"LOOKALIKE_WEBHOOK_{name}", value)
    with pytest.raises(InputError, match=says):
        load(ApiSettings)


@pytest.mark.parametrize(
    ("name", "value"), [("WEBHOOK_URL", ADDRESS), ("WEBHOOKS", f"till {ADDRESS} 0123456789abcdef")]
)
@pytest.mark.parametrize("kind", [ApiFunctionSettings, SearchFunctionSettings, StatusFunctionSettings])
def test_functions_on_aws_refuse_it_and_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, kind: type[Base], name: str, value: str
) -> None:
    monkeypatch.setenv("LOOKALIKE_PUBLIC_URL", "https://shop.example")
    monkeypatch.setenv("LOOKALIKE_API_KEY", "k3y")
    load(kind)
    monkeypatch.setenv(f"LOOKALIKE_{name}", value)
    monkeypatch.setenv("LOOKALIKE_WEBHOOK_SECRET", "0123456789abcdef")
    told = f"LOOKALIKE_{name}: functions on AWS deliver to no webhook"
    with pytest.raises(InputError, match=told) as refused:
        load(kind)
    assert "s3cret" not in str(refused.value)
