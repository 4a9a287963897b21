"""The files for TLS with a broker: refusals and their words."""

import ssl
from pathlib import Path

import pytest

from common.mqtt_broker import MqttFiles, describe_broker
from tests.certificates import Authority

URL = "mqtts://user:secret@broker"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def refusal(files: MqttFiles, url: str = URL) -> str:
    """The reason why files are refused."""
    with pytest.raises(ValueError, match="LOOKALIKE_MQTT_") as caught:
        describe_broker(url, files)
    assert "secret" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("host", "most"),
    [
        ("a1b2c3-ats.iot.eu-central-1.amazonaws.com", 128),
        ("A1B2C3.iot.us-gov-west-1.amazonaws.com", 128),
        ("a1b2c3.ats.iot.cn-north-1.amazonaws.com.cn", 128),
        ("data.iot-fips.us-east-1.amazonaws.com", 128),
        ("vpce-1-2.data.iot.us-east-1.vpce.amazonaws.com", 128),
        ("broker", 512),
        ("ec2-1-2-3-4.eu-central-1.compute.amazonaws.com", 512),
        ("a.iot.eu-central-1.amazonaws.com.example", 512),
    ],
)
def test_the_largest_message_is_that_of_aws_iot_at_its_hosts_alone(host: str, most: int) -> None:
    broker = describe_broker(f"mqtts://{host}")
    assert (broker.max_message_bytes, broker.is_aws_iot) == (most * 1024, most == 128)


def test_without_files_tls_trusts_the_system() -> None:
    assert describe_broker("mqtt://broker").tls is None
    broker = describe_broker(URL)
    assert broker.tls is not None
    assert broker.tls.verify_mode == ssl.CERT_REQUIRED
    assert broker.tls.check_hostname
    assert not broker.has_certificate


def test_an_authority_takes_the_place_of_the_systems(authority: Authority) -> None:
    broker = describe_broker(URL, MqttFiles(authorities=authority.certificate))
    assert broker.tls is not None
    (only,) = broker.tls.get_ca_certs()
    assert only["subject"] == ((("commonName", "authority"),),)
    assert (broker.tls.verify_mode, broker.tls.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_certificate_is_loaded_with_its_key(authority: Authority) -> None:
    files = authority.sign("camera")
    assert describe_broker(URL, MqttFiles(files.certificate, files.key)).has_certificate


@pytest.mark.parametrize(
    ("name", "lacking"), [("certificate", "CERT is set without {}KEY"), ("key", "KEY is set without {}CERT")]
)
def test_one_of_certificate_and_key_alone_is_refused(authority: Authority, name: str, lacking: str) -> None:
    path = getattr(authority.sign("camera"), name)
    words = lacking.format("LOOKALIKE_MQTT_")
    assert refusal(MqttFiles(**{name: path})) == f"LOOKALIKE_MQTT_{words}; expected both"


@pytest.mark.parametrize("name", ["certificate", "key", "authorities"])
def test_a_file_that_cannot_be_read_or_is_no_pem_is_named(
    tmp_path: Path, authority: Authority, name: str
) -> None:
    good = authority.sign("camera")
    files = {"certificate": good.certificate, "key": good.key, "authorities": authority.certificate}
    setting = {"certificate": "CERT", "key": "KEY", "authorities": "CA"}[name]
    what = "a private key" if name == "key" else "a certificate"
    missing, text = tmp_path / "missing.pem", tmp_path / "text.pem"
    text.write_text("secret")
    for path, reason in [
        (missing, f"{missing} can't be read: No such file or directory"),
        (tmp_path, f"{tmp_path} can't be read: Is a directory"),
        (text, f"{text} holds no such thing"),
    ]:
        told = refusal(MqttFiles(**(files | {name: path})))
        assert told == f"LOOKALIKE_MQTT_{setting}: {reason}; expected {what} in PEM"


def test_files_that_are_exchanged_are_named(authority: Authority) -> None:
    files = authority.sign("camera")
    assert "MQTT_CERT: " in refusal(MqttFiles(files.key, files.certificate))


def test_a_key_of_another_certificate_is_refused(authority: Authority) -> None:
    one, other = authority.sign("one"), authority.sign("other")
    told = refusal(MqttFiles(one.certificate, other.key))
    assert told.endswith("the key does not fit the certificate")
    assert str(one.certificate) in told
    assert str(other.key) in told


def test_an_encrypted_key_is_refused_and_no_password_asked_for(authority: Authority) -> None:
    files = authority.sign("camera")
    told = refusal(MqttFiles(files.certificate, files.key.with_suffix(".encrypted")))
    assert told.endswith("is encrypted; expected a key without a password")


@pytest.mark.parametrize("name", ["certificate", "key", "authorities"])
def test_a_damaged_file_is_refused(authority: Authority, name: str) -> None:
    files = authority.sign("camera")
    paths = {"certificate": files.certificate, "key": files.key, "authorities": authority.certificate}
    content = paths[name].read_bytes()
    paths[name].write_bytes(content[:60] + b"AAAA" + content[90:])
    assert "damaged" in refusal(MqttFiles(**paths))


@pytest.mark.parametrize("name", ["certificate", "key", "authorities"])
def test_files_for_a_connection_without_tls_are_refused(authority: Authority, name: str) -> None:
    told = refusal(MqttFiles(**{name: authority.certificate}), url="mqtt://user:secret@broker")
    assert told.endswith("the broker broker:1883 has no TLS; expected LOOKALIKE_MQTT_URL=mqtts://…")
