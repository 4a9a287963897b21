"""What a device asks of a running Lookalike, by the address of its page and the API key."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WAIT_S = 10
_MOST_BYTES = 1024 * 1024


class PageError(Exception):
    """Why the page gave no answer, and what to do, in one sentence without the key."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows none, as the key is for the page alone."""

    def redirect_request(self, *_: object) -> None:
        """Take the redirection for the answer."""


@dataclass(frozen=True, slots=True)
class DeviceBroker:
    """A broker for devices: its address, and who signed its certificate (PEM), None for the system's."""

    mqtt_url: str
    authorities: str | None


def ask_broker(page: str, thing: str, *, key: str, authorities: Path | None) -> DeviceBroker:
    """The broker for a camera, from the page at http[s]://…; `authorities` (PEM) have signed its certificate.

    Raises PageError.
    """
    if not page.lower().startswith(("http://", "https://")):
        raise PageError("--page: expected the page's address, http[s]://HOST[:PORT]")
    url = f"{page.rstrip('/')}/cameras/{urllib.parse.quote(thing, safe='')}/broker"
    answer = _get(url, key=key, context=_trusting(authorities))
    try:
        signed = answer["mqtt_ca"]
        return DeviceBroker(str(answer["mqtt_url"]), None if signed is None else str(signed))
    except (KeyError, TypeError):
        raise PageError(f"{page} is no page of Lookalike, or one of an older version") from None


def _trusting(authorities: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError) as error:
        raise PageError(f"--page-ca: {authorities} holds no certificates in PEM: {error}") from None
    # A certificate that is named is trusted itself, whoever has signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _get(url: str, *, key: str, context: ssl.SSLContext) -> Any:
    # Our own page is reached directly, whatever proxy the environment names.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NoRedirects()
    )
    page = url.partition("/cameras/")[0]
    try:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
        with opener.open(request, timeout=_WAIT_S) as answer:
            return json.loads(answer.read(_MOST_BYTES))
    except urllib.error.HTTPError as error:
        raise PageError(f"{page} answers {error.code}: {_detail(error)}") from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            trust = "name the file that holds it, or its authority, by --page-ca"
            raise PageError(f"{page}: its certificate is not trusted; {trust}") from None
        raise PageError(f"{page} can't be reached: {error.reason}") from None
    except (OSError, ValueError) as error:
        raise PageError(f"{page} gives no answer that can be read: {error}") from None


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(_MOST_BYTES))["detail"])
    except (OSError, ValueError, KeyError, TypeError):
        return error.reason
