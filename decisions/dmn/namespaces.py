"""The names DMN and FEEL have had in XML, version by version."""

from __future__ import annotations

#: namespace of the model -> version
VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
CAMUNDA = ("http://camunda.org/schema/1.0/dmn", "http://camunda.org/schema/1.0/dmn11")


def is_dmn(namespace: str) -> bool:
    """True for every namespace that any version of DMN may have for its models."""
    return namespace in VERSIONS or ("omg.org/spec/DMN/" in namespace)


def is_feel(language: str) -> bool:
    """True for the ways in which files say that a text is FEEL; an empty language is FEEL too."""
    text = language.strip().lower()
    return text in ("", "feel", "friendly enough expression language") or ("omg.org/spec/" in text and "feel" in text)


def is_model_import(kind: str) -> bool:
    """True when an import's type says that the other file is a DMN model."""
    return not kind or is_dmn(kind)
