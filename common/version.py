"""The version of the project; pyproject.toml reads it, because containers hold no installed package."""

VERSION = "0.1.0"
