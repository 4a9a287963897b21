"""The message printed once the page answers: its addresses, also for a phone."""

import pytest

from services.bootstrap import lan_names
from services.bootstrap.settings import RunSettings
from services.run.welcome import welcome

WARNS = "The browser will warn once"
CAMERA = "Browsers lend their camera to https alone"


def said(**settings: object) -> str:
    return welcome(RunSettings(port=8080, api_key="k", **settings))  # type: ignore[arg-type]


def test_on_loopback_only_the_page_is_named() -> None:
    assert said() == "\n  Lookalike is at http://127.0.0.1:8080  (Ctrl-C stops it)\n"


def test_a_certificate_of_our_own_is_said_to_be_warned_of_and_a_given_one_is_not() -> None:
    assert WARNS in said(tls=True)
    assert WARNS not in said(tls_cert="c.pem", tls_key="k.pem")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", (lan_names.addresses() or lan_names.host_names()[-1:])[0]),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "[2001:db8::7]"),
    ],
)
def test_a_phone_is_told_an_address_that_it_can_reach(host: str, address: str) -> None:
    assert f"A phone in this network opens https://{address}:8080\n" in said(host=host, tls=True)
    plain = said(host=host)
    assert f"opens http://{address}:8080\n" in plain
    assert (CAMERA in plain, CAMERA in said(host=host, tls=True)) == (True, False)


def test_a_phone_is_told_the_public_address_where_there_is_one() -> None:
    shown = said(host="0.0.0.0", public_url="https://shop.example")
    assert "opens https://shop.example\n" in shown
    assert CAMERA not in shown


def test_who_starts_it_for_the_first_time_hears_of_the_samples() -> None:
    assert "The samples are being loaded" in welcome(RunSettings(), loads_samples=True)
