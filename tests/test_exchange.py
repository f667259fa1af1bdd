"""Every export is opened by its own ecosystem's library: openpyxl, shapely, followthemoney ..."""

import csv
import io
import itertools
import json
import sqlite3
import sys
from importlib.util import find_spec

import jsonschema
import openpyxl
import pandas as pd
import pyarrow.parquet as parquet
import pytest
import shapely
from typer.testing import CliRunner

from condotta import cli, codebook, exchange, reviews, tables, tracker
from condotta.exchange import acled, claimreview, contents, ftm, geojson, sheets, webannotation
from condotta.exchange.contents import Contents

MAKERS = {
    "csv": sheets.to_csv,
    "xlsx": sheets.to_xlsx,
    "parquet": sheets.to_parquet,
    "sqlite": sheets.to_sqlite,
    "geojson": geojson.to_geojson,
    "claimreview": claimreview.to_claimreview,
    "webannotation": webannotation.to_webannotation,
    "acled": acled.to_acled,
    "ftm": ftm.to_ftm,
}
NEEDS_FTM = pytest.mark.skipif(not find_spec("followthemoney"), reason=ftm.INSTALL)
FORMS = [pytest.param(form, marks=[NEEDS_FTM] if form == "ftm" else []) for form in MAKERS]
JSON_FORMS = [
    form for form in FORMS if form.values[0] in ("geojson", "claimreview", "webannotation", "ftm")
]
HOSTILE = (
    '=HYPERLINK("http://evil.example";"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\u200b=1+1",
    "\uff1d1+1",
    "</script><script>alert(1)</script>",
    "a\r=1+1",
    "a\x0b\x00\x1fb\ufffe",
    "_x003D_1+1",
    '"; DROP TABLE claims; --',
    "\u202e\U0001f4a5 \u0627",
    "[x](javascript:alert(1))",
)


def make_run(*said, **claim):
    """Tables of a run of a report for each of the words given, which all its words begin with."""
    reports = [_report(number, words, claim) for number, words in enumerate(said or ["Aurum"], 1)]
    names = [name for name in tables.TABLES if name not in contents.OPTIONAL]
    return {name: tables.shape(name, [r[name] for r in reports if name in r]) for name in names}


def _report(number, said, claim):
    text = f"{said} took 40 men from Peru to Mali."
    article = {"article_id": f"a{number}", "url": "https://example.org/a?b=1&c=2"}
    article |= {"publisher": said, "title": said}
    article |= {"text": text, "n_words": 8, "source_path": f"{said}.txt", "format": "txt"}
    span = {"article_id": f"a{number}", "start": 0, "end": len(text)}
    found = {"type": "deployment", "recruiter": said, "stance": "asserts", **span}
    found |= {"source_kind": "unknown", "certainty": "reported", "rule": said}
    found |= {"recruiter_start": 0, "recruiter_end": len(said)}
    line = {"line_id": f"l{number}", "type": "deployment", "recruiter": said}
    line |= {f"n_{what}": 1 for what in ("claims", "articles", "outlets", "origins")}
    line |= {"status": "single_source", "merge_reason": "one claim", "claim_ids": f"c{number}"}
    event = {"event_id": f"e{number}", "kind": "clash", "actor": said, "rule": said, **span}
    named = {"name": said, "kind": "organisation", "method": "pipeline", **span, "end": len(said)}
    return {
        "articles": article | {"source_sha256": "0" * 64},
        "claims": found | {"claim_id": f"c{number}"} | claim,
        "tracker": line,
        "events": event | {"losses": "not_mentioned", "responsibility": "fact"},
        "entities": named,
    }


def decision(number, claim_id, kind, reviewer="Nadia", **more):
    return {
        "review_id": f"r{number}",
        "claim_id": claim_id,
        "decision": kind,
        "reviewer": reviewer,
        "decided_at": f"2024-01-0{number}T00:00:00+00:00",
        "reason": f"reason {number}",
        **more,
    }


