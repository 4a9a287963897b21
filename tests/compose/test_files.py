"""The Compose files as they are merged; nothing is started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.compose.project import RUNNING, Project

OVERRIDES = ("deploy/compose/tls.yml", "deploy/compose/webcam.yml")


@pytest.fixture
def idle(tmp_path: Path) -> Project:
    """A project that is not started."""
    return Project(tmp_path)


def test_one_service_builds_an_image(idle: Project) -> None:
    services = put_together(idle, profiles=("aws", "scale"))
    builds = [each["image"] for each in services.values() if "build" in each]
    images = {each["image"] for each in services.values() if each["image"].startswith("lookalike-")}
    assert sorted(builds) == sorted(images)


def test_nothing_of_the_checkout_is_mounted_whose_modes_may_be_closed_to_others(idle: Project) -> None:
    for files in ((), OVERRIDES):
        for service in put_together(idle, files, profiles=("aws", "scale")).values():
            for mount in service.get("volumes", []):
                # docker-compose 1.29 writes a port as a line, Compose v2 as an object.
                assert not (mount.startswith("/") if isinstance(mount, str) else mount["type"] == "bind")


def test_the_webcams_edge_has_the_cameras_group_and_reads_its_own_secret(idle: Project) -> None:
    edge = put_together(idle, ["deploy/compose/webcam.yml"])["edge"]
    assert edge["user"].endswith(":10013")
    assert [str(group) for group in edge["group_add"]] == ["44"]
    assert edge["environment"]["LOOKALIKE_SOURCE"] == "/dev/video0"


def test_all_services_that_trust_an_authority_are_restarted_with_it(idle: Project) -> None:
    idle.environ["TLS_NAMES"] = "shop.local"
    services = put_together(idle, ["deploy/compose/tls.yml"], profiles=("scale",))
    for name in (*RUNNING, "search-2", "search-3", "samples"):
        assert services[name]["environment"]["TLS_NAMES"] == "shop.local", name


def put_together(
    idle: Project, files: Sequence[str] = (), *, profiles: Sequence[str] = ()
) -> Mapping[str, Any]:
    """The services, as Compose understands them."""
    named = [part for name in profiles for part in ("--profile", name)]
    told = idle.compose(*named, "config", files=["docker-compose.yml", *files]).stdout
    return dict(yaml.safe_load(told)["services"])
