"""Source, cue and content in one article: learned spans, trees and quotation marks joined.

The pipeline's spans and the rules over the tree fail on different sentences. Spans are linked by
cost, the tree fills what they leave open and adds cues they miss, and a quotation that a content
touches belongs to it whole.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from condotta import clauses, cues, quotations
from condotta.clauses import Attribution, Run

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token


# Costs of joining two spans, in words: a cue between them, a span of the same role between them,
# another sentence, another paragraph; and the cost from which two spans are not joined.
CUE_BETWEEN, SAME_BETWEEN, OTHER_SENTENCE, OTHER_PARAGRAPH, TOO_FAR = 6, 4, 5, 40, 60
NEIGHBOURS = 6
LONGEST_GAP = 12
SHORTEST_QUOTATION = 6
SHORTEST_REST = 4  # words of a sentence that can be what is said
NEAR_VERB = 5  # words between a content and the verb that tells it
CUTS = (";", ":", "—", "–", "--")
BESIDE = "learned content, verb beside it"
CONTINUED = "quotation goes on"


class Layout:
    """Sentence, paragraph and quotation of every token of one article."""

    def __init__(self, doc: "Doc") -> None:
        """Read sentences from the parse, paragraphs and quotations from the text."""
        self.starts = [token.idx for token in doc]
        self.sentence = [0] * len(doc)
        for number, sentence in enumerate(doc.sents):
            self.sentence[sentence.start : sentence.end] = [number] * len(sentence)
        self.paragraph = [0] * len(doc)
        self.paragraphs = []
        for number, (a, b) in enumerate(quotations.paragraphs(doc.text)):
            run = self.tokens(a, b)
            self.paragraphs.append(run)
            self.paragraph[run[0] : run[1]] = [number] * (run[1] - run[0])
        self.quotations = [self.tokens(*q) for q in quotations.find_quotations(doc.text)]

    def tokens(self, start: int, end: int) -> Run:
        """Return the tokens that characters touch."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        return first, max(bisect_left(self.starts, end), first)

    def first_of(self, sentence: int) -> int:
        """Return the first token of a sentence."""
        return bisect_left(self.sentence, sentence)

    def quotation_at(self, token: int) -> Run | None:
        """Return the quotation a token stands in, or None."""
        at = bisect_right(self.quotations, (token, len(self.starts))) - 1
        if at >= 0 and self.quotations[at][0] <= token < self.quotations[at][1]:
            return self.quotations[at]
        return None


def find_attributions(doc: "Doc", lexicon: cues.Lexicon) -> list[Attribution]:
    """Return the attributions of one article, in order of their content."""
    layout = Layout(doc)
    linked = [a for a in link_spans(doc, layout) if not clauses.cites(doc[a.cue[0]])]
    found = join(linked, list(clauses.read_trees(doc, lexicon)), layout)
    found = [subject_as_source(a, doc, lexicon) for a in found]
    found = [after_cue(a, doc, layout, lexicon) for a in to_sentence_start(found, layout)]
    found = [within_paragraph(a, layout) for a in found]
    beside = [subject_as_source(a, doc, lexicon) for a in unclaimed(list(found), doc, layout)]
    found += [a for a in beside if a.source]
    found = [whole_quotation(a, layout) for a in found]
    found += [*cited_sources(found, layout, doc), *continued_quotations(found, layout, doc)]
    found = [
        replace(a, content=_trimmed(doc, a.content), source=_trimmed(doc, _nearest_part(doc, a)))
        for a in found
    ]
    found = [a for a in found if a.content and not _only_puts(doc, a)]
    return sorted(found, key=lambda a: (a.content, a.cue or a.content, a.rule))


def _only_puts(doc: "Doc", one: Attribution) -> bool:
    """Return whether a cue is a verb that reports only figures, and puts nothing at one."""
    verb = doc[one.cue[1] - 1] if one.cue else None
    if verb is None or verb.lemma_ not in clauses.ESTIMATING or one.cue[1] == len(doc):
        return False
    return verb.nbor().lower_ != "at" and clauses.estimates(verb) is None


def _nearest_part(doc: "Doc", one: Attribution) -> Run | None:
    """Return the part of a source that is on its cue's side of a semicolon, colon or dash."""
    if one.source is None or one.cue is None:
        return one.source
    start, end = one.source
    cuts = [i for i in range(start, end) if doc[i].text in CUTS]
    if not cuts:
        return one.source
    near = (cuts[-1] + 1, end) if one.cue[0] >= end else (start, cuts[0])
    return near if near[0] < near[1] else one.source


