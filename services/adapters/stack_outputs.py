"""What a deployment's CloudFormation stack says of itself, with boto3's client."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.core.errors import InputError, UnavailableError


def stack_outputs(client: Any, stack: str) -> dict[str, str]:
    """A stack's outputs; `client` is botocore's for CloudFormation. Raises InputError or UnavailableError."""
    try:
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            told = f"there is no deployment {stack} in {client.meta.region_name}"
            raise InputError(f"{told}; `make deploy-aws` makes one") from None
        raise UnavailableError(f"CloudFormation: {error}") from None
    except BotoCoreError as error:
        raise UnavailableError(f"CloudFormation: {error}") from None
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
