import pytest

from condotta import frames

VERB = {
    "subject": "who",
    "agent": "who",
    "object": "whom",
    "passive subject": "whom",
    "to": "goal",
    "into": "goal",
    "from": "start",
    "via": "way",
    "through": "way",
    "for": "side",
    "on behalf of": "side",
    "in": "where",
    "purpose in": "war",
    "purpose for": "side",
}
NOUN = {
    "possessive": "who",
    "compound": "who",
    "by": "who",
    "subject": "who",
    "of": "whom",
    "on": "whom",
    "against": "whom",
    "to": "goal",
    "from": "start",
    "in": "where",
    "near": "where",
}
KINDS = {
    "move": {
        "meaning": "persons are hired or sent",
        "triggers": [
            {"verbs": ["recruit", "hire", "send", "deploy", "fly", "fly out"], "slots": VERB},
            {"nouns": ["recruitment", "deployment"], "slots": NOUN},
        ],
    },
    "join": {
        "meaning": "persons join of themselves",
        "triggers": [
            {
                "verbs": ["sign up", "enlist", "take part in"],
                "slots": {"subject": "who", "with": "side", "in": "where", "for": "side"},
            },
            {"phrases": ["on the payroll of"], "slots": {"subject": "who", "of": "side"}},
            {"adjectives": ["loyal"], "slots": {"subject": "who", "to": "side"}},
        ],
    },
    "strike": {
        "meaning": "something is struck",
        "triggers": [
            {"verbs": ["strike", "bomb", "shell", "target", "attack"], "slots": VERB},
            {"nouns": ["airstrike", "air strike", "drone strike", "bombing"], "slots": NOUN},
        ],
    },
}
LEXICON = frames.index_triggers(KINDS)


def read(text, nlp, kinds=LEXICON, **options):
    """Return every frame of a text as `trigger: slot=words, ...`, slots in order of appearance."""
    doc = nlp(text)
    return [
        f"{doc[frame.start : frame.end].text}: "
        + ", ".join(f"{f.slot}={doc[f.start : f.end].text}" for f in frame.fillers)
        for frame in frames.find_frames(doc, kinds, **options)
    ]


