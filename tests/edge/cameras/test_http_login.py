"""The answer to a camera that asks for a login, in any form that it may ask in."""

from base64 import b64decode
from hashlib import md5
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


def test_a_login_and_a_realm_beyond_latin_1_are_sent_and_hashed_as_utf_8() -> None:
    login, realm = HttpLogin("카메라", "비밀"), "현관".encode().decode("latin-1")  # as http.client gives it
    assert login.heed(asking("Basic"))
    assert b64decode(login.headers("/")["Authorization"].removeprefix("Basic ")).decode() == "카메라:비밀"
    assert login.heed(asking(f'Digest realm="{realm}", nonce="n"'))
    sent = login.headers("/")["Authorization"].encode("latin-1").decode()
    secret, wanted = md5("카메라:현관:비밀".encode()).hexdigest(), md5(b"GET:/").hexdigest()
    assert 'username="카메라", realm="현관"' in sent
    assert f'response="{md5(f"{secret}:n:{wanted}".encode()).hexdigest()}"' in sent
