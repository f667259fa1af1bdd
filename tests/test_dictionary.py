"""The data dictionary in data/docs/ is the one that the code gives."""

import pytest

from condotta import dictionary, resources, tables

PAGE = resources.CHECKOUT / "data/docs/tables.md"


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text() == dictionary.write_dictionary(), (
        "tables have changed: condotta dictionary > data/docs/tables.md"
    )


@pytest.mark.parametrize("name", tables.TABLES)
def test_every_column_has_its_line(name):
    section = PAGE.read_text().partition(f"## {name}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    assert len(lines) == len(tables.TABLES[name])
    assert all(line.count("|") == 6 for line in lines)
