"""Which reader reads which file: by its name, and by its first bytes where these say otherwise."""

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from condotta.articles import archives, cleaning, documents, feeds, pages, pdfs, records, texts
from condotta.articles.limits import Limits, NoArticleError
from condotta.articles.pieces import File, Piece, Reader, refuse, whole

READERS: dict[str, Reader] = {
    ".txt": whole(texts.read_text),
    ".md": whole(texts.read_markdown),
    ".html": whole(pages.read_page),
    ".pdf": whole(pdfs.read_pdf),
    ".docx": whole(documents.read_docx),
    ".json": records.read_json,
    ".jsonl": records.read_json_lines,
    ".csv": records.read_csv,
    ".tsv": records.read_csv,
    ".parquet": records.read_parquet,
    ".xml": feeds.read_feed,
}
# Those that hold files of other kinds.
CONTAINERS = {
    ".eml": documents.read_mail,
    ".zip": archives.read_zip,
    ".wacz": archives.read_wacz,
    ".warc": archives.read_warc,
}
OTHER_NAMES = {
    ".text": ".txt",
    ".markdown": ".md",
    ".htm": ".html",
    ".xhtml": ".html",
    ".ndjson": ".jsonl",
    ".tab": ".tsv",
    ".rss": ".xml",
    ".atom": ".xml",
    ".warc.gz": ".warc",
}
FORMATS = (*READERS, *CONTAINERS, *OTHER_NAMES)
# Files that accompany articles; the first word of the file name decides.
DOCUMENTATION = {"readme", "license", "licence", "copying", "notice", "changelog", "authors"}
# Read as streams; the size of one report does not bound them.
_LONG = {".jsonl", ".csv", ".tsv", ".parquet", *CONTAINERS} - {".eml"}
_SOUGHT = {".docx", ".parquet", ".wacz", ".zip"}
_MAIL_LINE = re.compile(rb"(?:from|to|received|return-path|date|subject|mime-version): ", re.I)


def find_kind(name: str) -> str | None:
    """Return the suffix under which a file is read, or None.

    Examples
    --------
    >>> find_kind("Crawl.WARC.gz"), find_kind("page.htm"), find_kind("photo.jpg")
    ('.warc', '.html', None)
    """
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    for suffix in ("".join(suffixes[-2:]), *suffixes[-1:]):
        if suffix in FORMATS:
            return OTHER_NAMES.get(suffix, suffix)
    return None


def find_reason(name: str) -> tuple[str, str] | None:
    """Return why a file of this name is not read, as reason and detail, or None."""
    path = PurePosixPath(name)
    if "__MACOSX" in path.parts or any(re.match(r"\.[^.]", part) for part in path.parts):
        return "hidden", "a hidden file; rename it if it holds an article"
    if re.split(r"[\W_]", path.stem.lower())[0] in DOCUMENTATION:
        return "documentation", "a file about the folder; rename it if it holds an article"
    if find_kind(name) is None:
        kinds = ", ".join((*READERS, *CONTAINERS))
        return "format", f"{path.suffix or 'no suffix'} is not read; {kinds} are"
    return None


def sniff(head: bytes) -> str | None:
    """Return the kind that the first bytes of a file leave no doubt about, or None."""
    start = head.lstrip(cleaning.BLANK)
    if start.startswith(b"%PDF-"):
        return ".pdf"
    if head.startswith(b"PAR1"):
        return ".parquet"
    if head.startswith(b"PK\x03\x04"):
        return ".zip"
    if re.match(rb"<(?:!doctype\s+html|html[\s>])", start, re.I):
        return ".html"
    return None


def guess_kind(head: bytes, columns: Collection[str] = records.FIELDS) -> str:
    """Return the likeliest kind of what comes without a name, as from standard input.

    It is a table with a header if the first line holds one of these columns beside others.
    """
    start = head.lstrip(cleaning.BLANK)
    first = start.partition(b"\n")[0]
    if kind := sniff(head):
        return kind
    if start.startswith(b"WARC/") or head.startswith(b"\x1f\x8b"):
        return ".warc"
    if start.startswith((b"<?xml", b"<rss", b"<feed")):
        return ".xml"
    if start.startswith((b"{", b"[")):
        return ".json" if first.strip() in {b"{", b"["} or first.startswith(b"[") else ".jsonl"
    if sum(bool(_MAIL_LINE.match(line)) for line in start.splitlines()[:20]) > 2:
        return ".eml"
    cells = {cell.strip(b'" \r') for cell in re.split(rb"[,;\t|]", first)}
    if len(cells) > 1 and cells & {column.encode() for column in columns}:
        return ".csv"
    return ".md" if start.startswith(b"---\n") else ".txt"


def find_pieces(file: File) -> Iterator[Piece]:
    """Yield every piece of a file; what cannot be read at all is one piece that says why.

    A file of another kind than its name says is read as what it is, which is noted.
    """
    head = file.stream.read(8192)
    file.stream.seek(0)
    if not head.strip(cleaning.BLANK):
        yield refuse(file.place, file.kind, "empty", "no text in the file")
        return
    kind, note = _true_kind(file, head)
    count = 0
    try:
        for piece in _read(file._replace(kind=kind.lstrip(".")), kind):
            count += 1
            yield _noted(piece, note) if note else piece
        if not count:
            yield refuse(file.place, file.kind, "empty", "no article in the file")
    except NoArticleError as skip:
        yield refuse(file.place, file.kind, skip.reason, skip.detail)


def _read(file: File, kind: str) -> Iterator[Piece]:
    if kind in _SOUGHT and isinstance(file.stream, zipfile.ZipExtFile):
        file = file._replace(stream=io.BytesIO(file.content()))
    if kind in CONTAINERS:
        yield from CONTAINERS[kind](file, find_member_pieces)
    else:
        yield from READERS[kind](file)


def _true_kind(file: File, head: bytes) -> tuple[str, str]:
    named, found = f".{file.kind}", sniff(head)
    packed = {".zip", ".docx", ".wacz"}
    if found is None or found == named or (found == ".zip" and named in packed):
        return named, ""
    return found, f"named {named}, read as {found}"


def _noted(piece: Piece, note: str) -> Piece:
    def read() -> dict:
        given = piece.read()
        return {**given, "notes": [note, *given["notes"]]}

    return piece._replace(read=read)


def find_member_pieces(
    outer: File,
    name: str,
    stream: BinaryIO,
    place: str | None = None,
    known: dict[str, str] | None = None,
) -> Iterator[Piece]:
    """Yield the pieces of a file inside another."""
    place = place or f"{outer.place}/{name}"
    if why := find_reason(name):
        yield refuse(place, outer.kind, *why)
        return
    kind = find_kind(name).lstrip(".")
    inner = File(stream, place, kind, outer.limits, outer.columns, known or {}, outer.depth + 1)
    for piece in find_pieces(inner):
        yield piece._replace(kind=f"{outer.kind}/{piece.kind}")


def check_size(kind: str, size: int, limits: Limits) -> None:
    """Raise `NoArticleError` if a file is larger than its kind may be."""
    name = "archive_mb" if kind in _LONG else "file_mb"
    most = getattr(limits, name)
    if size > most * 2**20:
        said = f"{size / 2**20:,.0f} MB, more than {most}; allow more with -p {name}=..."
        raise NoArticleError("too_large", said)
