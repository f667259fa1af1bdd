"""Who is named, who pays and who takes whom, as FollowTheMoney entities with their provenance."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from condotta import phrases, tables
from condotta.exchange.contents import Contents, dump, known, plain
from condotta.exchange.verdicts import list_verdicts
from condotta.report import web_address

SCHEMATA = {
    "person": "Person",
    "organisation": "Organization",
    "armed_group": "Organization",
    "state": "PublicBody",
    "nationality": "LegalEntity",
}
MEMBERS_OF = ("Organization",)
AFFIRMS = frozenset({"asserts", "accuses", "alleges", "unclear"})
INSTALL = (
    "FollowTheMoney is not installed; type: pip install 'condotta[ftm]' (it compiles PyICU, which "
    "needs a C++ compiler and ICU, on Debian and Ubuntu: apt-get install g++ pkg-config libicu-dev)"
)


class Entity(NamedTuple):
    """One entity as FollowTheMoney writes it, before its library has seen it."""

    id: str
    schema: str
    properties: Mapping[str, Any]


def to_ftm(contents: Contents) -> bytes:
    """Return entities as lines of JSON, each made and checked by the library itself.

    Raises
    ------
    RuntimeError
        If `followthemoney` is not installed, with what to type.
    ValueError
        If an entity lacks what its schema requires or holds what it forbids, naming it.

    Notes
    -----
    Articles are `Article`; names are `Mention` and, of actors, `Person`, `Organization` or
    `PublicBody`; events are `Event`. Each claim is a `Note` that holds its words, slots, source and
    rule, also where it denies or where people rejected it. One that affirms and stands is besides a
    `Membership` of recruits in the organisation that recruits them (an `UnknownLink` where that is
    a state or a person), and a `Payment` where it tells payer, recipient and pay. An amount is
    given only where the words give one figure; bounds stand in `purpose`.

    A name that the codebook does not know is one entity an article: nothing in the words says
    that the Ahmed of one report is the Ahmed of another.
    """
    try:
        from followthemoney import model
    except ImportError as error:
        raise RuntimeError(INSTALL) from error
    made = {entity.id: entity for entity in list_entities(contents)}
    checked = {key: _check(made[key], model) for key in sorted(made)}
    return b"".join(dump(entity) + b"\n" for entity in checked.values())


def _check(entity: Entity, model: Any) -> dict[str, Any]:
    """Return the entity as the library holds it; what it cannot read as its type is an error."""
    from followthemoney.exc import InvalidData

    proxy = model.make_entity(entity.schema)
    proxy.id = entity.id
    for name, value in entity.properties.items():
        proxy.add(name, value)
    missing = [name for name in proxy.schema.required if not proxy.get(name)]
    try:
        proxy.schema.validate(proxy.to_dict())
    except InvalidData as error:
        missing.append(str(error.errors))
    if missing:
        raise ValueError(f"{entity.schema} {entity.id}: no valid {', '.join(missing)}.")
    properties = {name: sorted(proxy.get(name)) for name in sorted(proxy.properties)}
    return {"id": proxy.id, "schema": proxy.schema.name, "properties": properties}


def list_entities(contents: Contents) -> Iterator[Entity]:
    """Yield every entity of a run; one that several rows name comes several times, alike."""
    graph = _Graph(contents)
    for article in contents.articles.values():
        yield _document(article)
    yield from graph.mentions()
    for event in plain(contents.run["events"]):
        yield from graph.event(event)
    standing = {row["claim_id"]: row for row in plain(contents.decided.claims)}
    reviewed = _reviewed(contents)
    for row in plain(contents.run["claims"]):
        claim = standing.get(row["claim_id"], row)
        review = reviewed.get(row["claim_id"])
        yield graph.note(claim, review)
        if row["claim_id"] in standing and claim["stance"] in AFFIRMS:
            yield from graph.edges(claim, review)


def _reviewed(contents: Contents) -> dict[str, str]:
    """Return by claim the standing decisions, with who decided and why."""
    told: dict[str, list[str]] = {}
    for row in plain(list_verdicts(contents)):
        if row["is_standing"] and "claim_id" in row:
            said = f"{row['decision']} by {row['reviewer']}"
            reason = f": {row['reason']}" if "reason" in row else ""
            told.setdefault(row["claim_id"], []).append(said + reason)
    return {claim: "; ".join(said) for claim, said in told.items()}


def _document(article: Mapping[str, Any]) -> Entity:
    told = known(
        title=article.get("title"),
        fileName=article["source_path"],
        author=article.get("byline"),
        publisher=article.get("publisher"),
        publishedAt=article.get("published_on"),
        language=article.get("language"),
        sourceUrl=web_address(article.get("url")),
        bodyText=article["text"],
    )
    return Entity(_id(article["article_id"]), "Article", told)


def _id(key: str) -> str:
    return f"condotta-{key}"


class _Graph:
    """The entities of one run, and for whom its names stand."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.codebook = contents.codebook
        self.named: dict[tuple[str, str], tuple[str, str | None]] = {}
        for row in plain(contents.run["entities"]):
            for name in (row["name"], row.get("canonical")):
                if name and row["kind"] in SCHEMATA:
                    told = (row["kind"], row.get("entity_id"))
                    self.named.setdefault((row["article_id"], name), told)

    def actor(self, name: str, article_id: str, entity_id: str | None = None) -> Entity | None:
        """Return whom a name stands for: of the codebook, else one of this article alone.

        None where nothing is left of the name but what cannot be seen.
        """
        if not any(letter.isalnum() for letter in name):
            return None
        kind, found = self.named.get((article_id, name), ("nationality", None))
        entry = self.codebook.entries.get(entity_id or found) or self.codebook.find(
            name, kinds=list(SCHEMATA)
        )
        if entry is None or entry.entity_kind not in SCHEMATA:
            told = {"name": name, "proof": _id(article_id)}
            return Entity(_id(tables.key("n", article_id, name)), SCHEMATA[kind], told)
        told = known(name=entry.name, wikidataId=getattr(entry, "wikidata", None))
        return Entity(_id(entry.id), SCHEMATA[entry.entity_kind], told)

    def mentions(self) -> Iterator[Entity]:
        """Yield every name of an actor, once an article and spelling, and whom it stands for."""
        for row in plain(self.contents.run["entities"]):
            if row["kind"] not in SCHEMATA:
                continue
            named = row.get("canonical", row["name"])
            actor = self.actor(named, row["article_id"], row.get("entity_id"))
            if actor is None:
                continue
            told = {
                "document": _id(row["article_id"]),
                "name": row["name"],
                "resolved": actor.id,
                "detectedSchema": actor.schema,
            }
            yield actor
            yield Entity(
                _id(tables.key("m", row["article_id"], row["name"], actor.id)), "Mention", told
            )

    def provenance(self, row: Mapping[str, Any], **told: Any) -> dict[str, Any]:
        """Return where a row was read: article, address, outlet, words, and by which rule."""
        article = self.contents.articles[row["article_id"]]
        return known(
            proof=_id(row["article_id"]),
            sourceUrl=web_address(article.get("url")),
            publisher=article.get("publisher"),
            description=self.contents.words(row),
            **told,
        )

    def event(self, event: Mapping[str, Any]) -> Iterator[Entity]:
        """Yield an event and the actors that are said to have been part of it."""
        involved = []
        for slot in ("actor", "target"):
            entity_id = event.get(f"{slot}_entity_id")
            if entity_id is None and slot == "target":
                continue  # struck may be a bridge or a town as well as people
            for name in phrases.parts(event.get(slot)):
                alone = entity_id if len(phrases.parts(event[slot])) == 1 else None
                if actor := self.actor(name, event["article_id"], alone):
                    involved.append(actor)
        yield from involved
        summary = [f"responsibility: {event['responsibility']}", f"rule: {event['rule']}"]
        told = self.provenance(
            event,
            name=", ".join([phrases.words(event["kind"]), *phrases.parts(event.get("place"))]),
            location=event.get("place"),
            startDate=event.get("occurred_from"),
            endDate=event.get("occurred_to"),
            involved=sorted({actor.id for actor in involved}),
            recordId=event["event_id"],
            summary="; ".join([*_losses(event), *summary]),
        )
        yield Entity(_id(event["event_id"]), "Event", told)

    def note(self, claim: Mapping[str, Any], review: str | None) -> Entity:
        """Return a claim as it was read, its slots as `name: value`."""
        told = self.provenance(
            claim,
            name=phrases.words(claim["type"]),
            entity=_id(claim["article_id"]),
            summary=_summary(claim, review),
            keywords=[claim["type"], claim["stance"], claim["certainty"]],
        )
        return Entity(_id(claim["claim_id"]), "Note", told)

    def edges(self, claim: Mapping[str, Any], review: str | None) -> Iterator[Entity]:
        """Yield who is said to take whom, and for what pay, where the claim tells both."""
        above, below = (
            [
                actor
                for name in phrases.parts(claim.get(slot))
                if (actor := self.actor(name, claim["article_id"]))
            ]
            for slot in ("recruiter", "recruits")
        )
        yield from (*above, *below)
        told = self.provenance(
            claim,
            recordId=claim["claim_id"],
            startDate=claim.get("date_from"),
            endDate=claim.get("date_to"),
            summary=_summary(claim, review),
        )
        for upper in above:
            for lower in below:
                if upper.id != lower.id:
                    yield _tie(claim, upper, lower, told)
                    if "pay_min" in claim or "pay_max" in claim:
                        yield _payment(claim, upper, lower, told)


