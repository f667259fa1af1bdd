"""Names as printed, and whom or what each stands for.

The codebook's names are laid over those that the pipeline finds, so that a changed codebook never
needs a new parse. Short forms are read within their article: the surname after the full name, the
acronym after the words it stands for, *the Observatory* after its long name. A country or capital
is a state where it acts or speaks, and a place where things happen.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pandas as pd

from condotta import grounds, tables
from condotta.names import Owner, fold, pieces
from condotta.short_forms import GROUPS, Mention, link_short_forms

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from condotta.codebook import Actor, Codebook, People, Place

QUANTITY_KINDS = {"money": "money", "date": "date"}
LANDS = ("nationality", "state", "country")
FOOTNOTE = re.compile(r"[.,;:]?\[\d.*$")


def find_entities(docs: Iterable[tuple[str, "Doc"]], *, codebook: "Codebook") -> pd.DataFrame:
    """Return the names, figures and dates of parsed articles.

    Parameters
    ----------
    docs : iterable of (str, Doc)
        Articles as `language.parse` yields them. A Doc without trees and names does: then
        countries are places, and only the codebook's names are found.
    codebook : Codebook
        Whose names are linked.

    Returns
    -------
    DataFrame
        Table `entities`: one row is one mention, in the order of articles and positions.

        ================  =========  ==========================================================
        column            unit       meaning
        ================  =========  ==========================================================
        `article_id`                 the article
        `start`, `end`    character  where the name stands; end exclusive
        `name`                       as printed
        `kind`                       person, state, place ... (see `tables`)
        `entity_id`                  codebook id, where known
        `canonical`                  the codebook's name, else the long form of the same article
        `method`                     codebook, pipeline, quantities; *same article* for short forms
        ================  =========  ==========================================================

    Notes
    -----
    Names overlap only with figures ("500 Syrians"); of two names that overlap, the longer is
    kept, and the codebook's where they are the same. A `short` spelling of the codebook without
    the words it needs is left to the pipeline and gets no id. A name in lower case is not found.

    Examples
    --------
    >>> from condotta import codebook, language
    >>> nlp = language.open_pipeline()
    >>> found = find_entities([("a1", nlp("Moscow flew them to Libya."))], codebook=codebook.load())
    >>> found[["name", "kind", "entity_id"]]
         name   kind     entity_id
    0  Moscow  state  state-russia
    1   Libya  place         libya
    """
    rows = [
        {"article_id": article_id, **mention._asdict()}
        for article_id, doc in docs
        for mention in find_mentions(doc, codebook=codebook)
    ]
    return tables.shape("entities", rows)


def find_mentions(doc: "Doc", *, codebook: "Codebook") -> list[Mention]:
    """Return the mentions of one article, in order."""
    names = merge_names(list(find_known(doc, codebook)), list(read_names(doc)), doc, codebook)
    names = link_short_forms(doc.text, names)
    return sorted([*names, *find_figures(doc, names, codebook)], key=lambda m: (m.start, -m.end))


def find_known(doc: "Doc", codebook: "Codebook") -> Iterator[Mention]:
    """Yield the codebook's names in an article, each as the entity that the context shows."""
    parts = pieces(doc.text)
    found = list(codebook.names.longest(doc.text, parts))
    told = {part.fold for part in parts}
    sure = {owner.entry.id for *_, owners in found for owner in owners if not owner.in_context}
    peoples = [o.entry for *_, owners in found for o in owners if o.entry.kind in LANDS]
    countries = {entry.country for entry in peoples if entry.country}
    labels = {(ent.start_char, ent.end_char): ent.label_ for ent in doc.ents}
    starts = [token.idx for token in doc] if doc.has_annotation("DEP") else []
    for start, end, owners in found:
        entry = choose_owner(owners, told, sure, countries)
        if entry is not None:
            ground = _ground(entry, owners, codebook)
            if ground is not None:
                capital = ground.kind != "country"
                label = labels.get((start, end))
                top = grounds.top_of(doc, starts, start, end) if starts else None
                acts = top is not None and grounds.acts(top, start, end, label, capital=capital)
                entry = codebook.stands_for(ground) if acts else ground
            name = doc.text[start:end]
            yield Mention(start, end, name, entry.entity_kind, entry.id, entry.name, "codebook")


