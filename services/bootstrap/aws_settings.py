"""The settings that only hosts on AWS need."""

from __future__ import annotations

from pydantic import Field

from common.setting_texts import default_in_words
from services.bootstrap.base_settings import Base
from services.bootstrap.setting_types import IotEndpoint, S3Place


class AwsSettings(Base):
    """The parts of AWS that functions use, beside stores and Redis."""

    iot_endpoint: IotEndpoint = Field(
        "",
        description="The host or address of the account's IoT data endpoint, to which functions send "
        "commands to cameras. `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints it.",
        json_schema_extra=default_in_words("the region's own"),
    )
    index: S3Place = Field(
        "",
        description="The place of what `lookalike aws train` keeps of a trained index: `s3://BUCKET[/PREFIX]`.",
        json_schema_extra=default_in_words("under index/ in the bucket of `PICTURES`"),
    )
    follow_s: float = Field(
        1,
        ge=0,
        le=3600,
        description="The time in which a function reads the item store's changes once at most, in seconds. "
        "A query in between reads no store.",
    )
