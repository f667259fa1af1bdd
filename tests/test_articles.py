import io
import json
import os

import made
import pytest

from condotta import articles
from condotta.articles import formats, pdfs


@pytest.fixture
def folder(tmp_path):
    """A function that writes files and returns their folder."""

    def write(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def lines(*records):
    return "\n".join(json.dumps(record) for record in records)


def one(folder, content, name="a.txt"):
    read, skipped = articles.read_articles(folder({name: content}))
    assert skipped.empty, skipped.to_dict("records")
    return read.iloc[0]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("Duke hires men\n\nThe duke hired.", "Duke hires men", id="empty line"),
        pytest.param(
            "Duke hires men\n" + "The duke has hired a captain and his men. " * 2,
            "Duke hires men",
            id="much longer line",
        ),
        pytest.param("The duke hired men.\n\nThey left.", None, id="a sentence"),
        pytest.param("The duke hired\nmen.", None, id="wrapped line"),
        pytest.param("Subscribe now!\n\nThe duke hired men.", None, id="a call"),
        pytest.param("date 2020-06-07 Duke hires\n\nThe duke.", None, id="a line of metadata"),
        pytest.param("The duke hired men", None, id="nothing follows"),
        pytest.param("x" * 201 + "\n\nThe duke hired men.", None, id="too long"),
    ],
)
def test_find_title_reads(text, title):
    assert articles.find_title(text) == title


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("IDLIB and LATAKIA, Syria — Drones struck.", "IDLIB and LATAKIA, Syria"),
        ("WASHINGTON (AP) — The army said.", "WASHINGTON"),
        ("Port Sudan (Reuters) - A ship.", "Port Sudan"),
        ("ANKARA, Oct. 5 (Xinhua) -- The ministry.", "ANKARA"),
        ("KHARTOUM, Sudan, Nov 12, 2025 – A convoy.", "KHARTOUM, Sudan"),
        ("NDJAMENA, Tues - A convoy.", "NDJAMENA"),
        ("BEIRUT: The group said.", "BEIRUT"),
        ("MOSCOW, March 9. /TASS/. The ministry said.", "MOSCOW"),
        ("YEREVAN, NOVEMBER 3, ARMENPRESS. The minister said.", "YEREVAN"),
        ("MOSCOW (News Agency - 30th April, 2022) No men were sent.", "MOSCOW"),
        ("By a correspondent\nBANGUI — Men came.", "BANGUI"),
        ("UPDATE: Three were killed.", None),
        ("UN: experts saw men.", None),
        ("US-backed forces — he said — left.", None),
        ("HTS (formerly Nusra) attacked.", None),
        ("Nobody knows — not even they.", None),
        pytest.param(
            "RSF - the paramilitary force - attacked.",
            None,
            marks=pytest.mark.xfail(strict=True, reason="an acronym looks like a city in capitals"),
        ),
    ],
)
def test_find_dateline_reads(body, places):
    assert articles.find_dateline(body) == places


@pytest.mark.parametrize(
    ("record", "day", "precision", "moment"),
    [
        pytest.param({"published": "2020-06-07"}, "2020-06-07", "day", None, id="day"),
        pytest.param({"published": "2020-06"}, "2020-06", "month", None, id="month"),
        pytest.param({"published": "2020"}, "2020", "year", None, id="year"),
        pytest.param({"published": 2020}, "2020", "year", None, id="a number"),
        pytest.param({"published": "June 7th, 2020"}, "2020-06-07", "day", None, id="in words"),
        pytest.param({"published": "Sept. 2020"}, "2020-09", "month", None, id="month in words"),
        pytest.param(
            {"published": "2020-06-07T23:30:00-04:00"},
            "2020-06-07",
            "day",
            "2020-06-08T03:30:00Z",
            id="moment with zone",
        ),
        pytest.param(
            {"published": "2020-06-07 23:30:00"}, "2020-06-07", "day", None, id="no zone, no moment"
        ),
        pytest.param(
            {"published": "Sun, 07 Jun 2020 12:00:00 GMT"},
            "2020-06-07",
            "day",
            "2020-06-07T12:00:00Z",
            id="as feeds write it",
        ),
        pytest.param({"url": "https://a.b/2020/06/07/x"}, "2020-06-07", "day", None, id="url"),
        pytest.param(
            {"url": "https://a.b/2020/jun/07/x"}, "2020-06-07", "day", None, id="url, jun"
        ),
        pytest.param({"url": "https://a.b/2020/06/x"}, "2020-06", "month", None, id="url, month"),
        pytest.param({"url": "https://a.b/2020/13/x"}, None, None, None, id="url, no month"),
        pytest.param({"url": "https://a.b/story/20200607"}, None, None, None, id="url, a number"),
        pytest.param({"text": "date 2020-06-07 They left."}, "2020-06-07", "day", None, id="head"),
        pytest.param(
            {"text": "They left\nJul 22, 2020 | World\n\nThey left in a bus."},
            "2020-07-22",
            "day",
            None,
            id="line under the headline",
        ),
        pytest.param(
            {"text": "ANKARA, Oct 5, 2020 (Agency) - They left."},
            "2020-10-05",
            "day",
            None,
            id="dateline",
        ),
        pytest.param(
            {"text": "The recruits were first seen at the base on 7 June 2020, two men said."},
            None,
            None,
            None,
            id="a date the report is about",
        ),
        pytest.param({"published": "2020-02-31"}, None, None, None, id="no such day"),
        pytest.param({"published": "04/05/2020"}, None, None, None, id="day or month"),
    ],
)
def test_read_articles_dates(folder, record, day, precision, moment):
    row = one(folder, lines({"text": "They left.", **record}), "a.jsonl")
    found = row[["published_on", "published_precision", "published_at"]]
    assert found.where(found.notna(), None).tolist() == [day, precision, moment]


