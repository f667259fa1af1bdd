import pandas as pd
import pytest

from condotta import definitions, tables

READ = {"source_path": "a", "source_sha256": "b", "format": "txt", "n_words": 3}
SAID = {"stance": "asserts", "certainty": "reported", "rule": "made", "start": 0, "end": 30}
TEXT = "Turkey sent hundreds of Syrians to Libya, Reuters said."


def make_run(*rows, text=TEXT):
    """The tables of a run; a row is outlet, source and slots of one article's only claim."""
    articles = tables.shape(
        "articles",
        [
            READ | {"article_id": f"a{n}", "publisher": outlet, "text": text}
            for n, (outlet, _, _) in enumerate(rows)
        ],
    )
    told = {"type": "deployment", "recruiter": "Turkey", "recruits": "Syrians"}
    told |= {"destination": "Libya", "source_kind": "monitor_ngo"}
    claims = [
        told | SAID | {"claim_id": f"c{n}", "article_id": f"a{n}", "source_name": source} | slots
        for n, (_, source, slots) in enumerate(rows)
    ]
    return tables.shape("claims", claims), articles, tables.empty("copies")


COUNTED = {"count_min": 200, "count_max": 999, "count_start": 12, "count_end": 20}
REPEATED = [
    ("Gazette", "Lake Monitor", COUNTED),
    ("Herald", "Lake Monitor", {}),
    ("Mirror", "Hill Monitor", {"certainty": "alleged"}),
]


@pytest.mark.parametrize(
    ("words", "low"),
    [
        ("hundreds", 100),
        ("Hundreds of", 100),
        ("300", 200),
        ("300 of the hundreds", 200),
        ("thousands", 200),
        ("hundreds of thousands", 200),
    ],
)
def test_widen_vague_moves_only_what_the_word_alone_gives(words, low):
    slots = COUNTED | {"count_start": 0, "count_end": len(words)}
    claims, articles, _ = make_run(("Gazette", "Lake Monitor", slots), text=f"{words} were sent.")
    widened = definitions.widen_vague(claims, articles)
    assert widened["count_min"].tolist() == [low]
    assert claims["count_min"].tolist() == [200]
    tables.check("claims", widened)


def test_widen_vague_leaves_an_open_bound_open():
    open_below = COUNTED | {"count_min": None}
    claims, articles, _ = make_run(("Gazette", "Lake Monitor", open_below))
    assert definitions.widen_vague(claims, articles)["count_min"].isna().all()


def test_count_voices_counts_one_monitor_once(book):
    claims, articles, copies = make_run(*REPEATED)
    counted = definitions.count_voices(claims, articles, copies, codebook=book)
    assert counted.loc["Libya"].to_dict() == {
        "claims": 3,
        "articles": 3,
        "outlets": 3,
        "origins": 2,
    }


def test_compare_definitions_sets_findings_side_by_side(book):
    claims, articles, copies = make_run(*REPEATED)
    variants = {"as it is": claims, "sure": claims[claims["certainty"].ne("alleged")]}
    found = definitions.compare_definitions(variants, articles, copies, codebook=book)
    assert found.loc["claims"].tolist() == [3, 2]
    assert found.loc["lines with 2 articles"].tolist() == [1, 1]
    assert found.loc["lines with 2 origins"].tolist() == [1, 0]
    assert pd.api.types.is_integer_dtype(found["sure"])
