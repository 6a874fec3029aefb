"""XML from outside: bytes in, a small typed tree out, everything that could hurt refused.

The only module that knows lxml. Source: XML 1.0 (Fifth Edition), Namespaces in XML 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

LIMIT_BYTES = 10 * 1024 * 1024
LIMIT_DEPTH = 200
LIMIT_ATTRIBUTES = 256
LIMIT_NAMESPACES = 256
LIMIT_ELEMENTS = 200_000

_CHUNK = 64 * 1024
#: more "<" than this for each element allowed cannot be a drawing; counting bytes is quicker than parsing
_TAGS_PER_ELEMENT = 5
_XINCLUDE = "{http://www.w3.org/2001/XInclude}"
_DECLARED = re.compile(rb"""^\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([^"'>]{1,60})["']""")
_ENCODINGS = frozenset(
    ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso-8859-15", "windows-1252", "cp1252")
    + ("utf-16", "utf16", "utf-16le", "utf-16be")
)
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"{", "JSON or plain text"),
    (b"[", "JSON or plain text"),
)


class XmlRefused(Exception):
    """The bytes are not an XML document that we read."""

    retryable = False

    def __init__(self, code: str, message: str, line: int = 0) -> None:
        super().__init__(code, message, line)
        #: stable, snake_case
        self.code = code
        #: one sentence for the person who brought the file
        self.message = message
        #: line in the file, counted from 1; 0 when unknown
        self.line = line

    def __str__(self) -> str:
        return f"{self.message} (line {self.line})" if self.line else self.message


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One element: names resolved, text joined, comments and processing instructions gone."""

    #: local name, without prefix
    name: str
    #: namespace URI; empty for none
    namespace: str
    #: attributes without a namespace by local name, the others as `{uri}name`
    attributes: Mapping[str, str]
    children: tuple[Element, ...]
    #: the element's own character data, not that of its children; not stripped
    text: str
    #: line of the start tag, counted from 1
    line: int
    #: prefix -> namespace URI in force here ("" is the default namespace)
    prefixes: Mapping[str, str] = field(repr=False)

    def get(self, name: str, default: str = "", *, namespace: str = "") -> str:
        """The attribute's text, or `default` when it is absent."""
        return self.attributes.get(f"{{{namespace}}}{name}" if namespace else name, default)

    def find(self, name: str, *, namespace: str | None = None) -> Element | None:
        """The first child of that local name (in any namespace unless one is given), or None."""
        return next(self.find_all(name, namespace=namespace), None)

    def find_all(self, name: str, *, namespace: str | None = None) -> Iterator[Element]:
        """The children of that local name (in any namespace unless one is given), in order."""
        for child in self.children:
            if child.name == name and namespace in (None, child.namespace):
                yield child

    def iter(self) -> Iterator[Element]:
        """This element and all below it in document order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlDocument:
    """A parsed file."""

    root: Element
    #: number of elements in the whole document
    size: int


def parse(
    data: bytes,
    *,
    limit_bytes: int = LIMIT_BYTES,
    limit_depth: int = LIMIT_DEPTH,
    limit_elements: int = LIMIT_ELEMENTS,
) -> XmlDocument:
    """Read one XML document.

    Args:
        data: the file as it came; UTF-8, UTF-16, ISO-8859-1 or windows-1252, declared or by its mark.
        limit_bytes: larger files are refused before anything is read.
        limit_depth: deepest nesting of elements.
        limit_elements: most elements in the document.
    Raises:
        XmlRefused: not XML, not well formed, too large, or with anything a drawing never needs
            (DOCTYPE, entities, XInclude).
    """
    _check_bytes(data, limit_bytes)
    if data.count(b"<") > _TAGS_PER_ELEMENT * limit_elements:
        raise XmlRefused("too_many_elements", f"The file has more than {limit_elements} elements.")
    builder = _Builder(limit_depth=limit_depth, limit_elements=limit_elements)
    parser = etree.XMLPullParser(
        events=("start-ns", "start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
            builder.take(parser.read_events())
        parser.close()
        builder.take(parser.read_events())
    except etree.XMLSyntaxError as error:
        raise _refusal(error, builder) from None
    if builder.root is None:
        raise XmlRefused("not_xml", "The file has no XML element.")
    return XmlDocument(root=builder.root, size=builder.size)


def _check_bytes(data: bytes, limit_bytes: int) -> None:
    """Refuse by size and first bytes, before the parser sees anything."""
    if len(data) > limit_bytes:
        size, limit = len(data) / 1_048_576, limit_bytes / 1_048_576
        raise XmlRefused("too_large", f"The file has {size:.1f} MB; at most {limit:.0f} MB are read.")
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head and not data.strip():
        raise XmlRefused("empty", "The file is empty.")
    for magic, kind in _OTHER_FORMATS:
        if head.startswith(magic):
            raise XmlRefused("not_xml", f"The file is {kind}, not XML.", 1)
    if head.startswith(_UTF16_STARTS):
        return
    if not head.startswith(b"<"):
        raise XmlRefused("not_xml", "The file is not XML: it does not begin with '<'.", 1)
    if (nul := data.find(b"\x00")) >= 0:
        raise XmlRefused("bad_character", "The file contains a NUL byte.", data.count(b"\n", 0, nul) + 1)
    declared = _DECLARED.match(head)
    name = declared[1].decode("ascii", "replace") if declared else "utf-8"
    if name.lower() not in _ENCODINGS:
        raise XmlRefused("unknown_encoding", f'The encoding "{name}" is not read; save the file as UTF-8.', 1)
    if name.lower().startswith(("utf-16", "utf16")):
        message = f'The file says that it is written in "{name}", but it is not. Write "UTF-8" there, or save it again.'
        raise XmlRefused("not_well_formed", message, 1)


def _refusal(error: etree.XMLSyntaxError, builder: _Builder) -> XmlRefused:
    """The parser's complaint in our words, with the deepest limit it ran into named."""
    text = str(error.msg or "not well formed").split(", line ")[0]
    line = int(error.lineno or 0)
    if "xcessive depth" in text or "Maximum element depth" in text:
        return XmlRefused("too_deep", f"Elements are nested more than {builder.limit_depth} deep.", line)
    if "nvalid bytes in character encoding" in text or "not proper UTF-8" in text:
        message = "The file has bytes that do not fit its encoding (UTF-8, when it names none). Save it as UTF-8."
        return XmlRefused("not_well_formed", message, line)
    if "entity" in text.lower():
        return XmlRefused("entity", "The file uses an entity of its own, which is not allowed.", line)
    return XmlRefused("not_well_formed", f"The file is not well-formed XML: {text.rstrip('.')}.", line)


