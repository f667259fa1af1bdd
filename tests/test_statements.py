"""Who says what: a table of sentences, and whole articles."""

import pandas as pd
import pytest

from condotta import codebook, entities, quotations, sources, statements, tables

BOOK = codebook.load()


def read(nlp, *texts):
    """Return the statements of articles made of these texts."""
    docs = [(f"a{i}", nlp(text)) for i, text in enumerate(texts)]
    articles = pd.DataFrame({"article_id": [key for key, _ in docs], "text": list(texts)})
    named = entities.find_entities(docs, codebook=BOOK)
    return statements.find_statements(docs, articles, named, codebook=BOOK)


def told_of(nlp, text, words):
    """Return the statement on which these words of the text stand, as a claim would ask."""
    at = text.index(words)
    rows = read(nlp, text).astype(object)
    rows = rows.where(rows.notna(), None).to_dict("records")
    return statements.covering(rows, at, at + len(words))


SENTENCES = [
    # denial, non-denial, refusal
    pytest.param("Ankara denied that Turkey had recruited the men.", "recruited",
                 "Turkey", "government_body", "denies", "reported", id="denied that"),
    pytest.param("The ministry did not deny that it recruited prisoners.", "recruited",
                 "ministry", "government_body", "does_not_deny", "reported",
                 id="did not deny that"),
    pytest.param("The company never denied recruiting the guards.", "recruiting",
                 "company", None, "does_not_deny", "reported", id="never denied"),
    pytest.param("The militia rejected the claim that it carried out the airstrike.", "carried out",
                 "militia", None, "denies", "reported", id="rejected the claim that"),
    pytest.param("The governor dismissed reports of foreign fighters in the city.",
                 "foreign fighters",
                 "governor", "named_official", "denies", "reported", id="dismissed reports of"),
    pytest.param("The foreign ministry refuted the accusation of hiring Sudanese men.", "hiring",
                 "foreign ministry", "government_body", "denies", "reported",
                 id="refuted the accusation"),
    pytest.param("The embassy declined to comment on reports that Nepalis had been enlisted.",
                 "enlisted", "embassy", "government_body", "declines", "reported",
                 id="declined to comment on reports"),
    pytest.param("A spokesman refused to discuss the recruitment of Cubans.", "recruitment",
                 "spokesman", "government_body", "declines", "reported", id="refused to discuss"),
    pytest.param("The army would not say how many volunteers had been sent.", "volunteers",
                 "army", "government_body", "declines", "reported", id="would not say"),
    pytest.param("The ministry would neither confirm nor deny that the men had left.", "had left",
                 "ministry", "government_body", "declines", "reported",
                 id="neither confirm nor deny"),
    pytest.param("Khartoum has repeatedly denied sending its soldiers to Libya.", "its soldiers",
                 "Sudan", "government_body", "denies", "reported", id="repeatedly denied sending"),
    pytest.param("“We have never hired a single foreigner,” the defence minister said.", "hired",
                 "defence minister", "named_official", "denies", "reported",
                 id="denial in a quotation"),
    pytest.param("The foreign ministry called the allegations a fabrication.", "allegations",
                 "foreign ministry", "government_body", "denies", "reported",
                 id="called a fabrication"),
    pytest.param("The prime minister said the reports were baseless.", "reports",
                 "prime minister", "named_official", "denies", "reported", id="said were baseless"),
    pytest.param("The Kremlin said no Russian soldiers were in Mali.", "soldiers",
                 "Russia", "government_body", "denies", "reported", id="official negates"),
    # negation in the content is information, not a denial
    pytest.param("Residents said that the fighters were not paid.", "paid",
                 "Residents", "anonymous_local", "asserts", "reported", id="said were not paid"),
    pytest.param("A recruit said nobody had told him about the front.", "front",
                 "recruit", "recruit_testimony", "asserts", "reported", id="said nobody told him"),
    pytest.param("Relatives complained that the bodies had never come home.", "bodies",
                 "Relatives", "recruit_testimony", "asserts", "reported", id="never came home"),
    pytest.param("The Syrian Observatory for Human Rights reported that the convoy did not cross.",
                 "convoy", "Syrian Observatory", "monitor_ngo", "asserts", "reported",
                 id="monitor reports a negation"),
    # accusation
    pytest.param("Kyiv accused Moscow of recruiting Cubans for its army.", "recruiting",
                 "Ukraine", "government_body", "accuses", "reported", id="accused of"),
    pytest.param("The opposition blamed the governor for the disappearance of the men.",
                 "disappearance",
                 "opposition", None, "accuses", "reported", id="blamed for"),
    pytest.param("The company was accused of hiring teenagers by the prosecutor.", "hiring",
                 None, None, "accuses", "reported", id="was accused of"),
    pytest.param("Sudan's army accused the UAE of financing the mercenaries.", "financing",
                 "army", "government_body", "accuses", "reported", id="army accused a state"),
    # hedges and certainty
    pytest.param("Two traders said that the company had allegedly recruited 300 men.", "recruited",
                 "traders", "anonymous_local", "asserts", "alleged", id="allegedly recruited"),
    pytest.param("The commander claimed that he had signed up 200 fighters.", "signed up",
                 "commander", None, "asserts", "alleged", id="claimed"),
    pytest.param("Activists allege that minors were enlisted in the camp.", "enlisted",
                 "Activists", None, "alleges", "alleged", id="allege"),
    pytest.param("Western diplomats believe that the company still pays the men.", "pays",
                 "Western diplomats", None, "alleges", "alleged", id="believe"),
    pytest.param("Local sources said that a second group could leave on Friday.", "second group",
                 "Local sources", "anonymous_local", "asserts", "possible", id="could"),
    pytest.param("The recruiter said that the men would be paid in dollars.", "paid",
                 "recruiter", "recruit_testimony", "asserts", "possible", id="would be paid"),
    pytest.param("Residents said that 50 men may have been killed.", "killed",
                 "Residents", "anonymous_local", "asserts", "possible", id="may have been"),
    pytest.param("The brokers promised that the men would guard oil fields.", "oil fields",
                 "brokers", "recruit_testimony", "asserts", "possible", id="promised"),
    pytest.param("A source said that 90 fighters left the camp, which could hold 500.", "left",
                 "source", "anonymous_local", "asserts", "reported",
                 id="hedge in a relative clause"),
    pytest.param("Monitors suspect that the plane carried fighters.", "fighters",
                 "Monitors", "monitor_ngo", "alleges", "alleged", id="suspect"),
    # kinds of sources
    pytest.param("Local sources reported that trucks left the base.", "trucks",
                 "Local sources", "anonymous_local", "asserts", "reported", id="local sources"),
    pytest.param("Two recruits said they had been promised $1,500 a month.", "promised",
                 "Two recruits", "recruit_testimony", "asserts", "reported", id="recruits"),
    pytest.param("The wife of one fighter said he had called from Tripoli.", "called",
                 "wife of one fighter", "recruit_testimony", "asserts", "reported", id="a wife"),
    pytest.param("The Panel of Experts found that the company chartered the aircraft.", "chartered",
                 "Panel of Experts", "un_panel", "asserts", "reported", id="a UN panel"),
    pytest.param("Reuters reported that the group was recruiting in Homs.", "recruiting",
                 "Reuters", "media", "asserts", "reported", id="an agency"),
    pytest.param("Ukraine's military intelligence said that 900 Cubans had enlisted.", "enlisted",
                 "military intelligence", "intelligence", "asserts", "reported", id="intelligence"),
    pytest.param("An analyst at a Berlin think tank said that the pay had doubled.", "doubled",
                 "analyst", "expert", "asserts", "reported", id="an analyst"),
    pytest.param("The defence minister told parliament that 40 advisers had arrived.", "advisers",
                 "defence minister", "named_official", "asserts", "reported", id="a minister"),
    pytest.param("The interior ministry announced that three brokers had been arrested.", "brokers",
                 "interior ministry", "government_body", "asserts", "reported", id="a ministry"),
    pytest.param("Human Rights Watch documented that boys of 15 were trained there.", "trained",
                 "Human Rights Watch", "monitor_ngo", "asserts", "reported", id="a rights group"),
    pytest.param("According to residents, the militia opened an office in the town.", "opened",
                 "residents", "anonymous_local", "asserts", "reported", id="according to, first"),
    pytest.param("The militia opened an office in the town, according to a tribal elder.", "opened",
                 "tribal elder", "anonymous_local", "asserts", "reported", id="according to, last"),
    pytest.param("The militia, according to local sources, opened an office in the town.", "opened",
                 "local sources", "anonymous_local", "asserts", "reported",
                 id="according to, between"),
    pytest.param("Some 300 men, a security official said, crossed the border at night.", "crossed",
                 "security official", None, "asserts", "reported", id="cue in the middle"),
    pytest.param("Fighters were flown to Benghazi, three residents told Reuters.", "flown",
                 "three residents", "anonymous_local", "asserts", "reported", id="told an agency"),
    pytest.param("“They took our passports,” said a former recruit.", "passports",
                 "former recruit", "recruit_testimony", "asserts", "reported", id="said X"),
    pytest.param("The reports that Wagner hired prisoners were published in May.", "hired",
                 None, "unknown", "asserts", "reported", id="reports that"),
    pytest.param("Residents dismissed the ministry's claim that nobody had left.", "nobody",
                 "ministry", "government_body", None, "alleged", id="claim inside a denial"),
    pytest.param("The group is said to have enlisted 200 students.", "enlisted",
                 None, "unknown", None, "alleged", id="is said to"),
    pytest.param("A broker was quoted as saying that the contracts last six months.", "contracts",
                 "broker", "recruit_testimony", "asserts", "reported", id="quoted as saying"),
    pytest.param("Villagers say the convoy passed at dawn.", "convoy",
                 "Villagers", "anonymous_local", "asserts", "reported", id="say, without that"),
    pytest.param("The statement said that the brigade had closed the office.", "brigade",
                 "statement", None, "asserts", "reported", id="a statement"),
    pytest.param("SOHR said that 150 fighters returned on Sunday.", "returned",
                 "Syrian Observatory", "monitor_ngo", "asserts", "reported", id="an acronym"),
    pytest.param("The mayor of Bani Walid said that seven flights had landed.", "landed",
                 "mayor of Bani Walid", "named_official", "asserts", "reported", id="a mayor"),
    pytest.param("A captured fighter confessed that he was paid by the militia.", "paid",
                 "captured fighter", "recruit_testimony", "asserts", "reported", id="a captive"),
    pytest.param("The president warned that foreign fighters had entered the country.", "entered",
                 "president", "named_official", "asserts", "reported", id="warned"),
    pytest.param("Families wrote that their sons had not been paid since April.", "sons",
                 "Families", "recruit_testimony", "asserts", "reported", id="families wrote"),
    pytest.param("The UN mission expressed concern that mercenaries remained in Sirte.", "remained",
                 "UN mission", "government_body", None, "reported", id="a UN mission"),
    pytest.param("State television said that the volunteers were tourists.", "tourists",
                 "State television", "media", "asserts", "reported", id="state television"),
    # what the pipeline reads in part
    pytest.param("Guards were being hired in Gao, Reuters was told by two officers of the army.",
                 "hired", "two officers", None, "asserts", "reported", id="was told by",
                 marks=pytest.mark.xfail(strict=True, reason="no content is read")),
    pytest.param("ECOWAS, at the end of a summit in Accra, denounced the hiring of foreigners.",
                 "hiring", "ECOWAS", None, "accuses", "reported", id="insertion after the source"),
    pytest.param("The foreign ministry has put the dead at 64.", "the dead",
                 "foreign ministry", "government_body", "asserts", "reported", id="put at"),
    pytest.param("American officials have put the price at $10.8 million a month.", "price",
                 "American officials", "government_body", "asserts", "reported", id="put price"),
    pytest.param("The paper reported, citing two officials, that 200 guards were hired.", "hired",
                 "two officials", "government_body", "asserts", "reported", id="reported, citing",
                 marks=pytest.mark.xfail(strict=True, reason="bare officials are of no kind")),
    pytest.param("Two men testified before the court that the firm paid them $300.", "paid them",
                 "Two men", "recruit_testimony", "asserts", "reported", id="testified"),
    pytest.param("Some stood guard under a pact, in the estimate of a researcher at a Geneva "
                 "university.", "guard", "researcher", "expert", "asserts", "reported",
                 id="in the estimate of"),
    pytest.param("A week ago, the 26-year-old told AFP through an app, he put his name down to "
                 "fight for three months.", "fight", "26-year-old", "recruit_testimony", "asserts",
                 "reported", id="told between two commas"),
    # documents are their authors'
    pytest.param("Enlistment is under way in Darfur, according to a Sunday report by Reuters.",
                 "Enlistment", "Reuters", "media", "asserts", "reported", id="a report by"),
    pytest.param("Syrian Observatory activists report that the men were killed.", "killed",
                 "Syrian Observatory", "monitor_ngo", "asserts", "reported", id="its activists"),
    pytest.param("According to a war monitor on Tuesday, Russia has put together lists of 40 men.",
                 "lists", "a war monitor", "monitor_ngo", "asserts", "reported", id="on Tuesday"),
    pytest.param("A pilot said the aircraft carried weapons and men.", "carried",
                 "pilot", "anonymous_local", "asserts", "reported", id="a pilot"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "name", "kind", "stance", "certainty"), SENTENCES)
