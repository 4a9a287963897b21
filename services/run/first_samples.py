"""The ask for the sample catalogue, once for a data folder, which the api then loads while all is up."""

from __future__ import annotations

import logging
import ssl
import time

import httpx

from services.bootstrap.own_clients import own_client
from services.bootstrap.samples import samples_mark
from services.bootstrap.settings import RunSettings

log = logging.getLogger(__name__)

ACCEPTED, FAULTY = 202, 500
AGAIN_S = 1.0
# Once the api has agreed: it may have been killed before all of them were in.
LOOK_S = 30.0


class FirstSamples:
    """Asks the api to load the samples, until that is done."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings, self._mark = settings, samples_mark(settings)
        # Once only: a person who has removed them does not want them back.
        self.wanted = settings.samples and not self._mark.exists()
        self._next_s = 0.0

    def ask(self, trust: ssl.SSLContext | bool) -> None:
        """Ask if it is time to; what fails is tried again, and a refusal is logged."""
        if not self.wanted or time.monotonic() < self._next_s:
            return
        self.wanted = not self._mark.exists()
        if self.wanted:
            status = self._post(trust)
            self._next_s = time.monotonic() + (LOOK_S if status == ACCEPTED else AGAIN_S)
            self.wanted = status == ACCEPTED or status >= FAULTY

    def _post(self, trust: ssl.SSLContext | bool) -> int:
        """The status of the api's answer; that of a fault without one."""
        key = self._settings.api_key.get_secret_value()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            with own_client(self._settings.local_url, timeout_s=5, headers=headers, verify=trust) as client:
                answer = client.post("/samples")
        except httpx.HTTPError:
            return FAULTY
        if answer.is_client_error:
            log.error("the sample catalogue can't be loaded: %s", answer.text[:500])
        return answer.status_code
