"""The part of a run that is asked for: one war, one actor, one stretch of time."""

from collections.abc import Iterable, Mapping

import pandas as pd

from condotta import tables
from condotta.charts.frame import lines_of
from condotta.phrases import days

PLACES = ("origin", "staging", "destination")
ACTORS = ("recruiter", "recruits", "beneficiary", "denied_by")


def choose_lines(
    tracker: pd.DataFrame, *, theatre: str = "", actor: str = "", since: str = "", until: str = ""
) -> pd.DataFrame:
    """Return the lines of the tracker that are asked for, all of them if nothing is.

    Parameters
    ----------
    tracker : DataFrame
        One row per line.
    theatre, actor : str
        A place or a name as the tracker spells it, in any case. A line fits if one of its places,
        or one of those who recruit, are recruited, are fought for or deny, holds these words.
    since, until : str
        Dates, ISO, may be partial. A line fits if it was published between them, at least once;
        a line without a date fits no date.

    Returns
    -------
    DataFrame
        The table `selection`, one row a line.

    Raises
    ------
    ValueError
        If `since` or `until` is no date.
    """
    asked = {"theatre": theatre, "actor": actor, "since": since, "until": until}
    told = ", ".join(f"{what} {words}" for what, words in asked.items() if words)
    fits = _holds(tracker, PLACES, theatre) & _holds(tracker, ACTORS, actor)
    if since:
        fits &= _reached(tracker["last_on"], _day("since", since)[0])
    if until:
        fits &= ~_reached(tracker["first_on"], _day("until", until)[1] + pd.Timedelta(days=1))
        fits &= tracker["first_on"].notna()
    rows = [{"line_id": line, "chosen_by": told or None} for line in tracker["line_id"][fits]]
    return tables.shape("selection", rows)


def _holds(tracker: pd.DataFrame, columns: Iterable[str], words: str) -> pd.Series:
    if not words:
        return pd.Series(True, index=tracker.index)
    found = [tracker[c].fillna("").str.contains(words, case=False, regex=False) for c in columns]
    return pd.concat(found, axis=1).any(axis=1)


def _day(what: str, iso: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    try:
        return days(iso)
    except ValueError as error:
        raise ValueError(
            f"{what}: {iso!r} is no date; write 2020, 2020-05 or 2020-05-03."
        ) from error


def _reached(dates: pd.Series, day: pd.Timestamp) -> pd.Series:
    return pd.Series([bool((span := days(d)) and span[1] >= day) for d in dates], dates.index)


def narrow(run: Mapping[str, pd.DataFrame], line_ids: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Return the tables of a run with only what belongs to some lines; inputs are untouched.

    Claims, contradictions and lines are narrowed, events to the articles that make the claims.
    What was read stays whole. With every line chosen, the run comes back as it is.
    """
    chosen = set(line_ids)
    tracker = run["tracker"][run["tracker"]["line_id"].isin(chosen)]
    if len(tracker) == len(run["tracker"]):
        return dict(run)
    claims = run["claims"][run["claims"]["claim_id"].isin(lines_of(tracker))]
    pairs, events = run["contradictions"], run["events"]
    return dict(run) | {
        "tracker": tracker.reset_index(drop=True),
        "claims": claims.reset_index(drop=True),
        "events": events[events["article_id"].isin(claims["article_id"])].reset_index(drop=True),
        "contradictions": pairs[pairs["line_id"].isin(chosen)].reset_index(drop=True),
    }