def test_find_statements_reads(text, words, name, kind, stance, certainty, nlp):
    found = told_of(nlp, text, words)
    assert found is not None
    for column, wanted in (("source_kind", kind), ("stance", stance), ("certainty", certainty)):
        assert wanted is None or found[column] == wanted, column
    assert name is None or name.lower() in found["source_name"].lower()


NESTED = """\
Traders in Aleppo reported that buses left the bus station for the airport.

The source, citing accounts of fighters who had signed up or had already flown, said that "poverty \
is the only reason why men volunteer for Libya."

The source added that the Russians pay between $700 and $900 a month.

"Dozens of men are waiting in Hmeimim," the source said. "They come from all provinces."

"They are put on the plane, without any training," the traders concluded.

Russia has repeatedly denied that it sends Syrian fighters to Libya."""


def rows_of(nlp, text):
    return [
        (row, text[row.content_start : row.content_end]) for row in read(nlp, text).itertuples()
    ]


def test_testimony_is_nested_inside_the_source_that_cites_it(nlp):
    said = [row for row, content in rows_of(nlp, NESTED) if "poverty" in content]
    outer, inner = sorted(said, key=lambda row: row.source_kind == "recruit_testimony")
    assert inner.source_kind == "recruit_testimony"
    assert inner.parent_id == outer.statement_id
    assert inner.relayed_by == outer.source_name
    found = told_of(nlp, NESTED, "poverty")
    assert found["source_kind"] == "recruit_testimony"


