"""The recipe of the pipeline, on a dozen sentences that stand here."""

import numpy as np
import pytest
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example

import en_condotta
from en_condotta import embed, packing, score
from en_condotta.recipe import __main__ as recipe
from en_condotta.recipe import corpora, train

SENTENCES = [
    ("Recruiters paid the men .", "NNS VBD DT NNS .", [1, 1, 3, 1, 1]),
    ("The ministry denied it .", "DT NN VBD PRP .", [1, 2, 2, 2, 2]),
    ("Fighters left the camp .", "NNS VBD DT NN .", [1, 1, 3, 1, 1]),
    ("A broker hired them .", "DT NN VBD PRP .", [1, 2, 2, 2, 2]),
]
DEPS = {"DT": "det", "VBD": "ROOT", "PRP": "obj", ".": "punct"}
POS = {"DT": "DET", "NN": "NOUN", "NNS": "NOUN", "VBD": "VERB", "PRP": "PRON", ".": "PUNCT"}
REPORTS = """=== t-1 | news | sahel | 2024-01-05
title: Men hired in {@Arna}
{s1:source|An elder} {s1:cue|said} {s1:content|{c1:recruiter|brokers} had {c1:trigger|hired}
{c1:recruits|herders}}. The {@Lodran} army did not answer.

{s2:source|Two herders} {s2:cue|told} reporters {s2:content|they were {c2:trigger|promised}
{c2:pay|90 dollars a month}}.
---
s1 source_kind=anonymous_local stance=asserts certainty=reported
s2 source_kind=recruit_testimony stance=asserts certainty=reported
c1 recruitment s1
c2 pay s2 pay=90..90 USD month salary
@place: Arna
@nationality: Lodran
=== t-2 | news | sahel | -
{s1:source|The ministry} {s1:cue|denied} {s1:content|that {c1:trigger|recruits} left {@Arna}}.
---
s1 source_kind=government_body stance=denies certainty=reported
c1 denial s1
@place: Arna
"""


def tree(vocab, sentence):
    text, tags, heads = sentence
    tags = tags.split()
    deps = [DEPS.get(tag, "obj" if i > 2 else "nsubj") for i, tag in enumerate(tags)]
    return Doc(
        vocab,
        words=text.split(),
        tags=tags,
        pos=[POS[tag] for tag in tags],
        lemmas=[word.lower() for word in text.split()],
        heads=heads,
        deps=deps,
    )


def article(vocab):
    doc = Doc(vocab, words=["The", "governor", "said", "that", "men", "were", "hired", "."])
    doc.set_ents(
        [Span(doc, 0, 2, "SOURCE"), Span(doc, 2, 3, "CUE"), Span(doc, 3, 7, "CONTENT")],
        default="outside",
    )
    return doc


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    vocab = train.open_untrained().vocab
    parts = {
        "ud-ewt/ewt-train.spacy": [tree(vocab, sentence) for sentence in SENTENCES],
        "polnear/polnear-train.spacy": [article(vocab)],
    }
    for name, docs in parts.items():
        (folder / name).parent.mkdir()
        DocBin(docs=docs).to_disk(folder / name)
    (folder / "written").mkdir()
    for share in ("north", "south"):
        (folder / f"written/{share}.txt").write_text(REPORTS)
    return folder


def make(folder, steps=3):
    read = recipe.read_corpora(folder, train.open_untrained())
    parts = []
    for heads in (None, recipe.SAYING):
        chosen = {"nlp.pipeline": heads} if heads else {}
        nlp = train.open_untrained(**{"components.parser.min_action_freq": 1}, **chosen)
        portions = read.portions(recipe.TOGETHER[0])
        train.initialize(nlp, [doc for portion in portions for doc in portion.docs])
        train.train(nlp, portions, steps=steps)
        parts.append(nlp)
    return recipe.join(*parts)


@pytest.fixture(scope="module")
def made(folder):
    return make(folder)


