"""Readers and rules on what nobody wrote: no error, no hang, nothing without a row."""

import json

import made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condotta import articles, quantities, tables
from condotta.articles import cleaning, isolation, markup, pdfs, publication

TEXT = "Dozens of mercenaries left for the front on Monday, two men said. Each was promised 1,500."
LIMITS = articles.Limits(seconds=20, memory_mb=600, file_mb=4, archive_mb=20)
SEEDS = {
    "txt": TEXT.encode(),
    "md": f"---\ntitle: Men leave\ndate: 2020-06\n---\n\n# Men\n\n* {TEXT}".encode(),
    "html": made.page(TEXT, TEXT, head="<meta charset=latin1>").encode(),
    "pdf": made.pdf(TEXT, TEXT, compress=True),
    "docx": made.docx("Men leave", TEXT),
    "eml": made.mail(TEXT, html=f"<p>{TEXT}</p>", Subject="Men", attached=[("a.txt", b"They")]),
    "json": json.dumps([{"text": TEXT, "published": "2020"}]).encode(),
    "jsonl": b"\n".join(json.dumps({"text": f"{TEXT} {n}"}).encode() for n in range(3)),
    "csv": f'url,text\nu,"{TEXT}"\nv,"{TEXT}"\n'.encode(),
    "parquet": made.table(text=[TEXT, None], published=["2020", "x"]),
    "xml": made.feed(f"<title>Men</title><description>{TEXT}</description>").encode(),
    "warc": made.warc(("https://a.example", "200 OK", "text/html", made.page(TEXT))),
    "wacz": made.zipped(
        [("archive/a.warc.gz", made.warc(("https://a.example", "200 OK", "text/plain", TEXT)))]
    ),
    "zip": made.zipped([("a.txt", TEXT), ("b.json", "[]"), ("c.pdf", made.pdf(TEXT))]),
}


@st.composite
def damaged_files(draw):
    """A file of some kind, cut, flipped, repeated in part, or with noise put in."""
    kind = draw(st.sampled_from(sorted(SEEDS)))
    content = bytearray(SEEDS[kind])
    for _ in range(draw(st.integers(1, 6))):
        at, to = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        how = draw(st.sampled_from(["flip", "cut", "repeat", "noise", "end"]))
        if how == "flip" and at < len(content):
            content[at] ^= draw(st.integers(1, 255))
        elif how == "cut":
            del content[at : min(to, at + 64)]
        elif how == "repeat":
            content[at:at] = content[at:to][:256] * draw(st.integers(1, 20))
        elif how == "noise":
            content[at:at] = draw(st.binary(max_size=64))
        elif how == "end":
            del content[max(1, at) :]
    return kind, bytes(content)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    yield tmp_path_factory.mktemp("fuzzed")
    isolation.open_child(LIMITS).close()


few = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@few
@given(file=damaged_files())
def test_a_damaged_file_gives_rows_or_reasons(place, file):
    check_file(place, *file)


def check_file(place, kind, content):
    path = place / f"a.{kind}"
    path.write_bytes(content)
    read, skipped = articles.read_articles(path, limits=LIMITS)
    assert len(read) + len(skipped) >= 1
    assert set(skipped["reason"]) <= set(articles.REASONS) - {"timeout", "crashed"}
    for name, frame in (("articles", read), ("skipped", skipped)):
        tables.write(place, name, frame)


@few
@given(content=st.binary(max_size=400), declared=st.none() | st.text(max_size=12))
def test_any_bytes_become_a_text_that_stays_as_it_is(content, declared):
    text, _ = cleaning.decode(content, declared)
    mended, _ = cleaning.mend(text)
    assert cleaning.mend(mended) == (mended, [])
    mended.encode()


@few
@given(text=st.text(max_size=300))
def test_any_text_has_a_head_that_can_be_read(text):
    published, _ = publication.find_published(text[:40], text, text)
    assert (published.published_on is None) == (published.published_precision is None)
    articles.find_title(text)
    articles.find_dateline(text)
    articles.find_language(text)
    markup.strip_tags(text)
    pdfs.join_lines(text)


@few
@given(
    url=st.from_regex(r"https://a\.b/\d{1,4}/(\d{1,2}|[a-z]{3})/\d{0,2}/x", fullmatch=True),
    day=st.from_regex(r"\d{0,4}[- ]?(\d{1,2}|Jan|Sept\.?)[ -]\d{0,4}( \d\d:\d\d(Z|\+\d\d:00)?)?"),
)
def test_any_date_is_a_date_or_none(url, day):
    from datetime import date

    found = publication.find_published(day, url, f"MOSCOW, {day} — They left.")[0].published_on
    if found:
        date(*(int(part) for part in [*found.split("-"), "1", "1"][:3]))


WORDS = [
    *("hundreds", "dozens", "of", "between", "and", "to", "from", "at", "least", "more", "than"),
    *("up", "some", "a", "an", "the", "per", "month", "a month", "daily", "years", "six", "half"),
    *("$", "€", "£", "USD", "dollars", "roubles", "liras", "million", "thousand", "bn", "k", "K"),
    *("1", "1,500", "1.500", "2,00", "0", "-", "–", "—", "/", "%", "1e9", "٣", "½", "²", "third"),
    *("fighters", "mercenaries", "men", "Syrians", "killed", "monthly", "salary", "in", "May"),
    *("2020", "31", "February", "Monday", "last", "week", "ago", ".", ",", "(", ")", "\n", "’s"),
]


@few
@given(words=st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=24))
def test_any_words_have_quantities_within_them(words):
    text = cleaning.mend(" ".join(words))[0]
    for found in quantities.find_quantities(text, published="2020-06-07"):
        assert 0 <= found.start < found.end <= len(text)
        if isinstance(found.min, int | float) and isinstance(found.max, int | float):
            assert found.min <= found.max
