"""Word documents and mails."""

import io
import re
import zipfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from condotta.articles import archives, cleaning, markup, xml
from condotta.articles.limits import NoArticleError
from condotta.articles.pieces import File, Piece, PiecesOf

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_OLE = b"\xd0\xcf\x11\xe0"


def read_docx(file: File) -> dict:
    """Return the article of a Word document: its paragraphs, cells of tables and footnotes.

    Who saved it and when is left aside: that is no byline and no date of publication. Text that
    was deleted with changes tracked is not read.
    """
    if file.stream.read(4) == _OLE:
        raise NoArticleError("encrypted", "needs a password, or is an old .doc; save it as .docx")
    with archives.opened(file) as packed:
        names = [n for n in ("word/document.xml", "word/footnotes.xml") if n in packed.namelist()]
        if "word/document.xml" not in names:
            raise NoArticleError("damaged", "no Word document: it holds no word/document.xml")
        paragraphs = [line for name in names for line in _paragraphs(packed, name)]
    return {**file.known, "text": "\n\n".join(paragraphs), "notes": []}


def _paragraphs(packed: zipfile.ZipFile, name: str) -> Iterator[str]:
    ignored = 0
    words: list[str] = []
    with packed.open(name) as stream:
        for event, element in xml.walk(stream):
            if element.tag == _FALLBACK:  # the same words again, for older programs
                ignored += 1 if event == "start" else -1
            elif event == "end" and not ignored:
                if element.tag == f"{_W}t":
                    words.append(element.text or "")
                elif element.tag in _MARKS:
                    words.append(_MARKS[element.tag])
                elif element.tag == f"{_W}p":
                    yield from filter(None, ["".join(words).strip()])
                    words.clear()
            if event == "end":
                element.clear()


def read_mail(file: File, pieces_of: PiecesOf) -> Iterator[Piece]:
    """Yield the text of a mail, and what is attached to it.

    The sender is the byline and the date of the mail the date of publication. Pictures shown in
    the mail itself are no attachments.
    """
    message = message_from_bytes(file.content(), policy=policy.default)
    yield Piece(file.place, file.kind, lambda: _read_body(message))
    for part in message.iter_attachments() if message.is_multipart() else []:
        name = part.get_filename() or f"part.{part.get_content_subtype()}"
        if part.get_content_maintype() != "image" or not part.get("Content-ID"):
            yield from pieces_of(file, name, io.BytesIO(part.get_payload(decode=True) or b""))


def _read_body(message: EmailMessage) -> dict:
    body = message.get_body(("plain", "html"))
    if body is None:
        raise NoArticleError("empty", "a mail without text")
    content = body.get_payload(decode=True) or b""
    text, notes = cleaning.decode(content, body.get_content_charset())
    if body.get_content_subtype() == "html":
        text = markup.strip_tags(text)
    sender = str(message.get("From") or "")
    return {
        "title": str(message.get("Subject") or ""),
        "byline": re.sub(r"\s*<[^<>]*>\s*$", "", sender).strip('"') or sender,
        "published": str(message.get("Date") or ""),
        "text": text,
        "notes": notes,
    }