@pytest.mark.parametrize(
    ("words", "name", "kind"),
    [
        pytest.param("pay between", "Traders", "anonymous_local", id="the source added"),
        pytest.param("waiting in Hmeimim", "Traders", "anonymous_local", id="the source said"),
        pytest.param(
            "without any training", "Traders", "anonymous_local", id="the traders concluded"
        ),
    ],
)
def test_short_forms_go_back_to_the_source_introduced(words, name, kind, nlp):
    found = told_of(nlp, NESTED, words)
    assert (found["source_kind"], name in found["source_name"]) == (kind, True)


def test_denial_names_what_is_denied(nlp):
    found = told_of(nlp, NESTED, "sends Syrian fighters")
    assert (found["stance"], found["source_name"]) == ("denies", "Russia")
    denied = NESTED[found["content_start"] : found["content_end"]]
    assert "Syrian fighters" in denied and "Libya" in denied


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        pytest.param("Abu Omar signed up in Idlib. He said the pay was late.", "late", "Abu Omar",
                     id="he"),
        pytest.param("The Syrian Observatory for Human Rights counted 40 dead. It said all were "
                     "Syrians.", "were", "Syrian Observatory for Human Rights (SOHR)", id="it"),
        pytest.param("Three drivers from Azaz said the road is open. They said buses left at dusk.",
                     "buses", "Three drivers from Azaz", id="they"),
        pytest.param("A monitor in Homs said 40 men left. The monitor said they flew to Benghazi.",
                     "flew", "A monitor in Homs", id="the monitor"),
        pytest.param("Leila Haddad, a lawyer, said the men were held. Haddad said they were ill.",
                     "ill", "Leila Haddad", id="surname"),
        pytest.param("The army's information service could not be reached. It said in a "
                     "statement that the convoy was empty.", "empty", "information service",
                     id="it, a subject before",
                     marks=pytest.mark.xfail(strict=True, reason="the tree loses the subject")),
        pytest.param("Two clerks at the port told Reuters that 200 guards left. The agency said 12 "
                     "came back.", "12", "Reuters", id="the agency that was told"),
        pytest.param("Three drivers said buses left Gao. One of the drivers said each had 40 "
                     "seats.", "seats", "One of Three drivers", id="one of the drivers"),
        pytest.param("Two nurses told a court of the camp. One of them said 30 men had died.",
                     "30 men", "One of Two nurses", id="one of them"),
        pytest.param("An association of nomads said men go to Sudan. They go for the spoils, its "
                     "president said.", "spoils", "president of An association of nomads",
                     id="its president"),
        pytest.param("A war monitor said that 40 men left Idlib. The Syrian Observatory for Human "
                     "Rights said all were paid.", "left Idlib", "Syrian Observatory",
                     id="a monitor, named later"),
        pytest.param("A former rebel who fought in Libya said: “They paid us twice. Then nothing "
                     "came.”", "nothing", "A former rebel",
                 id="a second sentence of the quotation"),
    ],
)  # fmt: skip
def test_sources_out_of_the_sentence_are_found(text, words, name, nlp):
    assert name in told_of(nlp, text, words)["source_name"]


