"""What is built: each function's zip for each processor and each Python of AWS Lambda."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
# The processors, as Lambda and wheels name them.
ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Runtime:
    """A Python of Lambda; `glibc` is the minor version of the C library there, of 2."""

    python: str
    glibc: int
    # The newest of uv's platforms that this C library runs.
    uv_platform: str
    # Whether the zips hold the versions of requirements.lock; else the newest that this C library runs.
    as_locked: bool

    @property
    def tag(self) -> str:
        """Such as py312."""
        return "py" + self.python.replace(".", "")


@dataclass(frozen=True)
class Package:
    """A zip's content: the functions that run from it, and what it has beside the code that all share."""

    name: str
    handlers: tuple[str, ...]
    has_model: bool = False
    # Folders of the checkout, beside those of the code.
    folders: tuple[str, ...] = ()

    @property
    def requirements(self) -> Path:
        """The packages that it needs."""
        return FOLDER / f"{self.name}.in"

    def lock(self, runtime: Runtime) -> Path:
        """Their versions and hashes on a runtime; on both processors they are the same."""
        return FOLDER / f"{self.name}-{runtime.tag}.lock"


@dataclass(frozen=True)
class Target:
    """One zip."""

    package: Package
    runtime: Runtime
    architecture: str

    @property
    def name(self) -> str:
        """Such as search-arm64-py312."""
        return f"{self.package.name}-{self.architecture}-{self.runtime.tag}"

    @property
    def lock(self) -> Path:
        """The versions and hashes of its packages."""
        return self.package.lock(self.runtime)


# Python 3.11 runs on Amazon Linux 2, newer ones on Amazon Linux 2023.
RUNTIMES = (
    Runtime("3.11", glibc=26, uv_platform="manylinux2014", as_locked=False),
    Runtime("3.12", glibc=34, uv_platform="manylinux_2_34", as_locked=True),
)
PACKAGES = (
    Package("search", ("services.lambdas.search.handler",)),
    Package(
        "api",
        (
            "services.lambdas.api.handler",
            "services.lambdas.importing.handler",
            "services.lambdas.status.handler",  # it cuts pictures
        ),
        has_model=True,
        folders=("web",),
    ),
)
TARGETS = tuple(
    Target(package, runtime, architecture)
    for package in PACKAGES
    for runtime in RUNTIMES
    for architecture in ARCHITECTURES
)
