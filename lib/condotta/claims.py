"""Recruitment claims: typed records with slots, each value traceable to the words it came from.

Three readings meet here: the codebook's frames, the learned reader and the statements. Whatever
the reader or a frame takes for a telling is proposed, with the mentions around it; a second look
with the whole article in view chooses among the proposals and fills what their sentences leave
open; the source is the statement on which a claim stands.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import carrying, frames, quantities, reader, slots, speakers, tables, terms, weighing
from condotta.slots import Value

if TYPE_CHECKING:
    import pandas as pd
    from spacy.tokens import Doc, Token

    from condotta.codebook import Codebook

TELLING = 0.05  # a sentence may tell of a type when its tokens together reach this
FRAMED = 0.04  # the same where a frame of the codebook shows the type, with people in it
SECOND = 0.25  # a further token of the same sentence must reach this by itself
CLAIM = 0.2  # a telling is a claim from this probability on
BESIDE = 0.4  # the same for a second type at the same trigger
MARKED = 0.3  # what the pipeline's own mark of a trigger or a slot adds
RELEVANT = 0.5  # an article is about recruitment from this probability on
DOUBTFUL = 0.35  # or from this one, if a claim in it names people and a war not their own
RARE = frozenset({"motive", "training", "sponsorship", "contract", "staging", "registration"})
RARELY = 0.6  # share of the threshold for types of which the reader has seen few
TOLD = 0.2  # a telling in what is denied or answered stands for it from this one on
SURE = 0.5  # a denial or accusation that no cue shows must reach this
FILLING = 0.25  # a mention fills a slot from this probability on
COUNTED = 0.1  # a figure may belong to a telling from this one on
BARE = 0.8  # from this one on it surely does
FIGURE_ROLES = ("pay", "count", "contract", "date")
SEVERAL = ("recruits", "origin", "staging")  # slots that a conjunction may fill twice
MAIN = frozenset({"pay", "count"})  # figures that are one claim each
REFUSALS = frozenset({"declines", "does_not_deny"})
STANCE_OF = {"denial": "denies", "accusation": "accuses"}


@dataclass(frozen=True)
class Draft:
    """One claim while it is read: its trigger, and what was found for each slot.

    `otherwise` is the likeliest type of the trigger where nobody denies or accuses; `signs` is
    what the first look says of it, `roles` how likely each mention of its sentence fills what.
    """

    kind: str
    trigger: "Token"
    rule: str
    score: float = 1.0
    otherwise: str | None = None
    in_title: bool = False
    signs: tuple[str, ...] = ()
    roles: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)


class Page(NamedTuple):
    """One article and what the steps before have found in it."""

    article: Mapping
    doc: "Doc"
    view: reader.View
    names: slots.Names
    statements: Sequence[Mapping]
    codebook: "Codebook"


def find_claims(
    docs: Iterable[tuple[str, "Doc"]],
    articles: "pd.DataFrame",
    entities: "pd.DataFrame",
    statements: "pd.DataFrame",
    *,
    codebook: "Codebook",
) -> "pd.DataFrame":
    """Find every recruitment claim in every article.

    Parameters
    ----------
    docs : iterable of (article_id, Doc)
        The parsed articles, as `condotta.language.parse` yields them.
    articles, entities, statements : DataFrame
        The tables of these names.
    codebook : Codebook
        Claim types, names and people nouns.

    Returns
    -------
    DataFrame
        The table `claims`: one row is one assertion of one source about one fact and figure.
        Spans point into `articles.text`; `rule` names what found the claim and each slot.

    Notes
    -----
    Slots that a sentence leaves open carry over from the nearest claim that agrees; the rule says
    so, and the span points to where they were read. Figures never carry over. Scores by type and
    slot stand in the model card of `en_condotta`; what the method misses, in the notebook.
    """
    by_article = {row["article_id"]: row for row in _records(articles)}
    named, said = _by_article(entities), _by_article(statements)
    lexicon = frames.index_triggers(codebook.claim_types)
    rows: list[dict] = []
    for article_id, doc in docs:
        page = read_page(
            by_article[article_id],
            doc,
            named.get(article_id, []),
            said.get(article_id, []),
            codebook=codebook,
            lexicon=lexicon,
        )
        rows += link_denials([as_row(page, draft) for draft in read_drafts(page)])
    rows.sort(key=lambda row: (row["article_id"], row["start"], row["claim_id"]))
    return tables.shape("claims", rows)


def _records(frame: "pd.DataFrame") -> list[dict]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _by_article(frame: "pd.DataFrame") -> dict[str, list[dict]]:
    """Return the rows of each article; one conversion for all is ten times faster than many."""
    found: dict[str, list[dict]] = {}
    for row in _records(frame):
        found.setdefault(row["article_id"], []).append(row)
    return found


def read_page(
    article: Mapping,
    doc: "Doc",
    entities: Sequence[Mapping],
    said: Sequence[Mapping],
    *,
    codebook: "Codebook",
    lexicon: frames.Lexicon | None = None,
) -> Page:
    """Return one article with everything that claims are read from."""
    names = slots.Names(doc, entities, codebook)
    figures = quantities.find_quantities(doc, published=article.get("published_on"))
    plain = reader.look(doc, entities=entities, quantities=figures, codebook=codebook)

    def is_a(token: "Token", name: str) -> bool:
        return _is_a(plain, names, token, name)

    found = frames.find_frames(doc, lexicon or codebook.claim_types, is_a=is_a)
    return Page(article, doc, reader.with_frames(plain, found), names, said, codebook)


OFFICES = frozenset(["office", "centre", "center", "desk", "bureau", "counter"])
AGREEMENTS = frozenset(["contract", "agreement", "paper", "deal", "document", "form"])


def _is_a(view: reader.View, names: slots.Names, token: "Token", name: str) -> bool:
    category = view.categories[token.i]
    if name == "people":
        return category in reader.PEOPLE or any(
            view.categories[child.i] in ("people", "nationality", "armed_group")
            for child in token.children
            if child.dep_ in ("nmod", "amod", "compound", "flat")
        )
    if name in ("office", "agreement"):
        return token.lemma_.lower() in (OFFICES if name == "office" else AGREEMENTS)
    if name == "place":
        return category in ("place", "facility", "state")
    if name == "actor":
        return category in ("state", "organisation", "armed_group", "person", "nationality")
    return category == name


def read_drafts(page: Page) -> list[Draft]:
    """Return the claims of one article, slots filled, merged, in the order of the text."""
    learned = reader.open_reader()
    likely = learned.pages.probabilities(reader.page_features(page.view))["relevant"]
    if likely < DOUBTFUL:
        return []
    drafts = propose(page, learned)
    found = weighing.features(page, drafts, likely)
    scores = [learned.claims.probabilities(one)["yes"] for one in found]
    drafts = choose(page, drafts, scores)
    if not _is_about_a_war(page, drafts, likely):
        return []
    filled = fill_from_article(page, drafts, learned)
    # People who fight in their own country are not recruited for another's war.
    abroad = (d for d in filled if slots.is_abroad(d.values, page.codebook) is not False)
    return merge_same(list(abroad))


def _is_about_a_war(page: Page, drafts: Sequence[Draft], likely: float) -> bool:
    """Return whether the sentences of the claims name a war that is not the recruits' own."""
    if any(slots.is_abroad(draft.values, page.codebook) for draft in drafts):
        return True
    named = page.view.hires or any("destination" in draft.values for draft in drafts)
    return named and likely >= RELEVANT


