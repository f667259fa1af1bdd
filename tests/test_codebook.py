import pytest

from condotta import codebook, names, tables

ACTORS = "entity_id,name,aliases,short,needs,kind,source_kind,sponsor,side,country,wikidata\n"
PLACES = "place_id,name,aliases,short,needs,kind,country,parent,government_of,lat,lon,precision\n"
PEOPLES = "country,iso,adjective,people,aliases\n"


@pytest.fixture(scope="module")
def book():
    return codebook.load()


@pytest.fixture
def folder(tmp_path):
    """A function that writes codebook files and returns their folder."""

    def write(**files):
        for name, content in files.items():
            suffix = "csv" if name in codebook.SHEETS else "yaml"
            (tmp_path / f"{name}.{suffix}").write_text(content)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        pytest.param("Wagner Group", "Wagner Group", id="as listed"),
        pytest.param("the Wagner Group", "Wagner Group", id="article the"),
        pytest.param("WAGNER GROUP", "Wagner Group", id="capitals"),
        pytest.param("wagner group", "Wagner Group", id="lower case"),
        pytest.param("Wagner Group's", "Wagner Group", id="genitive"),
        pytest.param("Hmeimim", "Hmeimim", id="base"),
        pytest.param("Khmeimim", "Hmeimim", id="transliteration kh"),
        pytest.param("Hmeymim", "Hmeimim", id="transliteration y"),
        pytest.param("Hmeimim Air Base", "Hmeimim", id="with its kind"),
        pytest.param("Hmeimim air-base", "Hmeimim", id="hyphen for space in its kind"),
        pytest.param("Khmeimim airbase", "Hmeimim", id="two words written as one"),
        pytest.param("Deir ez-Zor", "Deir ez-Zor", id="assimilated article"),
        pytest.param("Deir Ezzor", "Deir ez-Zor", id="article grown together"),
        pytest.param("Deir al-Zor", "Deir ez-Zor", id="article written al"),
        pytest.param("Deir-ez-Zor", "Deir ez-Zor", id="hyphens"),
        pytest.param("Deirezzor", "Deir ez-Zor", id="one word"),
        pytest.param("As-Suwayda", "As-Suwayda", id="article as"),
        pytest.param("Suwayda", "As-Suwayda", id="no article"),
        pytest.param("al-Suwayda'", "As-Suwayda", id="apostrophe at the end"),
        pytest.param("Sweida", "As-Suwayda", id="alias"),
        pytest.param("El Fasher", "El Fasher", id="article el"),
        pytest.param("al-Fashir", "El Fasher", id="other vowel, listed"),
        pytest.param("Al Fasher", "El Fasher", id="article with a space"),
        pytest.param("Hawar Killis", "Hawar Kilis", id="doubled letter"),
        pytest.param("Sana'a", "Sanaa", id="apostrophe inside"),
        pytest.param("Sana’a", "Sanaa", id="curly apostrophe"),
        pytest.param("Medellín", "Medellin", id="accent"),
        pytest.param("Türkiye", "Turkey", id="umlaut"),
        pytest.param("Turkiye", "Turkey", id="umlaut left out"),
        pytest.param("Erdoğan", "Recep Tayyip Erdogan", id="soft g"),
        pytest.param("N’Djamena", "Chad", id="capital with apostrophe"),
        pytest.param("Khalifa Hifter", "Khalifa Haftar", id="Hifter"),
        pytest.param("Haftar", "Khalifa Haftar", id="Haftar alone is the man"),
        pytest.param("LNA", "Haftar/LNA", id="his army"),
        pytest.param("Libyan National Army", "Haftar/LNA", id="his army in full"),
        pytest.param("Fifth Corps", "Fifth Corps", id="ordinal in words"),
        pytest.param("5th Corps", "Fifth Corps", id="ordinal in figures"),
        pytest.param("HTS", "Hayat Tahrir al-Sham", id="acronym"),
        pytest.param("hts", None, id="acronym in lower case is none"),
        pytest.param("Hay'at Tahrir ash-Sham", "Hayat Tahrir al-Sham", id="acronym in full"),
        pytest.param("SAA", "Syrian Arab Army", id="SAA"),
        pytest.param("U.S.", "United States", id="acronym with periods"),
        pytest.param("US", "United States", id="acronym without"),
        pytest.param("us", None, id="a pronoun"),
        pytest.param("UAE", "UAE", id="state by acronym"),
        pytest.param("U.A.E.", "UAE", id="state by acronym with periods"),
        pytest.param("United Arab Emirates", "UAE", id="state in full"),
        pytest.param("Abu Dhabi", "UAE", id="capital stands for the state"),
        pytest.param("Moscow", "Russia", id="Moscow"),
        pytest.param("Kremlin", "Russia", id="Kremlin"),
        pytest.param("Tripoli", "GNA", id="Tripoli of Libya"),
        pytest.param("Syrians", "Syrians", id="people"),
        pytest.param("Syrian", "Syrians", id="adjective"),
        pytest.param("Filipino", "Filipinos", id="irregular people"),
        pytest.param("MIT", "Turkish intelligence (MIT)", id="short name alone"),
        pytest.param("al-Hamza Division", "Hamza Division", id="article before a group"),
        pytest.param("Hamzat Division", "Hamza Division", id="t of the construct"),
        pytest.param("Sultan-Murad Division", "Sultan Murad Division", id="hyphen for space"),
        pytest.param("Adana", "Adana", id="a town, not Ad-Dana"),
        pytest.param("Ad-Dana", "Al-Dana", id="the other town"),
        pytest.param("Al-Bab", "Al-Bab", id="three letters keep the article"),
        pytest.param("Bab", None, id="three letters without it are none"),
        pytest.param("the Times", "The Times", id="a name with its own The"),
        pytest.param("Times", None, id="and without"),
        pytest.param("Lilliput", None, id="unknown"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_find_reads_spellings(book, printed, name):
    entry = book.find(printed)
    assert (entry and entry.name) == name


@pytest.mark.parametrize(
    ("printed", "kinds", "entity_id"),
    [
        pytest.param("Moscow", ["place"], "moscow", id="capital as a place"),
        pytest.param("Moscow", ["state"], "state-russia", id="capital as the state"),
        pytest.param("Libya", ["place", "facility"], "libya", id="country as a place"),
        pytest.param("Libya", None, "state-libya", id="country by default the state"),
        pytest.param("Khmeimim airbase", ["facility"], "hmeimim", id="base"),
        pytest.param("Wagner Group", ["place"], None, id="wrong kind"),
    ],
)
def test_find_keeps_to_kinds(book, printed, kinds, entity_id):
    entry = book.find(printed, kinds=kinds)
    assert (entry and entry.id) == entity_id


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param(
            {"actors": ACTORS + "x,X Company,,,,company,,,,,\n"},
            ["actors.csv, line 2, kind: 'company'", "armed_group"],
            id="kind not allowed",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,,,,organisation,,state-x,,,\n"},
            ["actors.csv, line 2, sponsor: 'state-x' is not in actors.csv"],
            id="unknown sponsor",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,,,,organisation,,,wagner,,\n"},
            ["actors.csv, line 2, side: 'wagner'", "'wagner-group'"],
            id="unknown side, nearest offered",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,,,,organisation,,,,Syra,\n"},
            ["actors.csv, line 2, country: 'Syra' is not in nationalities.csv", "'Syria'"],
            id="unknown country",
        ),
        pytest.param(
            {"actors": ACTORS + "X 1,X Company,,,,organisation,,,,,\n"},
            ["actors.csv, line 2, id: 'X 1'", "pattern"],
            id="id with a space",
        ),
        pytest.param(
            {"actors": ACTORS + "x,,,,,organisation,,,,,\n"},
            ["actors.csv, line 2, name: ''"],
            id="no name",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,,,,organisation,spy,,,,\n"},
            ["line 2, source_kind: 'spy'", "intelligence"],
            id="source kind not allowed",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,,,,organisation,,,,,12\n"},
            ["line 2, wikidata: '12'"],
            id="wikidata without Q",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,,,,organisation,,,,\n"},
            ["actors.csv, line 2: 10 cells under 11 columns"],
            id="a cell is missing",
        ),
        pytest.param(
            {"actors": "entity_id,nmae\nx,X\n"},
            ["actors.csv, line 1: no column is called 'nmae'", "'name'"],
            id="column misspelt",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X,,,,state,,,,,\ny,Y,,,,state,,,,,\nx,Z,,,,state,,,,,\n"},
            ["actors.csv, line 4, entity_id: 'x' is already on line 2"],
            id="id twice",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,Wagner-Group,,,organisation,,,,,\n"},
            ["actors.csv, line 2, aliases: 'Wagner-Group' of x", "wagner-group"],
            id="alias of another",
        ),
        pytest.param(
            {"actors": ACTORS + "x,X Company,,Exe,,organisation,,,,,\n"},
            ["actors.csv, line 2", "`needs`"],
            id="short name without context",
        ),
        pytest.param(
            {"places": PLACES + "x,X Town,,,,town,Syria,syria,,91,36,town\n"},
            ["places.csv, line 2, lat: '91'", "90"],
            id="latitude out of range",
        ),
        pytest.param(
            {"places": PLACES + "x,X Town,,,,town,Syria,syria,,35,181,town\n"},
            ["places.csv, line 2, lon: '181'", "180"],
            id="longitude out of range",
        ),
        pytest.param(
            {"places": PLACES + "x,X Town,,,,town,Syria,syria,,north,36,town\n"},
            ["places.csv, line 2, lat: 'north'", "number"],
            id="latitude in words",
        ),
        pytest.param(
            {"places": PLACES + "x,X Town,,,,town,Syria,syrai,,35,36,town\n"},
            ["places.csv, line 2, parent: 'syrai' is not in places.csv", "'syria'"],
            id="unknown parent",
        ),
        pytest.param(
            {"places": PLACES + "x,X Town,,,,town,Syria,syria,,35,36,near\n"},
            ["places.csv, line 2, precision: 'near'", "district"],
            id="precision not allowed",
        ),
        pytest.param(
            {"nationalities": PEOPLES + "Utopia,UTO,Utopian,Utopians,\n"},
            ["nationalities.csv, line 2, iso: 'UTO'"],
            id="three-letter code",
        ),
        pytest.param(
            {"cues": "- stance: aserts\n  certainty: reported\n  verbs: [blurt]\n"},
            ["cues.yaml, line 1, block 1.stance: 'aserts'", "'asserts'"],
            id="stance not allowed",
        ),
        pytest.param(
            {"cues": "- stance: asserts\n  certainty: reported\n\n  verb: [blurt]\n"},
            ["cues.yaml, line 4, block 1.verb", "'verbs'"],
            id="field misspelt",
        ),
        pytest.param(
            {"claim_types": "bribe:\n  meaning: x\n  triggers:\n    - slots: {object: recruits}\n"},
            ["claim_types.yaml, line 4, bribe.triggers.0", "a trigger has verbs"],
            id="trigger without words",
        ),
        pytest.param(
            {
                "claim_types": "bribe:\n  meaning: x\n  triggers:\n"
                "    - verbs: [bribe]\n      slots: {object: recruits}\n      needs: [pay]\n"
            },
            ["claim_types.yaml, line 4, bribe.triggers.0", "needs 'pay'"],
            id="needs a slot that nothing fills",
        ),
        pytest.param(
            {"event_kinds": "raid:\n  meaning: x\nraid:\n  meaning: y\n"},
            ["event_kinds.yaml, line 3: 'raid' is already on line 1"],
            id="key twice",
        ),
        pytest.param(
            {"hedges": "- certainty: alleged\n  words: [so-called\n"},
            ["hedges.yaml, line", "not YAML"],
            id="bracket left open",
        ),
        pytest.param(
            {"people": "implies_hire: true\n"},
            ["people.yaml, line 1: wanted is a list"],
            id="mapping for a list",
        ),
        pytest.param(
            {"currencies": "- XAU\n"},
            ["currencies.yaml, line 1: names with blocks"],
            id="list for a mapping",
        ),
        pytest.param(
            {"people": "- implies_hire: perhaps\n  nouns: [sworder]\n"},
            ["people.yaml, line 1, block 1.implies_hire: 'perhaps'"],
            id="neither yes nor no",
        ),
    ],
)
def test_load_says_what_is_wrong_and_where(folder, files, words):
    with pytest.raises(codebook.CodebookError) as error:
        codebook.load(folder(**files))
    assert [word for word in words if word not in str(error.value)] == [], str(error.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("actor.csv", "actor.csv is no codebook file", id="misspelt file"),
        pytest.param("notes.txt", "no codebook file in it", id="no file of a codebook"),
    ],
)
def test_load_refuses_a_folder_that_is_no_codebook(tmp_path, name, words):
    (tmp_path / name).write_text("")
    with pytest.raises(codebook.CodebookError, match=words):
        codebook.load(tmp_path)