@pytest.fixture(scope="module", autouse=True)
def one_codebook(book):
    """The shipped codebook, read once and not by every test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codebook, "load", lambda folder=None: book)
        yield


@pytest.fixture(scope="module")
def hostile():
    """A run whose reports say what means harm."""
    return Contents(make_run(*HOSTILE))


@pytest.fixture(scope="module")
def sample(sample_run):
    return Contents.read(sample_run)


@pytest.fixture(scope="module")
def decided(sample):
    """The sample, after one claim was accepted, one rejected, one edited and one of it undone."""
    claims = sample.run["claims"]
    keys = claims.loc[claims["recruiter"].notna() & (claims["stance"] == "asserts"), "claim_id"]
    rows = [
        decision(1, keys.iloc[0], "accept"),
        decision(2, keys.iloc[1], "reject", reviewer="Omar"),
        decision(3, keys.iloc[2], "edit", edited_slots='{"recruiter": "Aurum Security"}'),
        decision(4, keys.iloc[3], "accept"),
        decision(5, keys.iloc[3], "undo", supersedes="r4"),
        decision(6, "Turkey", "rename", edited_slots='{"canonical": "Türkiye"}'),
    ]
    made = tables.shape("reviews", rows)
    read, copies = sample.run["articles"], sample.run["copies"]
    lines = tracker.draw_lines(claims, read, copies, codebook=sample.codebook, decisions=made)
    return Contents(sample.run | {"reviews": made, "tracker": lines})


@pytest.fixture(scope="module")
def exported(decided):
    """What every format makes of the sample with decisions, made once and only when asked."""
    made = {}

    def export(form):
        if form not in made:
            made[form] = MAKERS[form](decided)
        return made[form]

    return export


def read_all(made):
    """The files of an export, by name, whether it is one or several."""
    return made if isinstance(made, dict) else {"": made}


def leaves(value):
    """Every string in JSON, and "null" for what has no value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        yield from itertools.chain.from_iterable(map(leaves, value))
    elif isinstance(value, str) or value is None:
        yield "null" if value is None else value


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_the_same_bytes_each_time(form, decided, exported):
    again = Contents(decided.run)
    assert MAKERS[form](again) == exported(form)


@pytest.mark.parametrize("form", FORMS)
def test_an_export_leaves_its_tables_untouched(form):
    run = make_run()
    before = {name: table.copy(deep=True) for name, table in run.items()}
    MAKERS[form](Contents(run))
    for name, table in run.items():
        pd.testing.assert_frame_equal(table, before[name])


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_told_stays_empty(form):
    run = make_run()
    del run["events"], run["entities"]
    for table in ("articles", "claims", "tracker"):
        told = [name for name, spec in tables.TABLES[table].items() if spec.required]
        run[table] = tables.shape(table, run[table][told])
    run |= {name: tables.empty(name) for name in ("events", "entities")}
    found = set(values_of(form, MAKERS[form](Contents(run))))
    assert not found & {"None", "nan", "NaN", "<NA>", "null"}


def values_of(form, made):
    """Every value of an export that a reader would see, as text; zeros of positions left out."""
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(made))
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        yield from (str(cell) for row in rows for cell in row if cell is not None and cell != 0)
    elif form == "parquet":
        for content in made.values():
            table = parquet.read_table(io.BytesIO(content)).to_pandas().astype(object)
            yield from (str(v) for v in table.to_numpy().ravel() if pd.notna(v) and v != 0)
    elif form == "sqlite":
        database = sqlite3.connect(":memory:")
        database.deserialize(made)
        yield from (line for line in database.iterdump() if "'None'" in line or "'nan'" in line)
    elif form in ("csv", "acled"):
        for content in read_all(made).values():
            rows = csv.reader(io.StringIO(content.decode(), newline=""))
            yield from (cell for row in rows for cell in row)
    else:
        for line in made.replace(b'"geometry":null,', b"").splitlines():
            yield from leaves(json.loads(line))


# decisions of people