def propose(page: Page, learned: reader.Reader) -> list[Draft]:
    """Return everything in one article that may be a claim, with its source."""
    strikes = page.codebook.striking_verbs
    tellings = [
        telling
        for telling in find_tellings(page.view, learned)
        if telling.trigger.lemma_.lower() not in strikes
    ]
    mentions = reader.mentions(page.view)
    spoken = speakers.lay_out(page.view, page.statements, page.codebook)
    told = (
        attribute(page, draft, spoken)
        for telling in (*tellings, *find_answers(page, tellings))
        for draft in fill_slots(page, learned, telling, mentions)
    )
    title = len(page.article.get("title") or "")
    return [
        replace(draft, in_title=draft.trigger.idx < title) for draft in told if draft is not None
    ]


def choose(page: Page, drafts: Sequence[Draft], scores: Sequence[float]) -> list[Draft]:
    """Return the proposals that are claims: the likeliest for each trigger and each figure."""
    marked = {span.root.i: span.label_ for span in page.doc.spans.get("triggers", ())}
    scored = []
    for draft, score in zip(drafts, scores, strict=True):
        if marked.get(draft.trigger.i) == draft.kind:
            score = weighing.together((score, MARKED))
        scored.append((score if draft.signs else 1.0, draft))
    scored.sort(key=lambda pair: (-pair[0], pair[1].trigger.i, pair[1].kind))
    chosen: list[Draft] = []
    for score, draft in scored:
        if score >= CLAIM and not any(_excludes(other, draft, score) for other in chosen):
            chosen.append(draft)
    return chosen