def test_put_without_a_figure_reports_nothing(nlp):
    text = "Since May, when the government put the factions on the frontlines, 250 men have died."
    assert told_of(nlp, text, "250 men") is None


def test_a_paragraph_without_cue_is_the_outlets_own_voice(nlp):
    text = "Residents said that buses left.\n\nThe town has 3,000 inhabitants and one bakery."
    assert told_of(nlp, text, "one bakery") is None


def test_a_quoted_paragraph_without_cue_is_of_who_spoke_last(nlp):
    text = (
        "“They came at dawn,” said a shepherd from Rasafa.\n\n"
        "“Nobody asked them for papers, and nobody stopped them at the gate.”"
    )
    found = told_of(nlp, text, "asked them for papers")
    assert found["source_name"] == "a shepherd from Rasafa"


@pytest.mark.parametrize(
    ("text", "words", "relays"),
    [
        pytest.param("Two officials told Reuters that 200 men had left.", "left", "Reuters",
                     id="told an agency"),
        pytest.param("TRIPOLI (AFP) — Residents said that 200 men had left.", "left", "AFP",
                     id="wire credit"),
        pytest.param("Anadolu reported that local sources said that 200 men had left.", "had left",
                     "Anadolu", id="an agency around a source"),
        pytest.param("A driver told a Paris newspaper that 200 men had left.", "left",
                 "a Paris newspaper",
                     id="an outlet without a name"),
    ],
)  # fmt: skip
def test_relays_are_no_origins(text, words, relays, nlp):
    found = told_of(nlp, text, words)
    assert found["relayed_by"].startswith(relays)
    assert found["source_kind"] != "media"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        pytest.param("He said “no” and “never”.", ["“no”", "“never”"], id="curly"),
        pytest.param('He said "no" and "never".', ['"no"', '"never"'], id="straight"),
        pytest.param("‘They took my passport’, he said.", ["‘They took my passport’"], id="single"),
        pytest.param("The recruits' wives and the men's pay.", [], id="apostrophes"),
        pytest.param(
            "“It never ended.\n\nNext day was calm.", ["“It never ended."], id="not closed"
        ),
        pytest.param("It ended.” Next day was calm.", [], id="not opened"),
        pytest.param("He « resta » là.", ["« resta »"], id="guillemets"),
        pytest.param('A 5" gun and a 6" gun.', [], id="inches"),
        pytest.param("", [], id="empty"),
    ],
)
def test_find_quotations_reads(text, quoted):
    assert [text[start:end] for start, end in quotations.find_quotations(text)] == quoted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param('”””“““"""', id="only marks"),
        pytest.param("said\n\nsaid “said\n\n”said”", id="cues and marks"),
        pytest.param("According to", id="half a phrase"),
        pytest.param("The ministry said", id="no content"),
        pytest.param("Denied. Declined. “Said” said “said", id="unbalanced"),
    ],
)
def test_broken_text_never_raises(text, nlp):
    tables.check("statements", read(nlp, text))


def test_an_unbalanced_mark_does_not_swallow_the_article(nlp):
    text = "“They left at night, residents said.\n\nThe price of bread rose.\n\nRain fell in Homs."
    assert told_of(nlp, text, "price of bread") is None


def test_rows_point_back_and_do_not_depend_on_their_company(nlp):
    one, other = NESTED, SENTENCES[0].values[0]
    alone, together = read(nlp, one), read(nlp, one, other)
    pd.testing.assert_frame_equal(
        alone, together[together.article_id == "a0"].reset_index(drop=True)
    )
    for row in alone.dropna(subset=["source_start"]).itertuples():
        assert one[row.source_start : row.source_end] == row.source_text
        assert row.start <= row.content_start and row.content_end <= row.end


def test_a_word_added_to_the_codebook_changes_the_kind(nlp):
    words = nlp("A quilombo said so.")[0:2]
    rows = BOOK.source_kinds["expert"]
    more = BOOK.model_copy(
        update={"source_kinds": {**BOOK.source_kinds, "expert": rows.model_copy(
            update={"words": (*rows.words, "quilombo")})}}
    )  # fmt: skip
    kinds = sources.index_kinds(more)
    assert sources.describe(words, "say", kinds, sources.Names([]), more).kind == "expert"
