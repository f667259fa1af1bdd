"""Names as printed, and whom or what each stands for.

The codebook's names are laid over those that the pipeline finds, so that a changed codebook never
needs a new parse. Short forms are read within their article: the surname after the full name, the
acronym after the words it stands for, *the Observatory* after its long name. A country or capital
is a state where it acts or speaks, and a place where things happen.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from condotta import tables
from condotta.names import Owner, fold, pieces

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from condotta.codebook import Actor, Codebook, People, Place

QUANTITY_KINDS = {"money": "money", "date": "date"}
GROUPS = ("organisation", "armed_group")
LANDS = ("nationality", "state", "country")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# How English shows that a country is ground ...
GROUND = _set(
    "in into inside within from to toward towards across through throughout via near around at "
    "outside off over onto on"
)
GROUND_NOUNS = _set(
    "capital city town village north south east west centre center coast shore border frontier "
    "desert province region countryside territory soil airspace side mountain war conflict "
    "battlefield front population river island airport port suburb outskirts street district"
)
MOVES = _set("leave reach enter cross visit flee quit tour exit approach invade occupy overrun")
LIES = _set("lie border adjoin face neighbour neighbor stretch")
# ... and that it acts.
PARTNERS = _set("by with between against among behind")
LOYAL = _set("loyal close linked tied allied opposed hostile friendly sympathetic")
TAKES_A_SIDE = _set(
    "accuse blame support back help arm fund finance aid ask urge tell warn thank criticise "
    "criticize condemn sue pay represent join fight serve defend attack implicate"
)
OFFICES = _set(
    "government ministry minister president presidency parliament army military force troop "
    "intelligence service agency embassy ambassador consulate secretary spokesman spokeswoman "
    "spokesperson command commander leader leadership authority denial statement answer ally "
    "support backing role decision interest offer demand rank soldier warplane jet drone navy"
)
BACKED = re.compile(
    r"[-‐‑–](?:backed|aligned|linked|led|allied|funded|supported|trained|paid|run)\b"
)

DATELINE = re.compile(r"/[A-Z]|,? (?:\([A-Z][\w ]+\) ?)?[-–—] |,? \([A-Z][\w ]+\)")
PLACES_BEFORE = re.compile(r"(?:[A-Z][\w’'-]*(?:,? and |, ?|/| ))*")
FOOTNOTE = re.compile(r"[.,;:]?\[\d.*$")
BRACKETED = re.compile(r"\s?[(\[]([A-Z][A-Za-z0-9-]{1,9})[)\]]")
SMALL_WORDS = _set("of for the and in on to de la du al el")


class Mention(NamedTuple):
    """One name as printed, where it stands in the article, and whom or what it stands for."""

    start: int
    end: int
    name: str
    kind: str
    entity_id: str | None = None
    canonical: str | None = None
    method: str = "pipeline"


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
    kept, and the codebook's where they are the same. Namesakes that the codebook cannot tell
    apart by `needs` keep their row without an id. A name in lower case is not found.

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
                top = _top(doc, starts, start, end) if starts else None
                acts = top is not None and _acts(top, start, end, label, capital=capital)
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
    grounds = [o.entry for o in owners if getattr(o.entry, "government_of", None)]
    return next((g for g in grounds if g is entry or codebook.stands_for(g) is entry), None)


def _top(doc: "Doc", starts: list[int], start: int, end: int) -> "Token":
    """Return the word of a name on which its other words depend."""
    first, last = bisect_right(starts, start) - 1, bisect_left(starts, end)
    return next((t for t in doc[first:last] if not first <= t.head.i < last), doc[first])


def _acts(top: "Token", start: int, end: int, label: str | None, *, capital: bool) -> bool:
    """Return whether a country or capital acts or speaks here, rather than being the ground.

    The tree decides where it is clear (subject, agent, "with Turkey"; "in Turkey", "Libya's
    capital"); elsewhere the pipeline's label does.
    """
    text = top.doc.text
    if _is_dateline(text, start, end):
        return False
    if BACKED.match(text, end):
        return True
    clear = _acting(top, capital)
    return label == "state" if clear is None else clear


def _is_dateline(text: str, start: int, end: int) -> bool:
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return bool(DATELINE.match(text, end)) and bool(PLACES_BEFORE.fullmatch(line))


def _acting(token: "Token", capital: bool) -> bool | None:
    """Return True where it acts, False where it is ground, None where the tree leaves it open."""
    while token.dep_ in ("conj", "appos", "flat") and token.head is not token:
        token = token.head
    case = next((child.lemma_.lower() for child in token.children if child.dep_ == "case"), None)
    head = token.head.lemma_.lower()
    if token.dep_ in ("nsubj", "nsubj:pass"):
        return head not in LIES if token.head.pos_ in ("VERB", "ADJ") else None
    if token.dep_ == "nmod:poss":
        return False if head in GROUND_NOUNS else capital or head in OFFICES or None
    if token.dep_ == "obj":
        return False if head in MOVES else True if head in TAKES_A_SIDE else None
    if token.dep_ == "obl:agent" or case in PARTNERS:
        return True
    return head in LOYAL if case in GROUND else None


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


def link_short_forms(text: str, names: list[Mention]) -> list[Mention]:
    """Return the names with acronyms, surnames and short forms linked within the article.

    What an article puts in brackets goes before the codebook; the others only link what it does
    not know.
    """
    names = _apply(text, names, _acronyms(text, names), over=True)
    names = _apply(text, names, _surnames(names))
    return _apply(text, names, _short_names(text, names))


def _apply(
    text: str, names: list[Mention], forms: dict[str, Mention], *, over: bool = False
) -> list[Mention]:
    """Return the names, with every later printing of a short form standing for its long form."""
    if not forms:
        return names
    out = [n if n.entity_id and not over else _standing_for(n, forms.get(n.name)) for n in names]
    held = [(n.start, n.end) for n in out]
    pattern = "|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))
    for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text):
        start, end = match.span()
        if not any(start < b and a < end for a, b in held):
            fresh = Mention(start, end, match[0], "", method="")
            out.append(_standing_for(fresh, forms[match[0]]))
    return sorted(n for n in out if n.kind)


def _standing_for(name: Mention, whole: Mention | None) -> Mention:
    """Return a short form as what its long form is; it never stands for what comes later."""
    if whole is None or name.start < whole.start or name.name == whole.name:
        return name
    canonical = whole.canonical or whole.name
    method = "same article" if name.entity_id != whole.entity_id else name.method
    return name._replace(
        kind=whole.kind, entity_id=whole.entity_id, canonical=canonical, method=method
    )


def _acronyms(text: str, names: list[Mention]) -> dict[str, Mention]:
    """Return acronyms that the article puts in brackets after a name, and that name."""
    ends = {name.end: name for name in names if name.kind not in ("nationality", "place")}
    forms: dict[str, Mention] = {}
    for match in BRACKETED.finditer(text):
        short = match[1]
        whole = ends.get(match.start())
        if sum(map(str.isupper, short)) < 2 or short in forms:
            continue
        if whole is None or (whole.method == "pipeline" and not _spells(whole.name, short)):
            whole = _spelled_out(text, match.start(), short) or whole
        if whole is not None:
            forms[short] = whole
    return forms


def _initials(words: Iterable[str]) -> str:
    return "".join(word[0].upper() for word in words if word.lower() not in SMALL_WORDS)


def _spells(name: str, short: str) -> bool:
    return _initials(re.findall(r"[^\W_]+", name)) == short.upper()


def _spelled_out(text: str, end: int, short: str) -> Mention | None:
    """Return the capitalised words before a bracket whose initials are the acronym."""
    words = list(re.finditer(r"[^\W_]+", text[max(0, end - 120) : end]))
    offset = max(0, end - 120)
    for count in range(len(short), len(short) + 5):
        run = words[-count:]
        if len(run) < count or not run[0][0][0].isupper():
            continue
        start = offset + run[0].start()
        if _spells(text[start:end], short) and not re.search(r"[.;:\n]", text[start:end]):
            return Mention(start, end, text[start:end], "organisation", method="pipeline")
    return None


def _surnames(names: list[Mention]) -> dict[str, Mention]:
    """Return the last words of persons' full names, each where it is one person's only."""
    return _unshared(
        (form, name)
        for name in names
        if name.kind == "person" and " " in name.name
        for form in _last_words(name.name)
    )


def _last_words(name: str) -> list[str]:
    last = name.split()[-1]
    bare = re.sub(r"^(?:al|el)-", "", last, flags=re.I)
    forms = dict.fromkeys((last, last[:1].upper() + last[1:], bare))
    return [form for form in forms if len(form) > 2 and form[0].isalpha()]


def _short_names(text: str, names: list[Mention]) -> dict[str, Mention]:
    """Return single words of long names that the article uses with *the*, as in *the Panel*."""
    taken = {name.name for name in names if name.entity_id}
    return _unshared(
        (word, name)
        for name in names
        if name.kind in GROUPS and len(name.name.split()) > 1
        for word in re.findall(r"[A-Z][a-z]{3,}", name.name)
        if word not in taken and re.search(rf"\bthe {word}\b(?! [A-Z])", text[name.end :])
    )


def _unshared(pairs: Iterable[tuple[str, Mention]]) -> dict[str, Mention]:
    """Return each form with the first mention of its name, where all its mentions are one name."""
    forms: dict[str, Mention] = {}
    owners: dict[str, Counter] = {}
    for form, name in pairs:
        owners.setdefault(form, Counter())[name.entity_id or fold(name.name)] += 1
        forms.setdefault(form, name)
    return {form: name for form, name in forms.items() if len(owners[form]) == 1}
