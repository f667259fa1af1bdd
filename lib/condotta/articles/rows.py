"""What a reader gave to one row of `articles`."""

import re

from condotta import tables
from condotta.articles import cleaning, headings, publication, records
from condotta.articles.limits import Limits, NoArticleError

ENGLISH = {
    *("the", "of", "and", "to", "that", "was", "for", "by", "with", "from", "were", "said", "who"),
}
# A book says its language in its first pages.
_LANGUAGE_CHARS = 200_000


def make_row(given: dict, limits: Limits) -> dict:
    """Return the columns of `articles` that come from the content, or raise why there are none."""
    notes, fields = list(given["notes"]), {}
    for field in records.FIELDS:
        value, mended = cleaning.mend(str(given.get(field) or ""))
        fields[field] = value.strip() or None
        notes += mended
    body = fields.pop("text")
    _check_length(body, limits)
    title = fields["title"] = fields["title"] or headings.find_title(body)
    text = body if not title or body.startswith(title) else f"{title}\n\n{body}"
    published, note = publication.find_published(fields.pop("published"), fields["url"], body)
    day = published.published_on
    return {
        **fields,
        **published._asdict(),
        "article_id": tables.key("a", fields["url"], fields["publisher"], day, title, text),
        "text": text,
        "dateline": headings.find_dateline(text[len(title or "") :].lstrip()),
        "language": find_language(text),
        "n_words": len(text.split()),
        "repairs": "; ".join(dict.fromkeys([*notes, *note])) or None,
    }


def _check_length(body: str | None, limits: Limits) -> None:
    if not re.search(r"\w", body or ""):
        raise NoArticleError("empty", "no text")
    if len(body) > limits.text_chars:
        said = f"{len(body):,} characters; up to {limits.text_chars:,} are read; split it"
        raise NoArticleError("too_large", said)


def find_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language a text is in, judged without a network.

    Letter statistics decide, unless one word in eight is a grammatical word of English: a short
    English text full of names looks like another language by its letters.

    Examples
    --------
    >>> find_language("Des dizaines de Syriens sont partis pour la Libye lundi.")
    'fr'
    """
    import py3langid

    start = text[:_LANGUAGE_CHARS]
    words = re.findall(r"[^\W\d_]+", re.sub(r"https?://\S+", " ", start).lower())
    if not words:
        return None
    english = sum(word in ENGLISH for word in words) >= len(words) / 8
    return "en" if english else py3langid.classify(" ".join(words))[0]
