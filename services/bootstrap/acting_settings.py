"""The settings of acting on a match."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from services.bootstrap.base_settings import Base
from services.bootstrap.setting_types import ActingRules, WebhookAddress
from services.bootstrap.webhook_lines import LEAST_SECRET, WebhookLine, read_webhooks

WEBHOOK_URL = (
    "The address to which each match is posted once ([acting on a match](../acting.md)). Its form is "
    "`http[s]://[user:password@]host[:port][/path][?query]`. It needs `WEBHOOK_SECRET`. Functions on AWS "
    "refuse it."
)
WEBHOOKS = (
    "Further webhooks, each with an address, a secret and rules of its own. A line each, at most 16: "
    "`NAME ADDRESS SECRET RULES`, best in a file (`LOOKALIKE_WEBHOOKS_FILE`). Without rules it gets all "
    "matches. Functions on AWS refuse it."
)


class ActingSettings(Base):
    """The webhooks, and the rules for them."""

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
    webhooks: SecretStr = Field(SecretStr(""), description=WEBHOOKS)
    webhook_private: bool = Field(
        False, description="1: webhooks' addresses may lead to this machine and its network."
    )
    webhook_answer_s: float = Field(
        5, ge=0.2, le=60, description="The time for a post and its answer, in seconds."
    )

    @field_validator("webhooks")
    @classmethod
    def _readable(cls, value: SecretStr) -> SecretStr:
        read_webhooks(value.get_secret_value())
        return value

    @property
    def all_webhooks(self) -> tuple[WebhookLine, ...]:
        """Each webhook, that of `webhook_url` without a name."""
        further = read_webhooks(self.webhooks.get_secret_value())
        if not self.webhook_url:
            return further
        secret = self.webhook_secret.get_secret_value()
        return (WebhookLine("", self.webhook_url, secret, self.webhook_rules), *further)

    @model_validator(mode="after")
    def _signed(self) -> Self:
        secret = self.webhook_secret.get_secret_value()
        if self.webhook_url and len(secret) < LEAST_SECRET:
            found = f"it has {len(secret)} characters" if secret else "it is not set"
            raise ValueError(
                f"LOOKALIKE_WEBHOOK_SECRET is required with LOOKALIKE_WEBHOOK_URL, and {found}; expected at "
                f"least {LEAST_SECRET}, such as `openssl rand -hex 16` prints"
            )
        return self