def choose_owner(
    owners: list[Owner], told: set[str], sure: set[str], countries: set[str | None]
) -> "Actor | Place | People | None":
    """Return the one entry that a spelling stands for in an article, or None.

    A `short` spelling needs one of its words in the article, or a sure name of the same entry. Of
    namesakes that are left, the one whose country the article names is taken; then the one that
    needs no context.
    """
    fitting = [
        owner
        for owner in owners
        if not owner.in_context
        or owner.entry.id in sure
        or any(all(fold(w) in told for w in need.split()) for need in owner.entry.needs)
    ]
    near = [owner for owner in fitting if owner.entry.country in countries]
    ranked = sorted(near or fitting, key=lambda owner: owner.in_context)
    return ranked[0].entry if ranked else None


def _ground(
    entry: "Actor | Place | People", owners: list[Owner], codebook: "Codebook"
) -> "Place | None":
    """Return the country or capital whose name also stands for a government, if the name is one."""
    shared = [o.entry for o in owners if getattr(o.entry, "government_of", None)]
    return next((g for g in shared if g is entry or codebook.stands_for(g) is entry), None)


def read_names(doc: "Doc") -> Iterator[Mention]:
    """Yield the names that the pipeline found."""
    for ent in doc.ents:
        name = FOOTNOTE.sub("", ent.text)
        if any(letter.isalpha() for letter in name):
            yield Mention(ent.start_char, ent.start_char + len(name), name, ent.label_)


def merge_names(
    known: list[Mention], read: list[Mention], doc: "Doc", codebook: "Codebook"
) -> list[Mention]:
    """Return names that do not overlap: the longest, and the codebook's where they are the same.

    A longer name of the pipeline keeps the codebook's link where it only adds a title or a
    modifier before the known name ("General Khalifa Haftar").
    """
    titles = {fold(word) for word in codebook.source_kinds["named_official"].words}
    taken: list[Mention] = []
    ranked = sorted(
        [*known, *read], key=lambda m: (m.start - m.end, m.method != "codebook", m.start)
    )
    for mention in ranked:
        if not any(mention.start < other.end and other.start < mention.end for other in taken):
            inside = [k for k in known if mention.start <= k.start and k.end <= mention.end]
            taken.append(_with_link(mention, inside, titles))
    return sorted(taken)


def _with_link(mention: Mention, inside: list[Mention], titles: set[str]) -> Mention:
    """Return a name of the pipeline linked as the known name that ends it, if that is safe."""
    last = next((k for k in inside if k.end == mention.end), None)
    if last is not None and last.kind == "person" and " " in last.name:
        # A full name says that it is a person, whatever the words before it looked like.
        mention = mention._replace(kind="person")
    if mention.method == "codebook" or last is None or last.kind != mention.kind:
        return mention
    before = mention.name[: last.start - mention.start]
    titled = all(fold(word) in titles for word in re.findall(r"[^\W_]+", before))
    full = mention.kind in GROUPS or " " in last.name
    if mention.kind not in ("person", *GROUPS) or not (titled or full):
        return mention
    return mention._replace(entity_id=last.entity_id, canonical=last.canonical)


def find_figures(doc: "Doc", names: list[Mention], codebook: "Codebook") -> Iterator[Mention]:
    """Yield money, quantities and dates that are not part of a name."""
    from condotta import quantities

    held = [(name.start, name.end) for name in names]
    for found in quantities.find_quantities(doc, codebook=codebook):
        if not any(start <= found.start and found.end <= end for start, end in held):
            kind = QUANTITY_KINDS.get(found.kind, "quantity")
            name = doc.text[found.start : found.end]
            yield Mention(found.start, found.end, name, kind, method="quantities")
