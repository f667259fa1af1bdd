"""A folder of damaged and hostile files: what is good in it is read, the rest has its reason."""

import csv
import json
import os
import re
import resource
import struct
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import made
import pytest

from condotta import articles
from condotta.articles import isolation

TEXT = "Dozens of mercenaries left for the front on Monday, two men said. Each was promised 1,500."
LOLS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LOLS}]>'
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LIMITS = articles.Limits(
    seconds=12, memory_mb=500, file_mb=4, archive_mb=40, text_chars=300_000, members=60
)


def text(mark):
    """A report that no other file of the folder holds."""
    return f"{TEXT} This is report {mark}."


def deep(depth, mark):
    return made.page("<div>" * depth + text(mark) + "</div>" * depth)


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 8]) + content[place + 1 :]


def lying_zip():
    """A zip whose list of contents says that the one member has ten bytes."""
    content = bytearray(made.zipped([("a.txt", text("lie") * 1000)]))
    head, entry = 0, content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, head + 22, 10)
    struct.pack_into("<I", content, entry + 24, 10)
    return bytes(content)


def locked_zip():
    content = bytearray(made.zipped([("a.txt", text("locked"))]))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def linked_zip():
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = 0o120777 << 16
    return made.zipped([(link, "/etc/passwd")])


def nested_zip(depth):
    content = made.zipped([("a.txt", text("core"))])
    for _ in range(depth):
        content = made.zipped([("inner.zip", content)])
    return content


def looping_pdf():
    """A PDF whose page tree holds itself."""
    return made.assemble(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"]
    )


def bomb_pdf():
    drawn = b"BT /F1 12 Tf " + b"(lol) Tj " * 30_000_000
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>"
    )
    return made.assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
            made.stream(drawn, compress=True),
            page,
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def pickled():
    return b"cposix\nsystem\n(S'touch /tmp/condotta-was-here'\ntR."


def archived(mark, *, packed=True):
    """A web archive of two pages."""
    return made.warc(
        *((f"https://a.example/{n}", "200 OK", "text/html", made.page(text(f"{mark} {n}")))
          for n in (1, 2)), packed=packed)  # fmt: skip


LONG = b"0" * 50_000_000

