"""A notebook that was cleared or run out of order would be compared with nothing."""

import re

import nbformat
import pytest

from condotta import resources

NOTEBOOKS = sorted(resources.find("notebooks").glob("*.ipynb"))
MOVING = re.compile(r"/(?:home|root|tmp|Users|work)/|\b\d{1,2}:\d{2}:\d{2}\b|at 0x[0-9a-f]{6,}")


def code_cells(path):
    cells = nbformat.read(path, 4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_was_run_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1)), "run it in place, see CONTRIBUTING.md"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_has_outputs_that_are_compared(path):
    skip = {"nbval-ignore-output", "nbval-skip"}
    compared = [
        c for c in code_cells(path) if c.outputs and not skip & set(c.metadata.get("tags", []))
    ]
    assert len(compared) >= 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_stores_nothing_that_moves(path):
    notebook = nbformat.read(path, 4)
    assert "widgets" not in notebook.metadata
    assert not any("execution" in cell.metadata for cell in notebook.cells)
    for number, cell in enumerate(code_cells(path), start=1):
        for output in cell.outputs:
            assert output.output_type != "error", f"cell {number} failed"
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            assert not (found := MOVING.search(text)), f"cell {number} prints {found[0]!r}"
