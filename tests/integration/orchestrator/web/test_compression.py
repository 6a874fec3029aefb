"""What goes over the wire compressed, and what does not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.templatetags.static import static
from django.test import Client

from orchestrator.config import assets

CSS = static("vendor/tabler/tabler.min.css")


@pytest.mark.django_db
def test_a_style_sheet_goes_compressed_and_is_the_same() -> None:
    packed = b"".join(Client().get(CSS, headers={"Accept-Encoding": "gzip"}).streaming_content)
    plain = b"".join(Client().get(CSS).streaming_content)
    assert gzip.decompress(packed) == plain
    assert len(packed) * 5 < len(plain)


@pytest.mark.django_db
def test_browsers_keep_a_file_for_good_and_its_address_changes_with_it(tmp_path: Path) -> None:
    answer = Client().get(CSS)
    answer.close()
    assert "immutable" in answer.headers["Cache-Control"]
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "MANIFEST.json").write_text("{}")
    said = [assets.fingerprint(tmp_path, packages=("django",))]
    for name in ("page.css", "page.css", "vendor/MANIFEST.json"):
        with (tmp_path / name).open("a") as file:
            file.write("a {}")
        said.append(assets.fingerprint(tmp_path, packages=("django",)))
    assert len(set(said)) == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "encoding"),
    [
        ("/sign-in/", "gzip"),
        ("/api/v1/definitions", None),
        (static("vendor/inter/inter-latin-wght-normal.woff2"), None),
    ],
)
def test_pages_are_compressed_rest_and_fonts_are_not(path: str, encoding: str | None) -> None:
    answer = Client().get(path, headers={"Accept-Encoding": "gzip"})
    answer.close()
    assert answer.headers.get("Content-Encoding") == encoding
