import json

import pytest

from condotta import codebook, gold, resources, tables

CLAIM = {"type": "pay", "source_kind": "recruit_testimony", "stance": "asserts", "pay_min": 500}
PAGE = {"url": "https://a.example/1", "relevant": True, "claims": [CLAIM]}


def write(path, *pages):
    path.write_text("".join(json.dumps(page) + "\n" for page in pages))
    return path


def with_claim(**slots):
    return PAGE | {"claims": [CLAIM | slots]}


def test_read_gold_takes_the_gold_of_the_sample():
    pages = gold.read_gold(resources.find("data/gold/gold.jsonl"), codebook=codebook.load())
    assert (len(pages), sum(len(page["claims"]) for page in pages)) == (33, 133)
    assert {page["genre"] for page in pages} == {"agency", "monitor", "outlet", "republished"}


def test_read_gold_leaves_out_pages_that_are_not_coded_yet(tmp_path):
    blank = {"article_id": "a1", "relevant": None, "claims": []}
    quiet = {"article_id": "a2", "relevant": False, "claims": []}
    pages = gold.read_gold(write(tmp_path / "g.jsonl", blank, quiet, PAGE))
    assert [page["id"] for page in pages] == ["a2", "https://a.example/1"]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        pytest.param({"claims": []}, "line 1: neither `url` nor `article_id`", id="no key"),
        pytest.param({"url": "u"}, "line 1: no page; it needs", id="no claims"),
        pytest.param(PAGE | {"relevant": False}, "`relevant` is False with 1 claims", id="quiet"),
        pytest.param(with_claim(typ="pay"), "claim 1: no field is called `typ`", id="field"),
        pytest.param(with_claim(type=None), "`type` is empty; a claim needs", id="no type"),
        pytest.param(with_claim(type="ransoming"), "'ransoming'; allowed are", id="type"),
        pytest.param(with_claim(stance="says"), "`stance` is 'says'; allowed are", id="stance"),
        pytest.param(with_claim(pay_max="$9"), "'\\$9'; it should be a number", id="figure"),
        pytest.param(with_claim(pay_max=9), "`pay_min` 500 is after `pay_max` 9", id="bounds"),
        pytest.param(with_claim(date_from="May 2020"), "it should be a date such as", id="date"),
        pytest.param(
            with_claim(date_from="2021", date_to="2020-05"), "`date_from` 2021 is after", id="dates"
        ),
        pytest.param(with_claim(recruiter=""), "or null if the page does not say", id="no text"),
        pytest.param(with_claim(via="Reuters"), "it should be a list of names", id="via"),
    ],
)
def test_read_gold_refuses_with_line_and_field(page, said, tmp_path, book):
    with pytest.raises(gold.GoldError, match=said):
        gold.read_gold(write(tmp_path / "g.jsonl", page), codebook=book)


def test_read_gold_refuses_a_file_without_coded_pages(tmp_path):
    path = write(tmp_path / "g.jsonl", {"url": "u", "relevant": None, "claims": []})
    with pytest.raises(gold.GoldError, match="none of 1 pages is coded; set `relevant`"):
        gold.read_gold(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'{"a"\n', "line 1: no JSON"), (b"\xff", "cannot be read"), (None, "cann")],
)
def test_read_gold_refuses_what_is_no_json(content, said, tmp_path):
    path = tmp_path / "g.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(gold.GoldError, match=said):
        gold.read_gold(path)


def test_read_gold_refuses_two_pages_of_one_id(tmp_path):
    with pytest.raises(gold.GoldError, match="two pages have the id https"):
        gold.read_gold(write(tmp_path / "g.jsonl", PAGE, PAGE))


def test_articles_of_prefers_the_article_id():
    given = {"source_path": "a", "source_sha256": "b", "format": "txt", "text": "x", "n_words": 1}
    articles = tables.shape(
        "articles", [given | {"article_id": f"a{n}", "url": "u"} for n in (1, 2)]
    )
    pages = [{"id": "one", "article_id": "a2", "url": "u"}, {"id": "two", "url": "u"}]
    both = gold.articles_of([*pages, {"id": "three", "url": None}], articles)
    assert both == {"one": ["a2"], "two": ["a1", "a2"], "three": []}
