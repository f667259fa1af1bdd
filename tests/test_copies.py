"""Copies: what repeats what, and what only looks alike."""

import random
import time

import pytest

from condotta import copies, tables

DISPATCH = (
    "Recruiters in the coastal town have signed up some two hundred men since the start of the "
    "month, two residents and a former officer said on Tuesday. The men are offered nine hundred "
    "dollars a month and a contract of ninety days, the residents said, and are driven to an air "
    "base at night. None of them was told which front they would be sent to. The company named in "
    "the contracts did not answer written questions, and the ministry declined to comment."
)
LOCAL = (
    " Our reporter walked along the harbour yesterday and found the office shut, its sign taken "
    "down and the blinds drawn. A baker next door said that he had seen nobody there for a week, "
    "and that the queue of young men had moved to a yard behind the bus station."
)


def articles(*texts, days=None):
    """Articles in which only text and day of publication matter."""
    days = days or [None] * len(texts)
    return tables.shape(
        "articles",
        [
            {
                "article_id": f"a{n}",
                "text": text,
                "published_on": day,
                "n_words": len(text.split()),
                "source_path": f"{n}.txt",
                "source_sha256": "0",
                "format": "txt",
            }
            for n, (text, day) in enumerate(zip(texts, days, strict=True))
        ],
    )


def found(*texts, days=None):
    """Copies as (article, original, kind)."""
    rows = copies.find_copies(articles(*texts, days=days))
    return list(rows[["article_id", "copy_of", "kind"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        pytest.param(DISPATCH, "exact", id="the same"),
        pytest.param(DISPATCH.upper().replace(",", " ,\n"), "exact", id="case, commas, breaks"),
        pytest.param(DISPATCH.replace("ninety", "90"), "near", id="one word changed"),
        pytest.param(" ".join(DISPATCH.split()[:45]), "near", id="a preview that breaks off"),
        pytest.param(
            "ADANA (Eastern Wire) - " + DISPATCH + LOCAL * 2, "near", id="full text and more of it"
        ),
        pytest.param(
            "ADANA (Eastern Wire) - " + DISPATCH[:290] + LOCAL[:120],
            "wire",
            id="credit, half shared",
        ),
        pytest.param(DISPATCH[:290] + LOCAL[:120], None, id="half shared, no credit"),
        pytest.param(LOCAL + LOCAL.upper(), None, id="another story"),
    ],
)
def test_find_copies_tells_how_alike_two_articles_are(other, kind):
    expected = [("a1", "a0", kind)] if kind else []
    assert found(DISPATCH, other, days=["2021-03-01", "2021-03-02"]) == expected


def test_find_copies_gives_the_words_that_led_to_it():
    row = copies.find_copies(
        articles(DISPATCH, "ADANA (Eastern Wire) - " + DISPATCH[:290] + LOCAL[:120])
    ).iloc[0]
    assert "credit “Eastern Wire”" in row["reason"]
    assert "recruiters in the coastal town" in row["reason"]


@pytest.mark.parametrize(
    ("days", "first"),
    [
        pytest.param(["2021-03-02", "2021-03-01", "2021-03-03"], "a1", id="first published"),
        pytest.param([None, "2021-03-09", None], "a1", id="undated ones come last"),
        pytest.param([None, None, None], "a0", id="then the smallest key"),
    ],
)
def test_find_copies_points_at_the_first(days, first):
    rows = found(DISPATCH, DISPATCH, DISPATCH.replace("ninety", "90"), days=days)
    assert {original for _, original, _ in rows} == {first}
    assert len(rows) == 2


def test_find_copies_does_not_depend_on_order():
    texts = [DISPATCH, DISPATCH.replace("ninety", "90"), LOCAL, DISPATCH[:300], LOCAL + " Yes."]
    table = articles(*texts)
    shuffled = table.sample(frac=1, random_state=3)
    assert copies.find_copies(table).equals(copies.find_copies(shuffled))


def test_find_copies_never_points_at_a_copy():
    steps = DISPATCH.split()
    drifting = [" ".join([*steps[n * 8 :], *LOCAL.split()[: n * 8]]) for n in range(8)]
    rows = copies.find_copies(articles(*drifting))
    assert not set(rows["copy_of"]) & set(rows["article_id"])


def test_find_copies_leaves_its_input_alone():
    table = articles(DISPATCH, DISPATCH)
    before = table.copy()
    copies.find_copies(table)
    assert table.equals(before)


def test_find_copies_takes_an_empty_table_and_empty_texts():
    assert copies.find_copies(tables.empty("articles")).empty
    assert found("", "One.", "Two.") == []


@pytest.mark.parametrize(
    ("text", "byline", "credits"),
    [
        pytest.param("TUNIS (North Wire) — Men left.", "", ["North Wire"], id="dateline"),
        pytest.param("Men left.\nSource: North Wire", "", ["North Wire"], id="source line"),
        pytest.param("Men left.\n© 2021 North Wire", "", ["North Wire"], id="copyright"),
        pytest.param("Men left. They will return, he said. - NW", "", [], id="one line is no end"),
        pytest.param("Men left.\nThey will return, he said. (NW)", "", ["NW"], id="closing word"),
        pytest.param("Men left.", "By Ana Petrova", ["Ana Petrova"], id="byline"),
        pytest.param("Men (of North Wire) left.\nThey will return.", "", [], id="a bracket inside"),
    ],
)
def test_find_credits(text, byline, credits):
    assert list(copies.find_credits(text, byline)) == credits


def test_find_copies_cost_grows_with_the_articles_even_with_one_footer_on_all():
    chance = random.Random(4)
    footer = " ".join(f"f{n}" for n in range(60)) + "\nSource: North Wire"

    def seconds(n):
        words = [" ".join(f"w{chance.randrange(9000)}" for _ in range(120)) for _ in range(n)]
        table = articles(*(f"{text}\n{footer}" for text in words))
        start = time.process_time()
        assert copies.find_copies(table).empty
        return time.process_time() - start

    seconds(20)
    assert seconds(600) / seconds(200) < 3 * 2