SENTENCES = [
    ("active", "Ankara deployed gunmen.", ["deployed: who=Ankara, whom=gunmen"]),
    ("perfect", "The company has hired 40 men.", ["hired: who=The company, whom=40 men"]),
    (
        "passive with agent",
        "The guards were hired by a Dubai company.",
        ["hired: whom=The guards, who=a Dubai company"],
    ),
    ("passive without agent", "The guards were deployed.", ["deployed: whom=The guards"]),
    (
        "passive with a place",
        "Dozens of men were sent to Mali.",
        ["sent: whom=men, goal=Mali"],
    ),
    (
        "reduced relative",
        "Men recruited by the militia left the town.",
        ["recruited: whom=Men, who=the militia"],
    ),
    (
        "relative clause, passive",
        "The volunteers, who were sent to Yemen, came home.",
        ["sent: whom=The volunteers, goal=Yemen"],
    ),
    (
        "relative clause, active",
        "They arrested the officer who recruited them.",
        ["recruited: who=the officer, whom=them"],
    ),
    (
        "relative object with a pronoun",
        "The men that Tehran recruited have returned.",
        ["recruited: whom=The men, who=Tehran"],
    ),
    (
        "relative with a preposition",
        "The camp from which they were sent is closed.",
        ["sent: start=The camp, whom=they"],
    ),
    (
        "joined verbs share a subject",
        "The group captured and bombed the village.",
        ["bombed: who=The group, whom=the village"],
    ),
    (
        "joined verbs share an object",
        "Baghdad recruited and deployed 300 guards.",
        ["recruited: who=Baghdad, whom=300 guards", "deployed: who=Baghdad, whom=300 guards"],
    ),
    (
        "joined passives share a subject",
        "They were hired in Nepal and sent to Iraq.",
        ["hired: whom=They, where=Nepal", "sent: whom=They, goal=Iraq"],
    ),
    (
        "joined with an object each",
        "The army bombed the bridge and attacked the port.",
        ["bombed: who=The army, whom=the bridge", "attacked: who=The army, whom=the port"],
    ),
    (
        "began sending",
        "Tehran began sending advisers to Damascus.",
        ["sending: who=Tehran, whom=advisers, goal=Damascus"],
    ),
    (
        "want to",
        "The ministry wants to recruit nurses.",
        ["recruit: who=The ministry, whom=nurses"],
    ),
    (
        "object control",
        "The commander ordered the rebels to attack the village.",
        ["attack: who=the rebels, whom=the village"],
    ),
    (
        "which, between commas",
        "The group, which recruits minors, denied it.",
        ["recruits: who=The group, whom=minors"],
    ),
    (
        "accused of",
        "The panel accused Kigali of sending troops into Congo.",
        ["sending: who=Kigali, whom=troops, goal=Congo"],
    ),
    (
        "is accused of",
        "Kigali is accused of sending troops into Congo.",
        ["sending: who=Kigali, whom=troops, goal=Congo"],
    ),
    (
        "denied sending",
        "Kigali denied sending troops to Congo.",
        ["sending: who=Kigali, whom=troops, goal=Congo"],
    ),
    (
        "accused of, gerund read as a noun",
        "Russia has been accused of recruiting fighters in Syria.",
        ["recruiting: who=Russia, whom=fighters, where=Syria"],
    ),
    (
        "plan of a state",
        "Turkey's plan to send fighters to Niger became known.",
        ["send: who=Turkey, whom=fighters, goal=Niger"],
    ),
    (
        "a plan by",
        "A plan by the emirate to recruit Colombians was uncovered.",
        ["recruit: who=the emirate, whom=Colombians"],
    ),
    (
        "light verb, active",
        "France carried out an airstrike on the convoy.",
        ["airstrike: who=France, whom=the convoy"],
    ),
    (
        "light verb, passive",
        "Airstrikes were conducted by French jets near Gao.",
        ["Airstrikes: who=French jets, where=Gao"],
    ),
    (
        "light verb, two words",
        "Israel launched air strikes against the depot.",
        ["air strikes: who=Israel, whom=the depot"],
    ),
    (
        "noun with a participle",
        "A drone strike launched by the emirate hit the truck.",
        ["drone strike: who=the emirate"],
    ),
    (
        "noun with an adjective of nation",
        "Saudi airstrikes on the port killed nine.",
        ["airstrikes: who=Saudi, whom=the port"],
    ),
    ("noun with of", "The bombing of the hospital went on.", ["bombing: whom=the hospital"]),
    (
        "noun with of and by",
        "The recruitment of Nepalis by the firm continued.",
        ["recruitment: whom=Nepalis, who=the firm"],
    ),
    (
        "noun with an owner",
        "Moscow's deployment of snipers to the front began.",
        ["deployment: who=Moscow, whom=snipers, goal=the front"],
    ),
    (
        "noun that happened",
        "Airstrikes continued in Aleppo.",
        ["Airstrikes: where=Aleppo"],
    ),
    (
        "conjunct objects",
        "The firm recruited drivers and mechanics.",
        ["recruited: who=The firm, whom=drivers, whom=mechanics"],
    ),
    (
        "conjunct subjects",
        "Iran and Hezbollah sent advisers.",
        ["sent: who=Iran, who=Hezbollah, whom=advisers"],
    ),
    (
        "conjunct agents",
        "The camp was attacked by rebels and bandits.",
        ["attacked: whom=The camp, who=rebels, who=bandits"],
    ),
    (
        "from and to",
        "They were flown from Damascus to Benghazi.",
        ["flown: whom=They, start=Damascus, goal=Benghazi"],
    ),
    (
        "via",
        "Turkey sent fighters to Tripoli via Gaziantep.",
        ["sent: who=Turkey, whom=fighters, goal=Tripoli, way=Gaziantep"],
    ),
    (
        "through",
        "The group sent recruits through Turkey.",
        ["sent: who=The group, whom=recruits, way=Turkey"],
    ),
    (
        "low attachment",
        "Kigali sent a battalion of soldiers to Mozambique.",
        ["sent: who=Kigali, whom=a battalion of soldiers, goal=Mozambique"],
    ),
    (
        "purpose",
        "They were hired to fight in Yemen for the coalition.",
        ["hired: whom=They, war=Yemen, side=the coalition"],
    ),
    (
        "purpose below the object",
        "The firm hired men to fight in Congo.",
        ["hired: who=The firm, whom=men, war=Congo"],
    ),
    (
        "on behalf of",
        "Men were deployed on behalf of the general.",
        ["deployed: whom=Men, side=the general"],
    ),
    ("particle", "They flew out the recruits.", ["flew out: who=They, whom=the recruits"]),
    (
        "particle after the object",
        "Turkey flew them out.",
        ["flew them out: who=Turkey, whom=them"],
    ),
    (
        "particle without an object",
        "He signed up for the army.",
        ["signed up: who=He, side=the army"],
    ),
    (
        "particle read as a participle",
        "Hundreds of young men signed up with the group.",
        ["signed up: who=young men, side=the group"],
    ),
    (
        "three words",
        "The brigade took part in the battle.",
        ["took part in: who=The brigade, where=the battle"],
    ),
    (
        "phrase",
        "He was on the payroll of the ministry.",
        ["on the payroll of: who=He, side=the ministry"],
    ),
    (
        "adjective after a noun",
        "Forces loyal to the general attacked the port.",
        ["loyal: who=Forces, side=the general", "attacked: who=Forces, whom=the port"],
    ),
    (
        "adjective after a copula",
        "The brigade is loyal to the president.",
        ["loyal: who=The brigade, side=the president"],
    ),
    (
        "measure nouns",
        "Turkey sent thousands of Syrians to Libya.",
        ["sent: who=Turkey, whom=Syrians, goal=Libya"],
    ),
    (
        "relative clause left out of the filler",
        "The army attacked rebels who had fled.",
        ["attacked: who=The army, whom=rebels"],
    ),
    (
        "of stays in the filler",
        "The drone struck positions of the brigade.",
        ["struck: who=The drone, whom=positions of the brigade"],
    ),
    (
        "apposition after a name",
        "The emirate, an ally of the general, hired Sudanese men.",
        ["hired: who=The emirate, whom=Sudanese men"],
    ),
    (
        "name in apposition to a noun",
        "The militant group Jabal al-Nur attacked the base.",
        ["attacked: who=Jabal al-Nur, whom=the base"],
    ),
    (
        "reported clause",
        "Officials said that Algeria had bombed the convoy.",
        ["bombed: who=Algeria, whom=the convoy"],
    ),
    (
        "after a clause",
        "After the army bombed the village, residents fled.",
        ["bombed: who=the army, whom=the village"],
    ),
    (
        "by doing",
        "The army responded by shelling the town.",
        ["shelling: who=The army, whom=the town"],
    ),
    ("no trigger", "The weather was fine in Tripoli.", []),
    ("noun that is no verb", "The strike by teachers ended.", []),
    (
        "possessive read as a subject",
        "The commander ordered his men to attack the village.",
        ["attack: who=his men, whom=the village"],
    ),
    (
        "hyphen after a prefix",
        "Wagner hired ex-soldiers from Chile.",
        ["hired: who=Wagner, whom=ex-soldiers, start=Chile"],
    ),
]


