"""What kind of pay and what kind of count the words around a figure say.

Which words say which stands in the codebook, with the claim types.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

    from condotta.codebook import Codebook

ONCE = frozenset({"bonus", "advance", "compensation", "fee", "contract_fee"})
REACH = 12  # words from a figure that may say of what kind it is


def read_terms(
    kind: str, figures: Mapping[str, Any], sentence: "Span", codebook: "Codebook"
) -> dict[str, str | None]:
    """Return `pay_kind`, `period` and `count_kind` of a claim as columns.

    The word nearest to the figure decides; before it rather than after it. A sum with a period
    and no such word is a salary, one that is paid once has the period `other`, and a count without
    such a word is of the kind that its claim type usually has.
    """
    spec = codebook.claim_types.get(kind)
    if spec is None:
        return {}
    out: dict[str, str | None] = {}
    if "pay" in figures:
        pay = figures["pay"]
        said = _nearest(spec.words, sentence, pay.start, pay.end)
        out["pay_kind"] = said or ("salary" if pay.period else None)
        if pay.period is None and said in ONCE:
            out["period"] = "other"
    if "count" in figures:
        count = figures["count"]
        out["count_kind"] = _nearest(spec.words, sentence, count.start, count.end)
        out["count_kind"] = out["count_kind"] or spec.count_kind
    return out


def _nearest(
    words: Mapping[str, tuple[str, ...]], sentence: "Span", start: int, end: int
) -> str | None:
    """Return the kind whose word stands nearest to a figure, or None."""
    kinds = {word: kind for kind, listed in words.items() for word in listed}
    inside = [t.i for t in sentence if t.idx < end and t.idx + len(t) > start]
    if not inside:
        return None
    found = []
    for token in sentence:
        for text in _readings(token):
            gap = max(inside[0] - token.i, token.i - inside[-1], 0)
            if text in kinds and gap <= REACH:
                found.append((gap, token.i > inside[-1], token.i, kinds[text]))
    return min(found)[-1] if found else None


def _readings(token: "Token") -> list[str]:
    """Return a word, its dictionary form, and both with the word after it."""
    forms = dict.fromkeys([token.lower_, token.lemma_.lower()])
    after = token.nbor(1).lemma_.lower() if token.i + 1 < len(token.doc) else ""
    return [*forms, *(f"{form} {after}" for form in forms if after)]
