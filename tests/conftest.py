"""What several tests share: the pipeline, opened once."""

import pytest


@pytest.fixture(scope="session")
def nlp():
    """The shipped pipeline; opening it costs about a second, so that every test shares one."""
    from condotta import language

    return language.open_pipeline()
