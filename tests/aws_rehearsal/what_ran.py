"""What the rehearsal runs for real, by the test that asserts on it, and what is only checked, and how."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tests.aws_rehearsal.needs import NEEDED, OTHERWISE

_HERE = "tests/aws_rehearsal/"
_API = "test_chain.py::test_everything_that_the_api_needs_answers"
_RIGHTS = "test_rights.py::test_without_a_right_a_call_fails"
_PAGE = "test_camera.py::test_the_match_is_seen_on_the_page"
_LETTER = "test_changes.py::test_an_import_that_fails_twice_leaves_a_letter"

# Each type of the templates whose resources work here, and the test that fails if they do not.
FOR_REAL = {
    "AWS::ApiGatewayV2::Api": _API,
    "AWS::ApiGatewayV2::Integration": _API,
    "AWS::ApiGatewayV2::Route": _API,
    "AWS::ApiGatewayV2::Stage": _API,
    "AWS::CloudFront::Distribution": _PAGE,
    "AWS::DynamoDB::Table": _API,
    "AWS::ElastiCache::ReplicationGroup": _API,
    "AWS::IAM::Role": _RIGHTS,
    "AWS::IoT::Policy": "test_camera.py::test_a_certificate_is_of_use_on_its_cameras_topics_alone",
    "AWS::IoT::TopicRule": _PAGE,
    "AWS::Lambda::EventInvokeConfig": _LETTER,
    "AWS::Lambda::Function": _API,
    "AWS::Logs::LogGroup": "test_changes.py::test_a_function_writes_its_log_into_its_group",
    "AWS::S3::Bucket": _RIGHTS,
    "AWS::SQS::Queue": _LETTER,
}

_DEPLOYED = "brought up, changed and removed; "
_NO_NETWORK = f"{_DEPLOYED}the emulator has no networks: cfn-lint, checkov"
_NOT_MADE = "not brought up, the emulator does not know it: cfn-lint"
_NO_COPIES = f"{_DEPLOYED}the emulator's CDN takes no notice: cfn-lint"

# Each other type, and how it is checked.
CHECKED = {
    "AWS::Budgets::Budget": _NOT_MADE,
    "AWS::CloudFront::CachePolicy": _NO_COPIES,
    "AWS::CloudFront::OriginAccessControl": _NO_COPIES,
    "AWS::CloudFront::OriginRequestPolicy": _NO_COPIES,
    "AWS::CloudFront::ResponseHeadersPolicy": f"{_NO_COPIES}; tests/deploy compares it with the api's",
    "AWS::CloudWatch::Alarm": f"{_DEPLOYED}no measures are taken here: cfn-lint",
    "AWS::EC2::RouteTable": _NO_NETWORK,
    "AWS::EC2::SecurityGroup": _NO_NETWORK,
    "AWS::EC2::Subnet": _NO_NETWORK,
    "AWS::EC2::SubnetRouteTableAssociation": _NO_NETWORK,
    "AWS::EC2::VPC": _NO_NETWORK,
    "AWS::EC2::VPCEndpoint": _NO_NETWORK,
    "AWS::ECR::Repository": "not brought up, for SEARCH=sagemaker-faiss alone: cfn-lint, checkov",
    "AWS::ElastiCache::ServerlessCache": f"{_NOT_MADE}; tests/adapters has a Redis in cluster mode",
    "AWS::ElastiCache::SubnetGroup": _NO_NETWORK,
    "AWS::ElastiCache::User": f"{_NOT_MADE}; tests/adapters has a user of these rights",
    "AWS::ElastiCache::UserGroup": _NOT_MADE,
    "AWS::Events::Rule": f"{_DEPLOYED}its hour is not awaited, what it asks for is run: cfn-lint",
    "AWS::IAM::ManagedPolicy": f"{_DEPLOYED}compared with AWS' own for functions in a network",
    "AWS::Lambda::Permission": f"{_DEPLOYED}the emulator asks for none: cfn-lint, checkov",
    "AWS::Logs::MetricFilter": f"{_DEPLOYED}no measures are taken here: cfn-lint",
    "AWS::Route53::HostedZone": _NO_NETWORK,
    "AWS::Route53::RecordSet": _NO_NETWORK,
    "AWS::S3::BucketPolicy": f"{_DEPLOYED}all that is asked here comes by TLS: cfn-lint, checkov",
    "AWS::SNS::Topic": "not brought up, as no budget can be made here: cfn-lint, checkov",
}


def report(passed: Collection[str]) -> Iterator[str]:
    """The lines at the end of a rehearsal in which these tests (`path::name`, perhaps with `[…]`) passed."""
    names = {each.partition("[")[0] for each in passed}
    width = max(map(len, (*FOR_REAL, *CHECKED)))
    yield "ran for real, and a test depends on it:"
    for kind, test in sorted(FOR_REAL.items()):
        yield f"  {kind:{width}}  {test if _HERE + test in names else f'NOT this time: {test}'}"
    yield "only checked:"
    for kind, how in sorted(CHECKED.items()):
        yield f"  {kind:{width}}  {how}"
    taken = sum(each.startswith(f"{_HERE}{_RIGHTS}[") for each in passed)
    yield f"{taken} of {len(NEEDED)} rights were taken away in turn, after which a call failed; only checked:"
    for each in OTHERWISE:
        yield f"  {', '.join(each.rights)}"
        yield f"      {each.why}; instead: {each.how}"
