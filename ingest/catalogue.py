"""Finding and reading source mappings, with errors that name the wrong key and the nearest right one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import yaml
from pydantic import BaseModel, ValidationError

from ingest.column_source import FORMS
from ingest.errors import MappingError, nearest
from ingest.mapping import Mapping

FOLDER = Path(__file__).parent / "sources"
_FORM_BY_NAME = {form.__name__: form for form in FORMS}
UNDECIDED = "undecided"
"""The key that stands in a draft where a value should: `date_format: {undecided: ["%d/%m/%Y", "%m/%d/%Y"]}`."""


def names() -> tuple[str, ...]:
    """The built-in sources, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


@cache
def built_in() -> tuple[Mapping, ...]:
    """The built-in mappings, in the order of `names`."""
    return tuple(read(FOLDER / f"{name}.yml") for name in names())


def find(source: str | Path) -> Mapping:
    """The mapping called ``source``: a built-in name, or the path of a YAML file.

    Raises `MappingError` where there is none or where it is wrong.
    """
    path = Path(source)
    if path.suffix in {".yml", ".yaml"}:
        return read(path)
    if str(source) in names():
        return read(FOLDER / f"{source}.yml")
    raise MappingError(
        f"there is no source '{source}'{nearest(str(source), names())} Built in: {', '.join(names())}. "
        "For a mapping of your own give the path of its .yml file."
    )


class _TextLoader(yaml.SafeLoader):
    """YAML whose scalars are text but for `true`, `false` and `null`.

    Plain YAML reads a column called ``No`` as false, a code ``0411`` as 265 and ``2026-01-05`` as a date.
    """


_TextLoader.yaml_implicit_resolvers = {}
_TextLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:null|~|)$"), ["n", "~", ""])


MAX_NODES = 100_000
"""Keys and values of a mapping, those that are repeated by ``*name`` counted each time."""


def _content(words: str) -> object:
    """What the YAML ``words`` say; raises `yaml.YAMLError` also where a key stands twice, or where it has no end."""
    loader = _TextLoader(words)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _check_node(node, {}, set())
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _check_node(node: yaml.Node, sizes: dict[int, int], within: set[int]) -> int:
    """The number of nodes in ``node``. What is repeated by an alias is looked at once and counted each time."""
    if id(node) in within:
        raise yaml.MarkedYAMLError(problem="a part that holds itself", problem_mark=node.start_mark)
    if id(node) in sizes:
        return sizes[id(node)]
    parts: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key '{key.value}' stands twice", problem_mark=key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else "")
            parts += [key, value]
    elif isinstance(node, yaml.SequenceNode):
        parts = node.value
    size = 1 + sum(_check_node(part, sizes, within | {id(node)}) for part in parts)
    if size > MAX_NODES:
        raise yaml.MarkedYAMLError(problem=f"more than {MAX_NODES:,} parts", problem_mark=node.start_mark)
    sizes[id(node)] = size
    return size


def read(path: Path) -> Mapping:
    """The mapping in the YAML file ``path``; raises `MappingError` naming key and place."""
    try:
        content = _content(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MappingError(f"mapping {path}: there is no such file") from None
    except OSError as error:
        raise MappingError(f"mapping {path}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise MappingError(f"mapping {path}: is not YAML: its parts stand too deep in each other") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MappingError(f"mapping {path}: is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise MappingError(f"mapping {path}: must hold the keys {', '.join(Mapping.model_fields)}")
    _refuse_draft(path, content)
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise MappingError(f"mapping {path}:\n" + "\n".join(f"  {words}" for words in _faults(error))) from None


def _refuse_draft(path: Path, content: dict[str, object]) -> None:
    """Raise `MappingError` for a draft: with anything left undecided, or that nobody has confirmed."""
    places = list(_undecided(content, ()))
    if not places and content.get("confirmed") is not False:
        return
    lines = [f"mapping {path}: is a draft, and nothing is loaded on a guess."]
    if places:
        lines.append("  To be decided, each by one value in place of its `undecided`:")
        lines += [f"    {place}: {options}" for place, options in places]
    if content.get("confirmed") is False:
        lines.append("  To be confirmed: hold each line against the file, then set `confirmed: true`.")
    raise MappingError("\n".join(lines))


def _undecided(part: object, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every place of a mapping that holds `undecided` in place of its value: (place, the options)."""
    if isinstance(part, dict):
        if set(part) == {UNDECIDED}:
            options = part[UNDECIDED] if isinstance(part[UNDECIDED], list) else []
            yield ".".join(place), " or ".join(map(str, options)) or "nothing in the file tells"
            return
        for key, value in part.items():
            yield from _undecided(value, (*place, str(key)))
    elif isinstance(part, list):
        for number, value in enumerate(part, start=1):
            yield from _undecided(value, (*place, str(number)))


def _faults(error: ValidationError) -> list[str]:
    """What is wrong, one line a place.

    A value that may have several forms is reported for each of them: the most telling report is kept. A fault
    inside a part makes reports about the part as a whole superfluous.
    """
    found: dict[tuple[int | str, ...], tuple[int, str]] = {}
    for item in error.errors():
        place = tuple(part for part in item["loc"] if not (isinstance(part, str) and _is_form(part)))
        weight = {"extra_forbidden": 0, "missing": 0, "value_error": 0}.get(item["type"], 1)
        words = _explain(place, item["loc"], item["type"], item["msg"])
        if place not in found or weight < found[place][0]:
            found[place] = (weight, words)
    return [
        words
        for place, (weight, words) in found.items()
        if weight == 0 or not any(other[: len(place)] == place and other != place for other in found)
    ]


def _is_form(part: str) -> bool:
    """Whether a part of a place is pydantic's name of one of several forms, not a key of the file."""
    return "[" in part or part in {"str", "single", "tuple"} or part in _FORM_BY_NAME


def _explain(place: tuple[int | str, ...], loc: tuple[int | str, ...], kind: str, message: str) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place) or "the mapping"
    if kind == "extra_forbidden":
        key, fields = str(place[-1]), tuple(_model_at(loc[:-1]).model_fields)
        hint = nearest(key, fields) or f"; known here: {', '.join(fields)}"
        return f"{where}: unknown key '{key}'{hint}"
    return f"{where}: {message.removeprefix('Value error, ')}"


def _model_at(loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that holds the key at ``loc``, for naming the keys it knows."""
    model: type[BaseModel] = Mapping
    for part in loc:
        field = model.model_fields.get(str(part))
        models = _models_in(field.annotation) if field is not None else []
        if part in _FORM_BY_NAME:
            models = [_FORM_BY_NAME[str(part)]]
        # A column is fed by a name or by one of several forms: only the latter have keys of their own.
        if models and (models[0] not in FORMS or part in _FORM_BY_NAME):
            model = models[0]
    return model


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
