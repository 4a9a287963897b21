"""What is uploaded: the functions' zips, the page, devices' models and the catalogue."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws.account import Account
from deploy.aws.choices import SAMPLES, Choices
from deploy.aws.errors import DeployError
from deploy.checkout_files import CHECKOUT

PAGE = CHECKOUT / "web"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}


def build_zips(folder: Path | None, built: str) -> dict[str, Path]:
    """The zips of the parameters SearchZip and ApiZip, built unless they are in a folder."""
    if folder is None:
        folder = CHECKOUT / "build" / "lambda"
        done = subprocess.run(
            [sys.executable, "-m", "deploy.lambda_zips", "--only", built, "--into", folder], cwd=CHECKOUT
        )
        if done.returncode:
            raise DeployError("the functions' zips could not be built; `make lambda-zips` says why")
    zips = {"SearchZip": folder / f"search-{built}.zip", "ApiZip": folder / f"api-{built}.zip"}
    for path in zips.values():
        if not path.is_file():
            raise DeployError(f"{path} is missing; `make lambda-zips` builds it")
    return zips


def key_of(path: Path) -> str:
    """A zip's key in the bucket of artefacts, which changes with its content."""
    return f"zips/{path.stem}-{digest(path)}.zip"


def digest(path: Path) -> str:
    """16 hex digits of a file's sha-256."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]


def upload(s3: Any, bucket: str, key: str, path: Path) -> bool:
    """Upload a file unless its key, which changes with its content, is there; whether it was uploaded."""
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        s3.upload_file(str(path), bucket, key)
        return True
    return False


def upload_page(s3: Any, bucket: str) -> int:
    """Upload the page; gives the number of its files."""
    paths = [path for path in sorted(PAGE.rglob("*")) if path.suffix in _TYPES]
    for path in paths:
        s3.put_object(
            Bucket=bucket,
            Key=path.relative_to(PAGE).as_posix(),
            Body=path.read_bytes(),
            ContentType=_TYPES[path.suffix],
            # Asked for again each time: modules of two versions of the page must not mix.
            CacheControl="no-cache",
        )
    return len(paths)


def upload_model(s3: Any, bucket: str, path: Path, *, page: str) -> dict[str, str]:
    """Put a model's file beside the page unless it is there; the settings of a device that is to fetch it.

    `page` is the page's address. It is named by its content, so devices and CloudFront may keep it.
    """
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    key = f"models/{sha256}.onnx"
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        kept = {
            "ContentType": "application/octet-stream",
            "CacheControl": "public, max-age=31536000, immutable",
        }
        s3.upload_file(str(path), bucket, key, ExtraArgs=kept)
    return {"Model": f"{page.rstrip('/')}/{key}", "ModelFingerprint": sha256}


def catalogue_of(account: Account, choices: Choices) -> str | None:
    """What is to be imported: the catalogue that is given, the samples if there is no item, else None."""
    if choices.catalogue:
        return choices.catalogue
    found = account.client("dynamodb").scan(TableName=f"{choices.name}-items", Limit=1)
    return None if found["Items"] else str(SAMPLES)


def import_catalogue(account: Account, choices: Choices, source: str) -> None:
    """Import items on this machine, into the table and the bucket; raises DeployError."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("LOOKALIKE_")} | {
        "AWS_DEFAULT_REGION": account.region,
        "LOOKALIKE_STORE": f"dynamodb://{choices.name}-items",
        "LOOKALIKE_PICTURES": f"s3://{account.bucket(choices.name, 'pictures')}/pictures",
        # Its own, so that a system which runs on this machine gets nothing of it.
        "LOOKALIKE_DATA_DIR": str(CHECKOUT / ".data" / account.bucket(choices.name, "aws")),
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "items", "import", source], cwd=CHECKOUT, env=environ
    )
    if done.returncode:
        raise DeployError(f"{source} was not imported whole; its lines above say why")
