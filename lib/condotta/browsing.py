"""A whole table in JupyterLab, to sort, filter and search; without a network."""

from itertools import count

import pandas as pd
from itables.widget import ITable

_SHOWN = count(1)


class Browsing(ITable):
    """A table that one sorts by a click on a column, filters below its name, and searches.

    Parameters
    ----------
    table : DataFrame
        All its rows are sent to the browser; what is missing is shown as empty, and words of
        articles stay words.

    Notes
    -----
    Widgets get random keys, which would make two runs of a notebook differ. This one is numbered
    in its kernel. It is shown only while the kernel runs, so that a plain table belongs beside it.

    Examples
    --------
    >>> Browsing(pd.DataFrame({"recruits": ["Chadians", None]}))
    Browsing(2 rows)
    """

    def __init__(self, table: pd.DataFrame) -> None:
        """Number the table and hand over its rows."""
        shown = table.reset_index(drop=True).astype(object)
        self._key = f"condotta-table-{next(_SHOWN)}"
        super().__init__(
            shown.where(shown.notna(), ""),
            showIndex=False,
            column_filters="header",
            maxBytes=0,
            paging=True,
            layout={"topStart": "search", "topEnd": "info", "bottomEnd": "paging"},
        )

    def open(self) -> None:
        """Tell the browser of the table, under its key."""
        self._model_id = self._key
        super().open()

    def __repr__(self) -> str:
        """Return what stands in a notebook that nobody runs."""
        return f"Browsing({len(self._df):,} rows)"
