import itertools

import pandas as pd
import pytest
from spacy.tokens import Span

from condotta import entities, tables


def mentions(doc, book, *, figures=False):
    found = entities.find_mentions(doc, codebook=book)
    return [m for m in found if figures or m.kind not in ("money", "quantity", "date")]


def marked(nlp, text, names):
    """A Doc with just these names found by the pipeline: (words, label)."""
    doc = nlp.make_doc(text)
    spans = [(text.index(words), label, words) for words, label in names]
    doc.set_ents([doc.char_span(a, a + len(words), label=label) for a, label, words in spans])
    return doc


@pytest.mark.parametrize(
    ("text", "name", "kind", "entity_id"),
    [
        pytest.param("Moscow denied it.", "Moscow", "state", "state-russia", id="speaks"),
        pytest.param("He flew to Moscow.", "Moscow", "place", "moscow", id="is flown to"),
        pytest.param(
            "Fighters trained near Ankara for weeks.", "Ankara", "place", "ankara", id="near it"
        ),
        pytest.param(
            "Turkey has sent 300 men abroad.", "Turkey", "state", "state-turkey", id="sends"
        ),
        pytest.param(
            "The men were recruited by Russia.", "Russia", "state", "state-russia", id="agent"
        ),
        pytest.param("They arrived in Libya.", "Libya", "place", "libya", id="ground"),
        pytest.param("They left Libya last week.", "Libya", "place", "libya", id="is left"),
        pytest.param(
            "Armenia accused Azerbaijan of it.", "Armenia", "state", "state-armenia", id="accuses"
        ),
        pytest.param(
            "Armenia accused Azerbaijan of it.",
            "Azerbaijan",
            "state",
            "state-azerbaijan",
            id="is accused",
        ),
        pytest.param(
            "Colombia signed an agreement with Sudan.", "Sudan", "state", "state-sudan", id="with"
        ),
        pytest.param(
            "The capital of Libya was quiet, and Libya's coast too.",
            "Libya",
            "place",
            "libya",
            id="its capital",
        ),
        pytest.param(
            "Kyiv's defence ministry said so.", "Kyiv", "state", "state-ukraine", id="its ministry"
        ),
        pytest.param(
            "Jordan borders Syria in the north.",
            "Jordan",
            "place",
            "jordan",
            id="borders",
            marks=pytest.mark.xfail(strict=True, reason="the pipeline names a state"),
        ),
        pytest.param(
            "The Kremlin declined to comment.", "Kremlin", "state", "state-russia", id="Kremlin"
        ),
        pytest.param(
            "TRIPOLI (Gazette) - The front was quiet.", "TRIPOLI", "place", "tripoli", id="dateline"
        ),
        pytest.param(
            "PISA and LUCCA, Syria — They left at night.", "Syria", "place", "syria", id="two towns"
        ),
        pytest.param(
            "Turkey-backed factions left Idlib.", "Turkey", "state", "state-turkey", id="backed"
        ),
    ],
)
def test_find_mentions_tells_states_from_places(nlp, book, text, name, kind, entity_id):
    found = next(m for m in mentions(nlp(text), book) if m.name == name)
    assert (found.kind, found.entity_id) == (kind, entity_id)


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        pytest.param(
            "Wagner recruited 300 fighters.", {"Wagner": "wagner-group"}, id="Wagner who recruits"
        ),
        pytest.param("An opera by Wagner was sung.", {}, id="Wagner the composer"),
        pytest.param(
            "The Hamza faction and other brigades left.", {"Hamza": "hamza-division"}, id="faction"
        ),
        pytest.param("Her uncle Hamza sells bread.", {}, id="Hamza the uncle"),
        pytest.param("They ate turkey.", {}, id="the bird"),
        pytest.param(
            "Ankara's spies of MIT met them.",
            {"MIT": "turkish-intelligence-mit"},
            id="MIT beside Ankara",
        ),
        pytest.param("She studies at MIT in Boston.", {}, id="MIT in Boston"),
        pytest.param(
            "In Tripoli, the Lebanese army searched a flat.",
            {"Tripoli": "tripoli-lebanon"},
            id="Tripoli beside Lebanese",
        ),
        pytest.param(
            "In Tripoli, the Libyan army met Lebanese envoys.",
            {"Tripoli": "tripoli"},
            id="Tripoli beside Libyan",
        ),
        pytest.param(
            "Traore spoke in Ouagadougou.",
            {"Traore": "ibrahim-traore"},
            id="Traore beside his city",
        ),
        pytest.param("They gathered at T4 and Hmeymim.", {"Hmeymim": "hmeimim"}, id="base"),
    ],
)
def test_find_known_reads_namesakes_by_context(nlp, book, text, linked):
    ids = {m.name: m.entity_id for m in entities.find_known(nlp(text), book)}
    places = {"Ankara", "Boston", "Lebanese", "Libyan", "Ouagadougou", "T4"}
    assert {name: i for name, i in ids.items() if name not in places} == linked