def _excludes(chosen: Draft, draft: Draft, score: float) -> bool:
    """Return whether a claim leaves no room for another at its figure or trigger."""
    taken = {(role, chosen.figures[role].start) for role in MAIN & chosen.figures.keys()}
    own = {(role, draft.figures[role].start) for role in MAIN & draft.figures.keys()}
    if taken & own:
        return True
    if chosen.trigger.i != draft.trigger.i:
        return False
    if chosen.kind != draft.kind:
        return score < BESIDE
    return not (taken and own)


def fill_from_article(page: Page, drafts: Sequence[Draft], learned: reader.Reader) -> list[Draft]:
    """Return claims with the slots that the rest of the article fills."""
    drafts = sorted(drafts, key=lambda d: (d.trigger.i, d.kind))
    scene = carrying.set_scene(page, drafts)
    return [
        replace(draft, values=carrying.fill(scene, number, learned.fills))
        for number, draft in enumerate(drafts)
    ]


def find_tellings(view: reader.View, learned: reader.Reader) -> Iterator[Draft]:
    """Yield the words that tell of a claim, with its type.

    A sentence tells of a type where its tokens together are likely enough; the likeliest token is
    the trigger. A type that the reader was never taught is told where one of its frames is full.
    """
    sentences: dict[int, dict[str, list[tuple[float, Token]]]] = {}
    scores_at: dict[int, dict[str, float]] = {}
    for token, features in reader.candidates(view):
        scores = scores_at[token.i] = learned.triggers.probabilities(features)
        here = sentences.setdefault(view.sentence_of[token.i], {})
        for kind, score in scores.items():
            if kind != reader.NONE:
                here.setdefault(kind, []).append((score, token))
    for number in sorted(sentences):
        yield from _tellings_in(view, sentences[number], scores_at)
    taught = set(learned.triggers.classes)
    for root in sorted(view.frames):
        for frame in view.frames[root]:
            if frame.kind not in taught and not frame.negated:
                yield Draft(frame.kind, view.doc[root], f"codebook, {frame.rule}")


def _tellings_in(
    view: reader.View,
    sentence: Mapping[str, list[tuple[float, "Token"]]],
    scores_at: Mapping[int, Mapping[str, float]],
) -> Iterator[Draft]:
    """Yield what one sentence may tell, by type: the likeliest trigger, and others as likely."""
    sums = {k: weighing.together([score for score, _ in found]) for k, found in sentence.items()}
    for kind, scored in sorted(sentence.items()):
        framed = {token for _, token in scored if _is_framed(view, token, kind)}
        least = (FRAMED if framed else TELLING) * (RARELY if kind in RARE else 1)
        scored = sorted(scored, key=lambda pair: (-pair[0], pair[1].i))
        for place, (score, token) in enumerate(scored if sums[kind] >= least else ()):
            if place and score < SECOND:
                break
            rule = "reader and codebook" if token in framed else "reader"
            signs = weighing.signs(kind, scores_at[token.i], sums, rule, place)
            best, otherwise = max(score, sums[kind]), _otherwise(scores_at[token.i])
            yield Draft(kind, token, f"{rule} {best:.2f}", best, otherwise, signs=signs)


def find_answers(page: Page, tellings: Sequence[Draft]) -> Iterator[Draft]:
    """Yield denials and accusations whose content names hired people and tells nothing yet."""
    hired = page.codebook.hired_nouns
    for row in page.statements:
        kind = next((k for k, stance in STANCE_OF.items() if stance == row["stance"]), None)
        words = page.doc.char_span(
            int(row["content_start"]), int(row["content_end"]), alignment_mode="expand"
        )
        if kind is None or words is None:
            continue
        told = any(
            words.start <= telling.trigger.i < words.end and telling.score >= TOLD
            for telling in tellings
        )
        named = [token for token in words if token.lemma_.lower() in hired]
        if named and not told:
            roots = [token for token in words if token.i in page.view.frames]
            signs = (f"answer={row['stance']}", f"roots={bool(roots)}")
            rule = f"statement that {row['stance']}"
            yield Draft(kind, (roots or named)[0], rule, signs=signs)


