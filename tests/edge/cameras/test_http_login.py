"""The answer to a camera that asks for a login, in any form that it may ask in."""

from http.client import HTTPMessage

import pytest

from edge.cameras.sources.http_login import HttpLogin


def asking(*challenges: str) -> HTTPMessage:
    """Headers of an answer 401."""
    headers = HTTPMessage()
    for challenge in challenges:
        headers["WWW-Authenticate"] = challenge
    return headers


@pytest.mark.parametrize(
    ("challenges", "begin"),
    [
        (['Basic realm="x"'], "Basic dTpw"),
        (["basic"], "Basic dTpw"),
        (['Basic realm="x"', 'Digest realm="x", nonce="n"'], 'Digest username="u"'),
        (['Digest realm="a, b=c", nonce="n", algorithm=md5'], 'Digest username="u", realm="a, b=c"'),
        (['Digest realm=, nonce="n", qop="auth,auth-int"'], "Digest "),
        (['Digest nonce="n", algorithm=SHA-512-256', "Basic"], "Basic "),
    ],
)
def test_the_best_known_way_is_answered(challenges: list[str], begin: str) -> None:
    login = HttpLogin("u", "p")
    assert login.headers("/") == {}
    assert login.heed(asking(*challenges))
    assert login.headers("/x")["Authorization"].startswith(begin)


@pytest.mark.parametrize(
    "challenge", ["", "Negotiate", "Digest", 'Digest realm="x"', "Digest ,=,,", 'Digest nonce="', "Bearer x"]
)
def test_what_cannot_be_answered_is_not(challenge: str) -> None:
    login = HttpLogin("u", "p")
    assert not login.heed(asking(challenge))
    assert login.headers("/") == {}
    assert not HttpLogin("", "").heed(asking("Basic"))


def test_the_example_of_the_standard_is_answered_as_it_says() -> None:
    login = HttpLogin("Mufasa", "Circle Of Life")
    # RFC 2617, section 3.5, without `qop`.
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    assert login.heed(asking(f'Digest realm="testrealm@host.com", nonce="{nonce}"'))
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in login.headers("/dir/index.html")["Authorization"]
