"""Who says what: every statement with its source, cue, content, stance and chain."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from condotta import attributions, clauses, cues, quotations, sources, tables

if TYPE_CHECKING:
    import pandas as pd
    from spacy.tokens import Doc, Span

    from condotta.codebook import Codebook

CREDIT = re.compile(r"^[^\n(]{0,80}\(([A-Z][\w .'-]{1,30})\)\s*[-–—]", re.M)
ANSWERS = ("denies", "does_not_deny", "declines")
RELAYED = ("asserts", "accuses", "alleges")
NO_CUE = cues.Reading("asserts", "reported", "no cue")
OFFICIALS = ("government_body", "named_official", "unknown")
TOLD = ("tell", "inform", "notify", "brief", "message", "say", "speak", "talk", "give", "confirm")
NAMED_LATER = ("monitor_ngo", "un_panel", "intelligence")
GENERAL = re.compile(r"(?:an?\s+)?(?:[a-z]\S*\s+){0,2}[a-z]\S*(?:\s+on\s+\w+day)?$", re.I)
QUOTED = ("quote", "cite", "carry")


def find_statements(
    docs: Iterable[tuple[str, "Doc"]],
    articles: "pd.DataFrame",
    entities: "pd.DataFrame",
    *,
    codebook: "Codebook",
) -> "pd.DataFrame":
    """Find every statement in every article: who says what, how, and who passes it on.

    Parameters
    ----------
    docs : iterable of (str, Doc)
        Articles as parsed by `language.parse`.
    articles : DataFrame
        The table `articles`; only its keys are used.
    entities : DataFrame
        The table `entities`: the names in each article, and whom each stands for.
    codebook : Codebook
        Cues, hedges and kinds of sources.

    Returns
    -------
    DataFrame
        The table `statements`, one row per statement, ordered by article and position. What the
        outlet says in its own voice is no row.

    Notes
    -----
    The origin of the information is the innermost source that is named or described; those who
    pass it on stand in `relayed_by`, innermost first. `rule` names what found the spans, the
    source and the stance. Content is one run of characters: where a cue interrupts it briefly the
    cue is inside. Not read: sources that only a picture or the page's layout names, and irony.
    """
    named = _by_article(entities)
    lexicon, kinds = cues.index_cues(codebook), sources.index_kinds(codebook)
    rows: list[dict] = []
    for article_id, doc in docs:
        names = sources.Names(named.get(article_id, []))
        rows += read_article(article_id, doc, names, lexicon, kinds, codebook)
    rows.sort(key=lambda row: (row["article_id"], row["start"], row["end"], row["statement_id"]))
    return tables.shape("statements", rows)


def _by_article(entities: "pd.DataFrame") -> dict[str, list[dict]]:
    """Return the names of every article, in order, missing values as None."""
    columns = ["article_id", "start", "end", "name", "kind", "entity_id", "canonical"]
    held = entities[columns].astype(object)
    by_article: dict[str, list[dict]] = {}
    for row in held.where(held.notna(), None).to_dict("records"):
        by_article.setdefault(row["article_id"], []).append(row)
    return {
        key: sorted(rows, key=lambda r: (r["start"], r["end"])) for key, rows in by_article.items()
    }


def read_article(
    article_id: str,
    doc: "Doc",
    names: sources.Names,
    lexicon: cues.Lexicon,
    kinds: sources.Kinds,
    codebook: "Codebook",
) -> list[dict]:
    """Return the statements of one article as rows, chained."""
    rows: list[dict] = []
    known: list[sources.Source] = []
    found = attributions.find_attributions(doc, lexicon)
    told = [one.content for one in found if one.content]
    for one in sorted(found, key=lambda a: (a.source or a.cue or a.content, a.content)):
        words, lemma = _span(doc, one.source), _cue_lemma(doc, one.cue, lexicon)
        if one.rule == attributions.CONTINUED and known:
            source = sources.carry(known[-1], "who spoke last")
        else:
            source = sources.resolve(words, lemma, known, kinds, names, codebook, told)
        row = as_row(article_id, doc, one, source, lexicon, names, kinds, codebook)
        if row["relayed_by"]:
            known.append(sources.relay(row["relayed_by"], codebook))
        if source.name:  # who is cited does not take the word: "the source" is still who cites
            known.insert(len(known) - (one.rule == "cited"), source)
        rows.append(row)
    return _chain(named_later(_without_echoes(rows)), _credit(doc))


def as_row(article_id, doc, one, source, lexicon, names, kinds, codebook) -> dict:
    """Return one attribution as a row of the table, without its chain."""
    cue, content, words = _span(doc, one.cue), _span(doc, one.content), _span(doc, one.source)
    reading = read_stance(cue, content, source, lexicon)
    spans = (cue, content) if one.rule == attributions.CONTINUED else (cue, content, words)
    held = [span for span in spans if span is not None]
    return {
        "statement_id": tables.key(
            "s", article_id, *_at(content), *_at(cue), *_at(words), one.rule == "cited"
        ),
        "article_id": article_id,
        "start": min(span.start_char for span in held),
        "end": max(span.end_char for span in held),
        "source_start": _at(words)[0],
        "source_end": _at(words)[1],
        "source_text": words.text if words is not None else None,
        "source_entity_id": source.entity_id,
        "source_name": source.name,
        "source_kind": source.kind,
        "cue_start": _at(cue)[0],
        "cue_end": _at(cue)[1],
        "cue_lemma": cues.head_of(cue, lexicon).lemma_ if cue is not None else None,
        "content_start": content.start_char,
        "content_end": content.end_char,
        "quote": _quote(content),
        "stance": reading.stance,
        "certainty": reading.certainty,
        "relayed_by": _told_to(cue, names, kinds, lexicon),
        "parent_id": None,
        "rule": f"{one.rule}; source {source.rule}; {reading.rule}",
    }


def read_stance(cue, content, source, lexicon) -> cues.Reading:
    """Return stance and certainty: the cue's, then what the content and its hedges change."""
    reading = cues.read_cue(cue, lexicon) if cue is not None else NO_CUE
    if reading.stance == "asserts":
        official = source.kind in OFFICIALS
        if cues.verdict_in(content, lexicon):
            reading = reading._replace(stance="denies", rule="verdict")
        elif official and (rule := cues.rejects(cue, content, lexicon)):
            reading = reading._replace(stance="denies", rule=rule)
    hedge = cues.hedge_of(content, lexicon)
    if hedge and reading.stance not in ("denies", "declines", "does_not_deny"):
        return reading._replace(certainty=cues.more_hedged(reading.certainty, hedge))
    return reading