def test_read_articles_says_which_date_it_could_not_read(folder):
    row = one(folder, lines({"text": "They left.", "published": "04/05/2020"}), "a.jsonl")
    assert row["repairs"] == "published '04/05/2020' is not a date that can be read"


@pytest.mark.parametrize(
    ("content", "text", "repairs"),
    [
        pytest.param("Café".encode(), "Café", None, id="utf-8"),
        pytest.param("Café".encode("utf-8-sig"), "Café", None, id="byte-order mark"),
        pytest.param("Café".encode("utf-16"), "Café", None, id="utf-16"),
        pytest.param(
            "Café “x”".encode("cp1252"), "Café “x”", "encoding guessed: cp1252", id="1252"
        ),
        pytest.param(b"a\r\nb\rc", "a\nb\nc", None, id="line ends"),
        pytest.param(b"a\x00b", "a\ufffdb", "1 unprintable characters replaced", id="NUL"),
        pytest.param(
            "مرتزقة \u200eسوريون".encode(),
            "مرتزقة سوريون",
            "1 invisible characters removed",
            id="mark of direction",
        ),
    ],
)
def test_read_articles_mends(folder, content, text, repairs):
    row = one(folder, content)
    assert row["text"] == text
    assert row["repairs"] == repairs if repairs else row.isna()["repairs"]


def test_read_articles_mends_half_characters(folder):
    row = one(folder, '{"text": "They \\ud83d left."}', "a.jsonl")
    assert row["text"] == "They \ufffd left."


@pytest.mark.parametrize(
    ("name", "content", "place", "reason"),
    [
        pytest.param("b.txt", "", "b.txt", "empty", id="empty file"),
        pytest.param("b.txt", " \n\t", "b.txt", "empty", id="only spaces"),
        pytest.param("b.odt", "x", "b.odt", "format", id="another format"),
        pytest.param("b", "x", "b", "format", id="no suffix"),
        pytest.param("README.txt", "x", "README.txt", "documentation", id="about the folder"),
        pytest.param("LICENCE-data.txt", "x", "LICENCE-data.txt", "documentation", id="licence"),
        pytest.param(".hidden.txt", "x", ".hidden.txt", "hidden", id="hidden"),
        pytest.param("b.jsonl", '\n{"text": "cut', "b.jsonl:2", "json", id="cut line"),
        pytest.param("b.jsonl", '["text"]', "b.jsonl:1", "json", id="a list"),
        pytest.param("b.jsonl", '{"text": " "}', "b.jsonl:1", "empty", id="empty text"),
        pytest.param("b.jsonl", '{"body": "x"}', "b.jsonl:1", "empty", id="no text"),
        pytest.param("b.jsonl", "[" * 100_000, "b.jsonl:1", "json", id="deeply nested"),
        pytest.param("b.csv", "title,body\na,b\n", "b.csv", "columns", id="no text column"),
        pytest.param("b.csv", "url,text\na\n", "b.csv:2", "csv", id="ragged row"),
        pytest.param("b.csv", 'url,text\na,"b\n', "b.csv:2", "csv", id="unclosed quote"),
    ],
)
def test_read_articles_skips(folder, name, content, place, reason):
    read, skipped = articles.read_articles(folder({"a.txt": "They left.", name: content}))
    assert len(read) == 1
    assert skipped[["source_path", "reason"]].values.tolist() == [[place, reason]]