@pytest.mark.parametrize(
    "form",
    [f for f in FORMS if f.values[0] not in ("acled", "parquet", "xlsx", "geojson", "sqlite")],
)
def test_decisions_travel_with_reviewer_and_reason(form, exported):
    said = b"".join(read_all(exported(form)).values()).decode()
    for word in ("Nadia", "reason 1", "Omar", "reason 2", "reject"):
        assert word in said, word


def test_verdicts_say_which_decisions_stand(exported):
    found = pd.read_csv(io.BytesIO(exported("csv")["verdicts.csv"])).set_index("review_id")
    assert found["is_standing"].to_dict() == {
        "r1": True, "r2": True, "r3": True, "r4": False, "r5": False, "r6": True,
    }  # fmt: skip
    assert found["name"].dropna().to_dict() == {"r6": "Turkey"}
    assert found.loc["r1", "line_id"].startswith("l")
    assert pd.isna(found.loc["r2", "line_id"]), "a rejected claim is on no line"


def test_claims_in_sheets_are_as_read_with_marks_beside(decided, exported):
    claims = pd.read_csv(io.BytesIO(exported("csv")["claims.csv"]))
    assert len(claims) == len(decided.run["claims"])
    assert sorted(claims["review"].dropna()) == [
        "accept by Nadia", "edit by Nadia", "reject by Omar",
    ]  # fmt: skip
    assert "Aurum Security" not in set(claims["recruiter"])


def test_lines_on_a_map_tell_the_decisions(exported):
    flows = [f["properties"] for f in json.loads(exported("geojson"))["features"]]
    told = {f["review"] for f in flows if "review" in f}
    assert any("accept by Nadia" in review for review in told)


# sheets


@pytest.mark.parametrize("form", ["csv", "acled"])
def test_no_cell_of_csv_is_a_formula(form, hostile):
    for content in read_all(MAKERS[form](hostile)).values():
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        assert len({len(row) for row in rows}) == 1
        cells = [c.lstrip(" \t\r\n\u200b\ufeff") for row in rows for c in row]
        bare = [c for c in cells if c[:1] and c[0] in "=+-@\uff1d\uff0b\uff0d\uff20"]
        assert not [c for c in bare if not c.lstrip("-").replace(".", "", 1).isdigit()]


def test_no_cell_of_a_workbook_is_a_formula(hostile):
    book = openpyxl.load_workbook(io.BytesIO(sheets.to_xlsx(hostile)))
    for sheet in book:
        for cell in itertools.chain.from_iterable(sheet.iter_rows()):
            assert cell.data_type in ("s", "n", "b", "inlineStr"), cell.coordinate
            assert not str(cell.value or "").startswith(("=", "+", "@"))


def test_a_workbook_holds_every_table_with_its_types(exported, decided):
    book = openpyxl.load_workbook(io.BytesIO(exported("xlsx")))
    assert book.sheetnames == [
        n for n in sheets.COLUMNS if n in {*decided.run, "verdicts", "dictionary"}
    ]
    claims = book["claims"]
    assert claims.freeze_panes == "A2"
    header, *rows = claims.iter_rows(values_only=True)
    assert list(header) == list(sheets.COLUMNS["claims"])
    assert all(cell.font.b for cell in claims[1])
    for row, told in zip(rows, contents.plain(decided.run["claims"]), strict=True):
        found = {n: v for n, v in zip(header, row, strict=True) if v is not None}
        assert found.keys() - {"line_id", "review"} == told.keys()
        assert found["start"] == told["start"] and found.get("pay_min") == told.get("pay_min")


def test_a_text_too_long_for_a_cell_says_that_it_is_cut():
    run = make_run()
    run["articles"]["text"] = run["articles"]["text"] + "x" * 40_000
    book = openpyxl.load_workbook(io.BytesIO(sheets.to_xlsx(Contents(run))))
    cells = dict(zip(*book["articles"].iter_rows(values_only=True), strict=True))
    assert len(cells["text"]) == sheets.MOST and cells["text"].endswith("[cut here]")


