"""How JSON is written."""

import pytest

from decisions.edge import canonical


@pytest.mark.parametrize("number", [2**63 - 1, 2**64, -(2**70), 10**30])
def test_whole_numbers_of_any_size_are_written(number: int) -> None:
    assert canonical.encode({"n": [number]}) == b'{"n":[%d]}' % number
    assert canonical.dump({"b": number, "a": 1}) == b'{"a":1,"b":%d}' % number


def test_what_is_no_json_is_refused_or_made_json() -> None:
    with pytest.raises(TypeError):
        canonical.encode({"n": object()})
    assert canonical.encode([1, {1}], default=list) == b"[1,[1]]"
