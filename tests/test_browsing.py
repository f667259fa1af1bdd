import json

import pandas as pd
import pytest

from condotta import browsing, tables


def rows_of(shown):
    return json.loads(shown._dt_args["data_json"])


def test_browsing_shows_all_rows_and_leaves_missing_empty():
    table = pd.DataFrame({"recruits": ["Chadians", None], "count": pd.array([300, None], "Int64")})
    before = table.copy()
    assert rows_of(browsing.Browsing(table)) == [["Chadians", "300"], ["", ""]]
    assert table.equals(before)


def test_browsing_takes_ten_thousand_rows():
    assert len(rows_of(browsing.Browsing(pd.DataFrame({"n": range(10_000)})))) == 10_000


def test_browsing_takes_no_rows():
    assert repr(browsing.Browsing(tables.empty("tracker"))) == "Browsing(0 rows)"


@pytest.mark.parametrize("words", ["<script>x</script>", "<img src=x onerror=x>", "a & b"])
def test_words_of_an_article_stay_words(words):
    ((cell,),) = rows_of(browsing.Browsing(pd.DataFrame({"name": [words]})))
    assert "<" not in cell


def test_browsing_is_numbered_and_asks_for_nothing():
    one, two = (browsing.Browsing(pd.DataFrame({"n": [1]})) for _ in range(2))
    keys = [shown._repr_mimebundle_()[0] for shown in (one, two)]
    ids = [k["application/vnd.jupyter.widget-view+json"]["model_id"] for k in keys]
    first = int(ids[0].rpartition("-")[2])
    assert ids == [f"condotta-table-{first}", f"condotta-table-{first + 1}"]
    assert keys[0]["text/plain"] == "Browsing(1 rows)"
