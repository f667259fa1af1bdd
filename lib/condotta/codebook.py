"""What the researcher knows: actors, places, peoples, cues, triggers; read and checked.

A wrong line stops the run and says which file, line and field, what stands there and what is
allowed. A second folder adds to the shipped codebook or replaces single entries of it; see
`data/codebook/README.md` for every file and column.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic import model_validator as validator

from condotta import resources, tables
from condotta.names import Names, is_acronym, keys, letters, slug

Certainty = Literal[tuple(tables.CERTAINTIES)]
SourceKind = Literal[tuple(tables.SOURCE_KINDS)]
Stance = Literal[tuple(tables.STANCES)]
Precision = Literal[tuple(tables.PLACE_PRECISIONS)]


class CodebookError(ValueError):
    """A line of the codebook does not say what it has to."""


class Row(BaseModel):
    """One line or one block of a codebook file; it cannot be changed once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _parted(cell: Any) -> Any:
    if isinstance(cell, str):
        return tuple(part.strip() for part in cell.split("|") if part.strip())
    return cell


def _absent(cell: Any) -> Any:
    return None if cell == "" else cell


Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_parted)]
Maybe = Annotated[str | None, BeforeValidator(_absent)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
MaybeId = Annotated[Id | None, BeforeValidator(_absent)]


class Entry(Row):
    """Whom or what a name stands for."""

    id: Id
    name: Annotated[str, Field(min_length=1)]
    aliases: Words = ()
    short: Words = ()
    needs: Words = ()
    country: Maybe = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling under which it is found, the ones that need context last."""
        return (self.name, *self.aliases, *self.short)

    @validator(mode="after")
    def _short_names_need_context(self) -> "Entry":
        if self.short and not self.needs:
            raise ValueError("`short` names are read only beside a word of `needs`; give one")
        return self


class Actor(Entry):
    """A person, a state, an organisation or an armed group."""

    kind: Literal["person", "organisation", "armed_group", "state"]
    source_kind: Annotated[SourceKind | None, BeforeValidator(_absent)] = None
    sponsor: MaybeId = None
    side: MaybeId = None
    wikidata: Annotated[
        Annotated[str, Field(pattern=r"^Q[1-9]\d*$")] | None, BeforeValidator(_absent)
    ] = None

    @property
    def entity_kind(self) -> str:
        """Kind of the entity in the table `entities`."""
        return self.kind


FACILITIES = (
    "air_base",
    "airport",
    "base",
    "camp",
    "crossing",
    "port",
    "prison",
    "plant",
    "training_camp",
    "building",
)


class Place(Entry):
    """A country, province, town, camp, base or crossing, with a point that stands for it."""

    kind: Literal[
        "continent", "region", "country", "territory", "province", "district", "town", "village",
        "quarter", "water", "air_base", "airport", "base", "camp", "crossing", "port", "prison",
        "plant", "training_camp", "building",
    ]  # fmt: skip
    parent: MaybeId = None
    government_of: MaybeId = None
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    precision: Precision

    @property
    def entity_kind(self) -> str:
        """Kind of the entity in the table `entities`."""
        return "facility" if self.kind in FACILITIES else "place"


class People(Row):
    """A nationality or an ethnic group: its adjective, what its people are called, its country."""

    country: Maybe = None
    iso: Annotated[
        Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None, BeforeValidator(_absent)
    ] = None
    adjective: Annotated[str, Field(min_length=1)]
    people: Annotated[str, Field(min_length=1)]
    aliases: Words = ()
    kind: Literal["nationality"] = "nationality"

    @property
    def id(self) -> str:
        """Id of the people: never equal to an actor's or a place's."""
        return "people-" + slug(self.people)

    @property
    def name(self) -> str:
        """The people in the plural, as in `recruits`."""
        return self.people

    @property
    def names(self) -> tuple[str, ...]:
        """Every word that shows this nationality."""
        return tuple(dict.fromkeys((self.people, self.adjective, *self.aliases)))

    @property
    def entity_kind(self) -> str:
        """Kind of the entity in the table `entities`."""
        return "nationality"


class Cue(Row):
    """Words that report, what they do with what is reported, and how sure they leave it."""

    stance: Stance
    certainty: Certainty
    negated: Stance | None = None
    by_officials: Stance | None = None
    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()


class Hedge(Row):
    """Words that make what they govern less certain."""

    certainty: Certainty
    words: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class SourceWords(Row):
    """Words and phrases that show one kind of source."""

    meaning: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class PeopleNouns(Row):
    """Nouns for those who are recruited or fight."""

    implies_hire: bool
    nouns: tuple[str, ...]


class Currency(Row):
    """How a currency is printed."""

    signs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


class Alliance(Row):
    """One war: its sides, and for each the actors whose fighters join it."""

    sides: Mapping[Id, tuple[Id, ...]]


class Trigger(Row):
    """Words that tell of something, and which position in the clause fills which slot."""

    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    slots: Mapping[str, str] = Field(default_factory=dict)
    needs: tuple[str, ...] = ()
    where: Mapping[str, str | tuple[str, ...]] = Field(default_factory=dict)

    @validator(mode="after")
    def _has_words(self) -> "Trigger":
        if not (self.verbs or self.nouns or self.adjectives or self.phrases):
            raise ValueError("a trigger has verbs, nouns, adjectives or phrases")
        unknown = [slot for slot in self.needs if slot not in self.slots.values()]
        if unknown:
            raise ValueError(f"needs {unknown[0]!r}, which no position of `slots` fills")
        return self


class Kind(Row):
    """A claim type or an event kind."""

    meaning: str
    triggers: tuple[Trigger, ...] = ()
    figure: Literal["pay", "count", "contract"] | None = None
    count_kind: Literal["flow", "stock", "total"] | None = None
    denied_as: Words = ()
    words: Mapping[str, Words] = Field(default_factory=dict)
    stance: Stance | None = None
    acled: str | None = None
    plover: str | None = None
    weapons: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    measures: Literal["killed", "wounded", "captured", "missing"] | None = None
    grades: Literal["accused", "claimed", "denied", "unclear"] | None = None


FIGHTS = ("Explosions", "Battles: Armed clash")  # how ACLED names kinds that need weapons


def _verbs(kinds: Iterable[Kind]) -> frozenset[str]:
    return frozenset(verb for kind in kinds for one in kind.triggers for verb in one.verbs)


LISTS: Mapping[str, type[Row]] = {"cues": Cue, "hedges": Hedge, "people": PeopleNouns}
MAPPINGS: Mapping[str, type[Row]] = {
    "source_kinds": SourceWords,
    "currencies": Currency,
    "alliances": Alliance,
    "claim_types": Kind,
    "event_kinds": Kind,
}
SHEETS: Mapping[str, type[Row]] = {"actors": Actor, "places": Place, "nationalities": People}
FILES = (*(f"{n}.csv" for n in SHEETS), *(f"{n}.yaml" for n in (*LISTS, *MAPPINGS)))
ID_COLUMNS = {"actors": "entity_id", "places": "place_id", "nationalities": "people"}


COMPANIES = frozenset({"company", "firm", "group", "force", "agency", "network", "side", "state"})


class Codebook(BaseModel):
    """Everything the shipped codebook and a researcher's own folder say, checked."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    actors: tuple[Actor, ...]
    places: tuple[Place, ...]
    nationalities: tuple[People, ...]
    cues: tuple[Cue, ...]
    hedges: tuple[Hedge, ...]
    people: tuple[PeopleNouns, ...]
    source_kinds: Mapping[str, SourceWords]
    currencies: Mapping[str, Currency]
    alliances: Mapping[str, Alliance]
    claim_types: Mapping[str, Kind]
    event_kinds: Mapping[str, Kind]

    @cached_property
    def entries(self) -> Mapping[str, Actor | Place | People]:
        """All actors, places and peoples by id."""
        return MappingProxyType(
            {entry.id: entry for entry in (*self.actors, *self.places, *self.nationalities)}
        )

    @cached_property
    def names(self) -> Names:
        """All their spellings, ready to be found in a text."""
        return Names(self.entries.values())

    @cached_property
    def people_nouns(self) -> frozenset[str]:
        """Nouns for those who are recruited or fight."""
        return frozenset(noun for block in self.people for noun in block.nouns)

    @cached_property
    def hired_nouns(self) -> frozenset[str]:
        """The nouns among them that by themselves say that people are hired."""
        return frozenset(n for block in self.people if block.implies_hire for n in block.nouns)

    @cached_property
    def stance_words(self) -> Mapping[str, str]:
        """Cues that do more than assert, with their stance."""
        stances = {word: cue.stance for cue in self.cues for word in (*cue.verbs, *cue.nouns)}
        return MappingProxyType({w: stance for w, stance in stances.items() if stance != "asserts"})

    @cached_property
    def state_bodies(self) -> frozenset[str]:
        """Nouns for what acts for a state: ministry, army, officer, mercenary firm."""
        kinds = ("government_body", "intelligence", "named_official")
        words = (word for kind in kinds for word in self.source_kinds[kind].words)
        return frozenset(word.split()[-1].lower() for word in words) | self.people_nouns | COMPANIES

    @cached_property
    def striking_verbs(self) -> frozenset[str]:
        """Verbs of fights and attacks that tell of no claim."""
        fights = (
            kind for kind in self.event_kinds.values() if (kind.acled or "").startswith(FIGHTS)
        )
        return _verbs(fights) - _verbs(self.claim_types.values())

    def entry(self, entity_id: str) -> Actor | Place | People:
        """Return the entry with an id; KeyError if there is none."""
        return self.entries[entity_id]

    def find(
        self, name: str, *, kinds: Iterable[str] | None = None
    ) -> Actor | Place | People | None:
        """Return the entry a name stands for, or None.

        Case, accents, apostrophes, hyphens, doubled letters and the articles al-, el-, as-, the
        make no difference; acronyms keep their capitals. Where a name is a government and its
        country or capital, the government is returned, unless `kinds` (of the table `entities`)
        asks for the place.

        Examples
        --------
        >>> book = load()
        >>> book.find("Deir Ezzor").name, book.find("Moscow").name
        ('Deir ez-Zor', 'Russia')
        >>> book.find("Moscow", kinds=["place"]).name
        'Moscow'
        """
        owners = self.names.whole(name)
        found = [self.stands_for(owner.entry) for owner in owners] if kinds is None else []
        for owner in owners:
            state = self.stands_for(owner.entry)
            found += [e for e in (owner.entry, state) if kinds and e.entity_kind in kinds]
        return found[0] if found else None

    def stands_for(self, entry: Actor | Place | People) -> Actor | Place | People:
        """Return the government a place stands for when it acts or speaks; else the entry."""
        government = getattr(entry, "government_of", None)
        return self.entries[government] if government else entry


class _Line(NamedTuple):
    """A row as read, and where it stands."""

    file: str
    line: int
    cells: Any


R = TypeVar("R", bound=Row)


def load(folder: str | Path | None = None) -> Codebook:
    """Return the shipped codebook, with a folder's additions and replacements if one is given.

    A CSV line of the folder with a known id replaces the shipped line; other lines are added. A
    YAML key replaces the shipped block of that name; in files that are lists the folder's blocks
    come after the shipped ones, and the later block decides about a word.

    Parameters
    ----------
    folder : path, optional
        Holds any of the files of the shipped codebook, with the same names.

    Raises
    ------
    CodebookError
        Naming file, line, field and value of the first wrong line, and what is allowed; also for
        a duplicate, a spelling of two entries, an unknown parent, sponsor, side or country.
    FileNotFoundError
        If there is no such folder.

    Examples
    --------
    >>> load().find("Khmeimim").name
    'Hmeimim'
    """
    folders = [resources.find("data/codebook"), *([_own(Path(folder))] if folder else [])]
    sheets = {name: _read_sheets(folders, name, model) for name, model in SHEETS.items()}
    _check_references(sheets)
    _check_spellings(sheets)
    return Codebook.model_construct(
        **{name: tuple(row for _, row in lines.values()) for name, lines in sheets.items()},
        **{name: _read_lists(folders, name, model) for name, model in LISTS.items()},
        **{name: _read_mappings(folders, name, model) for name, model in MAPPINGS.items()},
    )


def _own(folder: Path) -> Path:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder; a codebook is one of CSV and YAML.")
    held = sorted(p.name for p in folder.iterdir() if p.suffix in (".csv", ".yaml", ".yml"))
    strange = [name for name in held if name not in FILES]
    if strange or not held:
        what = f"{strange[0]} is no codebook file" if strange else "no codebook file in it"
        raise CodebookError(f"{folder}: {what}; files are called {', '.join(FILES)}.")
    return folder


def _read_sheets(folders: list[Path], name: str, model: type[R]) -> dict[str, tuple[_Line, R]]:
    rows: dict[str, tuple[_Line, R]] = {}
    for folder in folders:
        fresh: dict[str, tuple[_Line, R]] = {}
        for line in _csv_lines(folder / f"{name}.csv", model):
            row = _checked(model, line)
            if row.id in fresh:
                column = ID_COLUMNS[name]
                raise CodebookError(
                    f"{line.file}, line {line.line}, {column}: {line.cells[_field(column)]!r} is "
                    f"already on line {fresh[row.id][0].line}; give each entry one line."
                )
            fresh[row.id] = (line, row)
        rows |= fresh
    return rows


def _field(column: str) -> str:
    return "id" if column in ("entity_id", "place_id") else column


def _csv_lines(path: Path, model: type[Row]) -> Iterator[_Line]:
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        columns = next(reader, [])
        allowed = [ID_COLUMNS[path.stem] if c == "id" else c for c in model.model_fields]
        allowed = [c for c in allowed if not (path.stem == "nationalities" and c == "kind")]
        strange = [column for column in columns if column not in allowed]
        if strange:
            raise CodebookError(
                f"{path.name}, line 1: no column is called {strange[0]!r}; columns are {allowed}."
            )
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(columns):
                raise CodebookError(
                    f"{path.name}, line {reader.line_num}: {len(cells)} cells under "
                    f"{len(columns)} columns; put a cell that holds a comma in double quotes."
                )
            named = dict(zip(map(_field, columns), cells, strict=True))
            yield _Line(path.name, reader.line_num, named)


def _checked(model: type[R], line: _Line, where: str = "", node: Any = None) -> R:
    """Return a row as its model, or say which field of which line is wrong."""
    try:
        return model.model_validate(line.cells)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    at = line.line if node is None else _line_of(node, first["loc"])
    steps = [str(step) for step in first["loc"] if not str(step).startswith("function-")]
    field = ".".join([*([where] if where else []), *steps])
    allowed = ""
    if first["type"] == "extra_forbidden":
        allowed = f"; fields are {list(model.model_fields)}"
    value = first["input"] if not isinstance(first["input"], dict) else ""
    raise CodebookError(
        f"{line.file}, line {at}, {field or 'block'}: {value!r}: {first['msg']}{allowed}."
    )


def _check_references(sheets: Mapping[str, dict[str, tuple[_Line, Any]]]) -> None:
    known = {
        "country": (
            "nationalities.csv",
            {p.country for _, p in sheets["nationalities"].values() if p.country},
        ),
        "parent": ("places.csv", set(sheets["places"])),
        "sponsor": ("actors.csv", set(sheets["actors"])),
        "side": ("actors.csv", set(sheets["actors"])),
        "government_of": ("actors.csv", set(sheets["actors"])),
    }
    for name in ("actors", "places"):
        for line, row in sheets[name].values():
            for field, (file, allowed) in known.items():
                value = getattr(row, field, None)
                if value is not None and value not in allowed:
                    raise CodebookError(
                        f"{line.file}, line {line.line}, {field}: {value!r} is not in {file}; "
                        f"add it there first{_nearest(value, allowed)}."
                    )


def _nearest(value: str, allowed: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(value, sorted(allowed), 1)
    return f", or write {close[0]!r}" if close else ""


def _check_spellings(sheets: Mapping[str, dict[str, tuple[_Line, Any]]]) -> None:
    """Refuse a sure spelling of two entries; `short` ones may be shared, context decides them."""
    owners: dict[Any, tuple[_Line, Any, str]] = {}
    for line, row in (pair for sheet in sheets.values() for pair in sheet.values()):
        for spelling in row.names:
            if spelling in getattr(row, "short", ()):
                continue
            exact = letters(spelling) if is_acronym(spelling) else ""
            for form in sorted(keys(spelling).printed):
                other = owners.setdefault((form, exact), (line, row, spelling))
                if other[1] is not row and not _may_share(row, other[1]):
                    raise CodebookError(
                        f"{line.file}, line {line.line}, aliases: {spelling!r} of {row.id} is "
                        f"read like {other[2]!r} of {other[1].id} ({other[0].file}, line "
                        f"{other[0].line}); a spelling belongs to one entry: lengthen one, or move "
                        "it to `short` and say in `needs` which words show that it is meant."
                    )


def _may_share(row: Any, other: Any) -> bool:
    """Return whether two entries may have a name in common: a place and its government."""
    pair = {getattr(row, "government_of", None), getattr(other, "government_of", None)}
    return row.id in pair or other.id in pair


def _read_lists(folders: list[Path], name: str, model: type[R]) -> tuple[R, ...]:
    rows: list[R] = []
    for folder in folders:
        path = folder / f"{name}.yaml"
        root, blocks = _yaml(path)
        if blocks is None:
            continue
        if not isinstance(blocks, list):
            raise CodebookError(
                f"{path.name}, line 1: wanted is a list of blocks, each after '- '."
            )
        rows += [
            _checked(model, _Line(path.name, 0, block), f"block {i}", node)
            for i, (block, node) in enumerate(zip(blocks, root.value, strict=True), start=1)
        ]
    return tuple(rows)


def _read_mappings(folders: list[Path], name: str, model: type[R]) -> Mapping[str, R]:
    rows: dict[str, R] = {}
    for folder in folders:
        path = folder / f"{name}.yaml"
        root, blocks = _yaml(path)
        if blocks is None:
            continue
        if not isinstance(blocks, dict):
            raise CodebookError(f"{path.name}, line 1: names with blocks are wanted, as 'name:'.")
        for (key, block), (_, node) in zip(blocks.items(), root.value, strict=True):
            rows[str(key)] = _checked(model, _Line(path.name, 0, block), str(key), node)
    return MappingProxyType(rows)


def _yaml(path: Path) -> tuple[Any, Any]:
    """Return a YAML file as nodes, which know their lines, and as values."""
    if not path.exists():
        return None, None
    try:
        loader = yaml.CSafeLoader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        _refuse_repeated(path.name, root)
        return root, loader.construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CodebookError(
            f"{path.name}, line {mark.line + 1}: not YAML: {error.problem}; check the indents, "
            "and put words that hold ':' or '#' in quotes."
        ) from None


def _refuse_repeated(file: str, node: Any) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for name, value in node.value:
            line = name.start_mark.line + 1
            if name.value in seen:
                raise CodebookError(
                    f"{file}, line {line}: {name.value!r} is already on line {seen[name.value]}; "
                    "put both under one name."
                )
            seen[name.value] = line
            _refuse_repeated(file, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated(file, value)


def _line_of(node: Any, steps: Iterable[str | int]) -> int:
    """Return the line of the value that a path of keys and positions leads to."""
    line = node.start_mark.line + 1
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(step)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
