import random

import pandas as pd
import pytest

from condotta import tables

ARTICLE = {
    "article_id": "a1",
    "text": "They left.",
    "n_words": 2,
    "source_path": "a.txt",
    "source_sha256": "0" * 64,
    "format": "txt",
}


def many(count):
    return [ARTICLE | {"article_id": f"a{i}", "text": f"They left {i}."} for i in range(count)]


def test_shape_orders_types_and_fills_columns():
    frame = tables.shape("articles", [ARTICLE])
    assert list(frame.columns) == list(tables.ARTICLES)
    assert frame["n_words"].dtype == "Int64"
    assert frame["url"].isna().all()


def test_shape_leaves_its_input_alone():
    given = pd.DataFrame([ARTICLE])
    before = given.copy()
    tables.shape("articles", given)
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            [ARTICLE, ARTICLE | {"article_id": "a2", "text": None}],
            "articles: `text` .* is empty in 1 of 2 rows; the first is {'article_id': 'a2'",
            id="empty where required",
        ),
        pytest.param(
            [ARTICLE, ARTICLE], "`article_id` .* repeats 'a1' in 2 of 2 rows", id="key twice"
        ),
        pytest.param(
            [ARTICLE | {"published_precision": "week"}],
            r"`published_precision` .* holds 'week' in 1 of 1 rows; allowed are \['day'",
            id="word that is not allowed",
        ),
        pytest.param([ARTICLE | {"mood": "glad"}], "no column is called `mood`", id="new column"),
        pytest.param([ARTICLE | {"n_words": "many"}], "`n_words` .* should be Int64", id="type"),
    ],
)
def test_shape_refuses(rows, said):
    with pytest.raises(tables.TableError, match=said):
        tables.shape("articles", rows)


@pytest.mark.parametrize("name", tables.TABLES)
def test_every_column_says_what_it_means(name):
    for column, spec in tables.TABLES[name].items():
        assert spec.meaning, column
        assert spec.unit or spec.dtype == "str", f"{column} is a number without a unit"


@pytest.mark.parametrize("name", tables.TABLES)
def test_write_and_read_return_the_empty_table(name, tmp_path):
    tables.write(tmp_path, name, tables.empty(name))
    pd.testing.assert_frame_equal(tables.read(tmp_path, name), tables.empty(name))


def test_write_gives_the_same_bytes_again_and_leaves_nothing_else(tmp_path):
    frame = tables.shape("articles", many(50))
    first = tables.write(tmp_path / "1", "articles", frame).read_bytes()
    second = tables.write(tmp_path / "2", "articles", frame).read_bytes()
    assert first == second
    assert [path.name for path in (tmp_path / "1" / "tables").iterdir()] == ["articles.parquet"]


def test_write_refuses_a_table_that_breaks_its_schema_and_keeps_the_old_one(tmp_path):
    good = tables.shape("articles", [ARTICLE])
    path = tables.write(tmp_path, "articles", good)
    before = path.read_bytes()
    with pytest.raises(tables.TableError):
        tables.write(tmp_path, "articles", good.assign(text=None))
    assert path.read_bytes() == before


def test_read_says_which_step_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="no table `claims` yet; run the notebooks before"):
        tables.read(tmp_path, "claims")


def test_read_refuses_every_file_of_which_one_bit_was_flipped(tmp_path):
    path = tables.write(tmp_path, "articles", tables.shape("articles", many(200)))
    whole, dice = path.read_bytes(), random.Random(1)
    for _ in range(300):
        flipped = bytearray(whole)
        flipped[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        path.write_bytes(flipped)
        with pytest.raises(tables.TableError, match="damaged after it was written"):
            tables.read(tmp_path, "articles")


def test_write_makes_files_that_other_programs_read(tmp_path):
    import pyarrow.parquet as parquet

    frame = tables.shape("articles", many(20))
    path = tables.write(tmp_path, "articles", frame)
    read = parquet.read_table(path, page_checksum_verification=True)
    assert read.column("text").to_pylist() == frame["text"].tolist()


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_read_refuses_a_cut_file(share, tmp_path):
    path = tables.write(tmp_path, "articles", tables.shape("articles", many(20)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(tables.TableError, match="damaged after it was written"):
        tables.read(tmp_path, "articles")


@pytest.mark.parametrize(
    "parts", [("ab", "c"), ("a", "bc"), ("abc", ""), ("abc", None), ("abc",)], ids=str
)
def test_key_differs_for_different_parts(parts):
    others = [("ab", "c"), ("a", "bc"), ("abc", ""), ("abc", None), ("abc",)]
    assert [tables.key("a", *parts) == tables.key("a", *other) for other in others].count(True) == 1
