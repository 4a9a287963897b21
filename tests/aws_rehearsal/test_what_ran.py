"""The table at the end of a rehearsal has each type of the templates, with a test that exists."""

from __future__ import annotations

from tests.aws_rehearsal.templates import types
from tests.aws_rehearsal.test_rights import is_test
from tests.aws_rehearsal.what_ran import CHECKED, FOR_REAL, report


def test_each_type_of_the_templates_is_in_one_column() -> None:
    assert set(FOR_REAL) & set(CHECKED) == set()
    assert set(FOR_REAL) | set(CHECKED) == types()


def test_what_ran_for_real_has_a_test() -> None:
    assert [test for test in FOR_REAL.values() if not is_test(f"tests/aws_rehearsal/{test}")] == []


def test_what_did_not_run_is_not_said_to_have_run() -> None:
    ran = f"tests/aws_rehearsal/{FOR_REAL['AWS::SQS::Queue']}"
    lines = {line.split()[0]: line for line in report([ran]) if line.startswith("  AWS")}
    assert "NOT this time" not in lines["AWS::SQS::Queue"]
    assert "NOT this time" in lines["AWS::DynamoDB::Table"]
