"""Triggers of the codebook in a parsed sentence, and what fills the slots around them.

A trigger is a verb, a noun or a phrase; a position is where a noun phrase stands towards it:
``subject``, ``object``, ``passive subject``, ``agent``, ``indirect object``, ``possessive``,
``compound``, any preposition (``to``, ``on behalf of``), and a preposition inside a purpose
(``purpose in``: "hired to fight *in Libya*"). The codebook says which position is which slot; this
module only reads trees (Universal Dependencies), so that events and claims share one grammar.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


IsA = Callable[["Token", str], bool]

# Verbs that only carry the noun after them: "carried out an airstrike", "held a meeting".
LIGHT_VERBS = _set(
    "carry launch conduct perform mount stage wage unleash execute commit make do hold undertake "
    "sign reach strike conclude begin start resume continue intensify step lead run open organise "
    "organize oversee order direct initiate announce impose establish prepare plan"
)
# Verbs that only say that the noun before them happened.
OCCURRENCE_VERBS = _set(
    "take occur happen erupt break begin start continue resume intensify follow come rage "
    "last unfold flare ensue escalate"
)
# Nouns that measure the noun after "of": the head of "hundreds of Syrians" is "Syrians".
MEASURES = _set(
    "hundred thousand dozen score ten number majority minority couple handful batch wave bulk rest "
    "most many some all half third quarter percent % group contingent total lot plenty several "
    "million one two three both each few series string spate kind type part"
)
SUBJECT_CONTROL = _set("use promise threaten vow need take spend")
RELATIVE = frozenset({"who", "whom", "which", "that", "whose"})
NEGATIONS = frozenset({"not", "n't", "never", "n’t", "nobody", "none", "neither", "nor"})
MODALITIES = {
    "planned": "plan prepare intend aim seek want will shall wo ready set expect pledge agree "
    "promise vow consider would threaten hope decide order instruct urge",
    "possible": "may might could can",
    "attempted": "try attempt",
    "refused": "refuse fail decline stop cease avoid prevent forbid prohibit ban thwart foil",
}
MODALITY_OF = {lemma: name for name, lemmas in MODALITIES.items() for lemma in lemmas.split()}
PLAIN_NOUNS = ("NOUN", "PROPN")
NESTING = _set("from to into via through toward towards against on by in at near around outside")
SAME_POSITION = (("agent", "by"), ("by", "agent"), ("towards", "toward"), ("unto", "to"))
TEMPORAL = frozenset({"after", "before", "during", "following", "since", "until", "amid"})
DASHES = frozenset({"—", "–", "--", "-"})
STATIONARY = frozenset({"in", "near", "at", "of", "on", "from", "to", "with", "by", "around"})
ACHIEVED = frozenset({"agree", "decide", "order", "instruct", "promise", "pledge"})
NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "X", "SYM", "DET"})
LEFT_PART = frozenset(
    {"det", "det:predet", "amod", "compound", "nummod", "nmod:poss", "flat", "nmod:desc", "punct"}
)
POSITIONS = frozenset(
    {"subject", "object", "passive subject", "agent", "indirect object", "possessive", "compound"}
)


class Filler(NamedTuple):
    """One noun phrase that fills a slot; numbers are tokens of the Doc, `end` is exclusive."""

    slot: str
    start: int
    end: int
    head: int
    position: str
    rule: str


class Frame(NamedTuple):
    """One trigger and what fills its slots; numbers are tokens of the Doc, `end` is exclusive."""

    kind: str
    start: int
    end: int
    root: int
    fillers: tuple[Filler, ...]
    rule: str
    negated: bool
    modality: str

    def fillers_of(self, slot: str) -> list[Filler]:
        """Return what fills one slot, in order of appearance."""
        return [filler for filler in self.fillers if filler.slot == slot]


class Trigger(NamedTuple):
    """One way in which the codebook says that a kind is told."""

    kind: str
    form: str
    words: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]


class Argument(NamedTuple):
    """A noun that stands in some position towards a trigger."""

    position: str
    head: "Token"
    rule: str


Lexicon = dict[str, list[Trigger]]


def index_triggers(kinds: Mapping[str, Any]) -> Lexicon:
    """Return every trigger under the word that is looked up first, longest trigger first.

    Do this once and hand the result to `find_frames` when many documents are read.
    """
    lexicon = defaultdict(list)
    for kind, spec in kinds.items():
        for trigger in _triggers(kind, spec):
            lexicon[trigger.words[-1 if trigger.form == "noun" else 0]].append(trigger)
            if trigger.form == "verb" and len(trigger.words[0]) > 2:
                lexicon[_gerund(trigger.words[0])].append(trigger)
                lexicon[_past(trigger.words[0])].append(trigger)
    for triggers in lexicon.values():
        triggers.sort(key=lambda trigger: -len(trigger.words))
    return dict(lexicon)


def _triggers(kind: str, spec: Any) -> Iterator[Trigger]:
    for entry in _get(spec, "triggers") or ():
        slots = {position: _many(slot) for position, slot in (_get(entry, "slots") or {}).items()}
        where = {place: _many(name) for place, name in (_get(entry, "where") or {}).items()}
        needs = tuple(_get(entry, "needs") or ())
        for form in ("verb", "noun", "adjective", "phrase"):
            for words in _get(entry, f"{form}s") or ():
                yield Trigger(kind, form, tuple(_split(words)), slots, needs, where)


def _split(words: str) -> list[str]:
    """Return the words of a trigger as a parser cuts them, hyphens apart."""
    return words.lower().replace("-", " - ").split()


def _gerund(verb: str) -> str:
    """Return the -ing form of a verb, under which it is found where it is tagged as a noun."""
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return verb[:-1] + "ing"
    short = len(verb) <= 4 and verb[-1] in "bdgmnpt" and verb[-2] in "aeiou"
    return verb + verb[-1] * (short and verb[-3] not in "aeiou") + "ing"


def _get(spec: Any, name: str) -> Any:
    return spec.get(name) if isinstance(spec, Mapping) else getattr(spec, name, None)


def _many(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _past(verb: str) -> str:
    """Return the regular past of a verb, under which it is found where it is tagged otherwise."""
    return _gerund(verb)[:-3] + "ed" if not verb.endswith("ee") else verb + "d"


def find_frames(
    doc: "Doc", kinds: Mapping[str, Any] | Lexicon, *, is_a: IsA | None = None
) -> Iterator[Frame]:
    """Yield every frame in one parsed article, in order of its trigger.

    Parameters
    ----------
    doc : Doc
        A Doc with lemmas, tags and a Universal Dependencies tree.
    kinds : mapping
        Kinds of the codebook by name, or what `index_triggers` made of them.
    is_a : callable, optional
        ``is_a(token, name)`` decides whether the head of a noun phrase is of the class that a
        trigger asks for in `where` (people, place, actor, money ...). Without it all pass.

    Notes
    -----
    One word gives at most one frame a kind: the entry that fills most slots, then the longest.
    What stands in another sentence is not seen; callers carry slots over and name the rule.

    Examples
    --------
    >>> import spacy
    >>> from spacy.tokens import Doc
    >>> doc = Doc(spacy.blank("en").vocab, ["Turkey", "sent", "fighters"], heads=[1, 1, 1],
    ...     deps=["nsubj", "ROOT", "obj"], pos=["PROPN", "VERB", "NOUN"],
    ...     tags=["NNP", "VBD", "NNS"], lemmas=["Turkey", "send", "fighter"])
    >>> entry = {"verbs": ["send"], "slots": {"subject": "recruiter", "object": "recruits"}}
    >>> for frame in find_frames(doc, {"transfer": {"triggers": [entry]}}):
    ...     print(frame.kind, [(f.slot, doc[f.start : f.end].text) for f in frame.fillers])
    transfer [('recruiter', 'Turkey'), ('recruits', 'fighters')]
    """
    first = next(iter(kinds.values()), None)
    lexicon = kinds if isinstance(first, list) else index_triggers(kinds)
    tree = Tree(doc)
    for token in doc:
        best: dict[str, tuple[tuple, Frame]] = {}
        for trigger in _entries(lexicon, token):
            words = tree.match(trigger, token)
            frame = words and tree.fill(trigger, token, words, is_a)
            if frame:
                rank = (len({f.slot for f in frame.fillers}), len(words))
                if trigger.kind not in best or rank > best[trigger.kind][0]:
                    best[trigger.kind] = (rank, frame)
        yield from (frame for _, frame in best.values())


def _entries(lexicon: Lexicon, token: "Token") -> Iterator[Trigger]:
    lemma, form = token.lemma_.lower(), token.lower_
    yield from lexicon.get(lemma, ())
    if form != lemma:
        yield from lexicon.get(form, ())


class Tree:
    """The tree of one Doc, read once; what stands where towards a word is kept."""

    def __init__(self, doc: "Doc") -> None:
        """Read who depends on whom, in one pass."""
        self.doc = doc
        self.children: list[list[Token]] = [[] for _ in doc]
        for token in doc:
            if token.head.i != token.i:
                self.children[token.head.i].append(token)
        self._arguments: dict[tuple[int, ...], list[Argument]] = {}

    def child(self, token: "Token", *labels: str) -> "Token | None":
        """Return the first child with one of these labels."""
        return next((c for c in self.children[token.i] if c.dep_ in labels), None)

    def match(self, trigger: Trigger, token: "Token") -> "list[Token]":
        """Return the words of a trigger around its first word, or nothing."""
        if trigger.form == "phrase":
            return self._run(trigger.words, token.i)
        if trigger.form == "noun":
            nominal = token.pos_ in ("NOUN", "PROPN") or self._is_placed_as_noun(token)
            start = token.i - len(trigger.words) + 1
            return self._run(trigger.words, start) if nominal and start >= 0 else []
        if trigger.form == "adjective":
            return self._run(trigger.words, token.i) if token.pos_ != "ADP" else []
        if not self._is_verbal(token):
            return []
        return self._scattered(trigger.words, token)

    def _is_verbal(self, token: "Token") -> bool:
        if token.pos_ in ("VERB", "AUX") or token.tag_.startswith("VB"):
            rules = token.dep_ in ("nsubj", "nsubj:pass", "obj", "nmod") and token.tag_ != "VBG"
            return not rules or self.child(token, "obj", "nsubj") is not None
        if self.child(token, "obj") is not None:
            return True
        if token.pos_ == "ADJ":
            return token.lower_.endswith("ed") and token.dep_ in ("acl", "ROOT", "acl:relcl")
        owns = {c.dep_ for c in self.children[token.i]} & {"nmod", "det"}
        return token.lower_.endswith("ing") and (self._is_gerund(token) or not owns)

    def _is_placed_as_noun(self, token: "Token") -> bool:
        """Tell whether a word that is tagged otherwise stands where only a noun can stand."""
        if token.dep_ in ("nsubj", "nsubj:pass", "obj", "nmod", "obl:agent", "compound"):
            return True
        return token.tag_ == "VBG" and token.dep_ in ("obl", "conj")

    def _is_gerund(self, token: "Token") -> bool:
        """Tell whether a verb was read as a part of its object: "*recruiting* fighters"."""
        if token.dep_ not in ("compound", "nmod:desc", "amod") or token.head.i < token.i:
            return False
        if token.i and token.nbor(-1).lower_ == "to":
            return True
        before = [c for c in self.children[token.head.i] if c.i < token.i]
        named = any(c.dep_ in ("det", "amod", "nmod:poss") for c in before)
        return token.lower_.endswith("ing") and token.pos_ == "NOUN" and not named

    def _run(self, words: tuple[str, ...], start: int) -> "list[Token]":
        run = list(self.doc[start : start + len(words)])
        fits = len(run) == len(words) and all(
            word in (token.lemma_.lower(), token.lower_)
            for word, token in zip(words, run, strict=True)
        )
        return run if fits else []

    def _scattered(self, words: tuple[str, ...], verb: "Token") -> "list[Token]":
        found = [verb]
        for word in words[1:]:
            nearby = self._nearby(verb, found[-1])
            part = next((t for t in nearby if _is_word(t, word)), None)
            if part is None:
                return []
            found.append(part)
        return found

    def _nearby(self, verb: "Token", last: "Token") -> "Iterator[Token]":
        """Yield words that may belong to a verb: after it and close, or its passive subject."""
        for token in self.doc[last.i + 1 : last.i + 7]:
            if token.i == last.i + 1 or verb in (token.head, token.head.head):
                yield token
        yield from (c for c in self.children[verb.i] if c.dep_ == "nsubj:pass")

    def fill(
        self, trigger: Trigger, token: "Token", words: "list[Token]", is_a: IsA | None
    ) -> Frame | None:
        """Return the frame of a trigger, or nothing where a slot that it needs stays empty."""
        root = self._root(words) if trigger.form == "phrase" else token
        taken = {t.i for t in words}
        fillers: dict[tuple[str, int], Filler] = {}
        for argument in self.arguments(trigger.form, root, words):
            for filler in self._fillers(trigger, argument, is_a):
                if filler.head not in taken:
                    fillers.setdefault((filler.slot, filler.head), filler)
        if not set(trigger.needs) <= {slot for slot, _ in fillers}:
            return None
        if is_a is not None and not self._allows(trigger, root, words, is_a):
            return None
        start, end = self._extent(words)
        order = sorted(fillers.values(), key=lambda f: (f.start, f.end, f.slot))
        rule = f"{trigger.form}: {' '.join(trigger.words)}"
        return Frame(trigger.kind, start, end, root.i, tuple(order), rule, *self.mood(root))

    def _allows(self, trigger: Trigger, root: "Token", words: "list[Token]", is_a: IsA) -> bool:
        """Tell whether positions that fill no slot hold what the trigger asks for."""
        arguments = self.arguments(trigger.form, root, words)
        return all(
            any(is_a(a.head, name) for a in arguments if a.position == position for name in names)
            for position, names in trigger.where.items()
            if position in POSITIONS and position not in trigger.slots
        )

    def _root(self, words: "list[Token]") -> "Token":
        inside = {t.i for t in words}
        return next((t for t in words if t.head.i not in inside or t.head.i == t.i), words[0])

    def _extent(self, words: "list[Token]") -> tuple[int, int]:
        places = sorted(t.i for t in words)
        whole = places[-1] - places[0] < 6
        return (places[0], places[-1] + 1) if whole else (words[0].i, words[0].i + 1)

    def _fillers(self, trigger: Trigger, argument: Argument, is_a: IsA | None) -> Iterator[Filler]:
        position = _known_as(argument, trigger.slots)
        for head, rule in self.heads(argument.head, argument.rule):
            for slot in trigger.slots.get(position, ()):
                asked = trigger.where.get(position) or trigger.where.get(slot) or ()
                if is_a is None or not asked or any(is_a(head, name) for name in asked):
                    yield Filler(slot, *self.phrase(head), head.i, position, rule)
                    break

    def heads(self, head: "Token", rule: str) -> "Iterator[tuple[Token, str]]":
        """Yield the head of a noun phrase and of those joined to it by *and* or *or*."""
        yield self.notional(head), rule
        for child in self.children[head.i]:
            if self._is_conjunct(child):
                yield self.notional(child), f"{rule}, conjunct"
                for grandchild in self.children[child.i]:
                    if self._is_conjunct(grandchild):
                        yield self.notional(grandchild), f"{rule}, conjunct"

    def _is_conjunct(self, child: "Token") -> bool:
        """Tell whether a word is joined to another; of "and government troops" only the last."""
        if child.dep_ != "conj" or child.pos_ not in NOMINAL:
            return False
        after = self.doc[child.i + 1] if child.i + 1 < len(self.doc) else child
        return not self._is_split(child, after)

    def _is_split(self, one: "Token", next_one: "Token") -> bool:
        """Tell whether two neighbours that were both joined to a word are one noun phrase."""
        return (
            one.dep_ == next_one.dep_ == "conj"
            and one.i + 1 == next_one.i
            and one.head.i == next_one.head.i
        )

    def notional(self, head: "Token") -> "Token":
        """Return what a noun phrase is about: the *Syrians* of "hundreds of Syrians"."""
        if head.pos_ == "NUM" or {head.lemma_.lower(), head.lower_.rstrip("s")} & MEASURES:
            measured = [
                c
                for c in self.children[head.i]
                if c.dep_ in ("nmod", "obl") and self.preposition(c) == "of"
            ]
            if measured:
                return self.notional(measured[0])
        if head.pos_ == "NOUN":
            named = self.child(head, "appos")
            if named is not None and named.pos_ == "PROPN":
                return named
        return head

    def phrase(self, head: "Token") -> tuple[int, int]:
        """Return where the noun phrase of a head starts and ends, relative clauses left out."""
        start, end = head.i, head.i + 1
        for child in self.children[head.i]:
            if child.i < head.i and child.dep_ in LEFT_PART:
                start = min(start, child.left_edge.i)
            elif self._continues(child, end):
                end = self.phrase(child)[1]
        while start and self._is_split(self.doc[start - 1], head):
            start -= 1
        start = max(start, 1 + max((c.i for c in self._left_verbs(head)), default=-1))
        while start < head.i and (self.doc[start].is_punct or self.doc[start].is_space):
            start += 1
        return start, end

    def _continues(self, child: "Token", end: int) -> bool:
        """Tell whether a word or an *of* goes on with a noun phrase that reaches so far."""
        if child.dep_ in ("flat", "compound", "nummod", "fixed"):
            return child.i == end or (child.i == end + 1 and self.doc[end].text == "-")
        of = end < len(self.doc) and self.doc[end].lower_ == "of"
        return of and child.dep_ == "nmod" and child.left_edge.i == end

    def _left_verbs(self, head: "Token") -> "Iterator[Token]":
        """Yield verbs that the parser took for a part of their own object."""
        for child in self.children[head.i]:
            if child.i < head.i and (self._is_gerund(child) or self._swallowed(child) is not None):
                yield child

    def _swallowed(self, verb: "Token") -> "Token | None":
        """Return the subject of "the drone struck positions" read as one noun phrase."""
        head = verb.head
        if verb.dep_ != "amod" or verb.tag_ not in ("VBN", "VBD") or head.i != head.head.i:
            return None
        if self.child(head, "cop", "aux") is not None:
            return None
        before = [
            c
            for c in self.children[head.i]
            if c.i < verb.i
            and (c.dep_ in ("compound", "nsubj") or (c.dep_ == "amod" and c.pos_ in PLAIN_NOUNS))
        ]
        return before[-1] if before else None

    def _is_of(self, token: "Token") -> bool:
        return self.preposition(token) == "of"

    def preposition(self, token: "Token") -> str:
        """Return the preposition in front of a noun, as one string, or nothing."""
        cases = [c for c in self.children[token.i] if c.dep_ == "case" and c.i < token.i]
        words = []
        for case in cases:
            fixed = [c.lower_ for c in self.children[case.i] if c.dep_ == "fixed"]
            words += [case.lower_, *fixed]
        return " ".join(words)

    def is_passive(self, verb: "Token") -> bool:
        """Tell whether a verb is passive, also in reduced relatives and joined verbs."""
        labels = {c.dep_ for c in self.children[verb.i]}
        if self._swallowed(verb) is not None:
            return False
        agent = self.child(verb, "obl:agent")
        if labels & {"aux:pass", "nsubj:pass"} or (agent and self.preposition(agent) == "by"):
            return True
        if verb.tag_ not in ("VBN", "VBD") or labels & {"aux", "nsubj", "obj"}:
            return False
        if verb.dep_ == "conj" and verb.head.tag_.startswith("VB"):
            return self.is_passive(verb.head)
        if verb.tag_ == "VBD":
            return False
        return verb.dep_ in ("acl", "amod", "advcl", "ROOT", "acl:relcl", "ccomp", "parataxis")

    def arguments(self, form: str, root: "Token", words: "list[Token]") -> list[Argument]:
        """Return every noun that stands in some position towards a trigger."""
        place = (root.i, *(t.i for t in words))
        if place not in self._arguments:
            self._arguments[place] = list(self._read(form, root, words))
        return self._arguments[place]

    def _read(self, form: str, root: "Token", words: "list[Token]") -> Iterator[Argument]:
        if form == "verb":
            yield from self.around_verb(root)
            for word in words[1:]:
                if word.pos_ in ("NOUN", "PROPN"):
                    yield from self.around_noun(word)
        elif form == "noun":
            yield from self.around_noun(root)
            yield from self.through_verb(root)
        else:
            yield from self.around_verb(root)
            yield from self.around_noun(root)
            if root.head.i != root.i and root.head.pos_ in ("VERB", "AUX"):
                yield from self.around_verb(root.head)

    def around_verb(self, verb: "Token") -> Iterator[Argument]:
        """Yield what stands around a verb: subject, objects, agent, prepositions."""
        passive = self.is_passive(verb)
        if self._is_under(verb):
            yield from self._came_under(verb)
            return
        subject, rule = self.subject(verb)
        if not passive and rule not in ("subject", "relative", "shared"):
            beside = self._beside(verb)
            subject, rule = (beside, "adjacent") if beside is not None else (subject, rule)
        if subject is not None:
            position = "passive subject" if passive else "subject"
            yield Argument(position, subject, rule)
            yield from self._listed_subjects(verb, subject, position)
        objects = list(self.objects(verb, passive))
        yield from objects
        gerund = verb.tag_ == "VBG"
        for argument in self.prepositions(verb, passive or gerund):
            owned = gerund and not objects and argument.position == "of"
            yield argument._replace(position="object") if owned else argument
        for argument in objects:
            yield from self._low(argument.head)
        if passive and subject is not None and rule == "subject":
            yield from self._low(subject)
        yield from self._high(verb)
        yield from self._purposes(verb, [argument.head for argument in objects])

    def _is_under(self, verb: "Token") -> bool:
        """Tell whether a gerund is the *shelling* of "came under shelling"."""
        mark = self.child(verb, "mark")
        return mark is not None and mark.lower_ == "under" and verb.head.lemma_.lower() == "come"

    def _came_under(self, verb: "Token") -> Iterator[Argument]:
        subject, _ = self.subject(verb.head)
        if subject is not None:
            yield Argument("object", subject, "came under")
        yield from self.prepositions(verb, True)
        yield from self.prepositions(verb.head)

    def subject(self, verb: "Token", depth: int = 4) -> "tuple[Token | None, str]":
        """Return who a verb is said of, and how that was found."""
        own = self._own_subject(verb)
        dash = self._dateline_end(verb)
        if dash and (own is None or own.i < dash):
            own = self._after_dateline(dash, verb) or own
        if own is not None:
            antecedent = self.antecedent(own)
            return antecedent, "subject" if antecedent.i == own.i else "relative"
        head = verb.head
        if not depth or head.i == verb.i:
            return None, ""
        if verb.dep_ == "conj":
            return self._named(self.subject(head, depth - 1), "shared")
        if verb.dep_ in ("xcomp", "advcl", "ccomp") and not self._is_finite(verb):
            return self._controller(verb, head, depth)
        if verb.dep_ in ("advcl", "ccomp") and self._is_bare_participle(head):
            return self._named(self.subject(head, depth - 1), "garden path")
        if verb.dep_ in ("acl", "amod", "acl:relcl") and head.pos_ in NOMINAL:
            return self._modified(verb, head, depth)
        if self._is_gerund(verb) and head.dep_ in ("obl", "obj") and head.head.pos_ == "VERB":
            return self._controller(verb, head.head, depth)
        if self._is_gerund(verb) and head.dep_ == "nmod":
            above = head.head
            return above if self.preposition(above) == "by" else self._owner(above), "owner"
        return None, ""

    def _beside(self, verb: "Token") -> "Token | None":
        """Return the noun right before a verb with an object, which the parser hung elsewhere."""
        at = verb.i - 1
        while at >= 0 and self.doc[at].pos_ == "ADV":
            at -= 1
        if at < 0 or self.child(verb, "obj") is None or verb.tag_ in ("VB", "VBG"):
            return None
        noun = self.doc[at]
        fits = noun.pos_ in ("NOUN", "PROPN") and self.preposition(noun) == ""
        return noun if fits and noun.sent.start == verb.sent.start else None

    def _listed_subjects(
        self, verb: "Token", subject: "Token", position: str
    ) -> Iterator[Argument]:
        """Yield the *A* of "A and B signed" where the parser hung both on the verb."""
        if subject.head.i != verb.i or not subject.left_edge.i:
            return
        joint = subject.left_edge.i - 1
        if self.doc[joint].lower_ != "and":
            return
        listed = [c for c in self.children[verb.i] if c.dep_ == subject.dep_ and c.i < joint]
        for other in listed or self._opening_noun(subject, joint):
            yield Argument(position, other, "listed")

    def _opening_noun(self, subject: "Token", joint: int) -> "list[Token]":
        """Return the noun before *and* at the head of a sentence, before any verb."""
        before = self.doc[subject.sent.start : joint]
        if any(t.pos_ in ("VERB", "AUX") for t in before):
            return []
        opened = {t.i + 1 for t in before if t.text == "("}
        names = [t for t in before if t.pos_ == "PROPN" and joint - 5 < t.i not in opened]
        names += [t for t in before if t.pos_ == "NOUN" and t.i == joint - 1]
        return [names[-1].head if names[-1].dep_ == "flat" else names[-1]] if names else []

    def auxiliaries(self, verb: "Token") -> "list[Token]":
        """Return the auxiliaries of a verb, on which a parser sometimes hangs the subject."""
        return [c for c in self.children[verb.i] if c.dep_.startswith("aux")]

    def _dateline_end(self, verb: "Token") -> int:
        """Return where the dash after a dateline stands in a verb's sentence, or 0."""
        for token in self.doc[verb.sent.start : min(verb.sent.start + 15, verb.i)]:
            if token.text in DASHES and token.i > verb.sent.start and token.nbor(-1).whitespace_:
                return token.i
            if token.pos_ in ("VERB", "AUX", "PRON"):
                break
        return 0

    def _after_dateline(self, dash: int, verb: "Token") -> "Token | None":
        """Return the noun after a dateline that the parser hung on the dateline."""
        for token in self.doc[dash + 1 : verb.i]:
            if token.pos_ in ("NOUN", "PROPN") and token.head.i < dash:
                return token
        return None

    def _own_subject(self, verb: "Token") -> "Token | None":
        """Return the subject that hangs on a verb; of several the last one before it."""
        found = [
            c
            for word in (verb, *self.auxiliaries(verb))
            for c in self.children[word.i]
            if c.dep_.startswith("nsubj") and self.preposition(c) not in STATIONARY
        ]
        before = [c for c in found if c.i < verb.i]
        return before[-1] if before else found[0] if found else None

    def _is_bare_participle(self, verb: "Token") -> bool:
        """Tell whether the *belonging* of "drones belonging to X struck" was read as the verb."""
        return verb.tag_ == "VBG" and verb.dep_ == "ROOT" and self.child(verb, "aux") is None

    def _named(self, found: "tuple[Token | None, str]", rule: str) -> "tuple[Token | None, str]":
        return found[0], rule if found[0] is not None else ""

    def _is_finite(self, verb: "Token") -> bool:
        auxiliary = self.child(verb, "aux", "aux:pass")
        return verb.tag_ in ("VBD", "VBZ", "VBP") or (
            auxiliary is not None and auxiliary.tag_ in ("VBD", "VBZ", "VBP", "MD")
        )

    def _controller(self, verb: "Token", head: "Token", depth: int) -> "tuple[Token | None, str]":
        controlled = next((c for c in self.children[head.i] if c.dep_ in ("obj", "iobj")), None)
        mark = self.child(verb, "mark", "case")
        word = mark.lower_ if mark is not None else ""
        by_object = verb.dep_ == "xcomp" or word in ("to", "of", "for", "from", "into")
        if (
            controlled is not None
            and by_object
            and not self.is_passive(head)
            and head.lemma_.lower() not in SUBJECT_CONTROL
            and controlled.i < verb.i
        ):
            return self.antecedent(controlled), "control"
        return self._named(self.subject(head, depth - 1), "control")

    def _modified(self, verb: "Token", head: "Token", depth: int) -> "tuple[Token | None, str]":
        swallowed = self._swallowed(verb)
        if swallowed is not None:
            return swallowed, "garden path"
        if verb.dep_ == "acl" and verb.tag_ in ("VBN", "VBD", "JJ") and not self.is_passive(verb):
            return self._top(head), "garden path"
        if verb.tag_ in ("VBN", "VBD", "VBG") or verb.dep_ == "acl:relcl":
            return head, "participle"
        owner = head if self.preposition(head) == "by" else self._owner(head)
        if owner is not None:
            return owner, "owner"
        if head.head.i != head.i and head.head.pos_ in ("VERB", "AUX"):
            return self._named(self.subject(head.head, depth - 1), "control")
        return None, ""

    def _owner(self, noun: "Token") -> "Token | None":
        """Return whose plan "a plan by X", "X's plan", "X plans" (read as a noun) is."""
        owner = self.child(noun, "nmod:poss")
        if owner is not None:
            return owner
        for child in self.children[noun.i]:
            if child.dep_ == "nmod" and self.preposition(child) == "by":
                return child
        named = self.child(noun, "compound")
        return named if named is not None and named.pos_ == "PROPN" else None

    def _top(self, noun: "Token") -> "Token":
        """Return the subject of "strikes on the base killed three" read as "the base killed"."""
        while noun.dep_ in ("nmod", "obl", "appos") and noun.head.pos_ in ("NOUN", "PROPN"):
            noun = noun.head
        return noun

    def antecedent(self, token: "Token") -> "Token":
        """Return what a relative pronoun stands for; any other word stands for itself."""
        if token.lower_ not in RELATIVE or not token.tag_.startswith("W"):
            return token
        verb = token.head
        for _ in range(4):
            if verb.dep_.endswith("relcl") or (verb.dep_ == "acl" and verb.head.i < token.i):
                return self._before(verb.head, token)
            verb = verb.head
        return self._nearest_noun(token)

    def _nearest_noun(self, pronoun: "Token") -> "Token":
        """Return the noun right before a relative pronoun whose clause hangs elsewhere."""
        at = pronoun.i - 1
        while at > 0 and self.doc[at].is_punct:
            at -= 1
        beside = at >= 0 and self.doc[at].pos_ in ("NOUN", "PROPN")
        return self.doc[at] if beside and pronoun.lower_ in ("who", "which") else pronoun

    def _before(self, head: "Token", pronoun: "Token") -> "Token":
        """Return the head, or where it is joined, the conjunct nearest to the pronoun."""
        return head if head.pos_ in NOMINAL else pronoun

    def objects(self, verb: "Token", passive: bool) -> Iterator[Argument]:
        """Yield the objects of a verb: its own, one shared with a joined verb, a relative one."""
        found = [c for c in self.children[verb.i] if c.dep_ in ("obj", "iobj")]
        if self._is_gerund(verb) or self._swallowed(verb) is not None:
            yield Argument("object", verb.head, "gerund")
            return
        for child in found:
            position = "object" if child.dep_ == "obj" else "indirect object"
            head = self.antecedent(child)
            yield Argument(position, head, "object" if head.i == child.i else "relative")
        if not found and not passive:
            found = [c for c in self.children[verb.i] if self._is_bare(verb, c)]
            yield from (Argument("object", child, "bare") for child in found)
        if found or passive:
            return
        if verb.dep_ == "acl:relcl" and self._lacks_object(verb):
            yield Argument("object", verb.head, "relative")
        else:
            yield from self._shared_object(verb)

    def _is_bare(self, verb: "Token", child: "Token") -> bool:
        """Tell whether a noun without a preposition is an object taken for an adverbial."""
        nominal = child.dep_ == "obl" and child.pos_ in PLAIN_NOUNS
        return nominal and verb.i < child.i < verb.i + 6 and not self.preposition(child)

    def _lacks_object(self, verb: "Token") -> bool:
        subject = self.child(verb, "nsubj")
        return subject is not None and subject.lower_ not in RELATIVE

    def _shared_object(self, verb: "Token") -> Iterator[Argument]:
        """Yield the object of "recruited and sent fighters" for the verb that lacks it."""
        joined = [c for c in self.children[verb.i] if c.dep_ == "conj"]
        if verb.dep_ == "conj":
            joined.append(verb.head)
        for other in joined:
            shared = self.child(other, "obj")
            if shared is not None and shared.i > max(verb.i, other.i) and abs(other.i - verb.i) < 4:
                yield Argument("object", self.antecedent(shared), "shared")
                return

    def prepositions(self, word: "Token", passive: bool = False) -> Iterator[Argument]:
        """Yield the nouns that hang on a word by a preposition."""
        for child in self.children[word.i]:
            if child.dep_ in ("obl", "nmod", "obl:agent", "advmod", "nmod:desc", "obl:unmarked"):
                yield from self._prepositional(child, passive, "")
            elif child.dep_ in ("obl:unmarked", "nmod:unmarked"):
                yield Argument("unmarked", child, "unmarked")

    def _prepositional(self, noun: "Token", passive: bool, rule: str) -> Iterator[Argument]:
        word = self.preposition(noun)
        if not word:
            return
        position = "agent" if word == "by" and (passive or noun.dep_ == "obl:agent") else word
        yield Argument(position, self.antecedent(noun), rule or position)
        joined = [c for c in self.children[noun.i] if c.dep_ == "conj"]
        for child in [c for word in (noun, *joined) for c in self.children[word.i]]:
            if child.dep_ == "nmod" and child.i > noun.i:
                inner = self.preposition(child)
                yield Argument(
                    f"{word} {noun.lower_} {inner}", child, rule or "compound preposition"
                )
                if inner in NESTING and inner != word and word not in TEMPORAL:
                    yield from self._prepositional(child, True, "nested")

    def _low(self, noun: "Token") -> Iterator[Argument]:
        """Yield prepositions that the parser hung on the object instead of the verb."""
        heads = dict.fromkeys([noun, *(head for head, _ in self.heads(noun, ""))])
        for head in heads:
            for child in self.children[head.i]:
                if child.dep_ not in ("nmod", "obl") or child.i < head.i:
                    continue
                if not self._is_of(child):
                    yield from self._prepositional(child, True, "low")
                elif child.pos_ != "PROPN":
                    yield from self._low(child)

    def _high(self, verb: "Token") -> Iterator[Argument]:
        """Yield prepositions after a verb that hang on the verb above it."""
        above = verb.head
        if verb.dep_ not in ("xcomp", "conj") or above.i >= verb.i:
            return
        for child in self.children[above.i]:
            if child.dep_ == "obl" and child.i > verb.i:
                yield from self._prepositional(child, False, "high")

    def _purposes(self, verb: "Token", objects: "list[Token]") -> Iterator[Argument]:
        """Yield the prepositions of "to fight in Libya" below a verb or its object."""
        for word in (verb, *objects):
            for clause in self.children[word.i]:
                if clause.dep_ in ("xcomp", "advcl", "acl") and clause.i > word.i:
                    mark = self.child(clause, "mark")
                    if mark is not None and mark.lower_ == "to":
                        yield from self._purpose(clause)

    def _purpose(self, clause: "Token") -> Iterator[Argument]:
        yield from (
            Argument("purpose object", argument.head, "purpose")
            for argument in self.objects(clause, False)
        )
        for argument in self.prepositions(clause):
            yield Argument(f"purpose {argument.position}", argument.head, "purpose")

    def around_noun(self, noun: "Token") -> Iterator[Argument]:
        """Yield what stands around a noun: owner, modifiers, prepositions, participles."""
        for child in self.children[noun.i]:
            if child.dep_ == "nmod:poss":
                yield Argument("possessive", child, "possessive")
            elif child.dep_ in ("compound", "amod", "nmod:desc") and child.i < noun.i:
                yield Argument("compound", child, "compound")
                for inner in self.children[child.i]:
                    if inner.dep_ in ("compound", "amod") and inner.i < child.i:
                        yield Argument("compound", inner, "compound")
        yield from self.prepositions(noun, True)
        for child in self.children[noun.i]:
            if child.dep_ in ("acl", "acl:relcl") and child.tag_ == "VBN":
                yield from self.prepositions(child, True)
        if noun.dep_ == "compound":
            yield from self.prepositions(noun.head, True)
        if noun.dep_ == "conj" and noun.head.pos_ in ("NOUN", "PROPN"):
            yield from self._shared_modifiers(noun)
        joined = self.child(noun, "conj")
        if joined is not None and joined.pos_ in ("NOUN", "PROPN"):
            yield from (a._replace(rule="shared") for a in self.prepositions(joined, True))

    def _shared_modifiers(self, noun: "Token") -> Iterator[Argument]:
        for child in self.children[noun.head.i]:
            if child.dep_ in ("compound", "amod", "nmod:poss") and child.i < noun.head.i:
                position = "possessive" if child.dep_ == "nmod:poss" else "compound"
                yield Argument(position, child, "shared")

    def through_verb(self, noun: "Token") -> Iterator[Argument]:
        """Yield what a verb adds to its noun: "carried out airstrikes", "clashes broke out"."""
        while noun.dep_ in ("compound", "conj") and noun.head.pos_ in ("NOUN", "PROPN"):
            noun = noun.head
        verb, lemma = noun.head, noun.head.lemma_.lower()
        if noun.dep_ in ("obj", "nsubj:pass") and lemma in LIGHT_VERBS:
            subject, _ = self.subject(verb) if noun.dep_ == "obj" else (None, "")
            if subject is not None:
                yield Argument("subject", subject, "light verb")
            yield from self._marked(self.prepositions(verb, self.is_passive(verb)), "light verb")
        elif noun.dep_ == "obl" and lemma == "come" and self.preposition(noun) == "under":
            subject, _ = self.subject(verb)
            if subject is not None:
                yield Argument("object", subject, "came under")
            yield from self._marked(self.prepositions(verb), "came under")
        elif noun.dep_.startswith("nsubj") and lemma in OCCURRENCE_VERBS:
            yield from self._marked(self.prepositions(verb), "occurrence")
        elif noun.dep_ == "xcomp" or (noun.dep_ == "ROOT" and self.child(noun, "cop")):
            subject, _ = self.subject(noun)
            if subject is not None:
                yield Argument("subject", subject, "copula")

    def _marked(self, arguments: Iterable[Argument], rule: str) -> Iterator[Argument]:
        yield from (argument._replace(rule=rule) for argument in arguments)

    def mood(self, root: "Token") -> tuple[bool, str]:
        """Return whether a trigger is negated, and whether it is planned, possible, refused."""
        negated, modality, word = False, "", root
        for step in range(3):
            near = self.children[word.i]
            negated = negated or any(self._negates(child) for child in near)
            modality = modality or next((m for c in near if (m := self._mood_of(c))), "")
            if word.head.i == word.i or word.dep_ not in ("xcomp", "acl", "obj", "nsubj:pass"):
                break
            infinitive = word.dep_ == "xcomp" or (step == 0 and word.tag_ == "VB")
            above = word.head.lemma_.lower()
            if infinitive or (word.dep_ in ("obj", "nsubj:pass") and above not in ACHIEVED):
                modality = modality or MODALITY_OF.get(above, "")
            if word.dep_ == "acl":
                break
            word = word.head
        return negated, modality

    def _negates(self, child: "Token") -> bool:
        if child.dep_ in ("advmod", "det", "aux") and child.lower_ in NEGATIONS | {"no"}:
            return True
        return child.dep_ in ("nsubj", "nsubj:pass", "obj") and any(
            c.dep_ == "det" and c.lower_ in ("no", "neither") for c in self.children[child.i]
        )

    def _mood_of(self, child: "Token") -> str:
        if child.dep_ == "aux" and child.i:
            return MODALITY_OF.get(child.lemma_.lower(), MODALITY_OF.get(child.lower_, ""))
        return "conditional" if child.dep_ == "mark" and child.lower_ in ("if", "unless") else ""


def _is_word(token: "Token", word: str) -> bool:
    """Tell whether a token is a later word of a trigger; "according" is no *accord*."""
    inflected = token.pos_ != "VERB" or token.tag_ == "VB"
    return token.lower_ == word or (inflected and token.lemma_.lower() == word)


def _known_as(argument: Argument, slots: Mapping[str, Any]) -> str:
    """Return a position under the name that the codebook uses for it.

    An agent is a *by*. A participle of a verb that has no passive ("men signed up ...") keeps its
    noun as subject.
    """
    position = argument.position
    if position not in slots:
        for one, other in SAME_POSITION:
            if position == one and other in slots:
                return other
        if position == "passive subject" and argument.rule == "participle":
            return "subject"
    return position