def _otherwise(scores: Mapping[str, float]) -> str:
    plain = {k: v for k, v in scores.items() if k not in (reader.NONE, *STANCE_OF)}
    return max(plain, key=lambda kind: (plain[kind], kind))


def _is_framed(view: reader.View, token: "Token", kind: str) -> bool:
    return any(
        frame.kind == kind and not frame.negated and frame.fillers_of("recruits")
        for frame in view.frames.get(token.i, ())
    )


def fill_slots(
    page: Page, learned: reader.Reader, telling: Draft, mentions: Sequence[int]
) -> Iterator[Draft]:
    """Yield the claims of one telling with the article's mentions in its sentence in their slots.

    A telling with several figures of its kind gives one claim for each.
    """
    view, number = page.view, page.view.sentence_of[telling.trigger.i]
    roles = _roles(page, learned, telling, [i for i in mentions if view.sentence_of[i] == number])
    marked = {t.i: span.label_ for span in page.doc.spans.get("slots", ()) for t in span}
    scored: list[tuple[float, str, int]] = []
    for i, scores in roles.items():
        shown = dict(scores)
        if i in marked:
            shown[marked[i]] = weighing.together((shown.get(marked[i], 0.0), MARKED))
        role, score = max(shown.items(), key=lambda pair: (pair[1], pair[0]))
        if score >= (COUNTED if role in FIGURE_ROLES else FILLING):
            scored.append((score, role, i))
    scored.sort(key=lambda item: (-item[0], item[2]))
    values = _bases(page, number) | _values(page, scored) | _framed_values(page, telling)
    figures = [(score, role, i) for score, role, i in scored if role in FIGURE_ROLES]
    yield from _with_figures(page, replace(telling, values=values, roles=roles), figures)


def _roles(
    page: Page, learned: reader.Reader, telling: Draft, here: Sequence[int]
) -> dict[int, dict[str, float]]:
    """Return how likely each mention of a sentence fills each slot of a telling."""
    order: Counter[str] = Counter()
    roles = {}
    for i in here:
        category = page.view.categories[i]
        features = reader.role_features(
            page.view, telling.trigger, telling.kind, page.doc[i], order[category]
        )
        order[category] += 1
        scores = learned.roles.probabilities(features)
        scores.pop(reader.NONE, None)
        roles[i] = scores
    return roles


def _bases(page: Page, number: int) -> dict[str, Value]:
    """Return the camp, airport or crossing that the codebook knows in a sentence, as staging."""
    for row in page.names.rows:
        token = next(page.names.tokens(row), None)
        known = row["kind"] == "facility" and row["entity_id"] and token is not None
        if known and page.view.sentence_of[token.i] == number:
            value = slots.read_value("staging", token, page.names)
            return {"staging": value._replace(rule="base in the sentence")} if value else {}
    return {}


