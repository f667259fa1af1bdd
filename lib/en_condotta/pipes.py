"""Components of the pipeline that spaCy does not have: heads that read spans, paragraph bounds."""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from spacy.language import Language
from spacy.pipeline import EntityRecognizer, Tagger
from spacy.pipeline.ner import DEFAULT_NER_MODEL
from spacy.pipeline.tagger import DEFAULT_TAGGER_MODEL
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

    def __init__(self, vocab, model, name, moves=None, *, spans_key, **settings) -> None:
        """Make a head without weights."""
        super().__init__(vocab, model, name, moves, scorer=None, **settings)
        self.cfg["spans_key"] = spans_key

    def initialize(self, get_examples, *, nlp=None, labels=None) -> None:
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

    def _as_entities(self, examples: Iterable[Example]) -> Iterator[Example]:
        for example in examples:
            gold, spans = _without_marks(example.reference, self.cfg["spans_key"])
            if spans is not None:
                gold.set_ents(spans, default="outside")
            yield Example(example.predicted, gold)


class WordReader(Tagger):
    """Reads the label of each word by itself; runs of one label become ``doc.spans[key]``.

    Many times faster than `SpanReader` where there are many labels, and less exact.
    """

    OUTSIDE = "O"

    def __init__(self, vocab, model, name, *, spans_key) -> None:
        """Make a head without weights."""
        super().__init__(vocab, model, name, scorer=None)
        self.cfg["spans_key"] = spans_key

    def initialize(self, get_examples, *, nlp=None, labels=None) -> None:
        """Set up labels and weights from examples whose references carry the spans."""
        super().initialize(lambda: self._as_tags(get_examples()), nlp=nlp, labels=labels)

    def get_loss(self, examples: Iterable[Example], scores):
        """Return loss and gradient of one batch."""
        return super().get_loss(list(self._as_tags(examples)), scores)

    def set_annotations(self, docs: list[Doc], guesses) -> None:
        """Write runs of one label as spans."""
        for doc, found in zip(docs, guesses, strict=True):
            words = zip(range(len(doc)), (self.labels[i] for i in found.tolist()), strict=True)
            runs = ((label, [i for i, _ in run]) for label, run in groupby(words, lambda w: w[1]))
            doc.spans[self.cfg["spans_key"]] = [
                Span(doc, run[0], run[-1] + 1, label)
                for label, run in runs
                if label != self.OUTSIDE
            ]

    def _as_tags(self, examples: Iterable[Example]) -> Iterator[Example]:
        for example in examples:
            gold, spans = _without_marks(example.reference, self.cfg["spans_key"])
            if spans is not None:
                for token in gold:
                    token.tag_ = self.OUTSIDE
                for token, label in ((token, span.label_) for span in spans for token in span):
                    token.tag_ = label
            yield Example(example.predicted, gold)


def _without_marks(gold: Doc, key: str) -> tuple[Doc, list[Span] | None]:
    """Return the words alone, and the spans of one key on them; None where it was not annotated."""
    spaces = [bool(token.whitespace_) for token in gold]
    bare = Doc(gold.vocab, words=[token.text for token in gold], spaces=spaces)
    if key not in gold.spans:
        return bare, None
    return bare, [Span(bare, span.start, span.end, span.label_) for span in gold.spans[key]]


@Language.factory("span_reader", default_config={"model": DEFAULT_NER_MODEL, "moves": None})
def make_span_reader(nlp: Language, name: str, model, spans_key: str, moves) -> SpanReader:
    """Make a head that reads non-overlapping spans into ``doc.spans[spans_key]``."""
    return SpanReader(nlp.vocab, model, name, moves, spans_key=spans_key)


@Language.factory("word_reader", default_config={"model": DEFAULT_TAGGER_MODEL})
def make_word_reader(nlp: Language, name: str, model, spans_key: str) -> WordReader:
    """Make a head that reads labelled words into ``doc.spans[spans_key]``."""
    return WordReader(nlp.vocab, model, name, spans_key=spans_key)


@Language.component("paragraphs")
def mark_paragraphs(doc: Doc) -> Doc:
    """Tell the parser where a sentence must start, and where none can.

    A blank line ends a sentence. A closing quotation mark or bracket belongs to the words before
    it and the word after an opening one to that mark, so that neither starts a stray sentence.
    Straight marks count as opening and closing in turn, anew in every paragraph.
    """
    inside = False
    for left, token in pairwise(doc):
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
