"""The image of SageMaker's built-in k-NN, which is in an account of AWS' own in each region."""

from __future__ import annotations

import json
from pathlib import Path

from services.core.errors import InputError

_FILE = Path(__file__).with_name("knn_images.json")


def built_in_image(region: str) -> str:
    """The address of the image; raises InputError for a region that is not in the table."""
    accounts = json.loads(_FILE.read_text(encoding="utf-8"))["accounts"]
    if region not in accounts:
        known = ", ".join(accounts)
        raise InputError(
            f"no account is known for k-NN in region {region!a}; expected one of {known}, or --image"
        )
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{accounts[region]}.dkr.ecr.{region}.{domain}/knn:1"


def is_built_in(image: str) -> bool:
    """Whether an image is the built-in one of some region."""
    return image.endswith("/knn:1") and ".dkr.ecr." in image