def test_a_table_too_long_for_a_sheet_is_refused(monkeypatch):
    monkeypatch.setattr(sheets, "ROWS", 40)
    with pytest.raises(ValueError, match=r"`dictionary` has \d+ rows, a sheet holds 40; use --to"):
        sheets.to_xlsx(Contents(make_run()))


def test_parquet_has_types_meanings_and_units(exported, decided):
    for name, table in decided.run.items():
        read = parquet.read_table(io.BytesIO(exported("parquet")[f"{name}.parquet"]))
        found = read.to_pandas()[list(table.columns)].astype(table.dtypes)
        pd.testing.assert_frame_equal(found, table)
        for field in read.schema:
            spec = sheets.COLUMNS[name][field.name]
            assert field.metadata == {
                b"meaning": spec.meaning.encode(),
                b"unit": spec.unit.encode(),
            }


def test_a_database_holds_words_as_they_are(hostile):
    database = sqlite3.connect(":memory:")
    database.deserialize(sheets.to_sqlite(hostile))
    found = database.execute("SELECT recruiter, pay_min FROM claims").fetchall()
    assert found == [(said, None) for said in HOSTILE]
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_database_knows_keys_and_what_its_columns_mean(exported, tmp_path):
    (tmp_path / "run.sqlite").write_bytes(exported("sqlite"))
    with sqlite3.connect(tmp_path / "run.sqlite") as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        told = set(database.execute('SELECT "table", "column" FROM dictionary'))
        for name in names:
            columns = database.execute(f"PRAGMA table_info({name})").fetchall()
            assert {(name, column[1]) for column in columns} <= told
        assert [c[1] for c in database.execute("PRAGMA table_info(claims)") if c[5]] == ["claim_id"]


# maps

GEOMETRIES = {"Point": 2, "MultiPoint": 2, "LineString": 2, "MultiLineString": 2}
FEATURES = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "geometry": {
                        "oneOf": [
                            {"type": "null"},
                            *(
                                {
                                    "type": "object",
                                    "required": ["type", "coordinates"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "type": {"const": name},
                                        "coordinates": {"type": "array", "minItems": least},
                                    },
                                }
                                for name, least in GEOMETRIES.items()
                            ),
                        ]
                    },
                    "properties": {"type": "object"},
                },
            },
        },
    },
}  # fmt: skip


def test_geojson_is_read_by_shapely(exported, decided):
    collection = json.loads(exported("geojson"))
    jsonschema.validate(collection, FEATURES)
    for feature in collection["features"]:
        if feature["geometry"]:
            west, south, east, north = shapely.geometry.shape(feature["geometry"]).bounds
            assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    keys = [feature["id"] for feature in collection["features"]]
    assert sorted(keys) == sorted(
        [*decided.run["tracker"]["line_id"], *decided.run["events"]["event_id"]]
    )


@pytest.mark.parametrize(
    ("stages", "kind", "points"),
    [
        pytest.param({}, None, 0, id="nothing"),
        pytest.param({"destination": "Libya"}, "Point", 1, id="destination alone"),
        pytest.param({"origin": "Homs", "destination": "Libya"}, "LineString", 2, id="two stages"),
        pytest.param(
            {"origin": "Homs", "staging": "Hmeimim", "destination": "Libya"},
            "LineString",
            3,
            id="three",
        ),
        pytest.param(
            {"origin": "Homs; Afrin", "destination": "Libya"}, "MultiLineString", 4, id="two ways"
        ),
        pytest.param({"destination": "Libya; Mali"}, "MultiPoint", 2, id="two destinations"),
        pytest.param({"origin": "Libya", "destination": "Libya"}, "Point", 1, id="one place twice"),
        pytest.param({"origin": "Qqxyz", "destination": "Libya"}, "Point", 1, id="unknown place"),
    ],
)
def test_a_flow_has_a_point_for_each_known_stage(stages, kind, points):
    run = make_run()
    run["tracker"] = tables.shape("tracker", [contents.plain(run["tracker"])[0] | stages])
    flow = json.loads(geojson.to_geojson(Contents(run)))["features"][0]
    shape = shapely.geometry.shape(flow["geometry"]) if flow["geometry"] else None
    assert (shape.geom_type if shape else None) == kind
    assert (shapely.get_num_coordinates(shape) if shape else 0) == points
    assert flow["properties"].get("unplaced", []) == [n for n in stages.values() if n == "Qqxyz"]


