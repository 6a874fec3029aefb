"""The FEEL page in a browser: with and without scripts, wide and narrow."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("narrow", "script"), [(False, True), (True, True), (False, False)])
def test_an_expression_is_tried_and_its_message_marked(visit, person, shoot, narrow, script):
    page = visit(person("author"), "/feel/", narrow=narrow, script=script)
    page.click("text=Text with a value in it")
    assert page.locator("b.c-machine").inner_text() == '"Order 17 of Ada"'
    page.fill("#expression", 'amount\n < "100"')
    page.fill("#context", '{"amount": 5}')
    page.click("text=Evaluate")
    assert page.locator("mark").inner_text().startswith("<")
    assert page.locator("body").inner_text().count("line 2, column 2") == 1
    if script:
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shoot(page, f"feel-{'narrow' if narrow else 'wide'}", whole=True)
