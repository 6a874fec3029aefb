"""The gate for XML: what is read, what is refused, how fast (XML 1.0, Namespaces in XML 1.0)."""

from __future__ import annotations

import gzip
import pickle
import resource
import zipfile
from io import BytesIO
from time import perf_counter

import pytest

from decisions.edge import problems, xml


def refused(data: bytes, **limits: int) -> str:
    """The code with which bytes are refused."""
    with pytest.raises(xml.XmlRefused) as caught:
        xml.parse(data, **limits)
    assert str(caught.value)
    return caught.value.code


def _zip() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", "<a/>")
    return buffer.getvalue()


_LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;&c;&c;&c;</a>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("<a>\u00fc</a>".encode("latin-1"), "do not fit its encoding"),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', 'says that it is written in "utf-16"'),
    ],
)
def test_a_wrong_encoding_is_said_in_words(data: bytes, words: str) -> None:
    with pytest.raises(xml.XmlRefused) as caught:
        xml.parse(data)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"plain text", "not_xml"),
        (b'{"a": 1}', "not_xml"),
        (b"\x89PNG\r\n\x1a\n", "not_xml"),
        (_zip(), "not_xml"),
        (gzip.compress(b"<a/>", mtime=0), "not_xml"),
        (b"<!-- only a comment -->", "not_well_formed"),
        (b"<a>", "not_well_formed"),
        (b"<a/><b/>", "not_well_formed"),
        (b"<a b='1' b='2'/>", "not_well_formed"),
        (b"<p:a/>", "not_well_formed"),
        (b"<a>&#8;</a>", "not_well_formed"),
        (b"<a>\x00</a>", "bad_character"),
        (b"<a>&nbsp;</a>", "not_well_formed"),
        ("<a>\u00fc</a>".encode("latin-1"), "not_well_formed"),
        (b'<?xml version="1.0" encoding="x-klingon"?><a/>', "unknown_encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "unknown_encoding"),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', "not_well_formed"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>', "doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "doctype"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><a/>', "doctype"),
        (_LAUGHS, "doctype"),
        (b'<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="/etc/hostname"/></a>', "xinclude"),
        (b"<a>" * 300 + b"</a>" * 300, "too_deep"),
        (b"<a " + b" ".join(b'b%d="1"' % n for n in range(300)) + b"/>", "too_many_attributes"),
        (b"<a " + b" ".join(b'xmlns:b%d="u"' % n for n in range(300)) + b"/>", "too_many_namespaces"),
    ],
)
def test_what_no_drawing_needs_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" + b"x" * 50_000_000 + b"</a>",
        b"<a>" + b"<b/>" * 2_400_000 + b"</a>",
        b"<a>" * 200_000,
        b"<a " + b" ".join(b'b%d="1"' % n for n in range(200_000)) + b"/>",
        b"<a " + b" ".join(b'xmlns:b%d="u%d"' % (n, n) for n in range(100_000)) + b"/>",
        b'<!DOCTYPE a [<!ENTITY b "' + b"A" * 60_000 + b'">]><a>' + b"&b;" * 3000 + b"</a>",
    ],
    ids=["text", "elements", "depth", "attributes", "namespaces", "entities"],
)
def test_large_hostile_files_are_refused_quickly_and_in_little_memory(data: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = perf_counter()
    refused(data)
    assert perf_counter() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


@pytest.mark.parametrize(
    "data",
    [
        "<a>Pr\u00fcfung \u2713</a>".encode(),
        b"\xef\xbb\xbf" + "<a>Pr\u00fcfung \u2713</a>".encode(),
        '<?xml version="1.0" encoding="UTF-16"?><a>Pr\u00fcfung \u2713</a>'.encode("utf-16"),
        "<a>Pr\u00fcfung \u2713</a>".encode("utf-16"),
    ],
)
def test_unicode_encodings_are_read(data: bytes) -> None:
    assert xml.parse(data).root.text == "Pr\u00fcfung \u2713"


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "iso-8859-15"])
def test_old_encodings_are_read_when_declared(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a b="\u00fc"/>'.encode(encoding)
    assert xml.parse(data).root.get("b") == "\u00fc"


_TREE = b"""<?xml version="1.0"?>
<!-- no --><d:a xmlns:d="urn:d" xmlns="urn:own" d:x="1" y="2">one<?pi?><b ref="d:t">two<!-- no --> three</b>
<![CDATA[<four>]]><c xmlns:e="urn:e"/></d:a>"""


def test_elements_know_name_namespace_attributes_text_and_line() -> None:
    root = xml.parse(_TREE).root
    assert (root.name, root.namespace, dict(root.attributes)) == ("a", "urn:d", {"{urn:d}x": "1", "y": "2"})
    assert (root.get("y"), root.get("x", namespace="urn:d"), root.get("x", "none")) == ("2", "1", "none")
    assert root.text == "one\n<four>"
    assert [(each.name, each.namespace, each.line) for each in root.children] == [
        ("b", "urn:own", 2),
        ("c", "urn:own", 3),
    ]


def test_children_are_found_by_name() -> None:
    root = xml.parse(_TREE).root
    found = root.find("b")
    assert found is not None
    assert found.text == "two three"
    assert root.find("b", namespace="urn:other") is None
    assert [each.name for each in root.iter()] == ["a", "b", "c"]


def test_prefixes_are_those_in_force_at_each_element() -> None:
    first, second = xml.parse(_TREE).root.children
    assert (first.prefixes["d"], first.prefixes[""], first.prefixes.get("e")) == ("urn:d", "urn:own", None)
    assert second.prefixes["e"] == "urn:e"


def test_lines_behind_the_65535th_are_still_right() -> None:
    assert xml.parse(b"<a>" + b"\n" * 70_000 + b"<b/></a>").root.children[0].line == 70_001


def test_a_drawing_of_three_thousand_tasks_is_read() -> None:
    body = b"".join(b'<task id="t%d" name="a task"><x/></task>' % n for n in range(3000))
    document = xml.parse(b"<p>" + body + b"</p>")
    assert document.size == 6001


def test_limits_are_parameters() -> None:
    assert refused(b"<a><b/></a>", limit_bytes=5) == "too_large"
    assert refused(b"<a><b/></a>", limit_depth=1) == "too_deep"
    assert refused(b"<a><b/></a>", limit_elements=1) == "too_many_elements"


def test_a_refusal_says_where_and_travels_between_processes() -> None:
    with pytest.raises(xml.XmlRefused) as caught:
        xml.parse(b"<a>\n<b>\n</a>")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.code, copy.line) == ("not_well_formed", 3)
    assert "line 3" in str(copy)


def test_a_problem_reads_as_a_sentence_with_its_place() -> None:
    problem = problems.Problem(severity="error", code="x", element="e", line=3, message="Wrong.")
    assert str(problem) == "error: Wrong. (e, line 3)"
    assert problems.has_errors([problem])
