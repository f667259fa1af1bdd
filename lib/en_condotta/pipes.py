"""Components of the pipeline that spaCy does not have: heads that read spans, paragraph bounds."""

from collections.abc import Callable, Iterable, Iterator

from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.pipeline.ner import DEFAULT_NER_MODEL
from spacy.scorer import Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example

OPENING = frozenset("“‘«„([{")
CLOSING = frozenset("”’»)]}")


class SpanReader(EntityRecognizer):
    """An entity recogniser that learns from and writes to ``doc.spans[key]``.

    Several of them can stand in one pipeline, and `doc.ents` stays free for names. Spans of one
    key do not overlap. A reference without the key teaches nothing, so that corpora annotated
    for different things can be mixed.
    """

    def __init__(self, vocab, model, name, moves=None, *, spans_key, **settings):
        super().__init__(vocab, model, name, moves, scorer=None, **settings)
        self.cfg["spans_key"] = spans_key

    def initialize(self, get_examples: Callable[[], Iterable[Example]], nlp=None, labels=None):
        """Set up labels and weights from examples whose references carry the spans."""
        super().initialize(lambda: self._as_entities(get_examples()), nlp=nlp, labels=labels)

    def update(self, examples: Iterable[Example], **settings) -> dict[str, float]:
        """Learn from one batch."""
        return super().update(list(self._as_entities(examples)), **settings)

    def set_annotations(self, docs: list[Doc], states) -> None:
        """Write the spans that were read, and leave the entities unset."""
        super().set_annotations(docs, states)
        for doc in docs:
            doc.spans[self.cfg["spans_key"]] = list(doc.ents)
            doc.set_ents([], default="missing")

    def score(self, examples: Iterable[Example], **settings) -> dict[str, float]:
        """Score exact spans."""
        return Scorer.score_spans(
            examples,
            f"spans_{self.cfg['spans_key']}",
            getter=lambda doc, _: doc.spans.get(self.cfg["spans_key"], []),
            has_annotation=lambda doc: self.cfg["spans_key"] in doc.spans,
        )

    def _as_entities(self, examples: Iterable[Example]) -> Iterator[Example]:
        key = self.cfg["spans_key"]
        for example in examples:
            gold = example.reference
            words = [token.text for token in gold]
            copy = Doc(gold.vocab, words=words, spaces=[bool(t.whitespace_) for t in gold])
            if key in gold.spans:
                spans = [Span(copy, s.start, s.end, s.label_) for s in gold.spans[key]]
                copy.set_ents(spans, default="outside")
            yield Example(example.predicted, copy)


@Language.factory("span_reader", default_config={"model": DEFAULT_NER_MODEL, "moves": None})
def make_span_reader(nlp: Language, name: str, model, spans_key: str, moves) -> SpanReader:
    """Make a head that reads non-overlapping spans into ``doc.spans[spans_key]``."""
    return SpanReader(nlp.vocab, model, name, moves, spans_key=spans_key)


@Language.component("paragraphs")
def mark_paragraphs(doc: Doc) -> Doc:
    """Tell the parser where a sentence must start, and where none can.

    A blank line ends a sentence. A closing quotation mark or bracket belongs to the words before
    it and the word after an opening one to that mark, so that neither starts a stray sentence.
    Straight marks count as opening and closing in turn, anew in every paragraph.
    """
    inside = False
    for left, token in zip(doc, doc[1:], strict=False):
        opened = left.text in OPENING
        if left.text == '"':
            inside = not inside
            opened = inside
        if token.is_space:
            token.is_sent_start = False
        elif left.is_space and "\n\n" in left.text:
            token.is_sent_start, inside = True, False
        elif opened or token.text in CLOSING or (token.text == '"' and inside):
            token.is_sent_start = False
    return doc