def test_choose_owner_prefers_the_country_that_is_told(book):
    owners = book.names.whole("Tripoli")
    lebanese, both = {"Lebanon"}, {"Lebanon", "Libya"}
    assert entities.choose_owner(owners, {"lebanon"}, set(), lebanese).id == "tripoli-lebanon"
    assert entities.choose_owner(owners, {"lebanon"}, set(), both).id == "tripoli"
    assert entities.choose_owner(owners, set(), set(), set()).id == "tripoli"


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        pytest.param(
            "General Khalifa Haftar spoke.",
            [("General Khalifa Haftar", "person")],
            {"General Khalifa Haftar": "khalifa-haftar"},
            id="title before a known person",
        ),
        pytest.param(
            "General Haftar spoke.",
            [("General Haftar", "person")],
            {"General Haftar": "khalifa-haftar"},
            id="title before a surname",
        ),
        pytest.param(
            "Belkacem Haftar spoke.",
            [("Belkacem Haftar", "person")],
            {"Belkacem Haftar": None},
            id="another first name is another person",
        ),
        pytest.param(
            "Turkish-backed Syrian National Army men.",
            [("Syrian National Army", "armed_group")],
            {"Turkish-backed Syrian National Army": "syrian-national-army"},
            id="codebook's longer name",
        ),
        pytest.param(
            "The University of Benghazi opened.",
            [("University of Benghazi", "organisation")],
            {"University of Benghazi": None},
            id="longer name around a town is no town",
        ),
        pytest.param(
            "He works for the Syrian Arab Red Crescent.",
            [("Syrian Arab Red Crescent", "organisation")],
            {"Syrian Arab Red Crescent": "red-crescent"},
            id="longer name that ends with a known one",
        ),
        pytest.param(
            "The Eagle Company pays well.",
            [("Eagle Company", "organisation")],
            {"Eagle Company": None},
            id="unknown name",
        ),
    ],
)
def test_merge_names_keeps_the_longest(nlp, book, text, names, expected):
    doc = marked(nlp, text, names)
    assert {m.name: m.entity_id for m in mentions(doc, book)} == expected


@pytest.mark.parametrize(
    ("text", "names", "form", "kind", "canonical"),
    [
        pytest.param(
            "Yevgeny Prigozhin left. Prigozhin said no more.",
            [],
            "Prigozhin",
            "person",
            "Yevgeny Prigozhin",
            id="known surname",
        ),
        pytest.param(
            "Piero Strozzi came. Then Strozzi left.",
            [("Piero Strozzi", "person")],
            "Strozzi",
            "person",
            "Piero Strozzi",
            id="surname of an unknown person",
        ),
        pytest.param(
            "Omar al-Talib came. Then Talib left.",
            [("Omar al-Talib", "person")],
            "Talib",
            "person",
            "Omar al-Talib",
            id="surname without its article",
        ),
        pytest.param(
            "The Tuscan Monitor of Captains (TMC) counted them. TMC gave no names.",
            [("Tuscan Monitor of Captains", "organisation")],
            "TMC",
            "organisation",
            "Tuscan Monitor of Captains",
            id="acronym introduced in brackets",
        ),
        pytest.param(
            "The Tuscan Monitor of Captains (TMC) counted them. TMC gave no names.",
            [],
            "TMC",
            "organisation",
            "Tuscan Monitor of Captains",
            id="acronym of a name that nothing found",
        ),
        pytest.param(
            "The Syrian Observatory for Human Rights (SOHR) said so. The Observatory added more.",
            [("Observatory", "organisation")],
            "SOHR",
            "organisation",
            "Syrian Observatory for Human Rights (SOHR)",
            id="acronym of a known name",
        ),
        pytest.param(
            "The Syrian Observatory for Human Rights said so, and the Observatory added more.",
            [],
            "Observatory",
            "organisation",
            "Syrian Observatory for Human Rights (SOHR)",
            id="one word of a long name",
        ),
    ],
)
def test_link_short_forms_reads_them_within_the_article(
    nlp, book, text, names, form, kind, canonical
):
    doc = nlp.make_doc(text)
    doc.set_ents(
        [
            Span(doc, *_tokens(doc, text.rindex(words), len(words)), label=label)
            for words, label in names
        ]
    )
    found = [m for m in mentions(doc, book) if m.name == form]
    assert found and {(m.kind, m.canonical) for m in found} == {(kind, canonical)}


