"""What a reader is given, and what it gives back."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from condotta.articles.limits import Limits, NoArticleError


class File(NamedTuple):
    """One file, or member of an archive, that can be read and sought."""

    stream: BinaryIO
    place: str
    kind: str
    limits: Limits
    # Field of an article to column of a table, where it has another name there.
    columns: dict[str, str]
    # What is known of it from outside, such as the address under which it was archived.
    known: dict[str, str]
    depth: int = 0

    def content(self) -> bytes:
        """Return all bytes; raise `NoArticleError` if they are more than one report may have."""
        most = self.limits.file_mb * 2**20
        content = self.stream.read(most + 1)
        if len(content) > most:
            said = f"more than {self.limits.file_mb} MB; allow more with -p file_mb=..."
            raise NoArticleError("too_large", said)
        return content


class Piece(NamedTuple):
    """One article that may be in a file; it is read when `read` is called, and not before."""

    place: str
    kind: str
    read: Callable[[], dict]
    # Columns of its table, to tell which of them nothing takes.
    names: tuple[str, ...] = ()


Reader = Callable[[File], Iterator[Piece]]
# Takes the file around it, name and stream of what is in it, and optionally place and `known`.
PiecesOf = Callable[..., Iterator[Piece]]


def refuse(place: str, kind: str, reason: str, detail: str) -> Piece:
    """Return a piece that gives no article, for this reason."""

    def read() -> dict:
        raise NoArticleError(reason, detail)

    return Piece(place, kind, read)


def whole(read: Callable[[File], dict]) -> Reader:
    """Return a reader of files that hold one article each."""

    def pieces(file: File) -> Iterator[Piece]:
        yield Piece(file.place, file.kind, lambda: read(file))

    return pieces