# anchors

ANNOTATION = {
    "type": "object",
    "required": ["id", "type", "motivation", "body", "target"],
    "properties": {
        "id": {"type": "string", "pattern": "^urn:condotta:"},
        "type": {"const": "Annotation"},
        "motivation": {"enum": ["identifying", "assessing"]},
        "target": {
            "oneOf": [
                {"type": "array", "items": {"type": "string", "pattern": "^urn:condotta:claim:"}},
                {
                    "type": "object",
                    "required": ["type", "source", "selector"],
                    "properties": {
                        "type": {"const": "SpecificResource"},
                        "source": {"type": "object", "required": ["id", "type", "format"]},
                        "selector": {
                            "prefixItems": [
                                {
                                    "required": ["type", "start", "end"],
                                    "properties": {
                                        "type": {"const": "TextPositionSelector"},
                                        "start": {"type": "integer", "minimum": 0},
                                        "end": {"type": "integer", "minimum": 1},
                                    },
                                },
                                {
                                    "required": ["type", "exact", "prefix", "suffix"],
                                    "properties": {"type": {"const": "TextQuoteSelector"}},
                                },
                            ],
                            "minItems": 2,
                            "maxItems": 2,
                        },
                    },
                },
            ]
        },
    },
}


def test_annotations_keep_to_the_model(exported):
    collection = json.loads(exported("webannotation"))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    items = collection["first"]["items"]
    assert collection["total"] == len(items) == len({item["id"] for item in items})
    jsonschema.validate(items, {"type": "array", "items": ANNOTATION})


def test_annotations_resolve_to_their_quotes(exported, decided):
    for item in json.loads(exported("webannotation"))["first"]["items"]:
        if item["motivation"] == "identifying":
            text = decided.articles[item["target"]["source"]["id"].rpartition(":")[2]]["text"]
            at, quote = item["target"]["selector"]
            assert text[at["start"] : at["end"]] == quote["exact"]
            assert text[: at["start"]].endswith(quote["prefix"])
            assert text[at["end"] :].startswith(quote["suffix"])


def test_every_span_has_an_annotation(exported, decided):
    spans = sum(
        int(decided.run[table][column].notna().sum())
        for table in ("claims", "events", "statements")
        for column in decided.run[table]
        if column.endswith("start")
    )
    items = json.loads(exported("webannotation"))["first"]["items"]
    assert sum(item["motivation"] == "identifying" for item in items) == spans


def test_a_span_beyond_its_text_is_refused():
    with pytest.raises(ValueError, match=r"article a1: no characters 0 to 999 for `recruiter`"):
        run = make_run()
        run["claims"]["recruiter_end"] = 999
        webannotation.to_webannotation(Contents(run))


# claims as reviews

CLAIM_REVIEW = {
    "type": "object",
    "required": ["@type", "@id", "claimReviewed", "reviewRating", "itemReviewed"],
    "properties": {
        "claimReviewed": {"type": "string", "minLength": 1},
        "author": {"type": "array", "items": {"$ref": "#/$defs/agent"}},
        "reviewRating": {
            "required": ["@type", "alternateName", "ratingExplanation"],
            "additionalProperties": False,
            "properties": {
                "@type": {"const": "Rating"},
                "alternateName": {
                    "enum": ["single source", "corroborated", "contested", "denied only"]
                },
                "ratingExplanation": {"type": "string"},
            },
        },
        "itemReviewed": {"$ref": "#/$defs/claim"},
        "mentions": {"type": "array", "items": {"$ref": "#/$defs/claim"}},
    },
    "$defs": {
        "agent": {
            "required": ["@type", "name"],
            "properties": {"@type": {"enum": ["Person", "Organization"]}},
        },
        "claim": {
            "required": ["@type", "appearance"],
            "properties": {
                "@type": {"const": "Claim"},
                "author": {"type": "array", "items": {"$ref": "#/$defs/agent"}},
                "datePublished": {"pattern": r"^\d{4}(-\d\d){0,2}$"},
                "appearance": {
                    "minItems": 1,
                    "items": {
                        "required": ["@type", "identifier", "hasPart"],
                        "properties": {"url": {"pattern": "^https?://"}},
                    },
                },
            },
        },
    },
}


