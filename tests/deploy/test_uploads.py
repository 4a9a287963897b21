"""What is uploaded beside the page."""

from __future__ import annotations

import hashlib
from pathlib import Path

from deploy.aws.account import Account
from deploy.aws.uploads import upload_model
from edge.process.model_download import check_address, is_address


def test_a_model_gets_an_address_that_devices_take_and_is_uploaded_once(
    account: Account, tmp_path: Path
) -> None:
    s3, path = account.client("s3"), tmp_path / "own.onnx"
    path.write_bytes(b"a model")
    sha256 = hashlib.sha256(b"a model").hexdigest()
    place = {"CreateBucketConfiguration": {"LocationConstraint": account.region}}
    s3.create_bucket(Bucket="models-page", **place)
    settings = upload_model(s3, "models-page", path, page="https://page/")
    assert settings == {"Model": f"https://page/models/{sha256}.onnx", "ModelFingerprint": sha256}
    assert is_address(settings["Model"])
    check_address(settings["Model"], settings["ModelFingerprint"])
    before = s3.get_object(Bucket="models-page", Key=f"models/{sha256}.onnx")
    assert before["Body"].read() == b"a model"
    assert (before["ContentType"], "immutable" in before["CacheControl"]) == (
        "application/octet-stream",
        True,
    )
    assert upload_model(s3, "models-page", path, page="https://page") == settings
    after = s3.head_object(Bucket="models-page", Key=f"models/{sha256}.onnx")
    assert after["LastModified"] == before["LastModified"]
