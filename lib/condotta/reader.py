"""The learned reader: which words tell of which claim, and which words fill which slot.

Linear classifiers over features of the parsed sentence and of the article, learned from reports
that were written and annotated for the purpose. The codebook's frames are features among others:
the reader learns how far each trigger can be trusted, and reads tellings that no list foresaw.
Weights are small, ship with the pipeline and are plain arrays; training stands in
`en_condotta.recipe`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from murmurhash.mrmr import hash_unicode

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from condotta.codebook import Codebook
    from condotta.frames import Frame

ROLES = (
    *("recruiter", "recruits", "origin", "staging", "destination", "beneficiary"),
    *("pay", "count", "contract", "date"),
)
NONE = "none"
FIGURES = {kind: kind for kind in ("money", "count", "number", "duration", "date")}
ARGUMENTS = frozenset(
    {"nsubj", "nsubj:pass", "obj", "iobj", "obl", "obl:agent", "nmod", "nmod:poss", "amod"}
    | {"compound", "compound:prt", "xcomp", "ccomp", "advcl", "acl", "acl:relcl", "advmod"}
    | {"aux", "aux:pass"}
)
OPEN_CLASS = frozenset(["VERB", "NOUN", "ADJ", "PROPN", "ADV", "AUX", "NUM", "SYM"])
PEOPLE = frozenset({"people", "pronoun", "nationality", "armed_group", "count", "person"})
NOT_MENTIONS = frozenset(
    {"it", "its", "which", "this", "that", "there", "what", "who", "whom", "whose"}
)
NEGATIONS = frozenset(["no", "not", "n't", "never", "none", "nobody", "neither", "nor", "without"])


class View(NamedTuple):
    """One parsed article as the reader sees it: every token with its category."""

    doc: "Doc"
    categories: list[str]
    quantities: dict[int, Any]
    frames: dict[int, list["Frame"]]
    stances: dict[int, str]
    hires: bool
    sentence_of: list[int]


def look(
    doc: "Doc",
    *,
    entities: Sequence[Mapping],
    quantities: Iterable[Any],
    codebook: "Codebook",
) -> View:
    """Return an article with the category of each token: kind of name, of figure, of person.

    It has no frames yet: finding them may ask for the categories. `with_frames` adds them.

    Parameters
    ----------
    doc : Doc
        The parsed article.
    entities : sequence of mappings
        Its rows of the table `entities`.
    quantities : iterable of Quantity
        What `condotta.quantities` found in it.
    codebook : Codebook
        For the nouns that stand for people and the cues of a stance.
    """
    categories = [_plain_category(token, codebook.people_nouns) for token in doc]
    for row in entities:
        if row["kind"] not in ("money", "quantity", "date"):
            for token in tokens_of(doc, row["start"], row["end"]):
                categories[token.i] = row["kind"]
    heads: dict[int, Any] = {}
    for quantity in quantities:
        kind = FIGURES.get(quantity.kind)
        tokens = list(tokens_of(doc, quantity.start, quantity.end)) if kind else []
        for token in tokens:
            categories[token.i] = kind
        if tokens:
            heads[next((t for t in tokens if t.like_num), tokens[0]).i] = quantity
    sentence_of = [0] * len(doc)
    for number, sentence in enumerate(doc.sents):
        for token in sentence:
            sentence_of[token.i] = number
    stances = codebook.stance_words
    return View(
        doc,
        categories,
        heads,
        {},
        {token.i: stances[token.lemma_] for token in doc if token.lemma_ in stances},
        any(token.lemma_.lower() in codebook.hired_nouns for token in doc),
        sentence_of,
    )


def with_frames(view: View, frames: Iterable["Frame"]) -> View:
    """Return a view that knows which frames stand at which token."""
    by_root: dict[int, list[Frame]] = {}
    for frame in frames:
        by_root.setdefault(frame.root, []).append(frame)
    return view._replace(frames=by_root)


def _plain_category(token: "Token", people: Collection[str]) -> str:
    if token.lemma_.lower() in people and token.pos_ in ("NOUN", "PROPN", "ADJ"):
        return "people"
    if token.pos_ == "PRON":
        return "pronoun"
    return "-"


def tokens_of(doc: "Doc", start: int, end: int) -> Iterator["Token"]:
    """Yield the tokens that characters touch."""
    span = doc.char_span(int(start), int(end), alignment_mode="expand")
    yield from span if span is not None else ()


def mentions(view: View) -> list[int]:
    """Return the tokens that may fill a slot: heads of names, figures and noun phrases."""
    doc, categories = view.doc, view.categories
    heads = set(view.quantities)
    for token in doc:
        if categories[token.i] in FIGURES.values():
            continue
        named = categories[token.i] not in ("-", "people", "pronoun")
        if named and token.i + 1 < len(doc) and _same_name(view, token.i, token.i + 1):
            inside = token.head.i != token.i and categories[token.head.i] == categories[token.i]
            if inside and abs(token.head.i - token.i) <= 4:
                continue
        nominal = token.pos_ in ("NOUN", "PROPN")
        pronoun = token.pos_ == "PRON" and token.lower_ not in NOT_MENTIONS
        elliptic = token.pos_ in ("ADJ", "NUM", "DET") and token.dep_ in ARGUMENTS - {"amod"}
        if nominal or pronoun or elliptic or named:
            heads.add(token.i)
    return sorted(heads)


def _same_name(view: View, one: int, other: int) -> bool:
    return view.categories[one] == view.categories[other]


def _bag(view: View, start: int, end: int) -> list[str]:
    """Return what a sentence holds, once for all its tokens."""
    bag = {
        f"s={token.lemma_.lower()}"
        for token in view.doc[start:end]
        if token.pos_ in ("NOUN", "VERB", "PROPN", "ADJ")
    }
    bag |= {f"s#{view.categories[i]}" for i in range(start, end)}
    for i in range(start, end):
        bag |= {f"sF={frame.kind}" for frame in view.frames.get(i, ())}
        if i in view.stances:
            bag.add(f"sS={view.stances[i]}")
    return sorted(bag)


def page_features(view: View) -> list[str]:
    """Return what an article holds that speaks for or against recruitment being its subject."""
    found = set()
    for token in view.doc:
        category = view.categories[token.i]
        if token.pos_ in ("NOUN", "VERB", "ADJ"):
            found.add(f"w={token.lemma_.lower()}")
        if category != "-":
            found.add(f"c={category}")
        for frame in view.frames.get(token.i, ()):
            slots = "+".join(sorted({filler.slot for filler in frame.fillers}))
            found |= {f"F={frame.kind}", f"Fs={frame.kind}:{slots}"}
    return sorted(found | {f"hires={view.hires}"})


def candidates(view: View) -> Iterator[tuple["Token", list[str]]]:
    """Yield each token that may tell of a claim, with its features.

    Sentences that name no people, no figure and no trigger of the codebook are passed over.
    """
    for sentence in view.doc.sents:
        start, end = sentence.start, sentence.end
        held = {view.categories[i] for i in range(start, end)}
        if not (held - {"-", "date"} or any(i in view.frames for i in range(start, end))):
            continue
        bag = _bag(view, start, end)
        for token in sentence:
            named = view.categories[token.i] not in ("-", "people", "pronoun", *FIGURES)
            if token.pos_ in OPEN_CLASS and not (named and token.pos_ == "PROPN"):
                yield token, trigger_features(view, token) + bag


def trigger_features(view: View, token: "Token") -> list[str]:
    """Return what speaks for and against a token telling of a claim."""
    categories, doc = view.categories, view.doc
    lemma, head = token.lemma_.lower(), token.head
    found = [
        f"l={lemma}",
        f"lp={lemma}{token.pos_}",
        f"t={token.tag_}",
        f"d={token.dep_}",
        f"f={token.lower_}",
        f"h={head.lemma_.lower()}",
        f"hd={head.lemma_.lower()}{token.dep_}",
        f"ld={lemma}{view.hires}",
    ]
    for frame in view.frames.get(token.i, ()):
        slots = "+".join(sorted({filler.slot for filler in frame.fillers}))
        found += [f"F={frame.kind}", f"Fs={frame.kind}:{slots}", f"Fl={frame.kind}:{lemma}"]
        found += [f"Fd={frame.kind}{view.hires}", f"Fm={frame.kind}:{frame.modality}"]
        found += [f"Fn={frame.kind}:{frame.negated}"]
    kinds = set()
    for child in token.children:
        kind = categories[child.i]
        word = child.lemma_.lower()
        shown = kind if kind != "-" else word
        kinds.add(kind)
        found += [f"cd={child.dep_}", f"ck={child.dep_}:{kind}"]
        if child.dep_ in ARGUMENTS:
            found += [f"c={child.dep_}:{word}", f"lc={lemma}:{child.dep_}:{shown}"]
        if child.dep_ in ("obl", "nmod", "obl:agent"):
            case = case_of(child)
            found += [f"o={case}:{shown}", f"lo={lemma}:{case}:{kind}"]
        if child.lower_ in NEGATIONS:
            found += ["neg", f"neg={lemma}"]
        for grandchild in child.children:
            inner = categories[grandchild.i]
            found.append(f"g={inner}")
            if inner in FIGURES.values():
                found.append(f"gq={child.dep_}{inner}")
            if grandchild.lower_ in NEGATIONS:
                found.append("neg2")
    if token.dep_ in ("xcomp", "advcl", "acl", "ccomp", "conj"):
        found.append(f"up={token.dep_}:{head.lemma_.lower()}")
        found += [f"uc={token.dep_}:{c.dep_}:{categories[c.i]}" for c in head.children]
    for kind in sorted(kinds):
        found += [f"k={kind}", f"lk={lemma}{kind}"]
    for step in (-2, -1, 1, 2):
        i = token.i + step
        if 0 <= i < len(doc):
            found += [f"w{step}={doc[i].lemma_.lower()}", f"wc{step}={categories[i]}"]
            if step in (-1, 1):
                found.append(f"b{step}={lemma}_{doc[i].lemma_.lower()}")
    found += _figures_near(view, token, lemma)
    return found


def _figures_near(view: View, token: "Token", lemma: str) -> list[str]:
    found = set()
    for step in (*range(-6, 0), *range(1, 7)):
        i = token.i + step
        if 0 <= i < len(view.doc) and view.categories[i] in FIGURES.values():
            side = "L" if step < 0 else "R"
            found |= {f"q{side}={view.categories[i]}", f"lq{side}={lemma}{view.categories[i]}"}
    return sorted(found)


def case_of(token: "Token") -> str:
    """Return the prepositions of a noun: ``out_of``, ``to``, or nothing."""
    return "_".join([c.lower_ for c in token.children if c.dep_ in ("case", "mark")][:2])


def path_between(upper: "Token", lower: "Token", longest: int = 6) -> tuple[list, list] | None:
    """Return the steps up from one token and down to another; None if far apart."""
    ups = [upper, *upper.ancestors]
    at = {token.i: step for step, token in enumerate(ups)}
    downs = []
    while lower.i not in at:
        downs.append(lower)
        if lower.head.i == lower.i:
            return None
        lower = lower.head
    steps = at[lower.i]
    return (ups[:steps], downs[::-1]) if steps + len(downs) <= longest else None


def role_features(
    view: View, trigger: "Token", kind: str, mention: "Token", order: int
) -> list[str]:
    """Return what speaks for each role of a mention towards a trigger.

    `order` counts the mentions of the same category before it in the sentence.
    """
    category = view.categories[mention.i]
    word, lemma = mention.lemma_.lower(), trigger.lemma_.lower()
    path = path_between(trigger, mention)
    steps = "far" if path is None else _steps(path)
    lengths = "far" if path is None else f"{len(path[0])}_{len(path[1])}"
    inner = mention.dep_ in ("conj", "flat", "compound", "nummod")
    case = case_of(mention) or (case_of(mention.head) if inner else "")
    side = "L" if mention.i < trigger.i else "R"
    near = min(abs(mention.i - trigger.i) // 3, 8)
    voice = "P" if _is_passive(trigger) else "A"
    gap = view.sentence_of[mention.i] - view.sentence_of[trigger.i]
    shapes = (
        category,
        category + case,
        category + steps,
        category + side + voice,
        category + mention.dep_,
        f"{category}{side}{near}",
        category + case + steps + voice,
        f"n{order}{category}{side}",
    )
    found = [f"{mark}{shape}" for shape in shapes for mark in ("1", f"T{kind}")]
    found += [f"w={word}", f"Tw={kind}{word}", f"c={case}", f"Tc={kind}{case}{category}"]
    found += [f"p={steps}{voice}", f"Tp={kind}{steps}{voice}"]
    found += [
        f"l={lemma}{category}{case}",
        f"lp={lemma}{category}{steps}",
        f"ls={lemma}{category}{side}",
    ]
    found += [f"h={mention.head.lemma_.lower()}{category}", f"pl={lengths}{category}"]
    found += [f"hc={mention.head.lemma_.lower()}{case}{category}", f"gap={gap}{category}"]
    found += [f"Tgap={kind}{gap}{category}"]
    before = mention.nbor(-1).lower_ if mention.i else "^"
    after = mention.nbor(1).lower_ if mention.i + 1 < len(view.doc) else "$"
    found += [f"b={before}{category}", f"a={after}{category}"]
    for child in mention.children:
        if child.dep_ in ("amod", "compound", "nmod:poss", "det", "nummod"):
            found += [
                f"m={child.lemma_.lower()}{category}",
                f"mk={view.categories[child.i]}{category}",
            ]
    for frame in view.frames.get(trigger.i, ()):
        for filler in frame.fillers:
            if filler.start <= mention.i < filler.end:
                mark = "head" if filler.head == mention.i else "in"
                found += [f"F{mark}={filler.slot}", f"F{mark}T={kind}{filler.slot}{category}"]
    return found


def _steps(path: tuple[list, list]) -> str:
    def label(token: "Token") -> str:
        kept = token.dep_ in ("obl:agent", "nsubj:pass")
        return token.dep_ if kept else token.dep_.split(":")[0]

    return "^".join(map(label, path[0])) + "v" + "v".join(map(label, path[1]))


def _is_passive(token: "Token") -> bool:
    if any(child.dep_ == "aux:pass" for child in token.children):
        return True
    return token.tag_ == "VBN" and token.dep_ in ("acl", "ROOT", "amod")


def hash_feature(feature: str) -> int:
    """Return the number under which a feature's weights are kept."""
    return hash_unicode(feature)