def test_read_reports_gives_names_statements_triggers_and_slots(folder):
    doc = corpora.read_reports(folder / "written", train.open_untrained())["north"][0]
    assert doc.text.startswith("Men hired in Arna\n\nAn elder said brokers had hired herders. The")
    assert [(e.text, e.label_) for e in doc.ents] == [("Arna", "place"), ("Lodran", "nationality")]
    assert [s.label_ for s in doc.spans["attribution"]] == ["SOURCE", "CUE", "CONTENT"] * 2
    found = {key: [(s.text, s.label_) for s in doc.spans[key]] for key in ("triggers", "slots")}
    assert found["triggers"] == [("hired", "recruitment"), ("promised", "pay")]
    assert found["slots"] == [
        ("brokers", "recruiter"),
        ("herders", "recruits"),
        ("90 dollars a month", "pay"),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(("@place: Arna", "@place: Nowhere"), "t-1.*'Nowhere'", id="name not there"),
        pytest.param(("{s1:cue|said}", "{s1:cue|said"), "t-1.*never closed", id="open tag"),
        pytest.param(("{@Lodran}", "Lodran}"), "t-1.*closes nothing", id="stray brace"),
    ],
)
def test_read_reports_says_which_report_is_wrong(change, message, tmp_path):
    (tmp_path / "share.txt").write_text(REPORTS.replace(*change, 1))
    with pytest.raises(ValueError, match=message):
        corpora.read_reports(tmp_path, train.open_untrained())


def test_read_reports_says_where_nothing_was_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="no share of written reports"):
        corpora.read_reports(tmp_path, train.open_untrained())


WORDS = ("He", "said", "that", "she", "denied", "it", "all", ".")


def test_flatten_keeps_the_inner_statement_and_what_is_left_of_the_outer():
    doc = Doc(
        train.open_untrained().vocab,
        words=WORDS,
    )
    spans = [Span(doc, 2, 7, "CONTENT"), Span(doc, 3, 4, "SOURCE"), Span(doc, 5, 6, "CONTENT")]
    kept = corpora.flatten(spans, order=len)
    assert [(s.text, s.label_) for s in kept] == [("she", "SOURCE"), ("it", "CONTENT")]


def test_a_corpus_teaches_only_what_it_is_annotated_for(folder):
    read = recipe.read_corpora(folder, train.open_untrained())
    assert "attribution" not in read.treebank[0].spans
    assert not any(token.ent_iob for doc in read.treebank + read.articles for token in doc)
    assert not read.articles[0].has_annotation("DEP")


def test_polnear_can_be_left_out(folder):
    assert recipe.read_corpora(folder, train.open_untrained(), polnear=False).articles == []


def test_portions_leave_out_the_shares_held_out(folder):
    read = recipe.read_corpora(folder, train.open_untrained())
    everything, some = (read.portions(recipe.TOGETHER[0], out)[-1] for out in (set(), {"south"}))
    assert (len(everything.docs), len(some.docs)) == (4, 2)


def test_training_twice_gives_the_same_weights(folder, made, tmp_path):
    packing.pack(made, tmp_path / "once")
    packing.pack(make(folder), tmp_path / "twice")
    files = sorted(f.relative_to(tmp_path / "once") for f in (tmp_path / "once").rglob("*"))
    assert any(file.name == "model" for file in files)
    for file in files:
        once, twice = (tmp_path / name / file for name in ("once", "twice"))
        assert once.is_dir() or once.read_bytes() == twice.read_bytes(), file


def test_training_moves_every_head(folder, made):
    untrained = make(folder, steps=0)
    for name in ("tok2vec", "statements", "triggers", "slots", "tagger", "parser", "names"):
        before, after = (nlp.get_pipe(name).model.to_bytes() for nlp in (untrained, made))
        assert before != after, name


