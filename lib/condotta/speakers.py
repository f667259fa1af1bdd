"""On whose word a claim stands: of all statements around it, the one whose source tells it.

A claim often stands in no statement's content: "They would also get a bonus" goes on with what the
sentence before was told by somebody, and a lead is told by the source that the next sentence
names. Every statement near a claim is a candidate, and the outlet is another; a linear model,
learned from the written reports, chooses.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from condotta import cues

if TYPE_CHECKING:
    from spacy.tokens import Token

    from condotta.codebook import Codebook
    from condotta.reader import View

BEFORE, AFTER = 6, 2  # sentences within which a statement may tell a claim
WEIGHTS = Path(__file__).parents[1] / "en_condotta" / "speakers.npz"
MODALS = frozenset(["would", "will", "could", "might", "may", "should", "shall", "'d", "'ll"])
MORE = frozenset(["also", "too", "moreover", "addition", "further", "another", "other", "others"])
OPENERS = ("PRON", "DET", "ADP", "SCONJ", "ADV")


class Candidate(NamedTuple):
    """One statement that may tell a claim, or the outlet (`row` is None), and where it stands."""

    row: Mapping | None
    place: str
    features: tuple[str, ...]


class Layout(NamedTuple):
    """Sentence and paragraph of the statements of one article."""

    view: "View"
    lexicon: cues.Lexicon
    rows: Sequence[Mapping]
    first: Sequence[int]
    last: Sequence[int]
    paragraph_of: Sequence[int]
    told: Mapping[int, Sequence[int]]
    named: Mapping[str, int]


def lay_out(view: "View", statements: Sequence[Mapping], codebook: "Codebook") -> Layout:
    """Return where the statements of an article stand."""
    rows = sorted(statements, key=lambda row: (row["content_start"], row["content_end"]))
    first, last = [], []
    told: dict[int, list[int]] = {}
    named: dict[str, int] = {}
    for number, row in enumerate(rows):
        span = view.doc.char_span(int(row["start"]), int(row["end"]), alignment_mode="expand")
        first.append(view.sentence_of[span.start])
        last.append(view.sentence_of[span.end - 1])
        for sentence in range(first[-1], last[-1] + 1):
            told.setdefault(sentence, []).append(number)
        named[who(row)] = named.get(who(row), 0) + 1
    lexicon = cues.index_cues(codebook)
    return Layout(view, lexicon, rows, first, last, _paragraphs(view), told, named)


def _paragraphs(view: "View") -> list[int]:
    """Return the paragraph of every sentence."""
    numbers, at = [], 0
    for sentence in view.doc.sents:
        numbers.append(at)
        at += "\n" in sentence.text_with_ws or "\n" in sentence.text
    return numbers


def who(row: Mapping) -> str:
    """Return what tells one source from another."""
    return row["source_entity_id"] or (row["source_name"] or "").lower()


def candidates(layout: Layout, trigger: "Token", kind: str) -> Iterator[Candidate]:
    """Yield every statement near a trigger and the outlet, with what speaks for each."""
    view = layout.view
    here = view.sentence_of[trigger.i]
    context = _context(layout, trigger, here, kind)
    covering = [n for n, row in enumerate(layout.rows) if _covers(row, trigger)]
    inner = min(covering, key=lambda n: _length(layout.rows[n]), default=None)
    near = [
        n
        for n in range(len(layout.rows))
        if n in covering or (layout.first[n] <= here + AFTER and here <= layout.last[n] + BEFORE)
    ]
    order = _order(layout, near, here)
    for n in near:
        row = layout.rows[n]
        place = _place(layout, n, here, trigger, covering)
        features = list(_features(layout, n, here, place, order, inner, covering, trigger))
        yield Candidate(row, place, _joined(place, features, context))
    yield Candidate(None, "outlet", _joined("outlet", list(_of_outlet(layout, here)), context))


def _joined(place: str, features: Sequence[str], context: Sequence[str]) -> tuple[str, ...]:
    return (
        place,
        *features,
        *(f"{place} {feature}" for feature in features),
        *(f"{place} {feature}" for feature in context),
    )


def _covers(row: Mapping, token: "Token") -> bool:
    return row["content_start"] <= token.idx and token.idx + len(token) <= row["content_end"]


def _length(row: Mapping) -> int:
    return row["content_end"] - row["content_start"]


def _order(layout: Layout, near: Sequence[int], here: int) -> dict[str, int]:
    """Return how many other sources spoke between each source and this sentence."""
    order: dict[str, int] = {}
    for n in sorted(near, key=lambda n: (-layout.last[n], -layout.rows[n]["start"])):
        if layout.first[n] < here:
            order.setdefault(who(layout.rows[n]), len(order))
    return order


def _place(layout: Layout, n: int, here: int, trigger: "Token", covering: Sequence[int]) -> str:
    if n in covering:
        return "covers"
    if layout.first[n] <= here <= layout.last[n]:
        return "same sentence"
    same = layout.paragraph_of[layout.last[n]] == layout.paragraph_of[here]
    side = "before" if layout.last[n] < here else "after"
    return f"{side} in the paragraph" if same else f"{side} in another paragraph"


def _features(
    layout: Layout,
    n: int,
    here: int,
    place: str,
    order: Mapping[str, int],
    inner: int | None,
    covering: Sequence[int],
    trigger: "Token",
) -> Iterator[str]:
    row, one = layout.rows[n], who(layout.rows[n])
    gap = here - layout.last[n] if layout.last[n] < here else max(0, layout.first[n] - here)
    yield f"gap {min(gap, 4)}"
    yield f"kind {row['source_kind']}"
    yield f"stance {row['stance']}"
    yield f"cue {row['cue_lemma']}"
    yield f"quote {row['quote']}"
    yield f"named {bool(row['source_entity_id'])}"
    yield f"found {row['rule'].split(';')[0].split(':')[0]}"
    yield f"no name {not row['source_name']}"
    yield f"order {min(order.get(one, 9), 4)}"
    yield f"often {min(layout.named[one], 4)}"
    yield f"innermost {n == inner}"
    yield f"nested {row['parent_id'] is not None}"
    yield f"relayed {row['relayed_by'] is not None}"
    yield f"cited {row['rule'].startswith('cited')}"
    yield f"of title {layout.paragraph_of[layout.first[n]] == 0}"
    if inner is not None and n != inner:
        yield f"inner {layout.rows[inner]['source_kind']} in {row['source_kind']}"
        yield f"inner same {who(layout.rows[inner]) == one}"
    left = row["cue_start"] is not None and row["cue_start"] < trigger.idx
    yield f"cue left {left}"


def _of_outlet(layout: Layout, here: int) -> Iterator[str]:
    before = [n for n in range(len(layout.rows)) if layout.last[n] < here]
    yield f"before {min(3, len(before))}"
    gaps = [here - layout.last[n] for n in before]
    yield f"gap {min([*gaps, 5])}"
    same = [n for n in before if layout.paragraph_of[layout.last[n]] == layout.paragraph_of[here]]
    yield f"told in the paragraph {bool(same)}"
    yield f"all {min(4, len(layout.rows))}"
    yield f"sources {min(4, len(layout.named))}"
    last = max(before, key=lambda n: (layout.last[n], layout.rows[n]["start"]), default=None)
    if last is not None:
        yield f"last {layout.rows[last]['source_kind']}"
        yield f"last stance {layout.rows[last]['stance']}"


def _context(layout: Layout, trigger: "Token", here: int, kind: str) -> list[str]:
    """Return what the sentence of a claim shows: how it begins, its verb, its own sources."""
    sentence = trigger.sent
    root = sentence.root
    words = [token for token in sentence if not token.is_punct and not token.is_space]
    first = words[0] if words else trigger
    subject = next((c for c in root.children if c.dep_ in ("nsubj", "nsubj:pass")), None)
    opens = here == 0 or layout.paragraph_of[here - 1] != layout.paragraph_of[here]
    found = [
        f"type {kind}",
        f"first {first.lower_ if first.pos_ in OPENERS else first.pos_}",
        f"root {root.tag_}",
        f"own {min(2, len(layout.told.get(here, ())))}",
        f"starts paragraph {opens}",
        f"paragraph {min(3, layout.paragraph_of[here])}",
        f"more {any(token.lower_ in MORE for token in words)}",
        f"modal {any(token.lower_ in MODALS for token in root.children)}",
        f"had {any(token.lower_ == 'had' for token in root.children)}",
    ]
    if subject is not None:
        pronoun = subject.lower_ if subject.pos_ == "PRON" else subject.pos_
        opener = subject.doc[subject.left_edge.i].lower_ if subject.pos_ == "NOUN" else ""
        found.append(f"subject {pronoun} {opener if opener in ('the', 'a', 'some') else ''}")
    covered = [n for n in layout.told.get(here, ()) if _covers(layout.rows[n], trigger)]
    found.append(f"covered {bool(covered)}")
    return found


class Model(NamedTuple):
    """What each feature of a candidate is worth."""

    worth: Mapping[str, float]

    def score(self, candidate: Candidate) -> float:
        """Return what all features of a candidate are worth together."""
        return sum(self.worth.get(feature, 0.0) for feature in candidate.features)


@cache
def open_model() -> Model:
    """Return the weights that ship with the pipeline, loaded once."""
    import numpy as np

    with np.load(WEIGHTS, allow_pickle=False) as kept:
        return Model(dict(zip(kept["features"].tolist(), kept["weights"].tolist(), strict=True)))


def choose(found: Sequence[Candidate], model: Model) -> Candidate:
    """Return the candidate that is worth most; of equals the first."""
    return max(found, key=model.score)


class Speaker(NamedTuple):
    """Who tells a claim: the statement (None: the outlet), how, and the rule that found it."""

    row: Mapping | None
    stance: str
    certainty: str
    rule: str


def find_speaker(layout: Layout, trigger: "Token", kind: str) -> Speaker:
    """Return on whose word a claim stands, with stance and certainty of that word for it.

    What a source said elsewhere lends the claim its name, not its stance: a denial in one sentence
    is no denial of the next.
    """
    chosen = choose(list(candidates(layout, trigger, kind)), open_model())
    if chosen.place == "covers":
        return Speaker(
            chosen.row, chosen.row["stance"], chosen.row["certainty"], "source covers it"
        )
    hedge = cues.hedge_of(trigger.sent, layout.lexicon)
    plain = "stated_fact" if chosen.row is None else "reported"
    certainty = cues.more_hedged(plain, hedge) if hedge else plain
    return Speaker(chosen.row, "asserts", certainty, f"source {chosen.place}")
