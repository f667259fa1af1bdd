"""What the ablations take away is gone, and the rest is left."""

from condotta import frames, reader
from en_condotta.recipe import curve


def test_silence_says_of_everything_that_it_is_none():
    quiet = curve.silence(reader.ROLES)
    scores = quiet.probabilities(["word=sent", "L=send"])
    assert max(scores, key=scores.get) == reader.NONE
    assert all(scores[role] < 1e-9 for role in reader.ROLES)


def test_without_triggers_keeps_types_and_meanings(book):
    bare = curve.without_triggers(book)
    assert list(bare.claim_types) == list(book.claim_types)
    assert bare.claim_types["pay"].figure == book.claim_types["pay"].figure
    assert frames.index_triggers(book.claim_types) and not frames.index_triggers(bare.claim_types)


def test_unmark_leaves_who_says_what(nlp):
    doc = nlp("Turkey sent 300 Syrians to Libya, a monitor said.")
    kept = list(doc.spans["attribution"])
    assert not any(curve.unmark(doc).spans[key] for key in curve.MARKS)
    assert list(doc.spans["attribution"]) == kept
