"""dltrain schema says the same as the program: checked by the reference validator of JSON Schema for Python."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

SOURCE = Path(__file__).resolve().parents[2]

# Mistakes that a schema can express. Others need more than one place to see, or the data.
EXPRESSIBLE = {"E0201", "E0202", "E0203", "E0204", "E0301", "E0401"}


@pytest.fixture(scope="module")
def validator(tmp_path_factory):
    from conftest import Program

    schema = json.loads(Program(tmp_path_factory.mktemp("schema")).run("schema"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def read(path):
    """The recipe, or None where it is not TOML 1.0 (newlines inside inline tables)."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None


def test_every_recipe_is_valid(validator):
    recipes = [path for path in SOURCE.glob("recipes/**/*.toml") if read(path) is not None]
    assert len(recipes) >= 12
    for path in recipes:
        assert [error.message for error in validator.iter_errors(read(path))] == [], path


def golden():
    """Recipes of the reader's golden tests with the codes of what the program says."""
    for path in sorted(SOURCE.glob("tests/models/recipe/golden/*.toml")):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        if read(path) is None:
            continue
        # Their small catalogue has a CSV source with keys of its own.
        recipe = path.read_text(encoding="utf-8")
        if "# --set" in recipe or 'path = "' in recipe:
            continue
        codes = {line.split("error[")[1].split("]")[0] for line in text.splitlines() if "error[" in line}
        yield path, codes, "exit code 0" in text


def test_what_the_program_accepts_is_valid(validator):
    accepted = [path for path, _, good in golden() if good and "# for predicting" not in path.read_text(encoding="utf-8")]
    wrong = {path.name: [e.message[:200] for e in validator.iter_errors(read(path))] for path in accepted}
    assert {name: errors for name, errors in wrong.items() if errors} == {}


def test_mistakes_that_a_schema_can_express_are_found(validator):
    missed, found = [], 0
    for path, codes, _ in golden():
        if not codes & EXPRESSIBLE:
            continue
        if any(validator.iter_errors(read(path))):
            found += 1
        else:
            missed.append(path.name)
    print(f"{found} found, {len(missed)} missed: {missed}")
    assert found >= 50
    assert len(missed) <= found / 6, missed


def test_models_of_the_zoo_have_keys(validator):
    def errors(layer):
        recipe = read(SOURCE / "recipes" / "digits_resnet.toml")
        recipe["model"]["layers"] = [layer]
        return [error.message for error in validator.iter_errors(recipe)]

    good = [{"type": "zoo/resnet20"}, "zoo/resnet20",
            {"type": "zoo/resnet20", "classes": 3, "until": "re_lu", "name": "body", "trainable": False, "repeat": 2},
            {"type": "zoo/mobilenet", "strides": [1, 2], "activation": {"type": "softmax"}, "classes": "${classes}"}]
    for layer in good:
        assert errors(layer) == [], layer
    for layer in [{"type": "zoo/resnet20", "clases": 3}, {"type": "zoo/resnet20", "classes": "many"},
                  {"type": "zoo/mlp", "activation": "relux"}]:
        assert errors(layer) != [], layer