def _tie(claim: Mapping, upper: Entity, lower: Entity, told: Mapping) -> Entity:
    key = _id(tables.key("r", claim["claim_id"], upper.id, lower.id))
    about = {"role": phrases.words(claim["type"]), "status": claim["certainty"], **told}
    if upper.schema in MEMBERS_OF:
        return Entity(key, "Membership", {"member": lower.id, "organization": upper.id, **about})
    return Entity(key, "UnknownLink", {"subject": upper.id, "object": lower.id, **about})


def _payment(claim: Mapping, upper: Entity, lower: Entity, told: Mapping) -> Entity:
    low, high = claim.get("pay_min"), claim.get("pay_max")
    more = known(
        payer=upper.id,
        beneficiary=lower.id,
        amount=str(low) if low is not None and low == high else None,
        currency=claim.get("currency"),
        purpose=_pay(claim),
    )
    key = _id(tables.key("y", claim["claim_id"], upper.id, lower.id))
    return Entity(key, "Payment", more | dict(told))


def _pay(claim: Mapping[str, Any]) -> str:
    amount = phrases.interval(claim.get("pay_min"), claim.get("pay_max"), claim.get("currency", ""))
    period = f" per {claim['period']}" if "period" in claim else ""
    kind = f" ({phrases.words(claim['pay_kind'])})" if "pay_kind" in claim else ""
    return amount + period + kind


def _losses(event: Mapping[str, Any]) -> Iterator[str]:
    yield f"losses: {phrases.words(event['losses'])}"
    for kind in ("killed", "wounded", "captured", "missing"):
        low, high = event.get(f"{kind}_min"), event.get(f"{kind}_max")
        if low is not None or high is not None:
            yield f"{kind}: {phrases.interval(low, high)}"


def _summary(claim: Mapping[str, Any], review: str | None) -> str:
    """Return every value of a claim but where it stands, and what was decided about it."""
    silent = {"claim_id", "article_id", "type"}
    values = [
        f"{name}: {value}"
        for name, value in claim.items()
        if name not in silent and not name.endswith(("start", "end"))
    ]
    return "; ".join([*values, *([f"review: {review}"] if review else [])])
