"""Train all heads on one embedding, from corpora that are annotated for different things."""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import fix_random_seed, load_config, load_model_from_config
from thinc.api import Adam, use_ops

from en_condotta.recipe.corpora import copy_words

CONFIG = Path(__file__).parent / "pipeline.cfg"
DROPOUT = 0.1


class Portion(NamedTuple):
    """A corpus, and how many of its words a training step reads."""

    docs: list[Doc]
    words: int


def open_untrained(config: Path = CONFIG, **overrides) -> Language:
    """Return the pipeline of a config with no weights yet."""
    from en_condotta import embed, lemmas, pipes  # noqa: F401 - they register what it names

    with use_ops("numpy", use_blis=False):
        return load_model_from_config(load_config(config, overrides=overrides), auto_fill=True)


def endless(docs: list[Doc], rng: random.Random) -> Iterator[Doc]:
    """Yield all Docs in a new order each time round, for ever."""
    while docs:
        yield from rng.sample(docs, len(docs))


def mix(portions: Iterable[Portion], rng: random.Random) -> Iterator[list[Doc]]:
    """Yield batches with some words of every corpus, so that every head learns in every step."""
    streams = [(endless(docs, rng), words) for docs, words in portions if docs and words]
    while True:
        batch: list[Doc] = []
        for stream, words in streams:
            wanted = words + sum(map(len, batch))
            while sum(map(len, batch)) < wanted:
                batch.append(next(stream))
        yield batch


def rates(steps: int, peak: float, warm: int = 200) -> Iterator[float]:
    """Yield one rate a step: up to the peak, level, then down to a tenth in the last third."""
    for step in range(steps):
        left = min(1.0, 3 * (steps - step) / steps)
        yield peak * min(1.0, (step + 1) / warm) * max(0.1, left)


def initialize(nlp: Language, docs: list[Doc], seed: int = 0) -> None:
    """Give every head its labels and its first weights."""
    fix_random_seed(seed)
    sample = random.Random(seed).sample(docs, len(docs))
    nlp.initialize(lambda: as_examples(sample, nlp))


def as_examples(docs: Iterable[Doc], nlp: Language) -> list[Example]:
    """Return each Doc beside its bare words."""
    return [Example(copy_words(doc, nlp.vocab), doc) for doc in docs]


def train(
    nlp: Language,
    portions: list[Portion],
    *,
    steps: int,
    seed: int = 0,
    peak: float = 0.001,
    report: Callable[[int, dict], None] | None = None,
) -> None:
    """Train all heads in place, and leave the averaged weights in the pipeline.

    The same corpora, seed and library versions give the same weights on one machine.
    """
    fix_random_seed(seed)
    batches = islice(mix(portions, random.Random(seed)), steps)
    optimizer = Adam(0.001, use_averages=True, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0)
    losses: dict[str, float] = {}
    for step, (batch, rate) in enumerate(zip(batches, rates(steps, peak), strict=True), 1):
        optimizer.learn_rate = rate
        nlp.update(as_examples(batch, nlp), sgd=optimizer, drop=DROPOUT, losses=losses)
        if report and step % 100 == 0:
            report(step, losses)
            losses = {}
    average(nlp, optimizer.averages)


def average(nlp: Language, averages: dict) -> None:
    """Put averaged weights in the place of the last ones."""
    for _, pipe in nlp.pipeline:
        if hasattr(pipe, "model"):
            for node in pipe.model.walk():
                for name in node.param_names:
                    if node.has_param(name) and (node.id, name) in averages:
                        node.set_param(name, averages[node.id, name])
