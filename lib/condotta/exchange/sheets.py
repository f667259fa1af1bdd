"""Whole tables: CSV, workbook, Parquet and SQLite, each with the data dictionary as a table."""

import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

from condotta import tables
from condotta.charts import safe_csv, safe_text
from condotta.exchange.contents import Contents
from condotta.exchange.verdicts import OF_CLAIMS, VERDICTS, list_verdicts, mark_claims
from condotta.tables import Column

DICTIONARY: Mapping[str, Column] = {
    "table": Column("the table"),
    "column": Column("the column"),
    "meaning": Column("what a value in it means"),
    "unit": Column("its unit"),
    "type": Column("type of its values: str, Int64, Float64, boolean"),
    "is_required": Column("whether every row has one", "boolean", "yes or no"),
    "allowed": Column("the values that it may hold, joined by '; '; empty where any may stand"),
}
COLUMNS: Mapping[str, Mapping[str, Column]] = {
    **tables.TABLES,
    "claims": tables.CLAIMS | OF_CLAIMS,
    "verdicts": VERDICTS,
    "dictionary": DICTIONARY,
}
SQL_TYPES = {"Int64": "INTEGER", "Float64": "REAL", "boolean": "INTEGER"}
MOST = 32_767  # characters that a cell of a workbook may hold
ROWS = 1_048_575  # rows that a sheet may hold below its header
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CUT = " [cut here]"
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # a workbook reads _x0041_ as A
EPOCH = (1980, 1, 1, 0, 0, 0)
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def to_csv(contents: Contents) -> dict[str, bytes]:
    """Return every table as CSV by name of file, no cell of which is taken for a formula."""
    return {f"{n}.csv": safe_csv(t).encode() for n, t in _sheets(contents).items()}


def to_parquet(contents: Contents) -> dict[str, bytes]:
    """Return every table as Parquet by name of file; each column carries its meaning and unit."""
    return {f"{n}.parquet": _parquet(n, t) for n, t in _sheets(contents).items()}


def to_sqlite(contents: Contents) -> bytes:
    """Return a SQLite database of every table; keys are primary keys, missing is NULL."""
    with closing(sqlite3.connect(":memory:")) as database:
        for name, table in _sheets(contents).items():
            _fill(database, name, table)
        database.commit()
        return database.serialize()


def to_xlsx(contents: Contents) -> bytes:
    """Return a workbook of every table; text is text, whatever it begins with.

    A text longer than a cell may hold ends with ``[cut here]``; the other forms have it whole.

    Raises
    ------
    ValueError
        If a table has more rows than a sheet may hold, naming it.
    """
    sheets = _sheets(contents)
    for name, table in sheets.items():
        if len(table) > ROWS:
            raise ValueError(
                f"xlsx: `{name}` has {len(table):,} rows, a sheet holds {ROWS:,}; "
                "use --to sqlite, parquet or csv."
            )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in (*_frame(list(sheets)), *_pages(sheets)):
            # a member without a moment of its own, so that the same tables give the same bytes
            book.writestr(zipfile.ZipInfo(name, EPOCH), DECLARED + part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _sheets(contents: Contents) -> dict[str, pd.DataFrame]:
    """Return every table of the run, the claims with what was decided, and what columns mean."""
    made = contents.run | {"claims": mark_claims(contents), "verdicts": list_verdicts(contents)}
    return {name: made[name] for name in COLUMNS if name in made} | {"dictionary": _describe()}


def _describe() -> pd.DataFrame:
    rows = [
        (table, name, c.meaning, c.unit, c.dtype, c.required, "; ".join(c.allowed))
        for table, columns in COLUMNS.items()
        for name, c in columns.items()
    ]
    described = pd.DataFrame(rows, columns=list(DICTIONARY))
    return described.replace("", pd.NA).astype({n: c.dtype for n, c in DICTIONARY.items()})


def _parquet(name: str, table: pd.DataFrame) -> bytes:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    bare = arrow.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    fields = [
        field.with_metadata({"meaning": column.meaning, "unit": column.unit})
        for field, column in zip(bare.schema, COLUMNS[name].values(), strict=True)
    ]
    sink = arrow.BufferOutputStream()
    parquet.write_table(bare.cast(arrow.schema(fields)), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _fill(database: sqlite3.Connection, name: str, table: pd.DataFrame) -> None:
    columns = ", ".join(
        f'"{column}" {SQL_TYPES.get(spec.dtype, "TEXT")}'
        f"{' PRIMARY KEY' if spec.key else ''}{' NOT NULL' if spec.required else ''}"
        for column, spec in COLUMNS[name].items()
    )
    database.execute(f'CREATE TABLE "{name}" ({columns})')
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    marks = ", ".join("?" * len(table.columns))
    database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)


def _pages(sheets: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, str]]:
    """Yield the sheets of a workbook, the first row bold and always in sight."""
    for number, table in enumerate(sheets.values(), start=1):
        header = "".join(_cell(name, ' s="1"') for name in table.columns)
        rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
        body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        yield (
            f"xl/worksheets/sheet{number}.xml",
            f'<worksheet xmlns="{SHEET}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            f"</sheetView></sheetViews><sheetData><row>{header}</row>{body}</sheetData></worksheet>",
        )


def _cell(value: object, style: str = "") -> str:
    """Return a cell: a number, or text that no program may take for a formula."""
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    text = ESCAPED.sub("_x005F_", UNPRINTABLE.sub(" ", safe_text(str(value))))
    if len(text) > MOST:
        text = text[: MOST - len(CUT)] + CUT
    return f'<c{style} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _frame(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the parts of a workbook that say which sheets there are."""
    numbered = list(enumerate(names, start=1))
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered
    )
    parts = {"/xl/workbook.xml": f"{KIND}.sheet.main+xml", "/xl/styles.xml": f"{KIND}.styles+xml"}
    parts |= {f"/xl/worksheets/sheet{n}.xml": f"{KIND}.worksheet+xml" for n, _ in numbered}
    types = "".join(f'<Override PartName="{p}" ContentType="{t}"/>' for p, t in parts.items())
    links = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered]
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
    )
    yield "_rels/.rels", _links([("rId1", "officeDocument", "xl/workbook.xml")])
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    yield "xl/_rels/workbook.xml.rels", _links([*links, ("rIdStyles", "styles", "styles.xml")])
    yield "xl/styles.xml", STYLES


def _links(links: list[tuple[str, str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for name, kind, target in links
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


STYLES = (
    f'<styleSheet xmlns="{SHEET}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border>'
    "</borders>"
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
