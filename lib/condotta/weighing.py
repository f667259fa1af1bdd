"""Whether a telling is a claim of its own: a second look, with the whole article in view.

The first look reads one sentence. What it cannot see decides here: that a figure was claimed
before, that a headline says what the body says again, who speaks, how the article goes on.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from typing import TYPE_CHECKING, Any

from condotta import slots

if TYPE_CHECKING:
    from condotta.claims import Draft, Page

EDGES = (-4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 2, 3)
LIKELY = 0.3  # a rival telling counts as likely from here on


def steps(name: str, probability: float) -> list[str]:
    """Return a probability as features: one for each step of its log-odds that it reaches.

    Examples
    --------
    >>> steps("p", 0.1)
    ['p>-4', 'p>-3']
    """
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    odds = log(bounded / (1 - bounded))
    return [f"{name}>{edge}" for edge in EDGES if odds >= edge]


def together(probabilities: Sequence[float]) -> float:
    """Return how likely at least one of several is.

    Examples
    --------
    >>> together([0.5, 0.5])
    0.75
    """
    missed = 1.0
    for probability in probabilities:
        missed *= 1 - probability
    return 1 - missed


def signs(
    kind: str, here: Mapping[str, float], sentence: Mapping[str, float], rule: str, place: int
) -> tuple[str, ...]:
    """Return what the first look says of a telling, as features.

    `here` holds the types at its trigger, `sentence` those of its sentence, with how likely each
    is; `place` counts the likelier triggers of the same type in the sentence.
    """
    rivals = sorted(here, key=lambda k: (-here[k], k))
    order = sorted(sentence, key=lambda k: (-sentence[k], k))
    found = steps("own", here[kind]) + steps("sum", sentence[kind])
    found += [f"rank={min(rivals.index(kind), 4)}", f"top={rivals[0]}"]
    found += [f"order={min(order.index(kind), 4)}", f"framed={rule}", f"place={min(place, 2)}"]
    if order[0] != kind:
        found += [f"under={order[0]}", *steps("rival", sentence[order[0]])]
    return tuple(found)


def features(page: "Page", drafts: Sequence["Draft"], likely: float) -> list[list[str]]:
    """Return, for each telling of an article, what speaks for and against it being a claim.

    Parameters
    ----------
    page : Page
        The article.
    drafts : sequence of Draft
        Everything in it that may be a claim.
    likely : float
        How likely the article is to be about recruitment.
    """
    at = [page.view.sentence_of[draft.trigger.i] for draft in drafts]
    crowd, kinds = Counter(at), Counter(draft.kind for draft in drafts)
    best: dict[int, float] = {}
    for number, draft in zip(at, drafts, strict=True):
        best[number] = max(best.get(number, 0.0), draft.score)
    rows = []
    for number, draft in zip(at, drafts, strict=True):
        found = [*draft.signs, *steps("page", likely), *steps("p", draft.score)]
        found += [f"best={draft.score >= best[number]}", f"only={crowd[number]}"]
        found.append(f"many={min(kinds[draft.kind], 5)}")
        found += _words(page, draft, number) + _slots(page, draft)
        found += _others(page, draft, drafts)
        rows.append(found + [f"{draft.kind}:{sign}" for sign in found])
    return rows


def _words(page: "Page", draft: "Draft", number: int) -> list[str]:
    last = max(page.view.sentence_of)
    token = draft.trigger
    return [
        *(f"hires={page.view.hires}", f"title={draft.in_title}"),
        *(f"at={min(number, 6)}", f"end={min(last - number, 3)}"),
        *(f"l={token.lemma_.lower()}", f"t={token.tag_}", f"d={token.dep_}"),
    ]


def _slots(page: "Page", draft: "Draft") -> list[str]:
    told = draft.told
    found = [f"told={told.get('stance')}", f"sure={told.get('certainty')}"]
    found.append(f"by={told.get('source_kind') == 'outlet_voice'}")
    found.append(f"abroad={slots.is_abroad(draft.values, page.codebook)}")
    for slot, value in sorted(draft.values.items()):
        found += [f"has={slot}", f"rule={slot}{value.rule.split(', ')[-1]}"]
    found.append("slots=" + "+".join(sorted(draft.values)))
    return [*found, "figures=" + "+".join(sorted(draft.figures))]


def _others(page: "Page", draft: "Draft", drafts: Sequence["Draft"]) -> list[str]:
    """Return how the other tellings of the article stand towards one."""
    found = set()
    for other in drafts:
        if other is draft:
            continue
        same = "same" if other.kind == draft.kind else "other"
        sure = "likely" if other.score > max(LIKELY, draft.score) else "weak"
        gap = page.view.sentence_of[other.trigger.i] - page.view.sentence_of[draft.trigger.i]
        where = "title" if other.in_title else _side(gap)
        found.add(f"{same} {where} {'near' if abs(gap) <= 1 else 'far'} {sure}")
        if other.kind != draft.kind and gap == 0:
            found.add(f"with={other.kind} {sure}")
            found.add(f"shared={other.trigger.i == draft.trigger.i} {sure}")
        found |= {f"{sign} {same} {where} {sure}" for sign in _same_figures(draft, other)}
    return sorted(found)


def _side(gap: int) -> str:
    return "here" if gap == 0 else "before" if gap < 0 else "after"


def _same_figures(one: "Draft", other: "Draft") -> list[str]:
    found = []
    for role in ("pay", "count"):
        a: Any = one.figures.get(role)
        b: Any = other.figures.get(role)
        if a is not None and b is not None and (a.min, a.max) == (b.min, b.max):
            found.append(f"{role} {'very' if a.start == b.start else 'equal'}")
    return found
