import pytest

from condotta import codebook, language


@pytest.fixture(scope="session")
def nlp():
    return language.open_pipeline()


@pytest.fixture(scope="session")
def book():
    return codebook.load()
