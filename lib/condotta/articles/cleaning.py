"""Bytes to text, and text mended once: from then on every offset counts in the mended text."""

import codecs
import re

BLANK = b"\xef\xbb\xbf \t\r\n"
# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What a page or a mail may declare. Python knows more names, and some of them run for minutes.
_DECLARABLE = re.compile(
    r"(utf-?8|(us-)?ascii|latin-?[1-9]|iso-?8859-\d{1,2}|(windows|cp)-?12\d\d|cp866|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift[_-]jis|euc-(jp|kr)|mac-?roman)$",
    re.I,
)
# For texts in other scripts, which are kept and counted though they are not read further.
_GUESSABLE = ["cp1251", "koi8_r", "cp866", "cp1256", "cp1253", "cp1255", "gb18030", "big5"]
_GUESSABLE += ["shift_jis", "euc_jp", "euc_kr"]
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Soft hyphens, spaces without width and marks of direction; joiners only inside Latin words, since
# other scripts are spelt with them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    "|(?<=[A-Za-z])[\u200c\u200d](?=[A-Za-z])"
)


def decode(content: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """Return the text of a file and what had to be guessed for it.

    A byte-order mark decides; then UTF-8; then what a page declares. Bytes that are neither are
    read as the detector says where most letters are beyond ASCII, and else as Windows-1252, byte by
    byte, so that one stray byte does not spoil the text around it. Every guess is noted.

    Examples
    --------
    >>> decode(b"caf\\xe9")
    ('café', ['encoding guessed: cp1252'])
    >>> decode("naïve caf".encode() + b"\\xe9")
    ('naïve café', ['encoding guessed: cp1252'])
    """
    encoding = find_encoding(content)
    if encoding == "utf-8" and declared and _DECLARABLE.match(declared.strip()):
        text = _decode_declared(content, declared.strip())
        if text is not None:
            return _mend_line_ends(text), []
    errors = "cp1252" if encoding == "utf-8" else "replace"
    text = content.decode(encoding, errors)
    known = encoding in {"utf-8", *_MARKS.values()}
    guess = "cp1252" if known else encoding
    guessed = not known or (encoding == "utf-8" and not _is_utf8(content))
    return _mend_line_ends(text), [f"encoding guessed: {guess}"] if guessed else []


def find_encoding(content: bytes) -> str:
    """Return the encoding of bytes: by their mark, by their NULs, else UTF-8 or a guess."""
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    head = content[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > max(8, 10 * min(even, odd), len(head) / 4):  # one half of each letter
        return "utf-16-be" if even > odd else "utf-16-le"
    stray = len(head) - len(head.decode("utf-8", "ignore").encode())
    if stray > 20 and stray > len(head) / 4:
        return _detect(content)
    return "utf-8"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_declared(content: bytes, declared: str) -> str | None:
    """Return the text as declared, or None where it is UTF-8 or not what it declares to be."""
    if _is_utf8(content):
        return None
    western = re.fullmatch(r"(us-)?ascii|latin-?1|iso-?8859-1", declared, re.I)
    try:
        return content.decode("cp1252" if western else declared)
    except (UnicodeDecodeError, LookupError):
        return None


def _detect(content: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:65536], cp_isolation=_GUESSABLE).best()
    return best.encoding if best else "utf-8"


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as Windows-1252, where it knows them."""
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error("cp1252", _as_cp1252)


def is_binary(content: bytes) -> bool:
    """Return whether bytes look like a program or a picture rather than text in any encoding."""
    head = content[:65536]
    if find_encoding(head) not in {"utf-8", "utf-8-sig"}:
        return False
    control = sum(byte < 32 and byte not in b"\t\n\r\f\v\x1b" for byte in head)
    return control > 20 and control > len(head) / 20


def _mend_line_ends(text: str) -> str:
    return _LINE_ENDS.sub("\n", text)


def mend(text: str) -> tuple[str, list[str]]:
    """Return text that tables, pages and rules can hold, and what was changed.

    Line ends become one kind; what cannot be printed, such as NUL and half characters, becomes the
    replacement character, one for one; what cannot be seen, such as marks of direction, goes.

    Examples
    --------
    >>> mend("mer\\u200bcenaries\\x00")
    ('mercenaries\\ufffd', ['1 unprintable characters replaced', '1 invisible characters removed'])
    """
    text, unprintable = _UNPRINTABLE.subn("\ufffd", _mend_line_ends(text))
    text, invisible = _INVISIBLE.subn("", text)
    notes = []
    if unprintable:
        notes.append(f"{unprintable} unprintable characters replaced")
    if invisible:
        notes.append(f"{invisible} invisible characters removed")
    return text, notes


def mend_name(name: str) -> str:
    """Return a file name that tables and pages can hold on one line; systems allow any bytes."""
    return mend(name)[0].replace("\n", "\ufffd")