def test_read_articles_keeps_good_rows_beside_bad_ones(folder):
    text = 'url,text,mood\nu1,"They left.\nThey came back.",glad\nu2\nu3,They stayed.,sad\n'
    read, skipped = articles.read_articles(folder({"a.csv": text}))
    assert sorted(read["url"]) == ["u1", "u3"]
    assert skipped["source_path"].tolist() == ["a.csv:4"]
    assert articles.unused_fields(folder({})) == {"a.csv": ["mood"]}


@pytest.mark.parametrize(
    ("record", "text"),
    [
        pytest.param(
            {"title": "Men leave", "text": "They left."}, "Men leave\n\nThey left.", id="put"
        ),
        pytest.param(
            {"title": "Men leave", "text": "Men leave\nThey left."},
            "Men leave\nThey left.",
            id="there already",
        ),
        pytest.param({"title": " ", "text": " They left. "}, "They left.", id="empty title"),
    ],
)
def test_read_articles_opens_with_the_title(folder, record, text):
    assert one(folder, lines(record), "a.jsonl")["text"] == text


def test_read_articles_does_not_depend_on_files_or_their_order(folder, tmp_path):
    first, second = {"text": "They left.", "url": "u1"}, {"text": "They came.", "url": "u2"}
    together, _ = articles.read_articles(folder({"a/x.jsonl": lines(first, second)}) / "a")
    apart, _ = articles.read_articles(
        folder({"b/1.jsonl": lines(second), "b/2.jsonl": lines(first)}) / "b"
    )
    same = [c for c in together.columns if not c.startswith("source_")]
    assert together[same].equals(apart[same])


def test_read_articles_reads_one_content_once_and_keeps_both_paths(folder):
    read, _ = articles.read_articles(folder({"a.txt": "They left.", "b/a.txt": "They left."}))
    assert read["source_path"].tolist() == ["a.txt; b/a.txt"]


def test_read_articles_takes_a_glob(folder):
    here = folder({"x/a.txt": "They left.", "x/b.csv": "text\nb\n", "y/c.txt": "They came."})
    read, _ = articles.read_articles(here / "*" / "*.txt")
    assert sorted(read["source_path"]) == ["x/a.txt", "y/c.txt"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dozens of Syrians left for Libya on Monday, two men said.", "en"),
        ("Des dizaines de Syriens sont partis pour la Libye lundi.", "fr"),
        ("Десятки сирийцев отправились в Ливию в понедельник.", "ru"),
        ("Hmeimim, Idlib: HTS and the SAA clash.", "en"),
        ("غادر عشرات السوريين إلى ليبيا يوم الاثنين", "ar"),
    ],
)
def test_find_language_reads(text, language):
    assert articles.find_language(text) == language


def test_find_language_leaves_open_what_has_no_words():
    assert articles.find_language("12 — 13 …") is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({"a.odt": "x"}, "none of 1 files is of a kind", id="no known kind"),
        pytest.param({"a.txt": ""}, "empty; 1 files hold no text", id="empty"),
        pytest.param({}, "no file there", id="no file"),
    ],
)
def test_check_source_refuses(folder, files, said):
    with pytest.raises(articles.SourceError, match=said):
        articles.check_source(folder(files))


def test_check_source_refuses_what_is_not_there(tmp_path):
    with pytest.raises(articles.SourceError, match="no such file or folder"):
        articles.check_source(tmp_path / "none")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_check_source_refuses_an_unreadable_folder(tmp_path):
    tmp_path.chmod(0)
    with pytest.raises(articles.SourceError, match="cannot be listed"):
        articles.check_source(tmp_path)
    tmp_path.chmod(0o700)


def test_read_articles_follows_no_link_to_a_folder(folder, tmp_path):
    here = folder({"a/x.txt": "They left."})
    (here / "a" / "loop").symlink_to(here / "a")
    (here / "a" / "gone.txt").symlink_to(here / "nothing.txt")
    os.mkfifo(here / "a" / "pipe.txt")
    read, skipped = articles.read_articles(here / "a")
    assert len(read) == 1
    assert skipped[["source_path", "reason"]].values.tolist() == [
        ["gone.txt", "special"],
        ["loop", "special"],
        ["pipe.txt", "special"],
    ]