def test_claim_reviews_keep_to_their_schema(exported, decided):
    graph = json.loads(exported("claimreview"))["@graph"]
    made = [node for node in graph if node["@type"] == "ClaimReview"]
    assert [node["identifier"] for node in made] == sorted(decided.run["tracker"]["line_id"])
    for node in made:
        jsonschema.validate(node, CLAIM_REVIEW)


def test_a_review_names_its_reviewers_and_no_one_else(exported):
    graph = json.loads(exported("claimreview"))["@graph"]
    authors = [
        a["name"]
        for node in graph
        if node["@type"] == "ClaimReview"
        for a in node.get("author", [])
    ]
    assert set(authors) == {"Nadia"}, "the line of what Omar rejected is gone"
    assert [node["name"] for node in graph if node["@type"] == "Comment"] == [
        "accept", "reject", "edit", "accept", "undo", "rename",
    ]  # fmt: skip


# events


@pytest.mark.parametrize(
    ("event", "row"),
    [
        pytest.param(
            {}, {"event_date": "", "time_precision": "", "geo_precision": ""}, id="nothing"
        ),
        pytest.param(
            {"occurred_from": "2020-05-03", "occurred_to": "2020-05-03"},
            {"event_date": "2020-05-03", "year": "2020", "time_precision": "1"},
            id="day",
        ),
        pytest.param(
            {"occurred_from": "2020-05-03", "occurred_to": "2020-05-09"},
            {"event_date": "", "year": "2020", "time_precision": "2"},
            id="week",
        ),
        pytest.param(
            {"occurred_from": "2020-05", "occurred_to": "2020-05"},
            {"event_date": "", "date_from": "2020-05", "time_precision": "3"},
            id="month",
        ),
        pytest.param(
            {"occurred_from": "2020", "occurred_to": "2020"},
            {"event_date": "", "year": "2020", "time_precision": ""},
            id="year",
        ),
        pytest.param(
            {"occurred_from": "2019", "occurred_to": "2020"}, {"year": ""}, id="more than a year"
        ),
        pytest.param(
            {
                "place": "Afrin",
                "place_id": "afrin",
                "place_precision": "town",
                "lat": 36.5,
                "lon": 36.9,
            },
            {
                "geo_precision": "1",
                "country": "Syria",
                "admin1": "Aleppo province",
                "latitude": "36.5",
            },
            id="town",
        ),
        pytest.param(
            {"place": "Libya", "place_id": "libya", "place_precision": "country"},
            {"geo_precision": "", "country": "Libya", "admin1": ""},
            id="country",
        ),
        pytest.param(
            {"killed_min": 4, "killed_max": 9},
            {"fatalities": "4", "fatalities_max": "9"},
            id="killed",
        ),
        pytest.param({"losses": "unknown"}, {"fatalities": "", "losses": "unknown"}, id="unknown"),
        pytest.param(
            {"kind": "drone_strike"},
            {"event_type": "Explosions/Remote violence", "sub_event_type": "Air/drone strike"},
            id="one category",
        ),
        pytest.param(
            {"kind": "capture"}, {"event_type": "Battles", "sub_event_type": ""}, id="two"
        ),
        pytest.param(
            {"target": "Syrian National Army", "target_entity_id": "syrian-national-army"},
            {"actor2": "Syrian National Army", "target": "Syrian National Army"},
            id="target that acts",
        ),
        pytest.param({"target": "a bridge"}, {"actor2": "", "target": "a bridge"}, id="thing"),
    ],
)
def test_acled_rows_tell_what_the_text_does(event, row):
    run = make_run()
    run["events"] = tables.shape("events", [contents.plain(run["events"])[0] | event])
    (found,) = csv.DictReader(io.StringIO(acled.to_acled(Contents(run)).decode()))
    assert {name: found[name] for name in row} == row


