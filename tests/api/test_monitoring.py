"""What Grafana's dashboard shows, against the metrics of a running system; and the examples for programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.core.cameras.status import STATES
from tests.system.stack import ROOT, Stack, eventually

DASHBOARD = ROOT / "deploy" / "grafana" / "lookalike.json"
EXAMPLES = ROOT / "docs" / "examples"


def panels() -> list[dict[str, Any]]:
    """The dashboard's panels."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def samples(stack: Stack) -> dict[str, list[dict[str, str]]]:
    """The labels of each sample of /metrics, by the sample's name."""
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(stack.client.get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(dict(sample.labels))
    return found


def test_every_series_of_the_dashboard_exists_with_the_labels_that_it_uses(stack: Stack) -> None:
    known = samples(stack)
    expressions = [target["expr"] for panel in panels() for target in panel["targets"]]
    assert len(expressions) > 15
    for expression in expressions:
        names = re.findall(r"lookalike_\w+", expression)
        assert names, expression
        for name in names:
            assert name in known, f"{name} of {expression}"
            grouped = re.findall(r"by \(([^)]*)\)", expression)
            chosen = re.findall(r"(\w+)[!=]~?\"", expression)
            labels = {label.strip() for group in grouped for label in group.split(",")} | set(chosen)
            assert labels - {"job"} <= known[name][0].keys(), expression


@pytest.mark.parametrize("expression", [target["expr"] for panel in panels() for target in panel["targets"]])
def test_every_expression_means_something_in_promql(expression: str) -> None:
    plain = re.sub(r"\"[^\"]*\"|\{[^}]*\}", "", expression)
    assert all(expression.count(a) == expression.count(b) for a, b in ("()", "{}", "[]"))
    ranges = re.findall(r"(\w+)\((\w+)\[(?:\$__rate_interval|\d+[smh])\]\)", plain)
    for name in re.findall(r"lookalike_\w+", plain):
        # Counters are of use by their growth alone, and nothing else grows.
        of = [function for function, series in ranges if series == name]
        assert of in ([["rate"], ["increase"]] if name.endswith(("_total", "_bucket")) else [[]]), name
        if name.endswith("_bucket"):
            assert re.search(r"histogram_quantile\(0\.\d+, sum by \(le\b", plain), name
    used = set(re.findall(r"\b([a-z_]+) ?(?:by \([^)]*\) )?\(", plain)) - {"by"}
    assert used <= {"sum", "max", "rate", "increase", "histogram_quantile"}


def test_each_target_names_its_data_source_and_lines_by_labels_that_are_left() -> None:
    for panel in panels():
        assert panel["type"] in ("stat", "timeseries")
        targets = panel["targets"]
        assert len({target["refId"] for target in targets}) == len(targets)
        for target in targets:
            assert target["datasource"] == panel["datasource"]
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            left = ",".join(re.findall(r"by \(([^)]*)\)", target["expr"])).replace(" ", "").split(",")
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) == set(left) - {"le", ""}


def test_panels_do_not_overlap_and_have_titles_and_numbers_of_their_own() -> None:
    cells = set[tuple[int, int]]()
    for panel in panels():
        place = panel["gridPos"]
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert panel["title"]
        assert not cells & own, panel["title"]
        assert place["x"] + place["w"] <= 24
        cells |= own
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_cameras_are_counted_by_state_and_frames_by_stage(stack: Stack) -> None:
    families = {
        family.name: family for family in text_string_to_metric_families(stack.client.get("/metrics").text)
    }
    cameras = {each.labels["state"]: each.value for each in families["lookalike_api_cameras"].samples}
    assert cameras.keys() == set(STATES)
    assert cameras["online"] == 1
    counts = {
        each.labels["stage"]: each.value
        for each in families["lookalike_search_stage_seconds"].samples
        if each.name.endswith("_count")
    }
    assert min(counts.values()) > 0


def test_ended_showings_are_counted(stack: Stack) -> None:
    def count() -> float:
        text = stack.client.get("/metrics").text
        families = {family.name: family for family in text_string_to_metric_families(text)}
        samples = families["lookalike_api_showings"].samples
        return sum(each.value for each in samples if each.name.endswith("_total"))

    eventually(lambda: count() > 0, within_s=60)  # the clip shows one item after the other


@pytest.fixture
def environ(stack: Stack) -> dict[str, str]:
    """What the examples find in their environment."""
    return {**stack.environ, "LOOKALIKE_PAGE": stack.page}


def test_the_example_in_python_prints_what_a_camera_sees(environ: dict[str, str]) -> None:
    command = [sys.executable, str(EXAMPLES / "lookalike.py"), "3"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert re.match(r"\d{4}-\S+Z cam-1: (no match|(perhaps )?.+ \(\d+%)", done.stdout)
