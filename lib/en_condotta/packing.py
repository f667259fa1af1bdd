"""Weights on disk in half precision: half the size, and no score changes in the third digit."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import srsly
from spacy.language import Language
from thinc.api import Model


def pack(nlp: Language, folder: Path) -> None:
    """Write a pipeline with float16 weights and only the strings that its labels need.

    Read it with `en_condotta.load`, which widens the weights again.
    """
    labels = {label for name in nlp.pipe_names for label in nlp.pipe_labels.get(name, ())}
    nlp.to_disk(folder, exclude=["vocab"])
    for file in sorted(folder.glob("*/model")):
        message = srsly.msgpack_loads(file.read_bytes())
        message["params"] = [
            {
                name: None if value is None else value.astype("float16")
                for name, value in row.items()
            }
            for row in message["params"]
        ]
        file.write_bytes(srsly.msgpack_dumps(message))
    _vocab_of(nlp, labels).to_disk(folder / "vocab", exclude=["vectors"])


def _narrow(params: dict[str, np.ndarray | None]) -> dict[str, np.ndarray | None]:
    return {k: None if value is None else value.astype("float16") for k, value in params.items()}


def widen(nlp: Language) -> Language:
    """Return the pipeline with its weights in single precision, in which it computes."""
    for model in _models(nlp):
        for node in model.walk():
            for name in node.param_names:
                if node.has_param(name) and node.get_param(name).dtype == np.float16:
                    node.set_param(name, node.get_param(name).astype("float32"))
    return nlp


def _models(nlp: Language) -> Iterator[Model]:
    return (
        pipe.model for _, pipe in nlp.pipeline if isinstance(getattr(pipe, "model", None), Model)
    )


def _vocab_of(nlp: Language, labels: set[str]):
    from spacy.util import load_model_from_config

    bare = load_model_from_config({"nlp": {"lang": nlp.lang, "pipeline": []}}, auto_fill=True)
    for label in sorted(labels):
        bare.vocab.strings.add(label)
    return bare.vocab
