import pytest

from condotta import codebook


@pytest.fixture(scope="session")
def book():
    return codebook.load()