def test_load_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        codebook.load(tmp_path / "none")


def test_load_adds_what_a_second_folder_holds(folder):
    own = folder(
        actors=ACTORS + "white-company,White Company,Hawkwood's Company,,,armed_group,,,,,\n",
        places=PLACES + "montecchio,Montecchio,,,,town,Italy,italy,,43.3,11.9,town\n",
        claim_types="ransom:\n  meaning: captives bought free\n  triggers:\n"
        "    - verbs: [ransom]\n      slots: {object: recruits}\n",
        people="- implies_hire: true\n  nouns: [condottiere]\n",
    )
    book = codebook.load(own)
    assert book.find("the White Company").id == "white-company"
    assert book.entry("montecchio").lat == 43.3
    assert "ransom" in book.claim_types and "recruitment" in book.claim_types
    assert "condottiere" in book.people[-1].nouns


def test_load_lets_a_second_folder_replace_a_line(folder, book):
    own = folder(actors=ACTORS + "sadat,Sadat Ltd,,,,organisation,,,,Turkey,\n")
    assert codebook.load(own).entry("sadat").name == "Sadat Ltd"
    assert book.entry("sadat").name == "SADAT"


def test_entries_cannot_be_changed(book):
    with pytest.raises(ValueError, match="frozen"):
        book.entry("wagner-group").name = "Other"
    with pytest.raises(TypeError):
        book.currencies["XXX"] = None


