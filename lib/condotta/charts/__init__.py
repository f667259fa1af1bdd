"""Charts: a function for each question, table in, Plotly figure out; no file, no global state.

Every title says what is seen and is computed from the table; every chart carries its source line
and its own numbers, read back with `numbers`. Colours and symbols mean the same on all of them:
see `STATUS`.
"""

from condotta.charts.counts import events, reading, who_says_what
from condotta.charts.files import (
    ORDER,
    read_figures,
    safe_csv,
    safe_text,
    write_figure,
    write_pictures,
)
from condotta.charts.frame import STATUS, bare, describe, numbers
from condotta.charts.intervals import head_counts, pay_offers
from condotta.charts.network import actor_network
from condotta.charts.origins import origins
from condotta.charts.theatre import places, theatre_map
from condotta.charts.timeline import timeline

__all__ = [
    "ORDER",
    "STATUS",
    "actor_network",
    "bare",
    "describe",
    "events",
    "head_counts",
    "numbers",
    "origins",
    "pay_offers",
    "places",
    "read_figures",
    "reading",
    "safe_csv",
    "safe_text",
    "theatre_map",
    "timeline",
    "who_says_what",
    "write_figure",
    "write_pictures",
]
