"""The English pipeline of condotta: tags, trees, lemmas, names, and who says what.

Model card, with data, licences and scores: `README.md` in this folder.
"""

from pathlib import Path

__version__ = "0.1.0"

FOLDER = Path(__file__).parent / "weights"


def load(folder: Path | None = None, **overrides):
    """Return the shipped pipeline, or another that was packed alike.

    `spacy.load("en_condotta")` calls this.

    Raises
    ------
    OSError
        If the weights are missing; reinstall the package.
    """
    from spacy.util import load_model_from_path
    from thinc.api import use_ops

    from en_condotta import embed, lemmas, packing, pipes  # noqa: F401 - they register factories

    with use_ops("numpy", use_blis=False):  # a third faster on one core
        return packing.widen(load_model_from_path(folder or FOLDER, **overrides))