class _Builder:
    """Turns the parser's events into elements bottom-up, and stops at the first limit."""

    def __init__(self, *, limit_depth: int, limit_elements: int) -> None:
        self.limit_depth = limit_depth
        self.limit_elements = limit_elements
        self.root: Element | None = None
        self.size = 0
        self._children: list[list[Element]] = [[]]
        self._prefixes: list[dict[str, str]] = [{"xml": "http://www.w3.org/XML/1998/namespace"}]
        self._declared: dict[str, str] = {}
        self._names: dict[str, tuple[str, str]] = {}

    def take(self, events: Iterator[tuple[str, Any]]) -> None:
        """Digest what the parser has understood so far."""
        for event, item in events:
            if event == "start-ns":
                self._declare(item[0] or "", item[1] or "")
            elif event == "start":
                self._start(item)
            else:
                self._end(item)

    def _declare(self, prefix: str, uri: str) -> None:
        self._declared[prefix] = uri
        if len(self._declared) > LIMIT_NAMESPACES:
            message = f"One element declares more than {LIMIT_NAMESPACES} namespaces."
            raise XmlRefused("too_many_namespaces", message)

    def _start(self, node: Any) -> None:
        line = int(node.sourceline or 0)
        if not self.size and node.getroottree().docinfo.internalDTD is not None:
            raise XmlRefused("doctype", "The file has a DOCTYPE; BPMN and DMN files never need one.", line)
        self.size += 1
        if len(self._children) > self.limit_depth:
            raise XmlRefused("too_deep", f"Elements are nested more than {self.limit_depth} deep.", line)
        if self.size > self.limit_elements:
            message = f"The file has more than {self.limit_elements} elements."
            raise XmlRefused("too_many_elements", message, line)
        if len(node.attrib) > LIMIT_ATTRIBUTES:
            message = f"One element has more than {LIMIT_ATTRIBUTES} attributes."
            raise XmlRefused("too_many_attributes", message, line)
        if node.tag.startswith(_XINCLUDE):
            raise XmlRefused("xinclude", "The file includes another one (XInclude), which is not read.", line)
        outer = self._prefixes[-1]
        self._prefixes.append({**outer, **self._declared} if self._declared else outer)
        self._declared = {}
        self._children.append([])

    def _end(self, node: Any) -> None:
        namespace, name = self._name(node.tag)
        children = self._children.pop()
        text = node.text or ""
        if children:
            text += "".join([child.tail or "" for child in node])
        element = Element(
            name,
            namespace,
            dict(node.attrib.items()),
            tuple(children),
            text,
            node.sourceline or 0,
            self._prefixes.pop(),
        )
        self._children[-1].append(element)
        if len(self._children) == 1:
            self.root = element
        node.clear(keep_tail=True)

    def _name(self, tag: str) -> tuple[str, str]:
        """`{uri}name` as (uri, name); a file has few different ones."""
        found = self._names.get(tag)
        if found is None:
            namespace, _, name = tag.rpartition("}")
            found = self._names[tag] = namespace[1:], name
        return found
