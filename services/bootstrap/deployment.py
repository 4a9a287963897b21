"""The wiring of what the command line does with a deployment on AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from services.adapters.billed_costs import Billed, billed_in_month
from services.adapters.cloud_logs import LogLine, log_lines
from services.adapters.iot_things import IotThings
from services.adapters.stack_outputs import stack_outputs
from services.bootstrap import aws

# AWS IoT's port for MQTT with certificates.
_PORT = 8883


@dataclass(frozen=True, slots=True)
class Things:
    """The registry of cameras, the broker that they connect to, and the rule that gets what they see.

    `broker` is mqtts://HOST:PORT.
    """

    registry: IotThings
    broker: str
    rule: str


def open_things(name: str) -> Things:
    """The cameras of a deployment; raises InputError or UnavailableError."""
    outputs = stack_outputs(aws.open_client("cloudformation"), name)
    host = outputs["IotEndpoint"].partition(":")[0]
    return Things(
        IotThings(aws.open_client("iot"), outputs["CameraPolicy"]),
        f"mqtts://{host}:{_PORT}",
        f"{name}_features",
    )


def read_log(group: str, *, since_ms: int) -> Iterator[LogLine]:
    """A log group's lines; raises InputError or UnavailableError."""
    return log_lines(aws.open_client("logs"), group, since_ms=since_ms)


def read_billed(name: str) -> Billed:
    """What AWS has billed this month; it costs money. Raises InputError or UnavailableError."""
    return billed_in_month(aws.open_client("ce"), name, today=datetime.now(UTC).date())
