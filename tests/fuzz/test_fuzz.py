"""Damaged pictures, tables, archives and messages: each is taken, or refused as its reader says."""

from __future__ import annotations

import pytest

from tests.fuzz.archive_targets import ARCHIVES
from tests.fuzz.campaign import ONLY, Target, run
from tests.fuzz.message_targets import OBSERVATIONS
from tests.fuzz.picture_targets import FRAMES, PICTURES
from tests.fuzz.record_targets import RECORDS
from tests.fuzz.table_targets import TABLES

TARGETS = [PICTURES, FRAMES, TABLES, OBSERVATIONS, RECORDS, ARCHIVES]


@pytest.mark.fuzz
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_but_a_refusal_leaves_the_readers(target: Target) -> None:
    outcomes = run(target)
    # Both happen, or the damage is too small or too large to show anything.
    assert ONLY or min(outcomes["taken"], outcomes["refused"]) > 0
