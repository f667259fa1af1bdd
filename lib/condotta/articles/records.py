"""Tables of articles: JSON, JSON lines, CSV, TSV and Parquet, one article a record."""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from condotta.articles import cleaning, markup
from condotta.articles.limits import NoArticleError
from condotta.articles.pieces import File, Piece, refuse

FIELDS = ("url", "publisher", "published", "title", "byline", "text")


def read_columns(columns: str) -> dict[str, str]:
    """Return which column of a table holds which field, from ``text=body,published=date``.

    Raises
    ------
    ValueError
        If a field is unknown or given twice.

    Examples
    --------
    >>> read_columns("text=body, published=date")
    {'text': 'body', 'published': 'date'}
    """
    pairs = [part.partition("=") for part in columns.split(",") if part.strip()]
    named = {field.strip(): column.strip() for field, _, column in pairs}
    if wrong := [field for field, column in named.items() if field not in FIELDS or not column]:
        raise ValueError(
            f"columns: {wrong[0]!r}; give them as text=body,published=date, "
            f"with the fields {', '.join(FIELDS)}."
        )
    if len(named) < len(pairs):
        raise ValueError(f"columns: a field is given twice in {columns!r}.")
    return named


def _piece(file: File, place: int, record: dict[str, Any], notes: Iterable[str] = ()) -> Piece:
    return Piece(
        f"{file.place}:{place}", file.kind, lambda: _fields(file, record, notes), tuple(record)
    )


def _fields(file: File, record: dict[str, Any], notes: Iterable[str]) -> dict:
    """Return the fields of one record; a list of names is one byline."""
    given = dict(file.known)
    notes = list(notes)
    for field in FIELDS:
        value = record.get(file.columns.get(field, field))
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = ", ".join(value)
        if isinstance(value, dict | list | bytes):
            notes.append(f"{field} is no text and was left aside")
        elif value is not None and str(value).strip():
            given[field] = str(value)
    if markup.has_tags(given.get("text", "")):
        given["text"] = markup.strip_tags(given["text"])
        notes.append("HTML in the text: tags removed")
    return {**given, "notes": notes}


def _text_of(file: File) -> tuple[io.TextIOBase, list[str]]:
    """Return a table's text as a stream, however long it is, and what was guessed for it."""
    encoding = cleaning.find_encoding(file.stream.read(4096))
    file.stream.seek(0)
    if encoding != "utf-8":
        text, notes = cleaning.decode(file.content())
        return io.StringIO(text, newline=""), notes
    clean = _is_utf8(file)
    file.stream.seek(0)
    text = io.TextIOWrapper(file.stream, "utf-8", errors="cp1252", newline="")
    return text, [] if clean else ["encoding guessed: cp1252"]


def _is_utf8(file: File) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.stream.read(2**20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def read_json_lines(file: File) -> Iterator[Piece]:
    """Yield one piece a line; a line that is no JSON object costs itself."""
    text, notes = _text_of(file)
    for number, line in enumerate(_lines(text, file.limits.file_mb * 2**20), start=1):
        if line is None:
            yield refuse(f"{file.place}:{number}", file.kind, "too_large", "a line without end")
        elif line.strip():
            yield _read_line(file, number, line, notes)


def _lines(text: io.TextIOBase, most: int) -> Iterator[str | None]:
    """Yield lines, and None for one that is longer than `most`."""
    while line := text.readline(most):
        if len(line) < most or line.endswith("\n"):
            yield line
            continue
        while rest := text.readline(most):
            if rest.endswith("\n"):
                break
        yield None


def _read_line(file: File, number: int, line: str, notes: list[str]) -> Piece:
    place = f"{file.place}:{number}"
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return refuse(place, file.kind, "json", f"line {number} is not JSON: {error}")
    if not isinstance(record, dict):
        return refuse(place, file.kind, "json", f"line {number} is no JSON object")
    return _piece(file, number, record, notes)


def read_json(file: File) -> Iterator[Piece]:
    """Yield one piece a record of a JSON file: a list of objects, one object, or JSON lines."""
    text, notes = cleaning.decode(file.content())
    try:
        data = json.loads(text)
    except RecursionError:
        raise NoArticleError("json", "nested too deep") from None
    except ValueError as error:
        if "\n" not in text.strip() or "Extra data" not in str(error):
            raise NoArticleError("json", f"not JSON: {error}") from None
        file.stream.seek(0)
        yield from read_json_lines(file)
        return
    for number, record in enumerate(_records_of(data), start=1):
        if isinstance(record, dict):
            yield _piece(file, number, record, notes)
        else:
            yield refuse(f"{file.place}:{number}", file.kind, "json", "no JSON object")


def _records_of(data: Any) -> list:
    """Return the records of a JSON file; an object around the one list of objects is unwrapped."""
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        raise NoArticleError("json", "no JSON object and no list of them")
    lists = [v for v in data.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    return lists[0] if len(lists) == 1 and not set(data) & {"text", "title"} else [data]


def read_csv(file: File) -> Iterator[Piece]:
    """Yield one piece a row of a CSV or TSV file; a ragged row costs itself."""
    csv.field_size_limit(file.limits.file_mb * 2**20)
    text, notes = _text_of(file)
    first = text.readline()
    text.seek(0)
    rows = csv.reader(text, delimiter=_delimiter(first.lstrip("\ufeff")), strict=True)
    try:
        head = [name.lstrip("\ufeff") for name in next(rows)]
        _check_columns(file, head)
        for row in rows:
            if len(row) == len(head):
                yield _piece(file, rows.line_num, dict(zip(head, row, strict=True)), notes)
            elif row:
                said = f"the row ending on line {rows.line_num} has {len(row)} cells of {len(head)}"
                yield refuse(f"{file.place}:{rows.line_num}", file.kind, "csv", said)
    except csv.Error as error:
        said = f"line {rows.line_num}: {error}; the rest is not read"
        yield refuse(f"{file.place}:{rows.line_num}", file.kind, "csv", said)


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)


def _check_columns(file: File, head: Iterable[str]) -> None:
    wanted = [file.columns.get("text", "text"), *file.columns.values()]
    if missing := [name for name in wanted if name not in head]:
        raise NoArticleError(
            "columns",
            f"no column `{missing[0]}`; the columns are {list(head)[:12]}; "
            "say which is which with --columns text=...",
        )


def read_parquet(file: File) -> Iterator[Piece]:
    """Yield one piece a row of a Parquet file; nothing in it is unpickled."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        table = parquet.ParquetFile(file.stream, page_checksum_verification=True)
        names = table.schema_arrow.names
        _check_columns(file, names)
        wanted = [n for n in names if n in {file.columns.get(field, field) for field in FIELDS}]
        number = 0
        for batch in table.iter_batches(batch_size=64, columns=wanted, use_threads=False):
            for record in batch.to_pylist():
                number += 1
                yield _piece(file, number, dict.fromkeys(names) | record)
    except (arrow.ArrowException, OSError) as error:
        said = str(error).splitlines()[0]
        raise NoArticleError("damaged", f"no Parquet that can be read: {said}") from None