def link_spans(doc: "Doc", layout: Layout) -> list[Attribution]:
    """Return the pipeline's SOURCE, CUE and CONTENT spans, joined around their cues.

    A span goes to the cue that costs least; a cue has one source. Neighbouring pieces of content
    become one, with what interrupts them.
    """
    spans = sorted({(s.start, s.end, s.label_) for s in doc.spans.get("attribution", ())})
    at_cue = [i for i, span in enumerate(spans) if span[2] == "CUE"]
    speaking = [i for i in at_cue if not clauses.cites(doc[spans[i][0]])]
    offers = sorted(
        (_cost(spans, i, j, layout), abs(i - j), i, j)
        for i, span in enumerate(spans)
        if span[2] != "CUE"
        for j in _nearest(at_cue if span[2] == "CONTENT" else speaking, i)
    )
    taken: dict[int, int] = {}
    filled: set[tuple[int, str]] = set()
    for cost, _, i, j in offers:
        role = spans[i][2]
        if cost > TOO_FAR or i in taken or (role == "SOURCE" and (j, role) in filled):
            continue
        taken[i] = j
        filled.add((j, role))
    return [_linked(spans, j, [i for i in sorted(taken) if taken[i] == j], layout) for j in at_cue]


def _nearest(at_cue: list[int], i: int) -> list[int]:
    at = bisect_left(at_cue, i)
    return at_cue[max(0, at - NEIGHBOURS // 2) : at + NEIGHBOURS // 2]


def _cost(spans: Sequence[tuple[int, int, str]], i: int, j: int, layout: Layout) -> int:
    low, high = min(i, j), max(i, j)
    between = spans[low + 1 : high]
    first, last = spans[low][1] - 1, spans[high][0]
    cost = max(last - first - 1, 0) - sum(end - start for start, end, _ in between)
    cost += CUE_BETWEEN * sum(role == "CUE" for *_, role in between)
    cost += SAME_BETWEEN * sum(role == spans[i][2] for *_, role in between)
    cost += OTHER_PARAGRAPH * (layout.paragraph[first] != layout.paragraph[last])
    return cost + OTHER_SENTENCE * (layout.sentence[first] != layout.sentence[last])


def _linked(
    spans: Sequence[tuple[int, int, str]], j: int, linked: list[int], layout: Layout
) -> Attribution:
    source = next((spans[i][:2] for i in linked if spans[i][2] == "SOURCE"), None)
    pieces = [spans[i][:2] for i in linked if spans[i][2] == "CONTENT"]
    here, sentence = layout.paragraph[spans[j][0]], layout.sentence[spans[j][0]]
    near = [piece for piece in pieces if layout.paragraph[piece[0]] == here] or pieces
    if any(layout.sentence[piece[0]] == sentence for piece in near):
        # What follows in a sentence of its own is the next statement, unless it is quoted.
        near = [p for p in near if layout.sentence[p[0]] <= sentence or layout.quotation_at(p[0])]
    return Attribution(spans[j][:2], source, _one_run(near), "learned")


def _one_run(pieces: list[Run]) -> Run | None:
    """Return the pieces of a content as one run: those close together, or the longest."""
    runs: list[Run] = []
    for start, end in pieces:
        if runs and start - runs[-1][1] <= LONGEST_GAP:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def subject_as_source(one: Attribution, doc: "Doc", lexicon: cues.Lexicon) -> Attribution:
    """Return an attribution with the subject of its cue as the source, where none was found.

    Who "is said" or "is accused" is no source: there the source is the agent, if there is one.
    """
    if one.cue is None:
        return one
    head = cues.head_of(doc[one.cue[0] : one.cue[1]], lexicon)
    if head.pos_ not in ("VERB", "AUX"):
        return one
    patient = clauses.child_of(head, "nsubj:pass")
    if patient is not None and head.lemma_ not in clauses.CITING:
        said_of = clauses.words_below(patient, head)
        if one.source and _touch(one.source, said_of):
            agent = clauses.agent_of(head)
            return replace(
                one, source=clauses.words_below(agent, head) if agent is not None else None
            )
        return one
    if one.source:
        return one
    source = patient if patient is not None else clauses.source_of(head)[0]
    run = clauses.words_of_source(source, head) if source is not None else (0, 0)
    if run[0] < run[1]:
        return replace(one, source=run, rule=f"{one.rule} + tree: subject")
    listed = cues.cue_of(head, lexicon) or head.lemma_ in clauses.ESTIMATING
    opening = clauses.opening_phrase(head) if listed else None
    if opening and not _touch(opening, one.content):
        return replace(one, source=opening, rule=f"{one.rule}; opens the sentence")
    return one


def to_sentence_start(found: list[Attribution], layout: Layout) -> list[Attribution]:
    """Return attributions whose cue closes the sentence with all that stands before it as content.

    "A, and B, X said" tells both A and B. What another cue of the sentence tells is left to it, and
    a quotation keeps its own words.
    """
    closed = [a.cue[1] for a in found if a.cue and a.rule.startswith("learned")]
    out = []
    for one in found:
        at = min(run[0] for run in (one.cue, one.source) if run) if one.cue else None
        if one.content is None and not _closes(one, layout):
            at = None
        here = layout.sentence[at] if at is not None else None
        first = layout.first_of(here) if here is not None else 0
        before = [end for end in closed if at is not None and first < end <= at]
        follows = at is not None and (one.content is None or one.content[1] <= at)
        if follows and not before and at - first > 2 and layout.quotation_at(at - 2) is None:
            same = one.content is None or layout.sentence[one.content[0]] == here
            if same and one.content != (first, at):
                one = replace(one, content=(first, at), rule=f"{one.rule}; sentence before")
        out.append(one)
    return out


def _closes(one: Attribution, layout: Layout) -> bool:
    """Return whether nothing but a few words follows an attribution in its sentence."""
    end = max(run[1] for run in (one.cue, one.source) if run)
    sentence = layout.sentence[end - 1]
    return layout.first_of(sentence + 1) - end <= SHORTEST_REST


def after_cue(one: Attribution, doc: "Doc", layout: Layout, lexicon: cues.Lexicon) -> Attribution:
    """Return an attribution for which no content was found with the rest of its sentence.

    Only a word that the codebook lists, with a source, is believed to tell it.
    """
    if one.content or one.source is None or layout.quotation_at(one.cue[0]):
        return one
    if cues.cue_of(cues.head_of(doc[one.cue[0] : one.cue[1]], lexicon), lexicon) is None:
        return one
    start = max(one.cue[1], one.source[1])
    end = doc[one.cue[0]].sent.end
    comma = next((i for i in range(start, end) if doc[i].text in (",", ":")), None)
    if comma is not None and end - comma > SHORTEST_REST:
        start = comma + 1
    if end - start < SHORTEST_REST:
        return one
    return replace(one, content=(start, end), rule=f"{one.rule}; rest of the sentence")


def unclaimed(found: list[Attribution], doc: "Doc", layout: Layout) -> Iterator[Attribution]:
    """Yield what the pipeline reads as said though no cue was linked: the verb beside it tells it.

    A quotation without a verb beside it goes on with the one before in its paragraph.
    """
    spans = doc.spans.get("attribution", ())
    taken = [a.content for a in found if a.content]
    for span in spans:
        run = (span.start, span.end)
        if span.label_ != "CONTENT" or any(_touch(run, other) for other in taken):
            continue
        verb = _verb_beside(span, found)
        near = [s for s in spans if s.label_ == "SOURCE" and s.sent == span.sent]
        if verb is not None:
            source = min(near, key=lambda s: abs(s.start - verb.i), default=None)
            said = None if source is None else (source.start, source.end)
            yield Attribution((verb.i, verb.i + 1), said, run, BESIDE)
        elif layout.quotation_at(span.start):
            here = layout.paragraph[span.start]
            said = [a.source for a in found if a.source and layout.paragraph[a.source[0]] == here]
            before = [source for source in said if source[0] < span.start] or said
            if before:
                yield Attribution(None, max(before), run, CONTINUED)


def _verb_beside(span: "Span", found: list[Attribution]) -> "Token | None":
    """Return the verb that governs a content, or the last one shortly before it or after it."""
    doc, sentence = span.doc, span.sent
    held = [a.cue for a in found if a.cue]
    before = range(span.start - 1, max(sentence.start, span.start - NEAR_VERB) - 1, -1)
    after = range(span.end, min(sentence.end, span.end + NEAR_VERB))
    for i in (span.root.head.i, *before, *after):
        outside = not span.start <= i < span.end
        if outside and doc[i].pos_ == "VERB" and not any(a <= i < b for a, b in held):
            return doc[i]
    return None


def within_paragraph(one: Attribution, layout: Layout) -> Attribution:
    """Return an attribution whose content keeps to one paragraph, its cue's where it reaches it."""
    if one.content is None:
        return one
    start, end = one.content
    cue = layout.paragraph[one.cue[0]]
    numbers = set(layout.paragraph[start:end])
    if len(numbers) < 2:
        return one
    keep = cue if cue in numbers else layout.paragraph[start]
    first, last = layout.paragraphs[keep]
    return replace(one, content=(max(start, first), min(end, last)))


def join(learned: list[Attribution], read: list[Attribution], layout: Layout) -> list[Attribution]:
    """Return the learned attributions, completed from the tree, and those only the tree finds.

    Where both read a cue the learned content is nearer to the truth (measured: Jaccard .80 against
    .50). The tree alone is believed outside quotations, and where somebody speaks.
    """
    out = []
    used: set[int] = set()
    for one in learned:
        same = [
            k
            for k, other in enumerate(read)
            if other.rule != "cited" and _touch(one.cue, other.cue)
        ]
        used.update(same)
        out.append(_complete(one, read[same[-1]], learned) if same else one)
    for k, other in enumerate(read):
        if k not in used and _stands_alone(other, layout):
            out.append(other)
    return out


def _stands_alone(one: Attribution, layout: Layout) -> bool:
    if one.content is None or layout.quotation_at(one.cue[0]):
        return False
    return one.source is not None or one.rule.startswith(("tree: passive", "tree: noun"))


def _complete(one: Attribution, other: Attribution, learned: list[Attribution]) -> Attribution:
    nests = _surrounds(other.content, one.content) and any(
        a is not one and _surrounds(other.content, a.cue) for a in learned
    )
    return replace(
        one,
        source=one.source or other.source,
        content=other.content if nests else one.content or other.content,
        rule=one.rule if one.source and one.content and not nests else f"{one.rule} + {other.rule}",
    )


def _surrounds(outer: Run | None, inner: Run | None) -> bool:
    return outer is not None and inner is not None and outer[0] <= inner[0] and inner[1] <= outer[1]


def _touch(a: Run | None, b: Run | None) -> bool:
    return a is not None and b is not None and a[0] < b[1] and b[0] < a[1]


def whole_quotation(one: Attribution, layout: Layout) -> Attribution:
    """Return an attribution whose content holds the quotation it touches as a whole."""
    if one.content is None:
        return one
    start, end = one.content
    for token in (start, end - 1):
        quotation = layout.quotation_at(token)
        if quotation and not _touch(quotation, one.cue):
            start, end = min(start, quotation[0]), max(end, quotation[1])
    return replace(one, content=(start, end))


def cited_sources(found: list[Attribution], layout: Layout, doc: "Doc") -> Iterator[Attribution]:
    """Yield who is cited by whom: "X, citing Y, said" tells the content of X again, from Y."""
    for token in doc:
        if not clauses.cites(token) or layout.quotation_at(token.i):
            continue
        cited = clauses.child_of(token, "obj")
        sentence = layout.sentence[token.i]
        near = [
            a for a in found
            if a.content and a.cue and layout.sentence[a.cue[0]] == sentence
            and a.cue[0] != token.i and not _touch(a.content, (token.i, token.i + 1))
        ]  # fmt: skip
        if cited is not None and near:
            citing = min(near, key=lambda a: abs(a.cue[0] - token.i))
            run = clauses.words_below(cited, token)
            for other in (citing.cue, citing.content):
                if _touch(run, other):
                    run = (run[0], max(run[0] + 1, other[0]))
            yield Attribution((token.i, token.i + 1), run, citing.content, "cited")


def continued_quotations(
    found: list[Attribution], layout: Layout, doc: "Doc"
) -> Iterator[Attribution]:
    """Yield the quotations that begin a paragraph in which nobody is named: they go on.

    Who spoke last before them speaks on. Without quotation marks a paragraph is the outlet's.
    """
    for start, end in layout.quotations:
        paragraph = layout.paragraphs[layout.paragraph[start]]
        if start != paragraph[0] or end - start < SHORTEST_QUOTATION:
            continue
        if any(_touch(paragraph, (a.content[0], a.content[1])) for a in found if a.content):
            continue
        before = [a for a in found if a.source and a.source[1] <= start]
        if before:
            last = max(before, key=lambda a: a.source)
            if layout.paragraph[start] - layout.paragraph[last.source[0]] <= 2:
                yield Attribution(None, last.source, (start, end), CONTINUED)


def _trimmed(doc: "Doc", run: Run | None) -> Run | None:
    """Return a run without space and stray marks at its ends; None if nothing is left."""
    if run is None:
        return None
    start, end = run
    while start < end and (doc[start].is_space or doc[start].text in ",;:.–—-)"):
        start += 1
    while start < end and (doc[end - 1].is_space or doc[end - 1].text in ",;:–—-("):
        end -= 1
    return (start, end) if start < end else None
