"""Every slot anchored in its text: W3C Web Annotations by position and by quotation."""

from collections.abc import Iterator, Mapping
from typing import Any

from condotta import __version__, tables
from condotta.exchange.contents import Contents, dump, known, plain
from condotta.exchange.verdicts import list_verdicts
from condotta.report import web_address

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
TABLES = {"claims": "claim_id", "events": "event_id", "statements": "statement_id"}
READ_AS = {
    "": ("type", "kind", "stance", "certainty", "rule"),
    "pay": ("pay_min", "pay_max", "currency", "period", "pay_kind"),
    "count": ("count_min", "count_max", "count_kind"),
    "contract": ("contract_months", "contract_months_max"),
    "date": ("date_from", "date_to"),
    "source": ("source_name", "source_kind"),
    "cue": ("cue_lemma",),
    "place": ("place", "lat", "lon", "place_precision"),
    "losses": ("losses", *(c for c in tables.EVENTS if c.endswith(("_min", "_max")))),
}


def to_webannotation(contents: Contents) -> bytes:
    """Return one annotation a filled slot of claims, events and statements, as a collection.

    The target is the text of an article, by position in characters and by quotation with what
    stands before and after it; the body says which slot it is and how it was read. Decisions of
    people are annotations that assess those of claims.

    Raises
    ------
    ValueError
        If a span does not lie in its text.

    Notes
    -----
    Positions count in `articles.text`, which is what was read of a page and not the page; `via`
    says where it was published. On the page itself only the quotation can be looked for.
    """
    items = [*_anchors(contents), *_assessments(contents)]
    key = tables.key("x", *(item["id"] for item in items))
    page = {
        "id": f"urn:condotta:page:{key}",
        "type": "AnnotationPage",
        "startIndex": 0,
        "items": items,
    }
    return dump(
        {
            "@context": CONTEXT,
            "id": f"urn:condotta:collection:{key}",
            "type": "AnnotationCollection",
            "label": "claims, events and statements, each slot at its words",
            "generator": {
                "id": f"urn:condotta:software:{__version__}",
                "type": "Software",
                "name": f"condotta {__version__}",
            },
            "total": len(items),
            "first": page,
        }
    )


def _anchors(contents: Contents) -> Iterator[dict[str, Any]]:
    for table, key in TABLES.items():
        slots = [column[: -len("_start")] for column in tables.TABLES[table] if "_start" in column]
        for row in plain(contents.run[table].sort_values(key)):
            about = f"urn:condotta:{key.removesuffix('_id')}:{row[key]}"
            yield _annotation(about, "", row, contents)
            for slot in slots:
                if f"{slot}_start" in row:
                    yield _annotation(f"{about}:{slot}", slot, row, contents)


def _annotation(about: str, slot: str, row: Mapping, contents: Contents) -> dict[str, Any]:
    told = {name: row[name] for name in READ_AS.get(slot, (slot,)) if name in row}
    tag = slot or row.get("type") or row.get("kind") or "statement"
    body = [{"type": "TextualBody", "purpose": "tagging", "format": "text/plain", "value": tag}]
    if told:
        value = dump(told).decode()
        described = {"type": "TextualBody", "purpose": "describing", "format": "application/json"}
        body.append(described | {"value": value})
    return {
        "id": about,
        "type": "Annotation",
        "motivation": "identifying",
        "body": body,
        "target": _target(slot, row, contents),
    }


def _target(slot: str, row: Mapping, contents: Contents) -> dict[str, Any]:
    article, name = contents.articles[row["article_id"]], f"{slot}_" if slot else ""
    before, after = contents.around(row, slot)
    source = known(
        id=f"urn:condotta:article:{row['article_id']}",
        type="Text",
        format="text/plain",
        language=article.get("language"),
        via=web_address(article.get("url")),
    )
    position = {"start": row[f"{name}start"], "end": row[f"{name}end"]}
    quote = {"exact": contents.words(row, slot), "prefix": before, "suffix": after}
    return {
        "type": "SpecificResource",
        "source": source,
        "selector": [
            {"type": "TextPositionSelector", **position},
            {"type": "TextQuoteSelector", **quote},
        ],
    }


def _assessments(contents: Contents) -> Iterator[dict[str, Any]]:
    """Yield the decisions about claims of this run; one about several assesses them all."""
    claims = set(contents.run["claims"]["claim_id"])
    decided: dict[str, dict[str, Any]] = {}
    for row in plain(list_verdicts(contents)):
        if row.get("claim_id") in claims:
            targets = decided.setdefault(row["review_id"], row | {"targets": []})["targets"]
            targets.append(f"urn:condotta:claim:{row['claim_id']}")
    for row in decided.values():
        told = ("decision", "reason", "edited_slots", "is_standing", "another_look")
        value = dump({name: row[name] for name in told if name in row}).decode()
        yield {
            "id": f"urn:condotta:review:{row['review_id']}",
            "type": "Annotation",
            "motivation": "assessing",
            "creator": {"type": "Person", "name": row["reviewer"]},
            "created": row["decided_at"],
            "body": {"type": "TextualBody", "format": "application/json", "value": value},
            "target": row["targets"],
        }