def _tokens(doc, start, length):
    span = doc.char_span(start, start + length)
    return span.start, span.end


@pytest.mark.parametrize(
    ("text", "names", "form"),
    [
        pytest.param(
            "Piero Strozzi and Leone Strozzi came. Strozzi left.",
            [("Piero Strozzi", "person"), ("Leone Strozzi", "person")],
            "Strozzi",
            id="two brothers",
        ),
        pytest.param(
            "Strozzi left before Piero Strozzi came.",
            [("Piero Strozzi", "person")],
            "Strozzi",
            id="before the full name",
        ),
        pytest.param(
            "The Eagle Company pays (in cash). The company is new.",
            [("Eagle Company", "organisation")],
            "company",
            id="a common noun",
        ),
        pytest.param(
            "The Pisan Army (PA) of the Pisan Republic saw the Pisan as a friend.",
            [],
            "Pisan",
            id="the adjective of a name that nothing found",
        ),
        pytest.param(
            "They flew to Rome (ITALY is warm).", [("Rome", "place")], "ITALY is", id="no acronym"
        ),
    ],
)
def test_link_short_forms_does_not_guess(nlp, book, text, names, form):
    assert form not in {m.name for m in mentions(marked(nlp, text, names), book)}


def test_link_short_forms_leaves_peoples_alone(nlp, book):
    text = "The Free Syrian Army left. He asked the Syrian for bread."
    assert [m.entity_id for m in mentions(nlp.make_doc(text), book)] == [
        "free-syrian-army",
        "people-syrians",
    ]


def test_link_short_forms_believes_the_article_before_the_codebook(nlp, book):
    text = "The River Sailors' Fraternity (RSF) sings. RSF has 30 members."
    found = [m.canonical for m in mentions(nlp.make_doc(text), book) if m.name == "RSF"]
    assert found == ["River Sailors' Fraternity", "River Sailors' Fraternity"]


def test_find_mentions_adds_figures_and_dates(nlp, book):
    doc = nlp("Some 300 Syrians were paid $1,000 a month in May 2020.")
    kinds = {m.name: m.kind for m in mentions(doc, book, figures=True)}
    assert kinds["Syrians"] == "nationality"
    assert {"money", "quantity", "date"} <= set(kinds.values())


def test_find_mentions_reads_no_figure_inside_a_name(nlp, book):
    found = mentions(nlp.make_doc("The 25th Division left."), book, figures=True)
    assert [(m.name, m.kind) for m in found] == [("25th Division", "armed_group")]


def test_find_mentions_trims_footnotes(nlp, book):
    doc = nlp.make_doc("They left Terni.[44] Then home.")
    end = next(t.i for t in doc if "44" in t.text) + 1
    doc.set_ents([Span(doc, 2, end, label="place")])
    assert [m.name for m in mentions(doc, book)] == ["Terni"]


def test_find_entities_gives_a_checked_table_whose_spans_point_back(nlp, book):
    texts = {
        "a2": "Moscow sent Wagner men to Libya, Haftar said.",
        "a1": "Les Syriens, dit-il.",
        "a3": "",
    }
    docs = [(key, nlp(text)) for key, text in texts.items()]
    table = entities.find_entities(docs, codebook=book)
    assert list(table.columns) == list(tables.ENTITIES)
    assert all(texts[r.article_id][r.start : r.end] == r.name for r in table.itertuples())
    assert table[table["article_id"] == "a2"]["start"].is_monotonic_increasing
    again = entities.find_entities(docs, codebook=book)
    pd.testing.assert_frame_equal(table, again)


def test_find_entities_leaves_docs_untouched(nlp, book):
    doc = nlp("Piero Strozzi of Wagner was in Libya. Strozzi left Russia.")
    before = doc.to_bytes()
    entities.find_entities([("a1", doc)], codebook=book)
    assert doc.to_bytes() == before


def test_find_entities_of_nothing_is_an_empty_table(book):
    assert entities.find_entities([], codebook=book).empty


def test_names_of_one_article_do_not_overlap(nlp, book):
    doc = nlp(
        "The UN Panel of Experts on Libya said Turkish intelligence (MIT) and the Syrian National "
        "Army's Sultan Murad Division flew men from Hawar Kilis to Mitiga airport in Tripoli."
    )
    found = mentions(doc, book)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
