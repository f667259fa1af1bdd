"""Pages that are made from code or runs say what these say."""

import yaml

import condotta
from condotta import gold, resources, scoring, tables

CHECKOUT = resources.CHECKOUT


def test_kept_scores_are_those_of_the_sample(sample_run):
    pages = gold.read_gold(resources.find("data/gold/gold.jsonl"))
    claims, read = (tables.read(sample_run, name) for name in ("claims", "articles"))
    said = scoring.report(scoring.pair_claims(pages, claims, read), pages, read)
    kept = (CHECKOUT / "data/docs/scores.txt").read_text()
    assert kept == f"{said}\n", "what is read has changed: make notebooks"


def test_the_citation_names_this_version():
    cited = yaml.safe_load((CHECKOUT / "CITATION.cff").read_text())
    assert cited["version"] == condotta.__version__
    assert {"cff-version", "title", "message", "authors", "license"} <= set(cited)


def test_no_quoted_paragraph_leaves_open_which_version():
    paragraph = (CHECKOUT / "data/docs/methods.md").read_text()
    for word in ("[version]", "[digests]", "second coder", "hundreds"):
        assert word in paragraph
