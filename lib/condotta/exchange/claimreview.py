"""Lines of the tracker as schema.org ClaimReview: what is claimed, by whom, where it appeared."""

from collections.abc import Iterator, Mapping
from typing import Any

from condotta import phrases
from condotta.exchange.contents import Contents, dump, known, plain
from condotta.exchange.verdicts import list_verdicts
from condotta.report import web_address

# Sources that are persons where nothing names who they are.
PERSONS = frozenset({"named_official", "anonymous_local", "recruit_testimony", "expert"})


def to_claimreview(contents: Contents) -> bytes:
    """Return every line of the tracker as a ClaimReview, and every decision as a Comment.

    Notes
    -----
    The rating is the line's status in words and carries no number: it counts origins and denials,
    and is no verdict on what is true. `author` is who reviewed the line; a line that nobody
    reviewed has none, which services that show fact checks refuse.
    """
    claims = {row["claim_id"]: row for row in plain(contents.decided.claims)}
    decided = plain(list_verdicts(contents))
    lines = [
        _review(line, claims, decided, contents)
        for line in plain(contents.run["tracker"].sort_values("line_id"))
    ]
    graph = [*lines, *_comments(decided)]
    return dump({"@context": "https://schema.org", "@graph": graph})


def _review(line: Mapping, claims: Mapping, decided: list, contents: Contents) -> dict[str, Any]:
    named = phrases.line_name(_full(line, contents))
    held, denials = (
        [claims[key] for key in phrases.parts(line.get(column)) if key in claims]
        for column in ("claim_ids", "denial_ids")
    )
    about = [row for row in decided if row.get("line_id") == line["line_id"] and row["is_standing"]]
    reviewers = dict.fromkeys(row["reviewer"] for row in about)
    return known(**{
        "@type": "ClaimReview",
        "@id": f"urn:condotta:line:{line['line_id']}",
        "claimReviewed": named,
        "author": [{"@type": "Person", "name": name} for name in reviewers],
        "dateModified": max((row["decided_at"] for row in about), default=None),
        "reviewBody": line.get("review"),
        "reviewRating": _rating(line),
        "itemReviewed": _claim(named, held, contents) if held else None,
        "mentions": [_claim(named, [denial], contents) for denial in denials],
        "identifier": line["line_id"],
    })  # fmt: skip


def _full(line: Mapping[str, Any], contents: Contents) -> Mapping[str, Any]:
    return dict.fromkeys(contents.run["tracker"].columns) | dict(line)


def _rating(line: Mapping[str, Any]) -> dict[str, Any]:
    parts = [f"{phrases.plural(line['n_origins'], 'independent origin')}: {line.get('origins')}"]
    if not line.get("origins"):
        parts = [phrases.plural(line["n_origins"], "independent origin")]
    parts += [f"denied by: {line['denied_by']}"] if "denied_by" in line else []
    parts += [f"contradictions: {line['contradictions']}"] if "contradictions" in line else []
    return {
        "@type": "Rating",
        "alternateName": phrases.words(line["status"]),
        "ratingExplanation": "; ".join([*parts, "no verdict on what is true"]),
    }


def _claim(named: str, held: list[Mapping], contents: Contents) -> dict[str, Any]:
    denies = all(row["stance"] == "denies" for row in held)
    authors = {author["name"]: author for row in held if (author := _author(row, contents))}
    dates = sorted(d for row in held if (d := _article(row, contents).get("published_on")))
    return known(**{
        "@type": "Claim",
        "description": f"denied: {named}" if denies else named,
        "author": list(authors.values()),
        "datePublished": dates[0] if dates else None,
        "appearance": [_appearance(row, contents) for row in held],
    })  # fmt: skip


def _article(claim: Mapping[str, Any], contents: Contents) -> Mapping[str, Any]:
    return contents.articles[claim["article_id"]]


def _author(claim: Mapping[str, Any], contents: Contents) -> dict[str, Any] | None:
    """Return the origin of the information, None where it is not told."""
    if "source_name" not in claim:
        return None
    entry = contents.codebook.find(claim["source_name"])
    kind = getattr(entry, "kind", None)
    is_person = kind == "person" if entry else claim["source_kind"] in PERSONS
    return {
        "@type": "Person" if is_person else "Organization",
        "name": claim["source_name"],
        "description": phrases.words(claim["source_kind"]),
    }


def _appearance(claim: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    """Return the article in which a claim stands, with its words."""
    article = _article(claim, contents)
    publisher = article.get("publisher")
    return known(**{
        "@type": "NewsArticle",
        "identifier": claim["article_id"],
        "url": web_address(article.get("url")),
        "headline": article.get("title"),
        "datePublished": article.get("published_on"),
        "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
        "hasPart": {
            "@type": "Quotation",
            "@id": f"urn:condotta:claim:{claim['claim_id']}",
            "text": contents.words(claim),
            "abstract": f"{claim['stance']}, {claim['certainty']}",
        },
    })  # fmt: skip


def _comments(decided: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in decided:
        claim = row.get("claim_id")
        about = {"@id": f"urn:condotta:claim:{claim}"} if claim else row["name"]
        yield known(**{
            "@type": "Comment",
            "about": about,
            "name": row["decision"],
            "text": row.get("reason"),
            "author": {"@type": "Person", "name": row["reviewer"]},
            "dateCreated": row["decided_at"],
            "creativeWorkStatus": "standing" if row["is_standing"] else "replaced",
            "identifier": row["review_id"],
        })  # fmt: skip