MISREAD = [
    (
        "relative object without a pronoun",
        "The fighters Moscow sent have gone home.",
        ["sent: whom=The fighters, who=Moscow"],
    ),
    (
        "stopped, gerund read as a noun",
        "The company stopped recruiting Syrians.",
        ["recruiting: who=The company, whom=Syrians"],
    ),
    (
        "plans, read as a noun",
        "Turkey plans to send Syrian fighters to Libya.",
        ["send: who=Turkey, whom=Syrian fighters, goal=Libya"],
    ),
    ("participle before a noun", "Recruited men fled.", ["Recruited: whom=Recruited men"]),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(t, e, id=name) for name, t, e in SENTENCES]
    + [
        pytest.param(t, e, id=name, marks=pytest.mark.xfail(strict=True, reason="tree is wrong"))
        for name, t, e in MISREAD
    ],
)
def test_find_frames_reads(text, expected, nlp):
    assert read(text, nlp) == expected


MOODS = [
    ("plain", "Moscow sent men to Mali.", (False, "")),
    ("not", "Moscow has not sent men to Mali.", (True, "")),
    ("never", "Moscow never sent men to Mali.", (True, "")),
    ("no", "No men were sent to Mali.", (True, "")),
    ("may", "Moscow may send men to Mali.", (False, "possible")),
    ("could", "Moscow could send men to Mali.", (False, "possible")),
    ("will", "Moscow will send men to Mali.", (False, "planned")),
    ("wants to", "Moscow wants to send men to Mali.", (False, "planned")),
    ("plan to", "Moscow announced a plan to send men to Mali.", (False, "planned")),
    ("refused to", "Moscow refused to send men to Mali.", (False, "refused")),
    ("tried to", "Moscow tried to send men to Mali.", (False, "attempted")),
    ("if", "If Moscow sent men to Mali, it would help.", (False, "conditional")),
]