def _cue_lemma(doc: "Doc", run: clauses.Run | None, lexicon: cues.Lexicon) -> str:
    return "" if run is None else cues.head_of(doc[run[0] : run[1]], lexicon).lemma_.lower()


def _span(doc: "Doc", run: clauses.Run | None) -> "Span | None":
    return None if run is None else doc[run[0] : run[1]]


def _at(span: "Span | None") -> tuple[int | None, int | None]:
    return (None, None) if span is None else (span.start_char, span.end_char)


def _quote(content: "Span") -> str:
    text = content.text
    if not quotations.MARK.search(text):
        return "reported"
    return "direct" if text[0] in '“"„«' and text.rstrip(".,")[-1] in '”"“»' else "mixed"


def _told_to(
    cue: "Span | None", names: sources.Names, kinds: sources.Kinds, lexicon: cues.Lexicon
) -> str | None:
    """Return the medium, monitor or panel that is told, or that quotes: "told Reuters"."""
    if cue is None:
        return None
    head = cues.head_of(cue, lexicon)
    for child in head.children:
        told = head.lemma_ in TOLD and child.dep_ in ("obj", "iobj", "obl")
        quoted = head.lemma_ in QUOTED and child.dep_ in ("obl", "obl:agent")
        if told or quoted:
            relay = sources.read_relay(child, names, kinds)
            if relay:
                return relay
    return None


