"""The door to the pipeline: what it reads, keeps, leaves out, and what its parts write."""

import re
from pathlib import Path

import pandas as pd
import pytest

from condotta import language

VERBS = (Path(__file__).parent / "reporting_verbs.txt").read_text().split()
DOUBLED = frozenset(("beg", "brag", "infer", "quip", "recap", "refer", "rebut", "regret"))
DOUBLED |= {"slam", "snap", "submit"}
IRREGULAR = {
    "foresee": ("foresaw", "foreseen"),
    "foretell": ("foretold", "foretold"),
    "find": ("found", "found"),
    "hear": ("heard", "heard"),
    "hold": ("held", "held"),
    "know": ("knew", "known"),
    "retell": ("retold", "retold"),
    "say": ("said", "said"),
    "see": ("saw", "seen"),
    "speak": ("spoke", "spoken"),
    "swear": ("swore", "sworn"),
    "tell": ("told", "told"),
    "think": ("thought", "thought"),
    "understand": ("understood", "understood"),
    "withdraw": ("withdrew", "withdrawn"),
    "write": ("wrote", "written"),
}


def third_person(verb):
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh")) else "s")


def stem_of(verb):
    return verb + verb[-1] if verb in DOUBLED else verb


def past(verb):
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ied"
    return verb + "d" if verb.endswith("e") else stem_of(verb) + "ed"


def present_participle(verb):
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    dropped = verb.endswith("e") and not verb.endswith(("ee", "ye", "oe"))
    return (verb[:-1] if dropped else stem_of(verb)) + "ing"


def forms(verb):
    before, after = IRREGULAR.get(verb, (past(verb), past(verb)))
    return {
        "VB": verb,
        "VBZ": third_person(verb),
        "VBD": before,
        "VBN": after,
        "VBG": present_participle(verb),
    }


@pytest.fixture(scope="module")
def nlp():
    return language.open_pipeline()


@pytest.fixture
def articles():
    texts = ["The ministry denied it.", "“They left,” he said.\n\nNobody was paid.", ""]
    return pd.DataFrame({"article_id": ["a3", "a1", "a2"], "text": texts})


def same(left, right):
    names = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START"]
    names += ["ENT_IOB", "ENT_TYPE"]
    spans = [
        {key: [(s.start, s.end, s.label_) for s in group] for key, group in doc.spans.items()}
        for doc in (left, right)
    ]
    return (left.to_array(names) == right.to_array(names)).all() and spans[0] == spans[1]


def test_reporting_verbs_are_three_hundred_and_more():
    assert len(set(VERBS)) == len(VERBS) >= 300


