"""On whose word a claim stands: follow-on sentences, leads, and the outlet itself."""

import pytest

from condotta import codebook, entities, reader, speakers, statements

BOOK = codebook.load()
TEXT = """\
Agents in Maroua have signed up 200 men for a war abroad, three residents said on Monday.

Each man is paid $900 a month, the residents said. They also get a bonus of $2,000. Widows would \
receive $10,000.

The foreign ministry denied that any agent had a licence. Cotton prices fell in the north last \
year, and 4,000 farmers left."""


@pytest.fixture(scope="module")
def spoken(nlp):
    import pandas as pd

    doc = nlp(TEXT)
    named = entities.find_entities([("a", doc)], codebook=BOOK)
    articles = pd.DataFrame({"article_id": ["a"], "text": [TEXT]})
    said = statements.find_statements([("a", doc)], articles, named, codebook=BOOK)
    rows = said.astype(object).where(said.notna(), None).to_dict("records")
    names = named.astype(object).where(named.notna(), None).to_dict("records")
    view = reader.look(doc, entities=names, quantities=(), codebook=BOOK)
    return speakers.lay_out(view, rows, BOOK)


def speaker_of(spoken, word, kind):
    token = next(t for t in spoken.view.doc if t.idx == TEXT.index(word))
    return speakers.find_speaker(spoken, token, kind)


@pytest.mark.parametrize(
    ("word", "kind", "name", "certainty", "rule"),
    [
        pytest.param("signed", "recruitment", "residents", "reported", "covers", id="covered"),
        pytest.param("paid", "pay", "residents", "reported", "covers", id="covered again"),
        pytest.param("get a bonus", "pay", "residents", "reported", "before", id="they also"),
        pytest.param("receive", "pay", "residents", "possible", "before", id="would"),
    ],
)
def test_find_speaker_names_who_tells_it(word, kind, name, certainty, rule, spoken):
    said = speaker_of(spoken, word, kind)
    assert name in said.row["source_name"]
    assert (said.stance, said.certainty) == ("asserts", certainty)
    assert rule in said.rule


def test_a_denial_lends_its_stance_only_to_what_it_covers(spoken):
    assert speaker_of(spoken, "licence", "denial").stance == "denies"
    assert speaker_of(spoken, "left", "transfer").stance == "asserts"


def test_without_statements_the_outlet_speaks(spoken):
    alone = speakers.lay_out(spoken.view, [], BOOK)
    said = speaker_of(alone, "signed", "recruitment")
    assert (said.row, said.certainty, said.rule) == (None, "stated_fact", "source outlet")


def test_candidates_are_the_statements_near_by_and_the_outlet(spoken):
    token = next(t for t in spoken.view.doc if t.text == "bonus")
    found = list(speakers.candidates(spoken, token, "pay"))
    assert [one.row is None for one in found].count(True) == 1
    assert {one.place for one in found} >= {"outlet", "before in the paragraph"}
