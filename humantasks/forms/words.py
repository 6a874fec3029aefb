"""Names of variables and values as people read them."""

from __future__ import annotations


def words(name: str) -> str:
    """Return a variable's name as people read it: "net_income" and "netIncome" become "Net income"."""
    parts: list[str] = []
    for sign in name.replace("_", " ").replace("-", " "):
        if sign.isupper() and parts and parts[-1].islower():
            parts += [" ", sign.lower()]
        else:
            parts.append(sign)
    text = "".join(parts).strip()
    return text[:1].upper() + text[1:]
