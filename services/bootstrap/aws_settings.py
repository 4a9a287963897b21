"""The settings that only hosts on AWS need."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from common.data_folder import from_checkout
from common.setting_texts import default_in_words
from services.bootstrap.acting_settings import WEBHOOK_URL, WEBHOOKS
from services.bootstrap.base_settings import Base
from services.bootstrap.setting_types import (
    IotEndpoint,
    NoWebhook,
    NoWebhooks,
    Pictures,
    S3Place,
    Table,
)


class PicturesSettings(Base):
    """The place of the pictures."""

    pictures: Pictures = Field(
        "",
        description="The picture store: a folder, or `s3://BUCKET[/PREFIX]`. The bucket exists already.",
        json_schema_extra=default_in_words("`DATA_DIR/pictures`"),
    )

    @property
    def pictures_path(self) -> Path:
        """The folder of the picture store, if it is files."""
        return from_checkout(Path(self.pictures)) if self.pictures else self.data_dir / "pictures"

    def beside_pictures(self, folder: str) -> str:
        """The address of a folder in the pictures' bucket, "" if they are files."""
        if not self.pictures.startswith("s3://"):
            return ""
        return f"s3://{self.pictures.removeprefix('s3://').partition('/')[0]}/{folder}"


class IndexSettings(PicturesSettings):
    """The place of what trainings leave."""

    index: S3Place = Field(
        "",
        description="The place of what `lookalike aws train` and `index publish` keep of an index: "
        "`s3://BUCKET[/PREFIX]`. Required with `KNN=sagemaker://…` unless the pictures are in S3.",
        json_schema_extra=default_in_words("under index/ in the bucket of `PICTURES`, or in the data folder"),
    )

    @property
    def index_place(self) -> str:
        """The address `s3://BUCKET/PREFIX`, "" if there is none."""
        return self.index or self.beside_pictures("index")


class AwsSettings(IndexSettings):
    """The parts of AWS that functions use, beside stores and Redis."""

    iot_endpoint: IotEndpoint = Field(
        "",
        description="The host or address of the account's IoT data endpoint, to which functions send "
        "commands to cameras. `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints it.",
        json_schema_extra=default_in_words("the region's own"),
    )
    exchange: S3Place = Field(
        "",
        description="The place of files that are too large for a function's requests and answers: "
        "`s3://BUCKET[/PREFIX]`. An expiry of a day on it is enough.",
        json_schema_extra=default_in_words("under exchange/ in the bucket of `PICTURES`"),
    )
    history: Table = Field(
        "",
        description="The table of the [history](../history.md) in functions: `dynamodb://TABLE`. It exists "
        "already. Without it they keep none. A process has its history in the data folder.",
    )
    origin_key: SecretStr = Field(
        SecretStr(""),
        description="The secret that CloudFront sends with each request as the header `x-lookalike-origin`. "
        "With it the api function refuses requests that did not come through CloudFront, and takes clients' "
        "addresses from its header `CloudFront-Viewer-Address`. Without it that header is not read.",
    )
    previews: bool = Field(
        False,
        description="1: pages may watch cameras on AWS too, and the status function takes previews. While a "
        "camera is watched each of its five previews a second is a message and a call of that function.",
    )
    follow_s: float = Field(
        1,
        ge=0,
        le=3600,
        description="The time in which a function reads the item store's changes once at most, in seconds. "
        "A query in between reads no store.",
    )

    # Of the api; a function can't keep its promises, so that none starts with it.
    webhook_url: NoWebhook = Field("", description=WEBHOOK_URL)
    webhooks: NoWebhooks = Field(SecretStr(""), description=WEBHOOKS)

    @property
    def exchange_place(self) -> str:
        """The address `s3://BUCKET/PREFIX` of exchanged files, "" if there is none."""
        return self.exchange or self.beside_pictures("exchange")