class Classifier(NamedTuple):
    """A linear classifier over hashed features: one row of weights per feature."""

    classes: tuple[str, ...]
    rows: dict[int, int]
    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, features: Iterable[str]) -> dict[str, float]:
        """Return how likely each class is."""
        return self.weigh(map(hash_feature, features))

    def weigh(self, hashed: Iterable[int]) -> dict[str, float]:
        """Return how likely each class is, from features that are hashed already."""
        at = sorted({row for row in map(self.rows.get, hashed) if row is not None})
        scores = self.weights[at].sum(axis=0, dtype=np.float64) + self.bias
        scores = np.exp(scores - scores.max())
        return dict(zip(self.classes, (scores / scores.sum()).tolist(), strict=True))


class Reader(NamedTuple):
    """What the learned reader knows: two looks at a sentence, two at the whole article."""

    pages: Classifier
    triggers: Classifier
    roles: Classifier
    claims: Classifier
    fills: Classifier


def unpack(kept: Mapping[str, np.ndarray], name: str) -> Classifier:
    """Return one classifier out of a file of arrays."""
    return Classifier(
        tuple(kept[f"{name}_classes"].tolist()),
        {int(key): row for row, key in enumerate(kept[f"{name}_features"])},
        kept[f"{name}_weights"].astype(np.float32),
        kept[f"{name}_bias"].astype(np.float64),
    )


def read_weights(path: Path) -> Reader:
    """Return the reader kept in a file of arrays (NumPy, no pickles)."""
    with np.load(path, allow_pickle=False) as kept:
        return Reader(*(unpack(kept, name) for name in Reader._fields))


@cache
def open_reader() -> Reader:
    """Return the reader that ships with the pipeline, loaded once."""
    import en_condotta

    return read_weights(Path(en_condotta.__file__).parent / "reader.npz")
