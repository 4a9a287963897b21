"""The settings of acting on a match."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from services.bootstrap.base_settings import Base
from services.bootstrap.setting_types import ActingRules, WebhookAddress

WEBHOOK_URL = (
    "The address to which each match is posted once ([acting on a match](../acting.md)). Its form is "
    "`http[s]://[user:password@]host[:port][/path][?query]`. It needs `WEBHOOK_SECRET`. Functions on AWS "
    "refuse it."
)


class ActingSettings(Base):
    """The webhook, and the rules for it."""

    webhook_url: WebhookAddress = Field("", description=WEBHOOK_URL)
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="The secret by which the receiver knows that a post is from here. It has at least 16 "
        "characters. Each post is signed with it (HMAC-SHA256), and never contains it.",
    )
    webhook_rules: ActingRules = Field(
        "match",
        description="The rules that choose what is posted, by verdict, category and camera. "
        '`match camera=till-* category=Mugs,"Tea & coffee"; unsure camera=repair`: one of the rules between '
        "`;` has to fit, with all of its words, each by one of its values; `*` stands for any characters.",
    )
    webhook_private: bool = Field(
        False, description="1: the webhook's address may lead to this machine and its network."
    )
    webhook_answer_s: float = Field(
        5, ge=0.2, le=60, description="The time for a post and its answer, in seconds."
    )

    @model_validator(mode="after")
    def _signed(self) -> Self:
        secret = self.webhook_secret.get_secret_value()
        if self.webhook_url and len(secret) < 16:
            found = f"it has {len(secret)} characters" if secret else "it is not set"
            raise ValueError(
                f"LOOKALIKE_WEBHOOK_SECRET is required with LOOKALIKE_WEBHOOK_URL, and {found}; expected at "
                "least 16, such as `openssl rand -hex 16` prints"
            )
        return self
