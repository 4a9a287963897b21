"""What a device needs to be a camera of this system: its broker."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException, Response

from services.api.cameras import Thing, check_thing
from services.api.rights import OWN
from services.contract.camera_models import BrokerAnswer
from services.contract.problem_models import problems

_NONE = (
    "no broker for devices is set here; set LOOKALIKE_DEVICE_MQTT_URL to the address at which they reach it "
    "(on AWS make a folder with a certificate instead: `lookalike aws things add NAME`)"
)
_BROKER = problems(
    {400: "'a/b' is no camera's name; expected 1 to 128 of the characters a-z A-Z 0-9 : _ -", 404: _NONE}
)


def build_router(device_mqtt_url: str, authorities: Path | None) -> APIRouter:
    """The route for a broker at this address; `authorities` (PEM) have signed its certificate."""
    router = APIRouter(tags=["cameras"])

    @router.get(
        "/cameras/{thing}/broker",
        dependencies=OWN,
        summary="Get the broker for a device",
        responses=_BROKER,
    )
    def broker(thing: Thing, response: Response) -> BrokerAnswer:
        """What a device needs to connect as this camera: edge/install.sh asks for it.

        Only where `LOOKALIKE_DEVICE_MQTT_URL` is set. Whoever has the key gets the login that is in it.
        """
        check_thing(thing)
        if not device_mqtt_url:
            raise HTTPException(404, _NONE)
        response.headers["Cache-Control"] = "no-store"
        signed = authorities.read_text(encoding="ascii") if authorities else None
        return BrokerAnswer(thing=thing, mqtt_url=device_mqtt_url, mqtt_ca=signed)

    return router
