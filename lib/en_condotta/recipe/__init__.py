"""The recipe that makes the pipeline from its corpora: ``python -m en_condotta.recipe``."""
