"""Archives: zip, and the web archives WARC and WACZ. Nothing is unpacked to disk."""

import gzip
import io
import json
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from condotta.articles.limits import NoArticleError
from condotta.articles.pieces import File, Piece, PiecesOf, refuse

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

RATIO, DEPTH = 200, 3
# Kinds of content that may be an article, with the suffix of their kind.
_CONTENT = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}


@contextmanager
def opened(file: File) -> Iterator[zipfile.ZipFile]:
    """Open a zip file, unless its own list of contents says that it would burst.

    Python never reads more of a member than this list says, so that a list that lies costs the
    member and not the memory.
    """
    try:
        with zipfile.ZipFile(file.stream) as packed:
            _check_size(file, packed.infolist())
            yield packed
    except zipfile.BadZipFile as error:
        raise NoArticleError("damaged", f"no zip file that can be read: {error}") from None


def _check_size(file: File, members: list[zipfile.ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if size > file.limits.archive_mb * 2**20 or (size > 2**24 and size / packed > RATIO):
        raise NoArticleError(
            "zip_bomb",
            f"{packed:,} bytes would unpack to {size:,}; unpack it yourself if you know it",
        )
    if len(members) > file.limits.members:
        raise NoArticleError("zip_bomb", f"{len(members):,} members; split it")


def read_zip(file: File, pieces_of: PiecesOf) -> Iterator[Piece]:
    """Yield the pieces of every member."""
    if file.depth >= DEPTH:
        raise NoArticleError("archive", f"an archive nested deeper than {DEPTH}; unpack it")
    with opened(file) as packed:
        for member in packed.infolist():
            if not member.is_dir():
                yield from _read_member(file, packed, member, pieces_of)


def _read_member(
    file: File, packed: zipfile.ZipFile, member: zipfile.ZipInfo, pieces_of: PiecesOf
) -> Iterator[Piece]:
    name = member.filename
    try:
        _check_member(member)
        with packed.open(member) as stream:
            yield from pieces_of(file, name, stream)
    except NoArticleError as skip:
        yield refuse(f"{file.place}/{PurePosixPath(name).name}", "zip", skip.reason, skip.detail)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        yield refuse(f"{file.place}/{name}", "zip", "damaged", f"cannot be unpacked: {error}")


def _check_member(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member.filename):
        raise NoArticleError("unsafe_name", "its path leads out of the archive")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise NoArticleError("special", "a link")
    if member.flag_bits & 1:
        raise NoArticleError("encrypted", "needs a password; unpack it")


def read_wacz(file: File, pieces_of: PiecesOf) -> Iterator[Piece]:
    """Yield the pages of a WACZ file: those its own list names, or all if it has no list."""
    with opened(file) as packed:
        wanted = _pages(packed)
        found: set[str] = set()
        for member in packed.infolist():
            if re.fullmatch(r"archive/[^/]+\.warc(\.gz)?", member.filename):
                with packed.open(member) as stream:
                    inner = file._replace(stream=stream, place=f"{file.place}/{member.filename}")
                    yield from read_warc(inner, pieces_of, wanted, found)
        for url in sorted(wanted - found):
            said = f"{url} is listed as a page, but the archive does not hold it"
            yield refuse(f"{file.place}/pages", "wacz", "damaged", said)


def _pages(packed: zipfile.ZipFile) -> set[str]:
    """Return the addresses that a person archived, as against what those pages load."""
    urls = set()
    for name in packed.namelist():
        if re.fullmatch(r"pages/[^/]+\.jsonl", name):
            for line in packed.read(name).splitlines():
                try:
                    urls.add(str(json.loads(line)["url"]))
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue  # the header line, or damage that leaves the page to `read_warc`
    return urls


class _Unpacked(io.RawIOBase):
    """A stream of one or many gzip members that ends where it is damaged, and says so."""

    def __init__(self, stream: BinaryIO, most: int):
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        self.stream = gzip.GzipFile(fileobj=stream) if packed else stream
        self.left, self.damage = most, ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if self.damage:
            return 0
        try:
            content = self.stream.read1(min(len(buffer), self.left + 1))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self.damage = str(error)
            return 0
        self.left -= len(content)
        if self.left < 0:
            self.damage = "it unpacks to more than allowed"
        buffer[: len(content)] = content
        return len(content)


def read_warc(
    file: File,
    pieces_of: PiecesOf,
    wanted: frozenset[str] | set[str] = frozenset(),
    found: set[str] | None = None,
) -> Iterator[Piece]:
    """Yield the pages of a web archive that were answered in full; the rest is counted."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    unpacked = _Unpacked(file.stream, file.limits.archive_mb * 2**20)
    aside: Counter[str] = Counter()
    try:
        for number, record in enumerate(ArchiveIterator(io.BufferedReader(unpacked)), start=1):
            yield from _read_record(file, number, record, pieces_of, wanted, aside, found)
            while record.raw_stream.read(2**16):
                pass
            if getattr(record.raw_stream, "limit", 0) > 0:
                unpacked.damage = unpacked.damage or f"record {number} is shorter than it says"
    except ArchiveLoadFailed as error:
        unpacked.damage = unpacked.damage or str(error)
    if aside:
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(aside.items()))
        yield refuse(file.place, "warc", "resource", said)
    if unpacked.damage:
        said = f"{unpacked.damage}; what stands before is read"
        yield refuse(file.place, "warc", "truncated", said)


def _read_record(
    file: File,
    number: int,
    record: "ArcWarcRecord",
    pieces_of: PiecesOf,
    wanted: frozenset[str] | set[str],
    aside: Counter[str],
    found: set[str] | None,
) -> Iterator[Piece]:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    kind, _, charset = _content_type(record).partition(";")
    kind = kind.strip().lower()
    if record.rec_type not in {"response", "resource"}:
        return
    if kind not in _CONTENT or (wanted and url not in wanted):
        aside[kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "of no kind"] += 1
        return
    if found is not None:
        found.add(url)
    place, code = f"{file.place}:{number}", _status(record)
    if code.startswith("3"):
        aside["redirections"] += 1
    elif not code.startswith("2"):
        yield refuse(place, "warc", "status", f"{url} was answered with {code}")
    else:
        content = record.content_stream().read(file.limits.file_mb * 2**20 + 1)
        known = {"url": url}
        if match := re.search(r"charset=[\"']?([\w.:-]+)", charset):
            known["charset"] = match[1]
        yield from pieces_of(file, f"page{_CONTENT[kind]}", io.BytesIO(content), place, known)


def _content_type(record: "ArcWarcRecord") -> str:
    headers = record.http_headers or record.rec_headers
    return headers.get_header("Content-Type") or ""


def _status(record: "ArcWarcRecord") -> str:
    return record.http_headers.get_statuscode() if record.http_headers else "200"
