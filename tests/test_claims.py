"""Claims in sentences of our own: types, slots, sources, denials, and what is no claim."""

import pandas as pd
import pytest

from condotta import claims, codebook, entities, statements, tables

STORY = "Syrian fighters were recruited by Russia to fight for Khalifa Haftar in Libya. "


def read(nlp, book, text, **given):
    article = {"article_id": "a1", "text": text, "publisher": "Gazette", "url": None, **given}
    articles, docs = pd.DataFrame([article]), [("a1", nlp(text))]
    named = entities.find_entities(docs, codebook=book)
    said = statements.find_statements(docs, articles, named, codebook=book)
    return claims.find_claims(docs, articles, named, said, codebook=book)


def values(row, *columns):
    return [None if pd.isna(row[column]) else row[column] for column in columns]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Wagner recruited 300 Syrians to fight in Libya.", "recruitment", id="active"),
        pytest.param(
            "Some 300 Syrians were recruited by Wagner to fight in Libya.",
            "recruitment",
            id="passive",
        ),
        pytest.param(
            "The recruitment of Colombians by an Emirati company for the war in Sudan goes on.",
            "recruitment",
            id="noun",
            marks=pytest.mark.xfail(strict=True, reason="a trend without a figure reads as quiet"),
        ),
        pytest.param(
            "Wagner signed up 40 Syrians in Daraa to guard oil fields in Libya.",
            "recruitment",
            id="particle verb",
        ),
        pytest.param(
            "Turkey sent 2,000 Syrian fighters to Libya in January.", "deployment", id="sent"
        ),
        pytest.param(
            "About 200 Syrian mercenaries were flown from Gaziantep to Baku by Turkey.",
            "transfer",
            id="flown",
        ),
        pytest.param(
            "The Syrian mercenaries in Libya are paid $2,000 a month by Turkey.", "pay", id="paid"
        ),
        pytest.param(
            "Russia offers Syrian recruits salaries of $1,100 a month to fight in Ukraine.",
            "pay",
            id="offered",
        ),
        pytest.param(
            "At least 15 Syrian mercenaries were killed fighting in Libya.", "casualty", id="killed"
        ),
        pytest.param(
            "Some 400 Syrian mercenaries returned from Libya to Syria.", "withdrawal", id="returned"
        ),
    ],
)
def test_find_claims_reads_the_type(text, kind, nlp, book):
    assert kind in read(nlp, book, text)["type"].tolist()


@pytest.mark.parametrize(
    ("text", "kind", "slots"),
    [
        pytest.param(
            "Wagner recruited 300 Syrians in Quneitra to fight for Haftar in Libya.",
            "recruitment",
            {"recruiter": "Wagner Group", "recruits": "Syrians", "destination": "Libya"},
            id="who recruits whom for where",
        ),
        pytest.param(
            "Turkey sent 2,000 Syrian fighters to Libya in January.",
            "deployment",
            {"recruiter": "Turkey", "recruits": "Syrians", "destination": "Libya"},
            id="who sends whom where",
        ),
        pytest.param(
            "Some 150 Colombians were hired by an Emirati firm to fight in Sudan.",
            "recruitment",
            {"recruits": "Colombians", "destination": "Sudan", "count_min": 150, "count_max": 150},
            id="another theatre",
        ),
        pytest.param(
            "Moscow has recruited hundreds of Nepalese to fight in Ukraine.",
            "recruitment",
            {"recruiter": "Russia", "destination": "Ukraine", "count_min": 200, "count_max": 999},
            id="a capital that acts, a vague count",
        ),
    ],
)
def test_find_claims_fills_the_slots(text, kind, slots, nlp, book):
    found = read(nlp, book, text)
    row = found[found["type"].eq(kind)].iloc[0]
    assert values(row, *slots) == list(slots.values())


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        pytest.param("$2,000 a month", (2000, 2000, "USD", "month"), id="a sum"),
        pytest.param("between $500 and $1,000 a month", (500, 1000, "USD", "month"), id="a range"),
        pytest.param("up to $1,500 a month", (None, 1500, "USD", "month"), id="open below"),
        pytest.param("more than $1,500 a month", (1500, None, "USD", "month"), id="open above"),
        pytest.param("7,000 Turkish lira a month", (7000, 7000, "TRY", "month"), id="lira"),
        pytest.param("204,000 rubles a month", (204000, 204000, "RUB", "month"), id="rubles"),
        pytest.param("$50 a day", (50, 50, "USD", "day"), id="by the day"),
    ],
)
def test_find_claims_keeps_the_bounds_of_pay(words, figures, nlp, book):
    found = read(nlp, book, f"{STORY}The Syrian mercenaries are paid {words} by Russia.")
    row = found[found["type"].eq("pay")].iloc[0]
    assert tuple(values(row, "pay_min", "pay_max", "currency", "period")) == figures


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "Three residents of Daraa said Wagner had recruited 300 Syrians to fight in Libya.",
            ("anonymous_local", "asserts", "reported"),
            id="residents",
        ),
        pytest.param(
            "The Syrian Observatory for Human Rights said Turkey sent 900 Syrians to Libya.",
            ("monitor_ngo", "asserts", "reported"),
            id="a monitor",
        ),
        pytest.param(
            "Turkey sent 900 Syrian fighters to Libya.",
            ("outlet_voice", "asserts", "stated_fact"),
            id="the outlet itself",
        ),
    ],
)
def test_find_claims_names_the_source(text, told, nlp, book):
    row = read(nlp, book, text).iloc[0]
    assert (row["source_kind"], row["stance"], row["certainty"]) == told


