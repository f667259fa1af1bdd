"""Seconds from a cold kernel to the first chart, ten reports: python -m benchmarks.first_chart."""

import resource
import time

import nbformat
from nbclient import NotebookClient

from condotta import resources

ARTICLES = 10
CELLS = (
    "from condotta import articles, charts, claims, codebook, copies, entities, language",
    "from condotta import statements, tracker",
    "book = codebook.load()",
    "read = articles.read_articles({source!r})[0].head({articles})",
    "docs = list(language.parse(read))",
    "found = entities.find_entities(docs, codebook=book)",
    "said = statements.find_statements(docs, read, found, codebook=book)",
    "told = claims.find_claims(docs, read, found, said, codebook=book)",
    "lines = tracker.draw_lines(told, read, copies.find_copies(read), codebook=book)",
    "charts.timeline(lines, told, read)",
)


def main() -> None:
    """Run the cells in a kernel of their own, and say what that took."""
    source = str(resources.find("data/sample"))
    cells = [cell.format(source=source, articles=ARTICLES) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    began = time.monotonic()
    NotebookClient(notebook, kernel_name="python3", timeout=300).execute()
    seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    drawn = notebook.cells[-1].outputs[0]["data"]["application/vnd.plotly.v1+json"]["data"]
    print(
        f"{ARTICLES} articles, {len(drawn)} traces: {seconds:.1f} s, "
        f"{used.ru_utime + used.ru_stime:.1f} of them on the processor"
    )


if __name__ == "__main__":
    main()
