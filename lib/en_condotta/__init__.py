"""The English pipeline of condotta: tags, trees, lemmas, names, and who says what."""

from pathlib import Path

FOLDER = Path(__file__).parent / "weights"


def load(**overrides):
    """Return the pipeline; `spacy.load("en_condotta")` calls this.

    Raises
    ------
    OSError
        If the weights are missing or damaged.
    """
    from spacy.util import load_model_from_path

    from en_condotta import lemmas, pipes  # noqa: F401 - they register what the config names

    return load_model_from_path(FOLDER, **overrides)
