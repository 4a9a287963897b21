"""The settings of every process, read from LOOKALIKE_… variables."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from common import setting_texts
from common.data_folder import from_checkout
from common.mqtt_broker import MqttFiles
from common.redaction import redact
from common.secrets import SECRETS, SUFFIX
from common.setting_texts import default_in_words
from models.providers import check_provider
from services.bootstrap.access_settings import AccessSettings
from services.bootstrap.acting_settings import ActingSettings
from services.bootstrap.aws_settings import AwsSettings, IndexSettings, PicturesSettings
from services.bootstrap.base_settings import PREFIX, Base
from services.bootstrap.defaults import HOST, LOOPBACK, SEARCH_PORT
from services.bootstrap.history_settings import HistorySettings
from services.bootstrap.knn_address import EndpointAddress, MilvusAddress, parse_knn
from services.bootstrap.limit_settings import ConnectionSettings, LimitSettings
from services.bootstrap.page_settings import API_KEY, PageSettings, TlsSettings
from services.bootstrap.setting_types import Knn, Mqtt, Origins, Proxy, Redis, Store, Web
from services.core.errors import InputError

SEARCH_URL = "http://127.0.0.1:8081"
SEARCH_URL_TEXT = "The address at which the api finds the search process."
REDIS_URL = (
    "The address of Redis: `redis[s]://[[user]:password@]host[:port][/database]` or `unix://…`. In user and "
    "password, `@ / ? # [ ] %` have to be percent-encoded: `%40 %2F %3F %23 %5B %5D %25`."
)
# Read by the edge, whose folder is deployed without this one.
EDGE_ONLY = frozenset(
    {
        "source",
        "thing",
        "max_fps",
        "stall_s",
        "region",
        "title",
        "run_by",
        "edge_cameras",
        "camera_local",
        "pace",
        "gate",
        "codes_cpu",
        "preview",
        "alive_file",
        "model_fingerprint",
        "edge_data",
        "link",
        "iot_rule",
    }
)


class StoreSettings(Base):
    """The place of the items."""

    # Whether calls of the store give up after a few seconds: an observation waits for them.
    store_hurried: ClassVar[bool] = False
    store: Store = Field(
        "",
        description="The item store: `sqlite:///PATH` or `dynamodb://TABLE`. The table exists already; "
        "region, credentials and endpoint come from `AWS_…` as for every AWS tool. With DynamoDB any "
        "number of processes may write.",
        json_schema_extra=default_in_words("`DATA_DIR/items.sqlite`"),
    )

    @property
    def store_path(self) -> Path:
        """The file of the item store, if it is SQLite."""
        if not self.store:
            return self.data_dir / "items.sqlite"
        return from_checkout(Path(self.store.removeprefix("sqlite:///")))


class CatalogueSettings(StoreSettings, PicturesSettings):
    """The place of the catalogue, and the model that makes its vectors."""

    model: str = Field("balanced", description=setting_texts.MODEL)
    provider: Annotated[str, AfterValidator(check_provider)] = Field(
        "cpu", description=setting_texts.PROVIDER
    )
    # Addresses of pictures come from other people, who must not reach this machine's network.
    fetch_private: bool = Field(
        False,
        description="1: addresses of pictures may lead to this machine and its network. Limits of a fetch, "
        "in any case: 32 MiB, 60 s in all, 15 s of silence, 5 redirects.",
    )


class QueueSettings(Base):
    """The match queue."""

    redis_url: Redis = Field("redis://127.0.0.1:6379", description=REDIS_URL)
    redis_cluster: bool = Field(
        False,
        description="1: Redis is in cluster mode, as ElastiCache Serverless always is. All keys are then in "
        "the slot of `stack:matches`, under the names that docs/contracts/mqtt.md gives for it.",
    )


class _Broker(Base):
    mqtt_url: Mqtt = Field("mqtt://127.0.0.1:1883", description=setting_texts.MQTT_URL)
    mqtt_cert: Path | None = Field(None, description=setting_texts.MQTT_CERT)
    mqtt_key: Path | None = Field(None, description=setting_texts.MQTT_KEY)
    mqtt_ca: Path | None = Field(None, description=setting_texts.MQTT_CA)

    @property
    def mqtt_files(self) -> MqttFiles:
        """The files for TLS with the broker."""
        return MqttFiles(self.mqtt_cert, self.mqtt_key, self.mqtt_ca)


class KnnSettings(IndexSettings):
    """The engine that finds the nearest vectors, and the place of its trainings."""

    knn: Knn = Field(
        "faiss",
        description="The engine that finds the nearest vectors: `faiss`, `milvus://…` "
        "([Milvus](../milvus.md)) or `sagemaker://ENDPOINT`. Milvus' address is "
        "`milvus://[user:password@]host[:port]/NAME`. Behind that of an endpoint may follow "
        "`?timeout_s=2&batch=64`: the time for an answer, and the largest number of vectors in a request; "
        "and `&distances=KIND` if the endpoint's distances mean something else than its training found: "
        "`l2`, `squared_l2`, `cosine`, `cosine_distance` or `inner_product`.",
    )

    knn_recall: float = Field(
        0.99,
        ge=0.5,
        le=1,
        description="The share of the exact answer's ten items that FAISS finds among more than 2,000. "
        "With 1 every vector is compared.",
    )

    @property
    def endpoint(self) -> EndpointAddress | None:
        """The k-NN endpoint, None for another engine."""
        address = parse_knn(self.knn)
        return address if isinstance(address, EndpointAddress) else None

    @property
    def milvus(self) -> MilvusAddress | None:
        """The place on a Milvus server, None for another engine."""
        address = parse_knn(self.knn)
        return address if isinstance(address, MilvusAddress) else None


class SearchCoreSettings(StoreSettings, KnnSettings, PageSettings, QueueSettings):
    """The settings of a search on any host, wherever its observations come from."""

    max_age_s: float = Field(5, gt=0, le=3600, description=setting_texts.MAX_AGE_S)

    @property
    def index_folder(self) -> Path:
        """The place of the index's snapshots, and of large files that it needs while it runs."""
        return self.data_dir / "index"

    @model_validator(mode="after")
    def _has_index_place(self) -> Self:
        if self.endpoint is not None and not self.index_place:
            raise ValueError(f"LOOKALIKE_INDEX is required with LOOKALIKE_KNN={self.knn}")
        return self


