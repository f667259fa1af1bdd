"""Short forms within an article: the acronym in brackets, the surname, one word of a long name."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from condotta.names import fold

GROUPS = ("organisation", "armed_group")
BRACKETED = re.compile(r"\s?[(\[]([A-Z][A-Za-z0-9-]{1,9})[)\]]")
SMALL_WORDS = frozenset(["of", "for", "the", "and", "in", "on", "to", "de", "la", "du", "al", "el"])


class Mention(NamedTuple):
    """One name as printed, where it stands in the article, and whom or what it stands for."""

    start: int
    end: int
    name: str
    kind: str
    entity_id: str | None = None
    canonical: str | None = None
    method: str = "pipeline"


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
