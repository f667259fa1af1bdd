"""How much one report may cost, and why a file, line or record gives no article."""

from typing import NamedTuple

# One code for each way in which something gives no article.
REASONS = {
    "archive": "the archive breaks off, holds too much, or is nested too deep",
    "binary": "bytes that are no text",
    "columns": "no column holds the text",
    "copy": "the same content as an article that was read",
    "crashed": "reading it ended the process that reads",
    "csv": "a row that does not fit its header",
    "damaged": "not what its kind should be",
    "documentation": "a file about the folder",
    "empty": "nothing in it",
    "encrypted": "needs a password",
    "forbidden": "reading it would write, start or fetch something",
    "format": "a kind that is not read",
    "hidden": "a hidden file",
    "json": "a line or file that is not JSON",
    "memory": "needs more memory than allowed",
    "no_main_text": "a page without text",
    "no_text_layer": "a scan: pictures of text",
    "resource": "pictures, scripts and the like, beside the pages of an archive",
    "special": "no plain file",
    "status": "the archive holds an error page in its place",
    "timeout": "takes longer than allowed",
    "too_large": "longer than allowed",
    "truncated": "breaks off",
    "unreadable": "the system refuses to read it",
    "unsafe_name": "a name that leads out of the archive",
    "xml_entities": "XML that defines entities, as bombs do",
    "zip_bomb": "unpacks to far more than it holds",
}
# Those that do not mean that an article was lost.
NO_ARTICLE = {"copy", "documentation", "hidden", "resource"}


class Limits(NamedTuple):
    """What reading one report may cost at most."""

    seconds: int = 60
    memory_mb: int = 1024
    file_mb: int = 50
    archive_mb: int = 2000
    text_chars: int = 2_000_000
    members: int = 100_000


class NoArticleError(Exception):
    """A file or record gives no article; `reason` is one of `REASONS`."""

    def __init__(self, reason: str, detail: str):
        """Take the reason code and a sentence on what was wrong and what to do."""
        super().__init__(detail)
        self.reason, self.detail = reason, detail


DEFAULT = Limits()
