"""The page of all processes' settings."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from common.setting_texts import DEFAULT
from docs.generator.markdown import first_sentence, table, wrapped
from edge.settings import EdgeSettings
from services.bootstrap.aws_settings import AwsSettings
from services.bootstrap.settings import ApiSettings, CliSettings, RunSettings, SearchSettings

# Those of `make run` last: only the settings that it adds are its own, it passes on the others.
PROCESSES: dict[str, type[BaseModel]] = {
    "search": SearchSettings,
    "api": ApiSettings,
    "edge": EdgeSettings,
    "cli": CliSettings,
    "run": RunSettings,
}
# Named only for what no process reads: functions read what search and api do.
FUNCTIONS = AwsSettings
GROUPS = {
    "The page and API": "port host public_url api_key public tls tls_cert tls_key proxy embed_origins",
    "The catalogue": "data_dir store pictures model knn knn_recall index snapshot_s samples fetch_private "
    "collect_pictures",
    "The history": "history_days history_pictures",
    "Acting on a match": "webhook_url webhook_secret webhook_rules webhooks webhook_private webhook_answer_s",
    "Cameras": "source thing title region max_fps stall_s pace gate codes_cpu preview home_assistant "
    "max_age_s model_fingerprint edge_data edge_cameras camera_local run_by",
    "Addresses between processes": "mqtt_url mqtt_cert mqtt_key mqtt_ca iot_rule mqtt_aws_topic link "
    "device_mqtt_url redis_url redis_cluster search_url search_host search_port api_url",
    "Limits": "max_body_mib max_table_mib decodes pictures_waiting picture_wait_s max_connections "
    "max_connections_per_address http_head_s http_stall_s max_exports max_cameras",
    "Functions on AWS": "iot_endpoint exchange history origin_key previews follow_s",
    "Every process": "provider threads log_level log_format alive_file",
}


def settings() -> str:
    """A table a group, with the longer explanations below it."""
    kinds: list[type[BaseModel]] = [*PROCESSES.values(), FUNCTIONS]
    named = {name: _readers(name) for kind in kinds for name in kind.model_fields}
    groups = {title: names.split() for title, names in GROUPS.items()}
    grouped = [name for names in groups.values() for name in names]
    if missing := sorted(named.keys() - set(grouped)):
        raise ValueError(f"settings in no group of docs/generator/settings_page.py: {', '.join(missing)}")
    return "\n\n".join(
        _group(title, {name: named[name] for name in names}) for title, names in groups.items()
    )


def _readers(name: str) -> dict[str, FieldInfo]:
    found = {
        process: kind.model_fields[name] for process, kind in PROCESSES.items() if name in kind.model_fields
    }
    return found or {"functions": FUNCTIONS.model_fields[name]}


def _group(title: str, named: dict[str, dict[str, FieldInfo]]) -> str:
    rows, notes = [], []
    for name, readers in named.items():
        meaning, more = first_sentence(_description(name, readers))
        read_by = "all" if len(readers) == len(PROCESSES) else ", ".join(readers)
        rows.append((f"`{name.upper()}`", meaning, _values(readers), _default(readers), read_by))
        if more:
            notes.append(wrapped(f"- `{name.upper()}`: {more}", indent="  "))
    made = table(("`LOOKALIKE_…`", "what", "values", "default", "read by"), rows)
    return "\n\n".join(filter(None, (f"## {title}", made, "\n".join(notes))))


def _description(name: str, readers: dict[str, FieldInfo]) -> str:
    texts = {field.description for field in readers.values()}
    (text,) = texts if len(texts) == 1 else (None,)
    if text is None:
        raise ValueError(f"setting {name} has the descriptions {sorted(map(str, texts))}; expected one")
    return text


def _values(readers: dict[str, FieldInfo]) -> str:
    field = next(iter(readers.values()))
    if field.annotation is bool:
        return "0 or 1"
    if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum):
        return " ".join(f"`{value}`" for value in field.annotation)
    if get_origin(field.annotation) is Literal:
        return " ".join(f"`{value.lower()}`" for value in get_args(field.annotation))
    limits = {
        word: getattr(each, word)
        for each in field.metadata
        for word in ("ge", "gt", "le")
        if hasattr(each, word)
    }
    if not limits:
        return ""
    low = f"{limits['ge']}" if "ge" in limits else f"above {limits['gt']}"
    return f"{low} to {limits['le']}"


def _default(readers: dict[str, FieldInfo]) -> str:
    """The default, and that of `make run` if it differs."""
    shown = {process: _shown(field) for process, field in readers.items()}
    others = {text for process, text in shown.items() if process != "run"} or {shown["run"]}
    (text,) = others
    own = shown.get("run", text)
    return text if own == text else f"{text}; `make run`: {own}"


def _shown(field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra
    if isinstance(extra, dict) and DEFAULT in extra:
        return str(extra[DEFAULT])
    value = field.default
    assert value is not PydanticUndefined, "a default that is computed is to be said in words"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return str(int(value))
    if get_origin(field.annotation) is Literal:  # whatever the case of its letters
        value = value.lower()
    return f"`{value}`" if isinstance(value, str | Path) else f"{value:g}"