def test_acled_has_a_row_for_every_event(exported, decided):
    rows = list(csv.DictReader(io.StringIO(exported("acled").decode())))
    assert [row["event_id_cnty"] for row in rows] == sorted(decided.run["events"]["event_id"])
    assert tuple(rows[0]) == acled.COLUMNS


# graphs


def test_entities_refer_only_to_entities_that_are_there(decided):
    made = list(ftm.list_entities(decided))
    keys = {entity.id for entity in made}
    refers = ("proof", "document", "resolved", "member", "organization", "payer", "beneficiary")
    refers += ("subject", "object", "entity", "involved")
    for entity in made:
        for name in refers:
            value = entity.properties.get(name, [])
            assert set(value if isinstance(value, list) else [value]) <= keys, (entity.id, name)


@NEEDS_FTM
def test_entities_are_valid_to_followthemoney(exported):
    from followthemoney import model

    proxies = {}
    for line in exported("ftm").splitlines():
        proxy = model.get_proxy(json.loads(line), cleaned=False)
        assert proxy.to_dict()["properties"].keys() == json.loads(line)["properties"].keys()
        proxy.schema.validate(proxy.to_dict())
        assert all(proxy.get(name) for name in proxy.schema.required)
        proxies[proxy.id] = proxy
    for proxy in proxies.values():
        for prop, value in proxy.itervalues():
            if prop.type.name == "entity":
                assert proxies[value].schema.is_a(prop.range), (proxy.id, prop.name)
    wanted = {"Article", "Person", "Organization", "Event", "Membership", "Payment", "Mention"}
    assert wanted <= {proxy.schema.name for proxy in proxies.values()}


def test_every_claim_is_a_note_with_its_provenance(decided):
    notes = {e.id: e.properties for e in ftm.list_entities(decided) if e.schema == "Note"}
    for claim in contents.plain(decided.run["claims"]):
        note = notes[f"condotta-{claim['claim_id']}"]
        assert note["description"] == decided.words(claim)
        assert note["proof"] == f"condotta-{claim['article_id']}"
        assert f"rule: {claim['rule']}" in note["summary"]


@pytest.mark.parametrize(
    ("claim", "schemata"),
    [
        pytest.param({"recruits": "men"}, {"Membership"}, id="organisation"),
        pytest.param({"recruits": "men", "recruiter": "Turkey"}, {"UnknownLink"}, id="state"),
        pytest.param({"recruits": "men", "stance": "denies"}, set(), id="denial"),
        pytest.param({"recruits": "men", "stance": "declines"}, set(), id="no comment"),
        pytest.param({"pay_min": 500.0}, set(), id="pay to nobody"),
        pytest.param(
            {"recruits": "men", "pay_min": 500.0, "pay_max": 900.0},
            {"Membership", "Payment"},
            id="pay",
        ),
    ],
)
def test_a_claim_becomes_a_tie_only_where_it_tells_both_ends(claim, schemata):
    made = ftm.list_entities(Contents(make_run(**claim)))
    ties = {"Membership", "UnknownLink", "Payment"}
    assert {entity.schema for entity in made} & ties == schemata