def test_shipped_codebook_covers_the_theatres(book):
    countries = {p.country for p in book.places}
    theatres = ["Syria", "Libya", "Turkey", "Russia", "Ukraine", "Azerbaijan", "Sudan", "Mali"]
    theatres += ["Central African Republic", "UAE", "Yemen", "Mozambique", "Haiti", "Somalia"]
    theatres += ["Democratic Republic of Congo", "Colombia", "Nepal", "Cuba", "India"]
    assert [c for c in theatres if sum(p.country == c for p in book.places) < 2] == []
    assert len(book.actors) >= 300 and len(book.places) >= 400
    assert [p.country for p in book.nationalities if p.country and p.country not in countries] == []


def test_every_country_is_a_state_and_a_place(book):
    for people in book.nationalities:
        if people.country:
            place = book.find(people.country, kinds=["place"])
            assert place.kind == "country", people.country
            assert book.stands_for(place).kind == "state", people.country


def test_every_entry_is_found_by_its_names(book):
    lost = [
        (entry.id, name)
        for entry in (*book.actors, *book.places, *book.nationalities)
        for name in entry.names
        if entry.id not in {owner.entry.id for owner in book.names.whole(name)}
    ]
    assert lost == []


def test_places_lie_near_their_country(book):
    """A point far from its country is a slip of the pen; Russia and others are too wide to tell."""
    centres = {p.country: p for p in book.places if p.kind == "country"}
    wide = {"Russia", "United States", "China", "Canada", "Australia", "Brazil", "Indonesia"}
    wide |= {"France", "Ecuador", "Chile", "Kiribati"}
    far = [
        place.id
        for place in book.places
        if place.country and place.country not in wide
        if abs(place.lat - centres[place.country].lat) > 13
        or abs(place.lon - centres[place.country].lon) > 15
    ]
    assert far == []


