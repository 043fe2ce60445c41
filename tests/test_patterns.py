"""Every regular expression that sees a document or a question takes time linear in its text.

They are found by reading the source, so that a new one is tried too. Each is tried with texts made
of its own parts: of what stands before a repetition, and of what is repeated, again and again.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import pytest
import regex

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as sre_parse  # type: ignore[attr-defined]

SOURCE = Path(__file__).resolve().parent.parent / "src"
METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
SHORTEST, LONGEST = 500, 15_000  # characters; the square of the longest takes long enough
MEASURABLE = 0.002  # seconds that are told apart from the noise of a busy machine
OFTEN = 50  # what is repeated less is no repetition


@dataclass(frozen=True)
class Found:
    """A regular expression, where it stands and how it is used."""

    place: str
    pattern: Any
    methods: frozenset[str]


def test_every_pattern_of_the_package_is_found() -> None:
    places = {found.place for found in patterns()}
    assert len(places) > 80
    assert any(place.startswith("briefqa.documents.loaders.text.") for place in places)


@pytest.mark.timeout(900)
def test_every_pattern_takes_linear_time() -> None:
    slow = [
        f"{found.place} {method} {text!r}"
        for found in patterns()
        for method in sorted(found.methods)
        if (text := worst_text(found, method))
    ]
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize(
    "pattern",
    [r"#+\s+(\S.*?)[ \t]*#*\Z", r"<!--.*?-->", r"\s+$", r"\w*\d*!", r"x[^y]*y", r"[ab]*c.*d"],
)
def test_a_pattern_that_is_not_linear_is_noticed(pattern: str) -> None:
    assert worst_text(Found("here", re.compile(pattern, re.DOTALL), frozenset()), "search")


def worst_text(found: Found, method: str) -> tuple[str, str, str] | None:
    """What is put before, repeated and put behind in a text that takes more than linear time."""
    run = runner(found.pattern, method)
    for text in texts(found.pattern):
        size = SHORTEST
        while size <= LONGEST and seconds(run, text, size) < MEASURABLE:
            size *= 5
        if size > LONGEST:
            continue
        # The square of four is sixteen; what is busy with other things for a while is asked again.
        if all(seconds(run, text, 4 * size) > 9 * seconds(run, text, size) for _ in range(3)):
            return text
    return None


def runner(pattern: Any, method: str) -> Callable[[str], object]:
    if method in ("sub", "subn"):
        return lambda text: getattr(pattern, method)("", text)
    if method == "finditer":
        return lambda text: sum(1 for _ in pattern.finditer(text))
    return getattr(pattern, method)  # type: ignore[no-any-return]


def seconds(run: Callable[[str], object], text: tuple[str, str, str], size: int) -> float:
    """The processor time of a run over the text, of so many characters."""
    before, repeated, behind = text
    whole = before + repeated * (size // len(repeated)) + behind
    begun = time.thread_time()
    run(whole)
    return time.thread_time() - begun


def patterns() -> Iterator[Found]:
    """Every regular expression that the package compiles or uses."""
    paths = sorted((SOURCE / "briefqa").rglob("*.py"))
    trees = {path: ast.parse(path.read_text("utf-8")) for path in paths}
    elsewhere = set()  # where another module uses it
    for tree in trees.values():
        nodes = list(ast.walk(tree))
        imported = {
            one.name for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names
        }
        for node in nodes:
            match node:
                case ast.Attribute(value=ast.Attribute(attr=owner), attr=method):  # module.PATTERN
                    elsewhere.add((owner, method))
                case ast.Attribute(value=ast.Name(id=owner), attr=method) if owner in imported:
                    elsewhere.add((owner, method))
    for path, tree in trees.items():
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        calls = [node for node in ast.walk(tree) if is_pattern_call(node)]
        if not calls:
            continue
        module = importlib.import_module(name)
        used: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=owner), attr=method) if method in METHODS:
                    used.setdefault(owner, set()).add(method)
        for owner, method in elsewhere:
            if method in METHODS:
                used.setdefault(owner, set()).add(method)
        named = {
            id(node.value): node.targets[0].id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for call in calls:
            assert isinstance(call.func, ast.Attribute)
            function = call.func.attr
            try:
                compiled = evaluated(call, module)
            except NameError:
                continue  # made of what is asked, with its parts escaped
            methods = (
                {function} if function in METHODS else used.get(named.get(id(call), ""), set())
            )
            yield Found(f"{name}:{call.lineno}", compiled, frozenset(methods or {"search"}))


def is_pattern_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("re", "regex")
        and node.func.attr in ("compile", *METHODS)
    )


def evaluated(call: ast.Call, module: Any) -> Any:
    """The pattern that a call compiles, in the namespace of its module."""
    flags = [word.value for word in call.keywords if word.arg == "flags"]
    if call.func.attr == "compile":  # type: ignore[attr-defined]
        flags = [*flags, *call.args[1:]]
    arguments = [call.args[0], *flags]
    values = [
        eval(compile(ast.Expression(each), "pattern", "eval"), vars(module)) for each in arguments
    ]
    library = {"re": re, "regex": regex}[call.func.value.id]  # type: ignore[attr-defined]
    return library.compile(*values)


# Texts made of a pattern's parts. The parser is Python's own; what only `regex` knows is written
# in another way first.

CLASSES = {
    "L": "a",
    "Lu": "A",
    "Ll": "a",
    "M": "\u0301",
    "N": "1",
    "Nd": "1",
    "C": "\0",
    "Cf": "\u200b",
    "Z": " ",
    "P": ".",
    "S": "+",
    "Sc": "$",
}


def texts(pattern: Any) -> Iterator[tuple[str, str, str]]:
    seen = set()
    for before, repeated in parts(tree_of(pattern)):
        for behind in ("", "\0"):
            for text in ((before, repeated, behind), ("", before + repeated, behind)):
                if text[1] and text not in seen:
                    seen.add(text)
                    yield text


def tree_of(pattern: Any) -> Any:
    source = pattern.pattern
    if isinstance(source, bytes):
        return []
    flags = pattern.flags & (re.IGNORECASE | re.DOTALL | re.MULTILINE | re.VERBOSE)
    source = regex.sub(r"\\p\{(\w+)\}", lambda one: re.escape(CLASSES.get(one[1], "a")), source)
    source = regex.sub(r"\\p\{[^}]*\}|\\P\{[^}]*\}", "a", source)
    source = regex.sub(r"\(\?P<\w+>", "(", source)
    source = regex.sub(r"\(\?P=(\w+)\)|\\g<\w+>", "", source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return sre_parse.parse(source, flags)
        except re.error:  # sets less other sets: each of its signs is tried instead
            signs = "|".join(f"(?:{re.escape(sign)})*" for sign in sorted(set(source)))
            return sre_parse.parse(signs)


def parts(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before each repetition, and what it may repeat."""
    for operation, value in tree:
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = value
            if most >= OFTEN:
                for sample in samples(body):
                    if sample:
                        yield before, sample
            yield from parts(body, before)
        elif operation is sre.BRANCH:
            for branch in value[1]:
                yield from parts(branch, before)
        elif operation is sre.SUBPATTERN:
            yield from parts(value[3], before)
        elif operation is sre.ATOMIC_GROUP:
            yield from parts(value, before)
        elif operation in (sre.ASSERT, sre.ASSERT_NOT) and value[0] > 0:
            yield from parts(value[1], before)
        before += shortest([(operation, value)])
    if before:
        yield "", before