@pytest.mark.parametrize(
    ("pay", "amount", "purpose"),
    [
        pytest.param(
            {"pay_min": 500.0, "pay_max": 500.0}, "500.0", "500 USD per month", id="one figure"
        ),
        pytest.param(
            {"pay_min": 500.0, "pay_max": 900.0}, None, "500 to 900 USD per month", id="bounds"
        ),
        pytest.param({"pay_min": 500.0}, None, "more than 500 USD per month", id="open"),
    ],
)
def test_a_payment_has_an_amount_only_of_one_figure(pay, amount, purpose):
    claim = {"recruits": "men", "currency": "USD", "period": "month", **pay}
    made = ftm.list_entities(Contents(make_run(**claim)))
    (payment,) = [entity.properties for entity in made if entity.schema == "Payment"]
    assert (payment.get("amount"), payment["purpose"]) == (amount, purpose)


def test_a_name_the_codebook_does_not_know_is_one_entity_an_article():
    made = {entity.id: entity for entity in ftm.list_entities(Contents(make_run("Ahmed", "Ahmed")))}
    named = [
        e
        for e in made.values()
        if (e.properties.get("name"), e.schema) == ("Ahmed", "Organization")
    ]
    assert len(named) == 2


def test_without_the_extra_one_line_says_what_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "followthemoney", None)
    with pytest.raises(RuntimeError, match=r"pip install 'condotta\[ftm\]'"):
        ftm.to_ftm(Contents(make_run()))


# words and addresses that mean harm


@pytest.mark.parametrize("form", JSON_FORMS)
def test_json_can_stand_in_a_page_and_keeps_its_words(form, hostile):
    content = MAKERS[form](hostile).decode()
    assert not set("<>&\u2028\u2029") & set(content)
    found = [leaf for line in content.splitlines() for leaf in leaves(json.loads(line))]
    for said in HOSTILE:
        unseen = any(ord(letter) < 32 or letter in "\u200b\ufffe\u202e" for letter in said)
        assert (unseen and form == "ftm") or any(said in leaf for leaf in found), said


URLS = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org", "nowhere"]


@pytest.mark.parametrize("form", JSON_FORMS)
def test_no_address_but_of_the_web_is_a_link(form):
    run = make_run(*"abcde")
    run["articles"]["url"] = URLS
    made = MAKERS[form](Contents(run)).decode()
    assert not [url for url in URLS if url in made]


# the command


@pytest.mark.parametrize("form", [*FORMS])
def test_the_command_writes_every_format(form, tmp_path):
    run_dir, out = tmp_path / "run", tmp_path / "made" / f"x.{form}"
    for name, table in make_run().items():
        tables.write(run_dir, name, table)
    result = CliRunner().invoke(cli.app, ["export", str(run_dir), "--to", form, "--out", str(out)])
    assert result.exit_code == 0, result.output
    written = (
        [str(p) for p in sorted(out.iterdir())] if exchange.FORMATS[form].is_folder else [str(out)]
    )
    assert sorted(result.output.splitlines()) == written


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ["--to", "pdf", "--out", "x"], r"--to pdf: no format.*csv: every table", id="format"
        ),
        pytest.param(["--to", "csv"], "--to and --out go together", id="no place"),
        pytest.param(["--out", "x"], "--to and --out go together", id="no format"),
        pytest.param(
            ["--to", "xlsx", "--out", "."], r"writes a file, such as run\.xlsx", id="folder"
        ),
        pytest.param(["--to", "csv", "--out", "file"], "writes a folder", id="file"),
        pytest.param(["--to", "csv", "--out", "x"], "no table `articles` yet", id="no run"),
    ],
)
def test_the_command_refuses_with_one_line(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises((ValueError, OSError), match=said):
        CliRunner().invoke(cli.app, ["export", "run", *words], catch_exceptions=False)


def test_every_format_of_the_list_is_tested():
    assert set(exchange.FORMATS) == set(MAKERS)


def test_marks_are_those_of_the_replay(decided):
    marked = sheets.mark_claims(decided).set_index("claim_id")["review"].dropna()
    run = decided.run
    marks = reviews.replay(run["claims"], run["articles"], run["reviews"]).marks
    assert marked.to_dict() == {claim: mark for claim, mark in marks.items() if claim != "Turkey"}