LEFT = "Dozens of mercenaries left for the front on Monday, two men said. Each was promised 1,500."
FOUND = {"title": "Men leave", "byline": "A. Writer", "publisher": "Post", "day": "2020-06-07"}
PAGE_HEAD = (
    '<meta property="og:site_name" content="Post"><meta name="author" content="A. Writer">'
    '<link rel="canonical" href="https://post.example/x">'
    '<meta property="article:modified_time" content="2024-01-01T00:00:00Z">'
)
PUBLISHED = '<meta property="article:published_time" content="2020-06-07T10:00:00+02:00">'
LINKED = (
    '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", '
    '"datePublished": "2020-06-07", "dateModified": "2024-01-01"}]}</script>'
)
FRONT = "title: Men leave\nauthors: [A. Writer]\npublisher: Post\ndate: 2020-06-07\n"
ITEM = (
    "<title>Men leave</title><link>https://post.example/x</link><author>A. Writer</author>"
    f"<pubDate>Sun, 07 Jun 2020 12:00:00 GMT</pubDate><description>{LEFT}</description>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title><entry><title>Men leave</title>'
    '<link rel="self" href="https://no.example"/><link href="https://post.example/x"/>'
    "<author><name>A. Writer</name></author><updated>2024-01-01T00:00:00Z</updated>"
    "<published>2020-06-07T12:00:00Z</published>"
    f'<content type="html">&lt;p&gt;{LEFT}&lt;/p&gt;</content></entry></feed>'
)
HEADERS = {
    "Subject": "Men leave",
    "From": '"A. Writer" <a@post.example>',
    "Date": "Sun, 07 Jun 2020 12:00:00 +0200",
}


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        pytest.param("a.html", made.page(LEFT, LEFT, head=PAGE_HEAD + PUBLISHED), FOUND, id="html"),
        pytest.param("a.htm", made.page(LEFT, LEFT, head=PAGE_HEAD + LINKED), FOUND, id="json-ld"),
        pytest.param("a.html", made.page(LEFT, head=PAGE_HEAD), {"day": None}, id="only modified"),
        pytest.param("a.md", f"---\n{FRONT}---\n\n{LEFT}", FOUND, id="front matter"),
        pytest.param("a.md", f"---\ndate: 2020-06\n---\n{LEFT}", {"day": "2020-06"}, id="month"),
        pytest.param("a.rss", made.feed(ITEM), FOUND, id="rss"),
        pytest.param("a.atom", ATOM, FOUND, id="atom"),
        pytest.param(
            "a.eml", made.mail(LEFT, **HEADERS), {**FOUND, "publisher": None}, id="mail"
        ),
        pytest.param("a.docx", made.docx("Men leave", LEFT), {"title": "Men leave"}, id="docx"),
        pytest.param("a.pdf", made.pdf(f"Men leave\n{LEFT}"), {"title": "Men leave"}, id="pdf"),
        pytest.param(
            "a.parquet",
            made.table(text=[LEFT], published=["2020-06-07"], publisher=["Post"]),
            {"day": "2020-06-07", "publisher": "Post"},
            id="parquet",
        ),
        pytest.param(
            "a.csv", f'byline;text\nA. B.;"{LEFT}"\n', {"byline": "A. B."}, id="semicolon"
        ),
        pytest.param("a.tsv", f"title\ttext\nMen\t{LEFT}\n", {"title": "Men"}, id="tsv"),
        pytest.param(
            "a.json", json.dumps({"items": [{"text": LEFT, "byline": ["A", "B"]}]}),
            {"byline": "A, B"}, id="json",
        ),
        pytest.param(
            "a.warc.gz",
            made.warc(("https://a.example/2020/06/07/x", "200 OK", "text/html", made.page(LEFT))),
            {"day": "2020-06-07", "title": "Men leave"},
            id="warc",
        ),
    ],
)  # fmt: skip
def test_read_articles_takes_what_a_format_says_of_itself(folder, name, content, known):
    row = one(folder, content, name).rename({"published_on": "day"})
    assert {field: None if row.isna()[field] else row[field] for field in known} == known
    assert LEFT in " ".join(row["text"].split())
    assert "modified" not in row["text"]