def _without_echoes(rows: list[dict]) -> list[dict]:
    """Return rows without repetitions, and without nobody's claim inside its answer."""
    once = {row["statement_id"]: row for row in rows}.values()
    answers = [row for row in once if row["stance"] in ANSWERS]
    return [
        row
        for row in once
        if row["source_name"] or not any(o is not row and _holds(o, row) for o in answers)
    ]


def named_later(rows: list[dict]) -> list[dict]:
    """Return rows in which "a war monitor" has the name that a later statement gives it.

    A lead describes in general whom the body names; this is read only where the article names one
    source of that kind and no other.
    """
    named: dict[str, dict] = {}
    for row in rows:
        if row["source_entity_id"] and row["source_kind"] in NAMED_LATER:
            known = named.setdefault(row["source_kind"], row)
            if known["source_entity_id"] != row["source_entity_id"]:
                named[row["source_kind"]] = {"source_entity_id": None, "start": -1}
    out = []
    for row in rows:
        later = named.get(row["source_kind"])
        general = not row["source_entity_id"] and GENERAL.match(row["source_text"] or "")
        if general and later and later["start"] > row["start"]:
            row = row | {
                "source_name": later["source_name"],
                "source_entity_id": later["source_entity_id"],
                "rule": f"{row['rule']}; named later",
            }
        out.append(row)
    return out


def _credit(doc: "Doc") -> str | None:
    match = CREDIT.search(doc.text[:1500])
    return match.group(1) if match else None


def _chain(rows: list[dict], credit: str | None) -> list[dict]:
    """Give every statement its parent and all who pass it on, innermost first."""
    outward = sorted(
        rows, key=lambda r: (r["content_start"] - r["content_end"], "cited" in r["rule"])
    )
    by_id = {row["statement_id"]: row for row in rows}
    for row in outward:
        inside = [r for r in outward if r is not row and _holds(r, row)]
        if inside:
            parent = inside[-1]
            row["parent_id"] = parent["statement_id"]
    for row in outward:
        chain = [row["relayed_by"]]
        parent = by_id.get(row["parent_id"])
        if parent is not None and parent["stance"] in RELAYED:
            chain += [parent["source_name"], parent["relayed_by"]]
        elif credit:
            chain.append(credit)
        row["relayed_by"] = _joined(chain, row["source_name"])
    return rows


def _holds(outer: Mapping, inner: Mapping) -> bool:
    """Return whether a statement stands in another's content, or is cited by it."""
    if inner["rule"].startswith("cited"):
        same = all(outer[end] == inner[end] for end in ("content_start", "content_end"))
        return same and not outer["rule"].startswith("cited")
    return outer["content_start"] <= inner["start"] and inner["end"] <= outer["content_end"]


def _joined(chain: Sequence[str | None], origin: str | None) -> str | None:
    parts = [part for names in chain if names for part in names.split("; ")]
    return "; ".join(dict.fromkeys(part for part in parts if part != origin)) or None


def covering(statements: Iterable[Mapping], start: int, end: int) -> Mapping | None:
    """Return the innermost statement whose content covers the characters, or None.

    Parameters
    ----------
    statements : iterable of mappings
        Statements of one article, as rows of the table.
    start, end : int
        Characters of `articles.text`.

    Examples
    --------
    >>> outer = {"content_start": 10, "content_end": 90, "parent_id": None}
    >>> inner = {"content_start": 30, "content_end": 90, "parent_id": "s1"}
    >>> covering([outer, inner], 40, 50) is inner
    True
    >>> covering([outer, inner], 0, 5) is None
    True
    """
    held = [s for s in statements if s["content_start"] <= start and end <= s["content_end"]]
    return min(
        held,
        key=lambda s: (s["content_end"] - s["content_start"], s["parent_id"] is None),
        default=None,
    )
