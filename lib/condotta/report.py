"""One self-contained page from a run: findings, charts, tracker, and the words behind every line.

The page holds its own scripts and asks for nothing: a content security policy names the hash
of each script it may run, so that nothing an article says can run or fetch anything.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import plotly.graph_objects as go

from condotta import __version__, charts, findings, passages, phrases, resources, selection, tables
from condotta.charts import frame

NAMES = ("articles", "skipped", "copies", "events", "claims", "tracker", "contradictions")
SLOTS = {slot: slot for slot in tables.SLOT_SPANS} | {"trigger": "words that made it a claim"}


def write_report(run_dir: Path) -> Path:
    """Write `report.html` into a run's folder and return where it is.

    The page opens from disk, in any browser, without a network. The same tables give the same
    bytes.

    Raises
    ------
    FileNotFoundError
        If a table or the charts are not there yet, naming them and what to run.
    """
    run_dir = Path(run_dir)
    run = {name: tables.read(run_dir, name) for name in NAMES}
    chosen = tables.read(run_dir, "selection")
    run = selection.narrow(run, chosen["line_id"])
    target = run_dir / "report.html"
    asked = " ".join(chosen["chosen_by"].dropna().unique())
    page = render(run, charts.read_figures(run_dir), asked=asked)
    tables.write_bytes(target, page.encode("utf-8"))
    return target


def render(
    run: Mapping[str, pd.DataFrame], figures: Mapping[str, go.Figure], *, asked: str = ""
) -> str:
    """Return the page of a run's tables and charts as one string of HTML.

    `asked` says which part of the run the tables are, as in ``theatre Libya``.
    """
    from plotly.offline import get_plotlyjs

    scripts = {"plotly": get_plotlyjs(), "page": _part("report.js")}
    return (
        environment()
        .get_template("report.html")
        .render(
            version=__version__,
            asked=asked,
            style=_part("report.css"),
            policy=_policy(scripts.values()),
            scripts={name: _unchanged(script) for name, script in scripts.items()},
            findings=list(findings.find_findings(run)),
            figures=[_figure(name, figure) for name, figure in figures.items()],
            figure_data=_json({name: figure_json(figure) for name, figure in figures.items()}),
            lines=list(_lines(run)),
            statuses=frame.STATUS,
            contradictions=list(_contradictions(run)),
            skipped=run["skipped"].astype(object).where(run["skipped"].notna(), None),
            counts={name: len(table) for name, table in run.items()},
        )
    )


@cache
def environment():
    """Return what fills the templates of pages; whatever is put in is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(resources.find("page")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"words": phrases.words, "short": phrases.shorten}
    return environment


def _part(name: str) -> str:
    return (resources.find("page") / name).read_text(encoding="utf-8")


def _policy(scripts) -> str:
    """Return a policy under which only these scripts run and nothing is fetched."""
    hashes = [
        "'sha256-" + b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in scripts
    ]
    return (
        f"default-src 'none'; script-src {' '.join(hashes)}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _unchanged(script: str):
    from markupsafe import Markup

    if "</script" in script.lower():
        raise ValueError("a script of the page holds `</script`, which would end it early")
    return Markup(script)


def _json(value: object):
    """Return JSON that can stand inside a script element whatever its strings hold."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def figure_json(figure: go.Figure) -> dict:
    """Return the figure as the page draws it, without the title and source it prints itself."""
    return json.loads(charts.bare(figure).to_json())


def _figure(name: str, figure: go.Figure) -> dict:
    numbers = charts.numbers(figure)
    return {
        "name": name,
        "title": figure.layout.meta["title"],
        "source": figure.layout.meta["source"],
        "alt": charts.describe(figure),
        "height": int(charts.bare(figure).layout.height),
        "columns": list(numbers.columns),
        "rows": [[_cell(value) for value in row] for row in numbers.to_numpy(dtype=object)],
        "numeric": [pd.api.types.is_numeric_dtype(numbers[c]) for c in numbers.columns],
    }


def _cell(value: object) -> str:
    if pd.isna(value):
        return ""
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def _lines(run: Mapping[str, pd.DataFrame]) -> Iterator[dict]:
    """Yield the lines of the tracker as the page shows them, the most repeated first."""
    claims = _claims(run)
    order = ["n_articles", "n_claims", "line_id"]
    ranked = run["tracker"].sort_values(order, ascending=[False, False, True], kind="stable")
    for _, line in ranked.iterrows():
        known = {key: None if pd.isna(value) else value for key, value in line.items()}
        yield known | {
            "name": phrases.line_name(line),
            "look": frame.STATUS[line["status"]],
            "pay": _amount(line, "pay", f"{known['currency'] or ''} {_per(known['period'])}"),
            "count": _amount(line, "count", "persons"),
            "claims": [claims[c] for c in phrases.parts(line["claim_ids"]) if c in claims],
            "denials": [claims[c] for c in phrases.parts(line["denial_ids"]) if c in claims],
        }


def _per(period: object) -> str:
    return "" if period in (None, "other") else f"per {period}"


def _amount(row: Mapping, slot: str, unit: str) -> str:
    low, high = row[f"{slot}_min"], row[f"{slot}_max"]
    return "" if pd.isna(low) and pd.isna(high) else phrases.interval(low, high, unit)


def _claims(run: Mapping[str, pd.DataFrame]) -> dict[str, dict]:
    articles = run["articles"].set_index("article_id").to_dict("index")
    return {
        claim["claim_id"]: _claim(claim, articles[claim["article_id"]])
        for claim in run["claims"].to_dict("records")
    }


def _claim(claim: Mapping, article: Mapping) -> dict:
    known = {key: None if pd.isna(value) else value for key, value in claim.items()}
    about = {key: None if pd.isna(value) else value for key, value in article.items()}
    return known | {
        "excerpts": passages.quote_claim(claim, article["text"]),
        "chain": _chain(known, about),
        "title": about["title"] or about["source_path"],
        "published_on": about["published_on"],
        "link": web_address(about["url"]),
    }


def _chain(claim: Mapping, article: Mapping) -> list[str]:
    """Return who told whom: the origin, those who relayed it, the outlet."""
    origin = claim["source_name"] or phrases.words(claim["source_kind"])
    chain = [origin, *phrases.parts(claim["via"]), article["publisher"] or "outlet not given"]
    return [name for i, name in enumerate(chain) if i == 0 or name != chain[i - 1]]


def web_address(url: object) -> str | None:
    """Return an address that is safe to link to, None for anything but http and https.

    Examples
    --------
    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    try:
        parted = urlsplit(str(url).strip())
    except ValueError:
        return None
    return str(url).strip() if parted.scheme in ("http", "https") and parted.netloc else None


def _contradictions(run: Mapping[str, pd.DataFrame]) -> Iterator[dict]:
    claims = _claims(run)
    names = {line["line_id"]: phrases.line_name(line) for _, line in run["tracker"].iterrows()}
    for row in run["contradictions"].to_dict("records"):
        yield row | {
            "name": names.get(row["line_id"], ""),
            "sides": [
                (row["quotation"], claims.get(row["claim_id"])),
                (row["other_quotation"], claims.get(row["other_claim_id"])),
            ],
        }
