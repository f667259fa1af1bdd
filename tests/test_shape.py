"""The shape of the project: modules in one order, notebooks with one anatomy."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

import condotta
from condotta import resources

PATHS = sorted([*resources.PACKAGE.glob("[!_]*.py"), *resources.PACKAGE.glob("*/__init__.py")])
MODULES = {path.parent.name if path.stem == "__init__" else path.stem: path for path in PATHS}
ORDER = [name for name in re.findall(r"`(\w+)`", condotta.__doc__) if name in MODULES]
NOTEBOOKS = sorted(resources.find("notebooks").glob("*.ipynb"))


def imported(path: Path) -> set[str]:
    """Return the modules of the package that one module, or package of modules, imports to run."""
    paths = path.parent.rglob("*.py") if path.name == "__init__.py" else [path]
    names = set()
    for node in (node for one in paths for node in running(ast.parse(one.read_text()))):
        if isinstance(node, ast.ImportFrom) and node.module == "condotta":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("condotta."):
            names.add(node.module.split(".")[1])
    return names & set(MODULES)


def running(node: ast.AST):
    """Yield every node but those that only a type checker reads."""
    if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from running(child)


def test_the_docstring_lists_every_module_once():
    assert sorted(ORDER) == sorted(MODULES)


@pytest.mark.parametrize("name", ORDER)
def test_a_module_imports_only_what_stands_before_it(name):
    later = imported(MODULES[name]) - set(ORDER[: ORDER.index(name)]) - {name}
    assert not later, f"{name} imports {sorted(later)}, which stand after it"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_is_for(name):
    assert ast.get_docstring(ast.parse(MODULES[name].read_text()))


def test_nothing_is_called_utils():
    assert not {"utils", "helpers", "common", "misc"} & set(MODULES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_title_and_parameters(path):
    cells = nbformat.read(path, 4).cells
    assert re.match(r"# \S", cells[0].source), "the first cell is its title"
    first = next(cell for cell in cells if cell.cell_type == "code")
    assert first.metadata.get("tags") == ["parameters"], "the first code cell holds its parameters"
    assert all("#" in line for line in first.source.splitlines()), "every parameter has its help"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_no_function_and_imports_modules(path):
    code = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    nodes = [node for source in code for node in ast.walk(ast.parse(source))]
    assert not [n for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    from_modules = [n.module for n in nodes if isinstance(n, ast.ImportFrom)]
    assert not [module for module in from_modules if module.startswith("condotta.")]