def test_lemmatizer_invents_no_reporting_verb(nlp):
    lemma = nlp.get_pipe("lemmatizer").lemma
    wrong = [
        (form, tag, lemma(form, tag))
        for verb in VERBS
        for tag, form in forms(verb).items()
        if lemma(form, tag) != verb
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("word", "tag", "lemma"),
    [
        pytest.param("Syrians", "NNPS", "Syrian", id="people"),
        pytest.param("Wagner", "NNP", "Wagner", id="name keeps its capital"),
        pytest.param("men", "NNS", "man", id="irregular plural"),
        pytest.param("militiamen", "NNS", "militiaman", id="compound of an irregular plural"),
        pytest.param("bases", "NNS", "base", id="e of the base form"),
        pytest.param("brigades", "NNS", "brigade", id="regular plural"),
        pytest.param("recruiting", "VBG", "recruit", id="no e invented"),
        pytest.param("deploying", "VBG", "deploy", id="y is no vowel to be followed by e"),
        pytest.param("hired", "VBN", "hire", id="e restored"),
        pytest.param("1,500", "CD", "1500", id="number"),
        pytest.param("Janjaweed", "NN", "Janjaweed", id="unknown word keeps its capital"),
    ],
)
def test_lemma(word, tag, lemma, nlp):
    assert nlp.get_pipe("lemmatizer").lemma(word, tag) == lemma


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(
            "Fighters leave for the front\n\nThe bus left at dawn.",
            ["Fighters leave for the front", "The bus left at dawn."],
            id="blank line ends a headline",
        ),
        pytest.param(
            "“We were never paid,” the man said.",
            ["“We were never paid,” the man said."],
            id="curly quotation",
        ),
        pytest.param(
            '"We were never paid," the man said. "I left."',
            ['"We were never paid," the man said.', '"I left."'],
            id="straight quotation",
        ),
    ],
)
def test_sentences(text, sentences, nlp):
    assert [sentence.text.strip() for sentence in nlp(text).sents] == sentences


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("He said: “We left. They stayed.” Nobody answered.", id="curly"),
        pytest.param('He said: "We left. They stayed." Nobody answered.', id="straight"),
        pytest.param('"It is false." "It is true."', id="two in a row"),
        pytest.param('An open mark " here.\n\n"A new paragraph." He left.', id="unclosed"),
    ],
)
def test_no_sentence_is_a_stray_quotation_mark(text, nlp):
    sentences = [sentence.text.strip() for sentence in nlp(text).sents]
    assert not [s for s in sentences if s in ('"', "“", "”")]
    assert not [s for s in sentences if s.startswith("”")]


def test_pipeline_reads_who_says_what(nlp):
    doc = nlp("The defence ministry denied on Monday that it had hired fighters.")
    roles = {span.label_: span.text for span in doc.spans["attribution"]}
    assert roles["SOURCE"] == "The defence ministry"
    assert roles["CUE"].startswith("denied")
    assert "hired fighters" in roles["CONTENT"]


def test_pipeline_reads_names(nlp):
    doc = nlp("Russia sent Wagner fighters from Syria to Libya, Reuters reported.")
    assert {"Wagner", "Syria", "Libya", "Reuters"} <= {name.text for name in doc.ents}


def test_parse_yields_every_article_in_order_with_its_text(articles):
    parsed = dict(language.parse(articles))
    assert list(parsed) == ["a3", "a1", "a2"]
    assert [doc.text for doc in parsed.values()] == articles["text"].tolist()


def test_parse_leaves_the_table_alone(articles):
    before = articles.copy()
    list(language.parse(articles))
    pd.testing.assert_frame_equal(articles, before)


def test_parse_does_not_depend_on_the_articles_around(articles):
    together = dict(language.parse(articles))
    for _, row in articles.iterrows():
        ((_, alone),) = language.parse(pd.DataFrame([row]))
        assert same(alone, together[row["article_id"]])


def test_packed_parses_are_the_same(articles):
    fresh, pack = dict(language.parse(articles)), language.new_pack()
    for doc in fresh.values():
        pack.add(doc)
    kept = dict(language.unpack(pack.to_bytes(), fresh))
    assert list(kept) == list(fresh)
    assert all(same(fresh[key], kept[key]) for key in fresh)


def test_too_long_article_is_reported_and_ends_nothing(articles, monkeypatch):
    monkeypatch.setattr(language, "MAX_CHARS", 30)
    assert [article_id for article_id, _ in language.parse(articles)] == ["a3", "a2"]
    (row,) = language.unparsed(articles).itertuples()
    assert (row.article_id, row.reason) == ("a1", "too_long")
    assert "39" in row.detail and "split" in row.detail


def test_article_in_another_language_is_reported_and_not_read_as_english(articles):
    mixed = articles.assign(language=["en", "fr", None])
    assert [article_id for article_id, _ in language.parse(mixed)] == ["a3", "a2"]
    (row,) = language.unparsed(mixed).itertuples()
    assert (row.article_id, row.reason) == ("a1", "language")


def test_pipeline_opens_by_its_name():
    import spacy

    assert spacy.load("en_condotta").pipe_names == language.open_pipeline().pipe_names
