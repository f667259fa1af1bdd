"""XML as a stream, without what it may bring along: entities, and files named in it."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from condotta.articles.limits import NoArticleError


def walk(stream: BinaryIO) -> Iterator[tuple[str, Element]]:
    """Yield the start and end of every element.

    Raises
    ------
    NoArticleError
        Where the XML breaks off or breaks its rules, after all that stands before; or where it
        defines entities, which bombs do and feeds do not.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    try:
        yield from iterparse(stream, events=("start", "end"))
    except DefusedXmlException:
        raise NoArticleError("xml_entities", "defines entities; remove its DOCTYPE") from None
    except (ParseError, LookupError, ValueError) as error:
        raise NoArticleError("damaged", f"XML that breaks its rules: {error}") from None