@pytest.mark.parametrize(("text", "mood"), [pytest.param(t, m, id=name) for name, t, m in MOODS])
def test_find_frames_tells_the_mood(text, mood, nlp):
    (frame,) = frames.find_frames(nlp(text), LEXICON)
    assert (frame.negated, frame.modality) == mood


WHERE = {
    "strike": {
        "triggers": [
            {
                "verbs": ["strike"],
                "slots": {"subject": "who", "object": "whom", "on": "day", "in": "place"},
                "where": {"place": "place", "day": ["date"]},
                "needs": ["whom"],
            },
        ]
    },
    "office": {
        "triggers": [
            {"verbs": ["open"], "slots": {"subject": "who"}, "where": {"object": "office"}}
        ]
    },
}


def is_a(token, name):
    return token.lower_ in {"place": {"aden"}, "date": {"monday"}, "office": {"bureau"}}[name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Jets struck a depot in Aden on Monday.",
            ["struck: who=Jets, whom=a depot, place=Aden, day=Monday"],
            id="class fits",
        ),
        pytest.param(
            "Jets struck a depot in error.", ["struck: who=Jets, whom=a depot"], id="class misses"
        ),
        pytest.param("Jets struck in Aden.", [], id="needed slot is empty"),
        pytest.param("The firm opened a bureau.", ["opened: who=The firm"], id="unslotted fits"),
        pytest.param("The firm opened a bakery.", [], id="unslotted misses"),
    ],
)
def test_find_frames_asks_for_classes(text, expected, nlp):
    assert read(text, nlp, WHERE, is_a=is_a) == expected


def test_find_frames_takes_kinds_or_their_index(nlp):
    doc = nlp("Moscow sent men to Mali and bombed the airport.")
    assert list(frames.find_frames(doc, KINDS)) == list(frames.find_frames(doc, LEXICON))


def test_find_frames_heads_stand_in_their_fillers(nlp):
    doc = nlp(" ".join(text for _, text, _ in SENTENCES))
    fillers = [f for frame in frames.find_frames(doc, LEXICON) for f in frame.fillers]
    assert fillers and all(f.start <= f.head < f.end for f in fillers)


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("recruit", "recruiting"),
        ("hire", "hiring"),
        ("ship", "shipping"),
        ("see", "seeing"),
        ("send", "sending"),
    ],
)
def test_gerund_spells(verb, form):
    assert form in frames.index_triggers({"k": {"triggers": [{"verbs": [verb]}]}})