def _values(page: Page, scored: Sequence[tuple[float, str, int]]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for score, role, i in scored:
        if role in FIGURE_ROLES:
            continue
        people = page.view.categories[i] in reader.PEOPLE
        value = slots.read_value(role, page.doc[i], page.names, people=people)
        if value is None or any(_overlap(value, v) for r, v in values.items() if r != role):
            continue
        value = value._replace(rule=f"reader {score:.2f}, {value.rule}")
        if role not in values:
            values[role] = value
        elif role in SEVERAL and not slots.alike(values[role].value, value.value):
            values[role] = _joined(values[role], value)
    return values


def _overlap(one: Value, other: Value) -> bool:
    return one.start < other.end and other.start < one.end


def _joined(one: Value, other: Value) -> Value:
    first, second = sorted((one, other), key=lambda v: v.start)
    return Value(f"{first.value}; {second.value}", first.start, second.end, one.rule)


def _framed_values(page: Page, telling: Draft) -> dict[str, Value]:
    """Return what the codebook's frame at the trigger says of slots, for types not taught."""
    values: dict[str, Value] = {}
    if telling.rule.startswith("reader"):
        return values
    for frame in page.view.frames.get(telling.trigger.i, ()):
        for filler in frame.fillers if frame.kind == telling.kind else ():
            if filler.slot in tables.SLOTS:
                people = page.view.categories[filler.head] in reader.PEOPLE
                token = page.doc[filler.head]
                value = slots.read_value(filler.slot, token, page.names, people=people)
                if value is not None:
                    values.setdefault(filler.slot, value._replace(rule=filler.rule))
    return values


def _with_figures(
    page: Page, draft: Draft, figures: Sequence[tuple[float, str, int]]
) -> Iterator[Draft]:
    spec = page.codebook.claim_types.get(draft.kind)
    wanted = spec.figure if spec else None
    by_role: dict[str, list[tuple[float, Any]]] = {}
    for score, role, i in figures:
        quantity = page.view.quantities.get(i)
        if quantity is not None and FITS[role](quantity):
            by_role.setdefault(role, []).append((score, quantity))
    shared = {
        role: found[0][1]
        for role, found in by_role.items()
        if role not in MAIN and found[0][0] >= FILLING
    }
    own = by_role.get("pay" if wanted == "pay" else "count", [])
    best = max((score for score, _ in own), default=0.0)
    for score, quantity in own:
        signs = [*weighing.steps("figure", score), f"figures={min(len(own), 3)}"]
        figure = {"pay" if wanted == "pay" else "count": quantity}
        yield _signed(replace(draft, figures=shared | figure), [*signs, f"first={score == best}"])
    if (not wanted or wanted in shared) and best < BARE:
        yield _signed(replace(draft, figures=shared), ["bare", *weighing.steps("left", best)])


def _signed(draft: Draft, signs: Sequence[str]) -> Draft:
    """Return a draft with more signs; one that the reader has not seen needs none."""
    return replace(draft, signs=(*draft.signs, *signs)) if draft.signs else draft


FITS = {
    "pay": lambda q: q.kind == "money",
    "count": lambda q: q.kind in ("count", "number"),
    "contract": lambda q: q.kind == "duration",
    "date": lambda q: q.kind == "date",
}


def attribute(page: Page, draft: Draft, spoken: speakers.Layout) -> Draft | None:
    """Return a draft with its source; None where the source refuses to say or merely doubts.

    A telling inside what is denied is a denial, and one inside an accusation without a figure an
    accusation. Where no statement near it tells it the outlet itself speaks.
    """
    kind, said = draft.kind, speakers.find_speaker(spoken, draft.trigger, draft.kind)
    shown = said.stance == STANCE_OF.get(kind)
    if kind in STANCE_OF and not (shown or (said.row is not None and draft.score >= SURE)):
        kind = draft.otherwise or kind
    if said.stance in REFUSALS or _is_refused(page, draft.trigger):
        return None
    if kind in STANCE_OF and said.row is not None and said.row["stance"] in REFUSALS:
        return None
    if said.stance == "denies":
        kind = "denial"
    elif said.stance == "accuses" and not ({"pay", "count"} & set(draft.figures)):
        kind = "accusation"
    told: dict[str, Any] = {
        "source_name": page.article.get("publisher"), "source_kind": "outlet_voice",
        "stance": STANCE_OF.get(kind, said.stance), "certainty": said.certainty,
    }  # fmt: skip
    values, row = draft.values, said.row
    if row is not None:
        told |= {key: row[key] for key in ("statement_id", "source_name", "source_kind")}
        told["via"] = row["relayed_by"]
        if kind == "denial" and "recruiter" not in values:
            values = values | _who_denies(row, page.codebook)
    return replace(draft, kind=kind, values=values, told=told, rule=f"{draft.rule}; {said.rule}")


def _is_refused(page: Page, trigger: "Token") -> bool:
    """Return whether words stand in an answer that neither affirms nor denies."""
    return any(
        row["stance"] in REFUSALS and row["start"] <= trigger.idx < row["end"]
        for row in page.statements
    )


def _who_denies(row: Mapping, codebook: "Codebook") -> dict[str, Value]:
    """Return the source of a denial as the recruiter, where the codebook knows whom it acts for."""
    entry = codebook.entries.get(row["source_entity_id"])
    name = slots.acts_as(entry, codebook) if entry is not None else None
    span = row["source_start"], row["source_end"]
    return {"recruiter": Value(name, *span, "who denies it")} if name else {}


def merge_same(drafts: Sequence[Draft]) -> list[Draft]:
    """Return drafts without repetitions: same type, same source, nothing that differs.

    A headline gives way to the body.
    """
    kept: list[Draft] = []
    for draft in sorted(drafts, key=lambda d: d.in_title):
        twin = next((i for i, other in enumerate(kept) if _repeats(draft, other)), None)
        if twin is None:
            kept.append(draft)
        elif len(draft.figures) > len(kept[twin].figures):
            kept[twin] = draft
    return kept


def _repeats(one: Draft, other: Draft) -> bool:
    if one.kind != other.kind or one.told.get("source_name") != other.told.get("source_name"):
        return False
    if one.trigger.i == other.trigger.i and _bounds(one) == _bounds(other):
        return True
    shared = [slot for slot in tables.SLOTS if slot in one.values and slot in other.values]
    if not all(slots.alike(one.values[s].value, other.values[s].value) for s in shared):
        return False
    for figure in ("pay", "count"):
        a, b = one.figures.get(figure), other.figures.get(figure)
        if a and b and (a.min, a.max) != (b.min, b.max):
            return False
    return True


def _bounds(draft: Draft) -> list[tuple[float | None, float | None] | None]:
    figures = (draft.figures.get(role) for role in ("pay", "count"))
    return [quantity and (quantity.min, quantity.max) for quantity in figures]


def as_row(page: Page, draft: Draft) -> dict:
    """Return one claim as a row of the table `claims`."""
    sentence = draft.trigger.sent
    row = {
        "article_id": page.article["article_id"],
        "start": sentence.start_char,
        "end": sentence.end_char,
        "type": draft.kind,
        "trigger_start": draft.trigger.idx,
        "trigger_end": draft.trigger.idx + len(draft.trigger),
        **draft.told,
    }
    rules = [draft.rule]
    for slot in tables.SLOTS:
        value = draft.values.get(slot)
        if value is not None:
            row |= {slot: value.value, **slots.span_columns(slot, value)}
            rules.append(f"{slot}: {value.rule}")
    for role, quantity in sorted(draft.figures.items()):
        row |= {f"{role}_start": quantity.start, f"{role}_end": quantity.end}
        row |= _figure_columns(role, quantity)
    row |= terms.read_terms(draft.kind, draft.figures, sentence, page.codebook)
    row["rule"] = "; ".join(rules)
    row["claim_id"] = tables.key("c", *(row.get(c) for c in KEYED))
    return row


KEYED = (
    "article_id", "type", "trigger_start", "source_name", "pay_min", "pay_max", "count_min",
    "count_max",
)  # fmt: skip


def _figure_columns(role: str, quantity: Any) -> dict[str, Any]:
    if role == "pay":
        return {
            "pay_min": quantity.min, "pay_max": quantity.max, "currency": quantity.unit,
            "period": quantity.period,
        }  # fmt: skip
    if role == "count":
        return {"count_min": _whole(quantity.min), "count_max": _whole(quantity.max)}
    if role == "contract":
        longest = quantity.max if quantity.max != quantity.min else None
        return {"contract_months": quantity.min, "contract_months_max": longest}
    return {"date_from": quantity.date_from, "date_to": quantity.date_to}


def _whole(bound: float | None) -> int | None:
    return None if bound is None else round(bound)


def link_denials(rows: Sequence[dict]) -> list[dict]:
    """Return rows in which each denial names the claims of its article that it denies."""
    out = []
    for row in rows:
        if row["type"] == "denial":
            denied = [r["claim_id"] for r in rows if _is_denied_by(r, row)]
            row = row | {"denies_claim_id": "; ".join(sorted(denied)) or None}
        out.append(row)
    return out


def _is_denied_by(claim: Mapping, denial: Mapping) -> bool:
    if claim["type"] == "denial":
        return False
    return all(
        not (claim.get(slot) and denial.get(slot)) or slots.alike(claim[slot], denial[slot])
        for slot in ("recruiter", "recruits", "destination")
    )