class SearchSettings(SearchCoreSettings, ConnectionSettings, _Broker):
    """The settings of the search process, which takes observations from a broker."""

    snapshot_s: float = Field(
        300,
        ge=0,
        le=86_400,
        description="The least seconds between two snapshots of the index. They are in `DATA_DIR/index`, and "
        "the search process starts from them. 0: none is written or read.",
    )
    search_host: str = Field(HOST, description="The address that the search process listens at.")
    search_port: int = Field(SEARCH_PORT, ge=1, le=65535, description="The port of the search process.")
    # Optional: brokers may refuse a $ topic, and one refused filter ends the connection.
    mqtt_aws_topic: bool = Field(
        False, description="1: `$aws/things/+/infer` is subscribed too. Set it for one search process only."
    )
    home_assistant: bool = Field(False, description=setting_texts.HOME_ASSISTANT)


class ApiCoreSettings(
    CatalogueSettings, AccessSettings, LimitSettings, HistorySettings, ActingSettings, QueueSettings
):
    """The settings of the api on any host, whatever links it to the cameras."""

    collect_pictures: bool = Field(
        True,
        description="0: pictures are kept when no item names them any more. Set it if several catalogues "
        "share one picture store; otherwise they are deleted an hour after the item, when undo has expired.",
    )
    search_url: Web = Field(SEARCH_URL, description=SEARCH_URL_TEXT)
    proxy: Proxy = Field(
        "",
        description="Reverse proxies whose `X-Forwarded-For` and `-Proto` are trusted: addresses and "
        "networks, with commas. Without it all who come through a proxy count as one address.",
    )

    embed_origins: Origins = Field(
        "",
        description="Origins whose pages may show the live match in an iframe, `embed.html`, with commas. "
        "Such as `https://shop.example,https://*.museum.example`; none by default.",
    )

    @property
    def embedding(self) -> list[str]:
        """Origins that may embed the live match."""
        return [each.strip() for each in self.embed_origins.split(",") if each.strip()]

    @property
    def proxies(self) -> list[str]:
        """Trusted proxies: their X-Forwarded-For header names the client."""
        return [each.strip() for each in self.proxy.split(",") if each.strip()]

    @model_validator(mode="after")
    def _closed_by_default(self) -> Self:
        if self.host not in LOOPBACK and not self.api_key.get_secret_value():
            raise ValueError(
                f"LOOKALIKE_API_KEY is required when LOOKALIKE_HOST ({self.host}) is not loopback"
            )
        return self


