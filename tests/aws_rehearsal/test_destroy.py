"""The end: what was deployed is destroyed, and the emulator lists nothing of it any more."""

from __future__ import annotations

from deploy.aws.destroy import destroy
from tests.aws_rehearsal.inventory import inventory, listed
from tests.aws_rehearsal.kit import Deployment

# What goes on being listed, by the call and a part of it.
KEPT = {
    ("cloudformation.list_stacks", ""): "by AWS for 90 days",
    ("cloudwatch.describe_alarm_history", ""): "by AWS for 30 days",
    ("cloudwatch.list_metrics", ""): "by AWS for 15 months, and for nothing",
    ("elasticache.describe_events", ""): "by AWS for 14 days",
    ("resourcegroupstaggingapi.get_resources", ":table/"): "by the emulator, a table's tags",
}


def test_nothing_is_left_that_was_not_there_before(
    untouched: set[tuple[str, str]], deployment: Deployment
) -> None:
    there = {call for call, _ in set(listed("iot")) - untouched}
    assert {"iot.list_policies", "iot.list_topic_rules"} <= there
    told, asked = list[str](), list[str]()

    def agree(question: str) -> bool:
        asked.append(question)
        return True

    assert destroy(deployment.account, deployment.choices, keep_data=False, ask=agree, tell=told.append)
    assert asked[0] == "Remove all of this?"
    assert asked[1].endswith("Delete these for good?")
    assert told[-1] == "nothing else is left that costs"
    left = [f"{call} {thing[:200]}" for call, thing in inventory() - untouched if not is_kept(call, thing)]
    assert sorted(left) == []


def is_kept(call: str, thing: str) -> bool:
    return any(call == listing and part in thing for listing, part in KEPT)