def test_find_claims_gives_the_publisher_as_source_where_the_outlet_speaks(nlp, book):
    row = read(nlp, book, "Turkey sent 900 Syrian fighters to Libya.").iloc[0]
    assert row["source_name"] == "Gazette"
    assert pd.isna(row["statement_id"])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("Russia denied that it had recruited Syrians to fight in Libya.", id="that"),
        pytest.param("Russia has repeatedly denied sending Syrian mercenaries to Libya.", id="ing"),
        pytest.param("Moscow rejected the claim that it sent Syrians to Libya.", id="rejected"),
    ],
)
def test_find_claims_links_a_denial_to_what_it_denies(answer, nlp, book):
    text = f"Local sources said Russia recruited 300 Syrians to fight in Libya. {answer}"
    found = read(nlp, book, text)
    denial = found[found["type"].eq("denial")].iloc[0]
    denied = found[found["type"].ne("denial")]["claim_id"]
    assert denial["recruiter"] == "Russia"
    assert set(denial["denies_claim_id"].split("; ")) == set(denied)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            "Russia declined to comment on reports that it recruited Syrians.", id="declined"
        ),
        pytest.param("Russia did not deny that it recruited Syrians for Libya.", id="did not deny"),
        pytest.param("The Russian defence ministry did not reply to questions.", id="no reply"),
    ],
)
def test_find_claims_takes_no_answer_for_a_denial(answer, nlp, book):
    assert "denial" not in set(read(nlp, book, f"{STORY}{answer}")["type"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The opera house staged Wagner with 300 singers.", id="the composer"),
        pytest.param("The club signed a Syrian striker for 2,000 dollars a month.", id="football"),
        pytest.param(
            "The army raised the pay of its soldiers to $400 a month.", id="an army's pay"
        ),
        pytest.param("Some 300 farm workers left for the harvest in Spain.", id="labour migration"),
        pytest.param("Rain fell on the coast, and the road was closed.", id="weather"),
        pytest.param("", id="nothing"),
    ],
)
def test_find_claims_finds_nothing_where_nobody_is_recruited_for_a_war(text, nlp, book):
    assert read(nlp, book, text).empty


def test_find_claims_carries_over_what_a_sentence_leaves_open_and_says_so(nlp, book):
    found = read(nlp, book, f"{STORY}They are paid $1,000 a month.")
    pay = found[found["type"].eq("pay")].iloc[0]
    assert values(pay, "recruits", "destination") == ["Syrians", "Libya"]
    assert "destination: carried from 1 before" in pay["rule"]
    assert values(pay, "destination_start") == [STORY.index("Libya")]


def test_find_claims_names_the_side_only_where_the_article_names_it(nlp, book):
    without = read(nlp, book, "Turkey sent 900 Syrian fighters to Libya.").iloc[0]
    named = "Turkey sent 900 Syrian fighters to Libya. The GNA holds Tripoli."
    assert values(without, "beneficiary") == [None]
    assert values(read(nlp, book, named).iloc[0], "beneficiary") == ["GNA"]


def test_find_claims_points_every_span_into_the_text(nlp, book):
    text = f"{STORY}They were flown from Hmeimim and paid $1,000 a month, two recruits said."
    found = read(nlp, book, text)
    for _, row in found.iterrows():
        for slot in tables.SLOT_SPANS:
            start, end = values(row, f"{slot}_start", f"{slot}_end")
            assert (start is None) == (end is None)
            assert start is None or text[start:end].strip() == text[start:end] != ""


def test_find_claims_does_not_depend_on_what_else_is_read(nlp, book):
    texts = {"a1": STORY, "a2": "Turkey sent 900 Syrian fighters to Libya."}
    articles = pd.DataFrame(
        [{"article_id": key, "text": text, "publisher": None} for key, text in texts.items()]
    )
    docs = [(key, nlp(text)) for key, text in texts.items()]
    named = entities.find_entities(docs, codebook=book)
    said = statements.find_statements(docs, articles, named, codebook=book)
    both = claims.find_claims(docs, articles, named, said, codebook=book)
    turned = claims.find_claims(docs[::-1], articles[::-1], named, said, codebook=book)
    pd.testing.assert_frame_equal(both, turned)
    alone = claims.find_claims(docs[:1], articles[:1], named, said, codebook=book)
    assert alone["claim_id"].tolist() == both[both["article_id"].eq("a1")]["claim_id"].tolist()


def test_find_claims_leaves_its_inputs_untouched(nlp, book):
    articles = pd.DataFrame([{"article_id": "a1", "text": STORY, "publisher": "Gazette"}])
    docs = [("a1", nlp(STORY))]
    named = entities.find_entities(docs, codebook=book)
    said = statements.find_statements(docs, articles, named, codebook=book)
    before = [table.copy() for table in (articles, named, said)]
    claims.find_claims(docs, articles, named, said, codebook=book)
    for table, copy in zip((articles, named, said), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


RANSOM = """
ransom:
  meaning: money asked for recruits who were captured
  triggers:
    - verbs: [ransom, buy free]
      slots: {subject: recruiter, object: recruits, passive subject: recruits, agent: recruiter}
      where: {object: people, passive subject: people}
"""


def test_a_claim_type_is_added_in_yaml_alone(nlp, tmp_path):
    (tmp_path / "claim_types.yaml").write_text(RANSOM, encoding="utf-8")
    book = codebook.load(tmp_path)
    found = read(nlp, book, f"{STORY}Turkey ransomed the Syrian mercenaries who were captured.")
    row = found[found["type"].eq("ransom")].iloc[0]
    assert values(row, "recruiter", "recruits") == ["Turkey", "Syrians"]