# File name, what it holds, and what comes of it: a mark for each text that is read, the reason of
# each row in `skipped`.
FILES = [
    ("good.txt", text("txt"), ["txt"], []),
    ("good.md", f"---\ntitle: Men leave\n---\n{text('md')}", ["md"], []),
    ("good.html", made.page(text("html"), text("html")), ["html"], []),
    ("good.pdf", made.pdf(text("pdf")), ["pdf"], []),
    ("good.docx", made.docx(text("docx")), ["docx"], []),
    ("good.eml", made.mail(text("eml"), Subject="Men leave"), ["eml"], []),
    ("good.json", json.dumps([{"text": text("json")}]), ["json"], []),
    ("good.parquet", made.table(text=[text("parquet")]), ["parquet"], []),
    ("good.rss", made.feed(f"<description>{text('rss')}</description>"), ["rss"], []),
    ("good.warc.gz", archived("warc"), ["warc 1", "warc 2"], []),
    ("good.zip", made.zipped([("in/a.txt", text("zip"))]), ["zip"], []),
    # Nothing, or no text.
    ("empty.txt", "", [], ["empty"]),
    ("blank.txt", " \n\t\ufeff\n", [], ["empty"]),
    ("mark.txt", b"\xef\xbb\xbf", [], ["empty"]),
    ("dots.txt", "… — …", [], ["empty"]),
    ("nul.txt", b"\0" * 5000, [], ["binary"]),
    ("noise.txt", bytes(range(256)) * 40, [], ["binary"]),
    ("program.txt", b"\x7fELF" + b"\1\2\3\0\0\0" * 900, [], ["binary"]),
    ("photo.jpg", b"\xff\xd8\xff", [], ["format"]),
    ("no-suffix", "x", [], ["format"]),
    (".hidden.txt", "x", [], ["hidden"]),
    (".git/objects.txt", "x", [], ["hidden"]),
    ("README.md", "x", [], ["documentation"]),
    # Too much.
    ("large.txt", text("large") * 60_000, [], ["too_large"]),
    ("long.txt", text("long") * 4000, [], ["too_large"]),
    (
        "line.jsonl",
        f'{{"text": "{"x" * 5_000_000}"}}\n{{"text": "{text("after")}"}}',
        ["after"],
        ["too_large"],
    ),
    ("field.csv", f"text,url\n{'x' * 5_000_000},u\n", [], ["csv"]),
    # Other encodings, and what no table can hold.
    ("latin.txt", text("café").encode("cp1252"), ["café"], []),
    ("wide.txt", text("wide").encode("utf-16"), ["wide"], []),
    ("marks.txt", text("\u202eright\u202c to \u200bleft\x00"), ["right to left\ufffd"], []),
    ("half.jsonl", json.dumps({"text": text("half \ud83d")}), ["half \ufffd"], []),
    ("ends.txt", f"Men\r\nleave\r{text('ends')}", ["ends"], []),
    # Tables.
    ("cut.jsonl", f'{{"text": "{text("whole line")}"}}\n{{"text": "cut', ["whole line"], ["json"]),
    ("deep.jsonl", "[" * 100_000, [], ["json"]),
    ("deep.json", '{"text":' * 100_000, [], ["json"]),
    ("list.json", "[1, 2]", [], ["json", "json"]),
    ("open.csv", f'text\n"{text("never closed")}\n', [], ["csv"]),
    ("ragged.csv", f"url,text\nu,{text('row').replace(',', '')}\nu\n", [], ["csv"]),
    ("body.csv", "title,body\na,b\n", [], ["columns"]),
    ("cut.parquet", made.table(text=[text("lost")])[:-30], [], ["damaged"]),
    ("flip.parquet", flipped(made.table(text=[text("flip")]), 60), [], ["damaged"]),
    ("noise.parquet", b"PAR1" + bytes(range(256)) + b"PAR1", [], ["damaged"]),
    ("pickle.parquet", made.table(text=[pickled()]), [], ["empty"]),
    ("body.parquet", made.table(body=["x"]), [], ["columns"]),
    # XML.
    ("laughs.rss", made.feed("<description>&l9;</description>", top=LAUGHS), [], ["xml_entities"]),
    ("quadratic.rss", made.feed("&a;" * 9999, top=QUADRATIC), [], ["xml_entities"]),
    ("outside.rss", made.feed("&x;", top=OUTSIDE), [], ["xml_entities"]),
    (
        "cut.rss",
        made.feed(f"<description>{text('entry')}</description>")[:-16] + "<item>",
        ["entry"],
        ["damaged"],
    ),
    ("map.xml", "<urlset><url/></urlset>", [], ["format"]),
    # Pages.
    *(
        (f"deep-{n}.html", deep(n, f"deep {n}"), [f"deep {n}"], [])
        for n in (250, 300, 3000, 16_000, 200_000)
    ),
    ("blank.html", "<html><body><script>x()</script></body></html>", [], ["no_main_text"]),
    ("rot.html", made.page(text("rot"), head="<meta charset=rot13>"), ["rot"], []),
    ("open.html", "<html><body><p>" + text("open") + "<div><table><tr><td", ["open"], []),
    ("many.html", made.page(text("many"), "<b a=1 a=2>" * 20_000), ["many"], []),
    # PDF.
    ("cut.pdf", made.pdf(text("cut"))[:300], [], ["damaged"]),
    ("noise.pdf", "x", [], ["damaged"]),
    ("scan.pdf", made.pdf("", ""), [], ["no_text_layer"]),
    ("locked.pdf", made.encrypted_pdf(text("locked"), "secret"), [], ["encrypted"]),
    ("open.pdf", made.encrypted_pdf(text("no password"), ""), ["no password"], []),
    ("loop.pdf", looping_pdf(), [], ["damaged"]),
    ("bomb.pdf", bomb_pdf(), [], ["damaged"]),
    ("page.pdf", made.page(text("page"), text("page")), ["page"], []),
    # Word and mail.
    ("bomb.docx", made.zipped([("word/document.xml", b" " * 2**25)]), [], ["zip_bomb"]),
    (
        "laughs.docx",
        made.zipped([("word/document.xml", f"{LAUGHS}<rss>&l9;</rss>")]),
        [],
        ["xml_entities"],
    ),
    ("cut.docx", made.docx(text("cut"))[:-60], [], ["damaged"]),
    ("other.docx", made.zipped([("a.txt", "x")]), [], ["damaged"]),
    ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99, [], ["encrypted"]),
    ("bare.eml", "Subject: x\n\n", [], ["empty"]),
    ("rot.eml", f"Content-Type: text/plain; charset=rot13\n\n{text('mail rot')}", ["mail rot"], []),
    (
        "nest.eml",
        "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000)),
        [],
        ["damaged"],
    ),
    (
        "with.eml",
        made.mail(
            text("with"), attached=[("a.txt", text("attached").encode()), ("run.exe", b"MZ")]
        ),
        ["with", "attached"],
        ["format"],
    ),
    ("bad.md", f"---\na: [\n---\n{text('x')}", [], ["damaged"]),
    (
        "call.md",
        f"---\ntitle: !!python/object/apply:os.system ['true']\n---\n{text('call')}",
        ["call"],
        [],
    ),
    # Archives.
    ("bomb.zip", made.zipped([("a.txt", b"0" * 2**25)]), [], ["zip_bomb"]),
    ("many.zip", made.zipped([(f"{n}.txt", str(n)) for n in range(99)]), [], ["zip_bomb"]),
    ("nested.zip", nested_zip(6), [], ["archive"]),
    (
        "up.zip",
        made.zipped(
            [
                ("../../up.txt", "x"),
                ("/tmp/abs.txt", "x"),
                ("C:\\win.txt", "x"),
                ("ok.txt", text("beside")),
            ]
        ),
        ["beside"],
        ["unsafe_name"] * 3,
    ),
    ("lines.zip", made.zipped([("a\nb.txt", text("broken name"))]), ["broken name"], []),
    ("lie.zip", lying_zip(), [], ["damaged"]),
    ("locked.zip", locked_zip(), [], ["encrypted"]),
    ("link.zip", linked_zip(), [], ["special"]),
    ("cut.zip", made.zipped([("a.txt", text("cut"))])[:-40], [], ["damaged"]),
    ("flip.zip", flipped(made.zipped([("a.txt", text("flip"))]), 60), [], ["damaged"]),
    ("cut.warc.gz", archived("cut packed")[:-40], ["cut packed 1"], ["truncated"]),
    ("flip.warc.gz", flipped(archived("flip"), 60), [], ["truncated"]),
    ("cut.warc", archived("cut", packed=False)[:-40], ["cut 1"], ["truncated"]),
    (
        "bomb.warc.gz",
        made.warc(("https://a.example", "200 OK", "text/html", LONG)),
        [],
        ["too_large", "truncated"],
    ),
    (
        "gone.warc.gz",
        made.warc(
            ("https://a.example/x", "404 Not Found", "text/html", "x"),
            ("https://a.example/y", "200 OK", "image/png", "x"),
        ),
        [],
        ["resource", "status"],
    ),
    (
        "page.wacz",
        made.zipped(
            [
                ("archive/../../a.warc", "x"),
                ("archive/a.warc.gz", archived("wacz")),
                ("pages/pages.jsonl", '{"url": "https://a.example/gone"}'),
            ]
        ),
        [],
        ["damaged", "resource"],
    ),
    # What a parser might do.
    ("die.txt", "!die", [], ["crashed"]),
    ("exit.txt", "!exit", [], ["crashed"]),
    ("hang.txt", "!hang", [], ["timeout"]),
    ("swell.txt", "!swell", [], ["memory"]),
    ("write.txt", "!write", [], ["forbidden"]),
    ("start.txt", "!start", [], ["forbidden"]),
    ("call.txt", "!call", [], ["forbidden"]),
    ("unpickle.txt", "!unpickle", [], ["forbidden"]),
    ("print.txt", "!print\n\n" + text("print"), ["print"], []),
    (
        "poison.zip",
        made.zipped([("1.txt", text("before")), ("2.txt", "!die"), ("3.txt", text("behind"))]),
        ["before", "behind"],
        ["crashed"],
    ),
    # Names.
    (os.fsdecode(b"caf\xe9.txt"), text("name"), ["name"], []),
    ("two\nlines.txt", text("lines"), ["lines"], []),
    ("<img src=x onerror=run()>.txt", text("image"), ["image"], []),
    ("=cmd|' '!A1.txt", text("formula"), ["formula"], []),
]


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    """The folder, read once by a process whose parser may do its worst."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, content, *_ in FILES:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "loop").symlink_to(folder)
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    os.mkfifo(folder / "pipe.txt")
    with pytest.MonkeyPatch.context() as patch:
        breaking = Path(__file__).with_name("breaking_child.py")
        patch.setattr(isolation, "COMMAND", (sys.executable, str(breaking)))
        read = articles.read_articles(folder, limits=LIMITS)
    isolation.open_child(LIMITS).close()
    return read


def shown(name):
    return os.fsencode(name).decode("utf-8", "replace").replace("\n", "\ufffd")


def of_file(frame, name):
    """The rows of one file, or of what is in it."""
    paths = frame["source_path"].str.split("; ")
    return frame[[any(p == name or p.startswith((f"{name}/", f"{name}:")) for p in ps)
                  for ps in paths]]  # fmt: skip


@pytest.mark.parametrize(("name", "marks", "reasons"), [
    pytest.param(name, marks, reasons, id=shown(name)) for name, _, marks, reasons in FILES
])  # fmt: skip
def test_a_file_is_read_or_has_its_reason(reading, name, marks, reasons):
    read, skipped = (of_file(frame, shown(name)) for frame in reading)
    assert sorted(skipped["reason"]) == sorted(reasons), skipped["detail"].tolist()
    found = [mark for mark in marks if read["text"].str.contains(f"is report {mark}.").any()]
    assert found == marks


def test_the_folder_holds_enough():
    assert len(FILES) >= 60
    assert len({reason for *_, reasons in FILES for reason in reasons}) >= 20


def test_every_reason_is_known(reading):
    assert set(reading.skipped["reason"]) <= set(articles.REASONS)


def test_links_and_pipes_are_not_followed(reading):
    special = reading.skipped[reading.skipped["reason"] == "special"]
    assert {"gone.txt", "loop", "pipe.txt"} <= set(special["source_path"])


def test_nothing_was_executed_or_written(reading):
    assert not Path("/tmp/condotta-was-here").exists()
    assert not Path("/tmp/abs.txt").exists()


def test_every_place_is_one_line(reading):
    paths = [path for frame in reading for path in frame["source_path"]]
    assert not [path for path in paths if "\n" in path]


@pytest.mark.parametrize(("name", "note"), [
    ("latin.txt", "encoding guessed: cp1252"),
    ("marks.txt", "1 unprintable characters replaced; 3 invisible characters removed"),
    ("half.jsonl", "1 unprintable characters replaced"),
    ("page.pdf", "named .pdf, read as .html"),
    ("deep-300.html", "HTML nested deeper than 250: all words of the page taken"),
    ("deep-200000.html", "HTML nested deeper than 250: all words of the page taken"),
])  # fmt: skip
def test_what_was_mended_is_said(reading, name, note):
    assert note in of_file(reading.articles, name)["repairs"].item()


def test_a_table_holds_all_of_it(reading, tmp_path):
    from condotta import tables

    for name, frame in reading._asdict().items():
        tables.write(tmp_path, name, frame)
        assert tables.read(tmp_path, name).equals(frame)


def test_every_character_keeps_its_place_in_the_pipeline(reading, nlp):
    for text in reading.articles["text"]:
        doc = nlp.make_doc(text)
        assert doc.text == text
        assert all(text[token.idx :].startswith(token.text) for token in doc)


def test_reading_keeps_within_its_memory(reading):
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak_mb = peak / (2**20 if sys.platform == "darwin" else 2**10)
    assert peak_mb < LIMITS.memory_mb + 500


@pytest.fixture
def breaking(monkeypatch):
    """Limits of their own, for a process of its own that may do its worst."""
    child = Path(__file__).with_name("breaking_child.py")
    monkeypatch.setattr(isolation, "COMMAND", (sys.executable, str(child)))
    limits = LIMITS._replace(seconds=20)
    yield limits
    isolation.open_child(limits).close()


def test_a_file_that_kills_again_and_again_is_given_up(breaking, monkeypatch, tmp_path):
    monkeypatch.setattr(isolation, "DEATHS", 2)
    members = [("1.txt", text("first")), *((f"{n}.txt", "!exit") for n in range(2, 6))]
    (tmp_path / "a.zip").write_bytes(made.zipped(members))
    (tmp_path / "b.txt").write_text(text("second"))
    read, skipped = articles.read_articles(tmp_path, limits=breaking)
    assert len(read) == 2
    assert skipped["source_path"].tolist() == ["a.zip", "a.zip/2.txt", "a.zip/3.txt"]
    assert skipped["reason"].tolist() == ["crashed"] * 3


def test_a_reader_that_does_not_start_is_said_to(monkeypatch, tmp_path):
    monkeypatch.setattr(isolation, "COMMAND", (sys.executable, "-c", "pass"))
    (tmp_path / "a.txt").write_text(text("none"))
    with pytest.raises(RuntimeError, match="does not start; `condotta doctor` says why"):
        articles.read_articles(tmp_path, limits=LIMITS._replace(seconds=21))


def test_reading_that_is_broken_off_does_not_mix_answers(breaking, tmp_path):
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text(n)}) for n in range(50)))
    (tmp_path / "b.txt").write_text(text("other"))
    child = isolation.open_child(breaking)
    answers = child.read(str(tmp_path / "a.jsonl"), "a.jsonl", "jsonl")
    next(answers)
    answers.close()
    (other,) = child.read(str(tmp_path / "b.txt"), "b.txt", "txt")
    assert other.row["text"] == text("other")


CANARY = "<img src=x onerror=canary()>"
CLAIMS = (
    "ANKARA — Turkey sent 300 Syrian mercenaries to Libya, {who} said on Monday. Each was paid "
    "$1,500 a month, the Syrian Observatory for Human Rights said. Russia denied it."
)


class Live(HTMLParser):
    """Whether an element of the canary is in a page, as an element and not as text."""

    found = False

    def handle_starttag(self, tag, attrs):
        self.found = self.found or any("canary" in str(value) for _, value in attrs)


def is_live(html):
    parser = Live()
    parser.feed(html)
    return parser.found


def shown_html(path):
    """Everything that a notebook shows as HTML."""
    cells = json.loads(path.read_text())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """A run over reports whose names, titles and addresses are HTML and formulas."""
    from condotta import walk

    folder = tmp_path_factory.mktemp("walked")
    records = [
        {"text": CLAIMS.format(who=f"{CANARY} Bashir"), "title": f"=1+1 {CANARY} {n}",
         "publisher": f"{CANARY} Post {n}", "url": f"javascript:canary({n})",
         "published": f"2020-0{n}-01"}
        for n in (1, 2)
    ]  # fmt: skip
    (folder / "in").mkdir()
    (folder / "in" / f"a{CANARY}.jsonl".replace("/", "")).write_text(
        "\n".join(json.dumps(record) for record in records)
    )
    (folder / "in" / f"{CANARY}.pdf".replace("/", "")).write_bytes(made.pdf(""))
    return walk.run(folder / "in", folder / "run")


def test_a_walk_says_that_a_report_was_lost(walked):
    assert walked.lost == 1
    assert "no text layer" in walked.report.read_text()


def test_no_name_becomes_an_element_of_a_page(walked):
    pages = [walked.report.read_text()]
    for path in sorted((walked.run_dir / "notebooks").glob("*.ipynb")):
        pages += shown_html(path)
    assert any("canary" in page for page in pages)
    assert not [page for page in pages if is_live(page)]


def test_no_cell_of_a_csv_file_is_a_formula(walked):
    paths = sorted((walked.run_dir / "figures").glob("*.csv"))
    cells = [cell for path in paths for row in csv.reader(path.open()) for cell in row]
    assert cells
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)]
