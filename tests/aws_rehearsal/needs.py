"""Why a role has a right: the call that fails without it, or how it is checked where no call shows that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.aws_rehearsal import calls
from tests.aws_rehearsal.kit import Deployment

Call = Callable[[Deployment], str]

NEEDED: dict[str, Call] = {
    "SearchRole dynamodb:GetItem": calls.search_starts_and_answers,
    "SearchRole dynamodb:BatchGetItem": calls.search_starts_and_answers,
    "SearchRole dynamodb:Query": calls.search_starts_and_answers,
    "SearchRole dynamodb:UpdateItem": calls.search_keeps_a_showing,
    "SearchRole iot:Publish lookalike/*/command": calls.search_keeps_a_showing,
    "StatusRole dynamodb:UpdateItem": calls.status_keeps_a_picture,
    "StatusRole s3:PutObject pictures/showings": calls.status_keeps_a_picture,
    "ApiRole s3:GetObject pictures/showings": calls.api_gives_and_deletes_a_picture,
    "ApiRole s3:DeleteObject pictures/showings": calls.api_gives_and_deletes_a_picture,
    "ApiRole dynamodb:GetItem": calls.api_reads_an_item,
    "ApiRole dynamodb:BatchGetItem": calls.api_reads_an_item,
    "ApiRole dynamodb:Query": calls.api_lists_items,
    "ApiRole dynamodb:BatchWriteItem": calls.api_adds_and_removes_an_item,
    "ApiRole dynamodb:PutItem": calls.api_adds_and_removes_an_item,
    "ApiRole dynamodb:UpdateItem": calls.api_takes_feedback,
    "ApiRole dynamodb:DeleteItem": calls.api_adds_and_removes_an_item,
    "ApiRole s3:GetObject pictures": calls.api_shows_a_picture,
    "ApiRole s3:PutObject pictures": calls.api_adds_and_removes_an_item,
    "ApiRole s3:GetObject exchange": calls.api_exchanges_a_large_file,
    "ApiRole s3:PutObject exchange": calls.api_exchanges_a_large_file,
    "ApiRole iot:Publish lookalike/*/frame": calls.api_hands_a_frame_on,
    "ApiRole iot:Publish lookalike/*/command": calls.api_asks_a_camera,
    "ImportRole dynamodb:GetItem": calls.import_exports,
    "ImportRole dynamodb:BatchGetItem": calls.import_exports,
    "ImportRole dynamodb:Query": calls.import_exports,
    "ImportRole dynamodb:BatchWriteItem": calls.import_takes_pictures,
    "ImportRole dynamodb:PutItem": calls.import_takes_pictures,
    "ImportRole s3:GetObject pictures": calls.import_exports,
    "ImportRole s3:PutObject pictures": calls.import_takes_pictures,
    "ImportRole s3:ListBucket pictures": calls.import_collects,
    "ImportRole s3:ListBucket exchange": calls.import_takes_pictures,
    "ImportRole s3:GetObject exchange": calls.import_takes_pictures,
    "ImportRole s3:PutObject exchange": calls.import_exports,
    "ImportRole s3:DeleteObject exchange": calls.import_takes_pictures,
}


@dataclass(frozen=True)
class Checked:
    """Rights that no call shows here: why, and how they are checked instead, by tests or by what was read."""

    rights: tuple[str, ...]
    why: str
    how: str
    tests: tuple[str, ...] = ()


_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")

OTHERWISE = (
    Checked(
        (
            "InNetwork ec2:CreateNetworkInterface",
            "InNetwork ec2:DescribeNetworkInterfaces",
            "InNetwork ec2:DescribeSubnets",
            "InNetwork ec2:DeleteNetworkInterface",
            "InNetwork ec2:AssignPrivateIpAddresses",
            "InNetwork ec2:UnassignPrivateIpAddresses",
            *(
                f"{role} {action}"
                for role in ("SearchRole", "StatusRole", "ApiRole", "ImportRole")
                for action in _LOG
            ),
        ),
        "AWS Lambda acts itself; the emulator has neither network nor rights there",
        "they are what AWS' own policy for functions in a network names",
        ("tests/aws_rehearsal/test_rights.py::test_what_lambda_itself_does_is_what_aws_names",),
    ),
    Checked(
        ("ImportRole sqs:SendMessage",),
        "AWS Lambda sends the letter; the emulator asks for no right",
        "the letter of an import that failed twice arrives",
        ("tests/aws_rehearsal/test_changes.py::test_an_import_that_fails_twice_leaves_a_letter",),
    ),
    Checked(
        tuple(f"RuleRole {action}" for action in (*_LOG, "logs:DescribeLogStreams")),
        "the emulator's rules have no error action that writes a log",
        "read in the AWS IoT developer guide, CloudWatch Logs action",
    ),
    Checked(
        ("ApiRole s3:ListBucket pictures", "ApiRole s3:ListBucket exchange"),
        "S3 answers 404 for a missing object to those who may list, else 403; the emulator 404 to everybody",
        "what a 403 does",
        (
            "tests/adapters/test_s3_pictures.py::test_a_picture_that_may_not_be_read_is_unavailable_not_gone",
            "tests/adapters/test_s3_exchange.py::test_a_refusal_is_told_without_secrets",
        ),
    ),
    Checked(
        ("ImportRole s3:DeleteObject pictures",),
        "only a picture is deleted that no item has had for an hour",
        "the same store deletes an old picture, with a clock of the test",
        ("tests/adapters/test_picture_store.py::test_a_picture_is_collected_unless_it_was_touched_since",),
    ),
    Checked(
        (
            "SearchRole sagemaker:InvokeEndpoint",
            "SearchRole s3:GetObject pictures/index",
            "ApiRole sagemaker:InvokeEndpoint",
            "ApiRole s3:GetObject pictures/index",
        ),
        "the emulator has no SageMaker",
        "our own endpoint over HTTP, botocore's Stubber and an S3 of its own",
        (
            "tests/adapters/test_sagemaker_index.py::test_a_refusal_is_said_in_words",
            "tests/adapters/test_trained_store.py::test_a_training_comes_back_as_it_was",
        ),
    ),
    Checked(
        (
            "SageMakerRole s3:GetObject pictures/index",
            "SageMakerRole s3:PutObject pictures/index",
            "SageMakerRole s3:ListBucket pictures",
            "SageMakerRole logs:CreateLogGroup",
            "SageMakerRole logs:CreateLogStream",
            "SageMakerRole logs:DescribeLogStreams",
            "SageMakerRole logs:PutLogEvents",
            "SageMakerRole cloudwatch:PutMetricData",
            "SageMakerRole ecr:GetAuthorizationToken",
            "SageMakerRole ecr:BatchCheckLayerAvailability",
            "SageMakerRole ecr:BatchGetImage",
            "SageMakerRole ecr:GetDownloadUrlForLayer",
        ),
        "SageMaker acts itself, which the emulator does not have",
        "read in the SageMaker developer guide, CreateTrainingJob and CreateModel; moto takes the calls",
        (
            "tests/adapters/test_sagemaker_training.py::test_a_trained_endpoint_answers_as_an_index_of_our_own",
        ),
    ),
)
