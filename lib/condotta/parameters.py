"""Parameters of the notebooks: what they declare, and values of the declared type.

Papermill can read them too, but importing it takes longer than a mistyped name may cost; and it
runs a name as code and takes any value for good, so that both are checked here.
"""

import ast
import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list}


class ParameterError(ValueError):
    """A parameter that no notebook has, or a value of another type."""


class Parameter(NamedTuple):
    """One line of a parameters cell."""

    type: str
    default: Any
    help: str


def read(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters a notebook declares, by name.

    Raises
    ------
    ParameterError
        If the notebook has no cell tagged ``parameters``.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    if not tagged:
        raise ParameterError(f"{notebook.name}: no cell is tagged `parameters`.")
    source = "".join(tagged[0]["source"])
    lines = source.splitlines()
    return {
        node.target.id: Parameter(
            ast.unparse(node.annotation),
            ast.literal_eval(node.value),
            lines[node.end_lineno - 1].partition("#")[2].strip(),
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign)
    }


def convert(
    given: Mapping[str, Any], known: Mapping[str, Parameter], *, reserved: Mapping[str, str]
) -> dict[str, Any]:
    """Return what a person asks for as values of the declared types; text is understood.

    Parameters
    ----------
    given : mapping
        Values by name.
    known : mapping
        What the notebooks declare.
    reserved : mapping
        Names that are set in another way, and in which.

    Raises
    ------
    ParameterError
        If no notebook declares a name, or a value is not of the declared type.

    Examples
    --------
    >>> known = {"limit": Parameter("int", 3, "most rows")}
    >>> convert({"limit": "7"}, known, reserved={})
    {'limit': 7}
    """
    for name in given:
        if name in reserved:
            raise ParameterError(f"parameter `{name}` is set by the walk; use {reserved[name]}.")
        if name not in known:
            raise ParameterError(_unknown(name, sorted(set(known) - set(reserved))))
    return {name: _convert(name, known[name], value) for name, value in given.items()}


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    meant = f" did you mean `{near[0]}`?" if near else ""
    names = f" known are: {', '.join(known)}." if known else " none can be set."
    return f"parameter `{name}`: no notebook has it;{meant}{names}"


def _convert(name: str, spec: Parameter, value: Any) -> Any:
    """Return a value of the declared type, or say what was wanted."""
    wanted = spec.type.partition("[")[0]
    try:
        if isinstance(value, str) and wanted != "str":
            value = _parse(value, wanted)
        json.dumps(value, ensure_ascii=False).encode()  # half characters fail late in papermill
        fits = isinstance(value, TYPES[wanted]) and isinstance(value, bool) == (wanted == "bool")
        if not fits or value != value:  # not a number is no value
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise ParameterError(
            f"parameter `{name}` ({spec.help}): {value!r} is no {spec.type}; "
            f"the default is {spec.default!r}."
        ) from None
    return value


def _parse(text: str, wanted: str) -> Any:
    if wanted == "bool":
        return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]
    if wanted == "list" and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",")]
    return json.loads(text)