def samples(tree: Any) -> list[str]:
    """Some texts that the pattern matches."""
    found = [""]
    for operation, value in tree:
        if operation is sre.BRANCH:
            options = [sample for branch in value[1] for sample in samples(branch)]
        elif operation is sre.SUBPATTERN:
            options = samples(value[3])
        elif operation is sre.ATOMIC_GROUP:
            options = samples(value)
        elif operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            least, most, body = value
            once = samples(body)
            options = [each * max(1, least) for each in once] if most else [""]
            if not least and most:
                options = [options[0], "", *options[1:]]
        else:
            options = characters(operation, value)
        found = [one + other for one in found for other in options][:8]
    return found


def shortest(tree: Any) -> str:
    found = samples(tree)
    return min(found, key=lambda one: (not one, len(one)))


def characters(operation: Any, value: Any) -> list[str]:
    """Some characters that a part matches."""
    if operation is sre.LITERAL:
        return [chr(value)]
    if operation is sre.NOT_LITERAL:
        return [sign for sign in "a 1.\n" if sign != chr(value)][:3]
    if operation is sre.ANY:
        return ["a", " ", "."]
    if operation is sre.IN:
        negated = value[0][0] is sre.NEGATE
        members = [sign for one in value for sign in members_of(*one)]
        if negated:
            return [sign for sign in 'a 1.<"(\n\t-' if sign not in members][:4]
        return members[:6]
    return [""]


def members_of(operation: Any, value: Any) -> list[str]:
    if operation is sre.LITERAL:
        return [chr(value)]
    if operation is sre.RANGE:
        return [chr(value[0])]
    if operation is sre.CATEGORY:
        return {
            sre.CATEGORY_SPACE: [" ", "\n"],
            sre.CATEGORY_DIGIT: ["1"],
            sre.CATEGORY_WORD: ["a", "1"],
            sre.CATEGORY_NOT_SPACE: ["a", "."],
            sre.CATEGORY_NOT_DIGIT: ["a", " "],
            sre.CATEGORY_NOT_WORD: [" ", "."],
        }[value]
    return []
