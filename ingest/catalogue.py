"""Finding and reading source mappings, with errors that name the wrong key and the nearest right one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import get_args

import yaml
from pydantic import BaseModel, ValidationError

from ingest.errors import MappingError, nearest
from ingest.mapping import FileFormat, Mapping, TableMapping

FOLDER = Path(__file__).parent / "sources"


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


def read(path: Path) -> Mapping:
    """The mapping in the YAML file ``path``; raises `MappingError` naming key and place."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MappingError(f"mapping {path}: there is no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MappingError(f"mapping {path}: is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise MappingError(f"mapping {path}: must hold the keys {', '.join(Mapping.model_fields)}")
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        faults = "\n".join(f"  {_explain(item['loc'], item['type'], item['msg'])}" for item in error.errors())
        raise MappingError(f"mapping {path}:\n{faults}") from None


def _explain(place: tuple[int | str, ...], kind: str, message: str) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place) or "the mapping"
    if kind == "extra_forbidden":
        key, fields = str(place[-1]), tuple(_model_at(place[:-1]).model_fields)
        hint = nearest(key, fields) or f"; known here: {', '.join(fields)}"
        return f"{where}: unknown key '{key}'{hint}"
    return f"{where}: {message.removeprefix('Value error, ')}"


def _model_at(place: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that holds the key at ``place``, for naming the keys it knows."""
    model: type[BaseModel] = Mapping
    for part in place:
        field = model.model_fields.get(str(part))
        if field is not None:
            models = _models_in(field.annotation)
            model = models[0] if models else model
        elif part in {"ConvertedAmount"}:
            model = _models_in(TableMapping.model_fields["columns"].annotation)[0]
    return model


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


__all__ = ["FOLDER", "FileFormat", "built_in", "find", "names", "read"]