class ApiSettings(ApiCoreSettings, _Broker):
    """The settings of the api process, which reaches cameras over a broker."""

    device_mqtt_url: Mqtt = Field(
        "",
        description="The broker's address as devices elsewhere reach it, as `MQTT_URL`. Whoever has the API "
        "key gets it, with its login and with the authorities in `MQTT_CA`, by GET /cameras/{thing}/broker, "
        "as edge/install.sh does ([a device](../edge.md)). Without it nobody does.",
    )


class CliSettings(CatalogueSettings, KnnSettings, TlsSettings, QueueSettings, _Broker):
    """The settings of the command line; it finds the system by the data folder's run.json, else `api_url`."""

    api_key: SecretStr = Field(SecretStr(""), description=API_KEY)
    api_url: Web = Field(
        "",
        description="The page's address, for a command line without a `run.json`. Broker, Redis and search "
        "are then at `MQTT_URL`, `REDIS_URL` and `SEARCH_URL`.",
    )
    search_url: Web = Field(SEARCH_URL, description=SEARCH_URL_TEXT)


class RunSettings(ApiSettings):
    """`make run`: empty addresses of broker and Redis stand for embedded ones on free ports."""

    mqtt_url: Mqtt = Field(
        "", description=setting_texts.MQTT_URL, json_schema_extra=default_in_words("an embedded one")
    )
    redis_url: Redis = Field("", description=REDIS_URL, json_schema_extra=default_in_words("an embedded one"))
    source: str = Field(
        "", description=setting_texts.SOURCE, json_schema_extra=default_in_words("the sample clip")
    )
    samples: bool = Field(True, description="0: the sample catalogue is left out.")


S = TypeVar("S", bound=Base)


# Parts of the names of settings whose values are not shown.
_SECRET_NAMES = ("_URL", "_KEY", "_SECRET", "SOURCE", "WEBHOOKS")


def load(kind: type[S], environ: Mapping[str, str] = os.environ) -> S:
    """Read a process's settings; raises InputError with one line that names the variable."""
    _refuse_unknown(environ)
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper() + ": " if first["loc"] else ""
        # An address or a key may hold a password.
        secret = not first["loc"] or any(part in name for part in _SECRET_NAMES)
        secret = secret or ("_KNN" in name and "@" in str(first["input"]))
        # Whatever else holds an address, such as a list of proxies or a bucket, is shown without its login.
        shown = "" if secret else f" (it is {redact(str(first['input']))[:60]!r})"
        raise InputError(f"{name}{first['msg'].removeprefix('Value error, ')}{shown}") from None


def known_names() -> frozenset[str]:
    """The names of all variables that any process reads."""
    fields = {
        name
        for kind in (SearchSettings, ApiSettings, CliSettings, RunSettings, AwsSettings)
        for name in kind.model_fields
    }
    names = {PREFIX + name.upper() for name in fields | EDGE_ONLY}
    return frozenset(names | {PREFIX + name.upper() + SUFFIX for name in SECRETS})


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = known_names()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "docs/contracts/settings.md lists those that exist"
            raise InputError(f"{name} is not a setting; {hint}")