@pytest.mark.parametrize(
    ("columns", "record"),
    [
        ("text=body", {"body": "They left.", "text": "no"}),
        ("text=body, published=date", {"body": "They left.", "date": "2020"}),
    ],
)
def test_read_articles_maps_columns(folder, columns, record):
    here = folder({"a.jsonl": lines(record)})
    read, _ = articles.read_articles(here, columns=columns)
    assert read["text"].tolist() == ["They left."]
    assert "body" not in articles.unused_fields(here, columns=columns).get("a.jsonl", [])


@pytest.mark.parametrize("columns", ["body", "text=", "body=text", "text=a,text=b"])
def test_read_articles_refuses_a_wrong_mapping(folder, columns):
    with pytest.raises(ValueError, match="columns: "):
        articles.read_articles(folder({"a.txt": "They left."}), columns=columns)


def test_read_articles_has_a_row_for_everything_it_finds(folder):
    records = [{"text": "They left."}, {"text": "They left."}, {"text": ""}, {"text": "They came."}]
    here = folder({"a.jsonl": lines(*records), "b.txt": "They left.", "c.odt": "x"})
    read, skipped = articles.read_articles(here)
    assert len(read) + len(skipped) == 6
    assert sorted(skipped["reason"]) == ["copy", "copy", "empty", "format"]


def test_read_articles_takes_tags_out_of_fields(folder):
    row = one(folder, lines({"text": "<p>They left.</p><p>They came &amp; went.</p>"}), "a.jsonl")
    assert row["text"] == "They left.\n\nThey came & went."
    assert row["repairs"] == "HTML in the text: tags removed"


def test_read_articles_keeps_good_lines_around_bad_bytes(folder):
    content = '{"text": "Zoë left."}\n'.encode() + b'{"text": "Caf\xe9 closed."}\n'
    read, _ = articles.read_articles(folder({"a.jsonl": content}))
    assert sorted(read["text"]) == ["Café closed.", "Zoë left."]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", ".pdf"),
        (b"PK\x03\x04", ".zip"),
        (b"PAR1", ".parquet"),
        (b"\x1f\x8b\x08", ".warc"),
        (b"\n<!DOCTYPE html>", ".html"),
        (b"<?xml version='1.0'?><rss>", ".xml"),
        (b'{"text": "a"}\n{"text": "b"}', ".jsonl"),
        (b'[{"text": "a"}]', ".json"),
        (b"From: a\nTo: b\nSubject: c\n\nThey left.", ".eml"),
        (b"url,text\nu,They left.", ".csv"),
        (b'"Title";"text"\r\na;They left.', ".csv"),
        (b"First, they left.", ".txt"),
        (b'{\n  "text": "They left."\n}', ".json"),
        (b'{"text": "' + b"They left. " * 900, ".jsonl"),
        (b"---\ntitle: a\n---\n", ".md"),
        (b"They left, from: there.", ".txt"),
    ],
)
def test_guess_kind_tells(head, kind):
    assert formats.guess_kind(head) == kind


def test_keep_input_keeps_what_came(tmp_path):
    path = articles.keep_input(io.BytesIO(b'{"text": "They left."}'), tmp_path / "in")
    read, _ = articles.read_articles(path)
    assert path.name == "stdin.jsonl"
    path = articles.keep_input(io.BytesIO(b"a,body\n1,They left."), tmp_path / "in", "text=body")
    assert [one.name for one in (tmp_path / "in").iterdir()] == [path.name] == ["stdin.csv"]
    assert read["text"].tolist() == ["They left."]
    with pytest.raises(articles.SourceError, match="nothing came"):
        articles.keep_input(io.BytesIO(b" "), tmp_path)


def test_read_pdf_falls_back_where_letters_come_apart(monkeypatch):
    monkeypatch.setattr(pdfs, "_read_pages", lambda *_: ["T h e y l e f t o n M o n d a y"])
    file = formats.File(io.BytesIO(made.pdf(LEFT)), "a.pdf", "pdf", articles.Limits(), {}, {})
    given = pdfs.read_pdf(file)
    assert " ".join(given["text"].split()) == LEFT
    assert given["notes"] == ["read with pdfminer: the letters came apart"]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.html"])
def test_no_date_is_taken_from_the_clock_of_a_file(folder, name):
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(made.pdf(LEFT)))
    writer.add_metadata({"/CreationDate": "D:20240101000000Z", "/Title": "Document1"})
    writer.write(out := io.BytesIO())
    content = {"a.pdf": out.getvalue(), "a.docx": made.docx(LEFT), "a.html": made.page(LEFT)}
    assert one(folder, content[name], name).isna()["published_on"]