def test_source_kinds_are_those_of_the_tables(book):
    assert sorted(book.source_kinds) == sorted(tables.SOURCE_KINDS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("in Deir ez-Zor, Syria", ["Deir ez-Zor", "Syria"], id="article inside"),
        pytest.param("As Syrians left", ["Syrians"], id="English as is no article"),
        pytest.param("An Armenian said", ["Armenian"], id="English an is no article"),
        pytest.param("from As Suwayda", ["As Suwayda"], id="As inside a sentence is one"),
        pytest.param("the turkey and the jordan", [], id="lower case is no name"),
        pytest.param("Russia's Wagner Group’s men", ["Russia", "Wagner Group"], id="genitives"),
        pytest.param("Haftar. Group photos", ["Haftar"], id="a name ends with the sentence"),
        pytest.param("St. Petersburg", ["St. Petersburg"], id="abbreviated saint"),
        pytest.param("U.S.-backed SDF", ["U.S.", "SDF"], id="acronym with a hyphen"),
        pytest.param("Join us now", [], id="pronoun"),
        pytest.param("The Guardian and the White House", ["Guardian", "White House"], id="the"),
        pytest.param("Sudan Liberation Army/Minni Minnawi", None, id="slash inside a name"),
    ],
)
def test_longest_finds_names_in_text(book, text, found):
    got = [text[start:end] for start, end, _ in book.names.longest(text)]
    assert got == ([text] if found is None else found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Mu'tasim", "Mutasim", True, id="apostrophe"),
        pytest.param("Touadéra", "Touadera", True, id="accent"),
        pytest.param("Misrata", "Misratta", True, id="doubled letter"),
        pytest.param("1st", "First", True, id="ordinal"),
        pytest.param("Mali", "Malawi", False, id="other word"),
        pytest.param("11", "1", False, id="figures keep their doubles"),
    ],
)
def test_fold_leaves_out_what_makes_no_difference(one, other, same):
    assert (names.fold(one) == names.fold(other)) is same
