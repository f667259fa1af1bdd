"""Values as one reads them: words for codes, bounds, partial dates, lines of the tracker."""

import textwrap

import pandas as pd

WORDS = {
    "monitor_ngo": "monitor or NGO",
    "anonymous_local": "unnamed local source",
    "recruit_testimony": "recruit's testimony",
    "un_panel": "UN panel",
    "outlet_voice": "the outlet itself",
    "media": "other media",
    "unknown": "source not told",
}


def words(code: object) -> str:
    """Return a category as one reads it.

    Examples
    --------
    >>> words("named_official"), words("un_panel"), words(None)
    ('named official', 'UN panel', 'not stated')
    """
    return "not stated" if pd.isna(code) else WORDS.get(code, str(code).replace("_", " "))


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "claim"), plural(2000, "claim"), plural(2, "this", "these")
    ('1 claim', '2,000 claims', '2 these')
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def shorten(text: object, width: int) -> str:
    """Return text cut at a word, with an ellipsis, if it is longer than the width."""
    return textwrap.shorten(str(text), width, placeholder=" …")


def parts(values: object) -> list[str]:
    """Return the values of a cell that holds several, joined by ``; ``."""
    return [] if pd.isna(values) else [part for part in str(values).split("; ") if part]


def interval(low: object, high: object, unit: str = "") -> str:
    """Return two bounds as one reads them, an open end as open.

    Examples
    --------
    >>> interval(300, 500), interval(900, None), interval(None, 2000), interval(80, 80)
    ('300 to 500', 'more than 900', 'up to 2,000', '80')
    """
    if pd.isna(low) and pd.isna(high):
        return "not stated"
    if pd.isna(high):
        told = f"more than {low:,.0f}"
    elif pd.isna(low):
        told = f"up to {high:,.0f}"
    else:
        told = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    return f"{told} {unit}".strip()


def days(iso: object) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return first and last day of a date that may be partial, None where there is none.

    Examples
    --------
    >>> [str(day.date()) for day in days("2020-05")]
    ['2020-05-01', '2020-05-31']
    """
    if pd.isna(iso):
        return None
    period = pd.Period(str(iso))
    return period.start_time.normalize(), period.end_time.normalize()


def line_name(line: pd.Series) -> str:
    """Return a line of the tracker as one reads it: what, by whom, whom, whence, where, for whom.

    Examples
    --------
    >>> slots = ["type", "recruiter", "recruits", "origin", "staging", "destination", "beneficiary"]
    >>> line_name(pd.Series(["pay", "Milan", "Swiss", "Uri", None, "Naples", None], index=slots))
    'pay, Milan: Swiss from Uri to Naples'
    """
    joints = {"recruits": "", "origin": "from ", "staging": "via ", "destination": "to "}
    joints["beneficiary"] = "for "
    told = [f"{joint}{line[slot]}" for slot, joint in joints.items() if pd.notna(line[slot])]
    who = ", ".join(v for v in (words(line["type"]), line["recruiter"]) if pd.notna(v))
    return (f"{who}: {' '.join(told)}" if told else who).replace("; ", ", ")