def test_packed_pipeline_opens_and_reads_the_same(made, tmp_path):
    packing.pack(made, tmp_path)
    opened = en_condotta.load(tmp_path)
    assert opened.pipe_names == made.pipe_names
    params = [
        node.get_param(name)
        for _, pipe in opened.pipeline
        if hasattr(pipe, "model")
        for node in pipe.model.walk()
        for name in node.param_names
        if node.has_param(name)
    ]
    assert {param.dtype for param in params} == {np.dtype("float32")}
    assert set(opened("A broker hired them.").spans) == {"attribution", "triggers", "slots"}


def test_statements_keep_an_embedding_of_their_own(folder, made, tmp_path):
    ours, shared = (made.get_pipe(name).model for name in ("statements", "tok2vec"))
    own = [node.name for node in ours.walk()]
    assert "tok2vec-listener" not in own and shared.name in own
    heads = made.get_pipe("names").model
    assert "tok2vec-listener" in [node.name for node in heads.walk()]
    packing.pack(made, tmp_path)
    assert en_condotta.load(tmp_path)("They left.").spans.keys() >= {"attribution"}


def test_a_stage_is_learned_once_and_again_when_what_it_was_made_from_changes(folder, tmp_path):
    learned = []

    def learn():
        learned.append(1)
        return make(folder, steps=0)

    for made_from in (("corpus", 1), ("corpus", 1), ("another corpus", 1)):
        nlp = recipe.kept(tmp_path / "heads", made_from, learn)
        assert nlp("They left.").spans.keys() >= {"triggers", "slots"}
    assert len(learned) == 2
    assert not list(tmp_path.glob("*.unfinished"))


def test_silver_trees_do_not_touch_what_people_marked(folder, made):
    (doc,) = corpora.read_statements(folder / "polnear/polnear-train.spacy", made.vocab)
    recipe.add_trees([doc], made)
    assert doc.has_annotation("DEP") and doc.has_annotation("TAG")
    assert [s.label_ for s in doc.spans["attribution"]] == ["SOURCE", "CUE", "CONTENT"]
    assert not any(token.ent_iob for token in doc)


def test_silver_keeps_the_articles_without_trees_for_the_later_stages(folder, made, monkeypatch):
    monkeypatch.setattr(recipe, "SILVER_SHARE", 1)
    read = recipe.read_corpora(folder, made)
    silver = recipe.add_silver(read, made)
    assert silver.articles[0].has_annotation("DEP") and not read.articles[0].has_annotation("DEP")
    kept = [(s.text, s.label_) for s in read.articles[0].spans["attribution"]]
    assert [(s.text, s.label_) for s in silver.articles[0].spans["attribution"]] == kept


def test_score_words_counts_words_by_label():
    vocab = train.open_untrained().vocab
    ours, theirs = (Doc(vocab, words=["The", "elder", "said", "no"]) for _ in range(2))
    ours.spans["attribution"] = [Span(ours, 1, 2, "SOURCE"), Span(ours, 2, 3, "CUE")]
    theirs.spans["attribution"] = [Span(theirs, 0, 2, "SOURCE"), Span(theirs, 2, 3, "CUE")]
    scores = score.score_words([Example(ours, theirs)], "attribution")
    assert scores == {"CUE": pytest.approx(1), "SOURCE": pytest.approx(2 / 3)}


def test_score_statements_counts_statements_and_words(nlp):
    text = "An elder said that buses left at dawn. Rain fell in Arna."
    content = [text.index("that"), text.index(". Rain")]
    told = {"source": [[0, 8]], "content": [content]}
    scores = score.score_statements(nlp, [{"text": text, "attributions": [told]}])
    assert scores == pytest.approx(dict.fromkeys(scores, 1.0))
    assert set(scores) == {"F at .3", "F at .8", "source right", "content words"}


def test_clusters_put_alike_words_together():
    words = np.array([train.open_untrained().vocab.strings[w] for w in ("Syria", "Libya", "said")])
    syria, libya, said = embed.find_clusters(words.astype("uint64"))
    assert syria == libya != said
    assert embed.find_clusters(np.array([1], dtype="uint64")) == [0]
