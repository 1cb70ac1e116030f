"""Modules in one file: each once, in the order in which they need each other, and those that come later beside it."""

import pytest

from config.bundle import BundleError, bundle, later, needed

MODULES = {
    "js/a/index.js": """
/** The entry. import { nothing } from "./nothing.js"; */
import { Box } from "./parts/box.js";
import { one as first } from "./words.js";
import "./quiet.js";

export function start() {
  return import("./parts/late.js").then(({ late }) => late(new Box(first)));
}
""",
    "js/a/words.js": "export const one = 1;\nexport const two = 2; // both\n",
    "js/a/quiet.js": "globalThis.quiet = true;\n",
    "js/a/parts/box.js": """
import { two } from "../words.js";

export class Box {
  /** @param {import("../words.js").Word} word */
  constructor(word) {
    this.sum = word + two;
  }
}
""",
    "js/a/parts/late.js": """
import { two } from "../words.js";
import { more } from "./more.js";

export async function late(box) {
  return box.sum + two + more;
}
""",
    "js/a/parts/more.js": "export const more = 10;\n",
}
ENTRY = "js/a/index.js"


def read(name: str) -> str:
    return MODULES[name]


def test_modules_stand_behind_those_that_they_need() -> None:
    first = needed(ENTRY, read)
    assert first == ["js/a/words.js", "js/a/parts/box.js", "js/a/quiet.js", ENTRY]
    assert later(first, read) == ["js/a/parts/late.js", "js/a/parts/more.js"]


def test_a_bundle_needs_nothing_else_and_gives_what_it_has_to_those_that_come_later() -> None:
    files = bundle(ENTRY, read)
    assert set(files) == {ENTRY, "js/a/parts/late.js", "js/a/parts/more.js"}
    entry = files[ENTRY]
    assert entry.count("const one=1") == 1
    assert "const{two}=$0;" in entry
    assert "const{one:first}=$0;" in entry
    assert 'import("./parts/late.js")' in entry
    assert entry.endswith("export const{start}=$3;\nexport{$0};\n")
    assert 'import "' not in entry
    assert "/**" not in entry
    assert files["js/a/parts/late.js"].startswith(
        'import{$0}from"../index.js";const{two}=$0;import{more}from"./more.js";'
    )


def test_what_comes_later_of_one_bundle_is_never_that_of_another() -> None:
    files = bundle(ENTRY, read, variant="b")
    assert set(files) == {ENTRY, "js/a/parts/late.b.js", "js/a/parts/more.b.js"}
    assert 'import("./parts/late.b.js")' in files[ENTRY]
    assert 'from"./more.b.js"' in files["js/a/parts/late.b.js"]
    apart = bundle(ENTRY, read, variant="b", apart=["js/a/parts/late.js"])
    assert set(apart) == {ENTRY}
    assert 'import("./parts/late.js")' in apart[ENTRY]


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        "export * from './words.js';",
        'export { one } from "./words.js";',
        'import words from "./words.js";',
        'import * as words from "./words.js";',
        "export let one = 1;",
        "await one;",
        "const here = import.meta.url;",
    ],
)
def test_a_form_that_is_not_known_is_refused(line: str) -> None:
    with pytest.raises(BundleError, match=r"js/a/index\.js has a form that cannot be bundled"):
        bundle(ENTRY, lambda name: line if name == ENTRY else read(name))


def test_modules_that_need_each_other_in_a_circle_are_refused() -> None:
    circle = {"a.js": 'import { b } from "./b.js";', "b.js": 'import { a } from "./a.js";'}
    with pytest.raises(BundleError, match=r"a\.js needs itself"):
        bundle("a.js", circle.__getitem__)
