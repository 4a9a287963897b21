"""The recipes by the schema that AWS publishes (recipe.schema.md)."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.edge.recipe import Recipe, in_container, in_virtual_environment

SCHEMA = json.loads(Path(__file__).with_name("recipe.schema.json").read_text())
RECIPES = [
    in_virtual_environment(uri="s3://artefacts/edge/1/lookalike-edge.zip", model="balanced"),
    in_container("shop/edge:1"),
]


def lowered(value: Any) -> Any:
    """A recipe with its keys as the schema has them."""
    if isinstance(value, dict):
        return {key.lower(): lowered(each) for key, each in value.items()}
    return [lowered(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("recipe", RECIPES, ids=["venv", "container"])
def test_the_recipes_fit(recipe: Recipe) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.Draft7Validator(SCHEMA).validate(lowered(recipe))


@pytest.mark.parametrize(
    "change", [{"RecipeFormatVersion": "2021-01-25"}, {"Manifest": []}, {"ComponentName": "a b"}]
)
def test_the_schema_refuses_others(change: Recipe) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate(lowered(RECIPES[0] | change))
