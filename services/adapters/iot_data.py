"""Messages to cameras through AWS IoT Core's HTTPS side, with boto3's client; nothing is received."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from common.rate_limited_log import RateLimitedLog
from common.wire import AWS_IOT_MESSAGE_BYTES
from services.core.errors import UnavailableError


class IotData:
    """A link to cameras without a connection: each message is a request of its own."""

    def __init__(self, client: Any) -> None:
        """`client` is botocore's for iot-data."""
        self._client = client
        self._faults = RateLimitedLog()
        # The cause of the last message's failure, None if it was taken.
        self._trouble: str | None = None

    @property
    def connected(self) -> bool:
        """Whether messages can be sent now; only an attempt would tell."""
        return True

    @property
    def max_bytes(self) -> int:
        """The largest message that AWS IoT takes."""
        return AWS_IOT_MESSAGE_BYTES

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 0, within_s: float = 0.0, retained: bool = False
    ) -> bool:
        """Send a message: False if AWS IoT has not taken it. The time limit is the client's own."""
        del within_s
        try:
            self._client.publish(topic=topic, qos=qos, retain=retained, payload=payload)
        except ClientError as error:
            self._trouble = str(error.response["Error"].get("Code", "?"))
        except BotoCoreError as error:
            self._trouble = type(error).__name__
        else:
            self._trouble = None
            return True
        # The error may hold the session's token: one about a wrong signature repeats the request's headers.
        self._faults.say(self._trouble, f"AWS IoT does not take a message on {topic[:100]}: {self._trouble}")
        return False

    def check(self) -> None:
        """Raise UnavailableError if the last message was not taken."""
        if self._trouble is not None:
            raise UnavailableError(f"AWS IoT does not take messages: {self._trouble}")

    def start(self) -> None:
        """Do nothing: there is no connection."""

    def stop(self) -> None:
        """Do nothing: there is no connection."""
