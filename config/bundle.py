"""One file of many modules: what a page needs at once is one request, and compresses together.

Nothing is lost for who reads or debugs: in development browsers load each module as it was written. For production
`collectstatic` puts each module into a function of its own, in the order in which they need each other; what such a
function returns are its exports. Modules that come later, by ``import("…")``, stay files, and get those of the bundle
from it: each module exists once.

It knows the few forms that our modules have, and refuses any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from posixpath import dirname, join, normpath, relpath
from typing import NamedTuple

from rjsmin import jsmin

Read = Callable[[str], str]
"""Gives the text of a module by its name, such as ``js/chat/dom.js``."""

_STATIC = re.compile(r'^import (?:\{([^}]*)\} from )?"(\.[^"]+)";$', re.MULTILINE)
_DYNAMIC = re.compile(r'\bimport\("(\.[^"]+)"\)')
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*/\*\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
_OTHER = re.compile(r"^(?:import\b(?!\()|export\b|await\b)|\bimport\.meta\b", re.MULTILINE)


class BundleError(Exception):
    """A module has a form that is not known here, or they need each other in a circle."""


def needed(entry: str, read: Read) -> list[str]:
    """Name the modules that ``entry`` cannot start without, each behind those that it needs itself."""
    ready: list[str] = []
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name in ready:
            return
        if name in begun:
            raise BundleError(f"{name} needs itself, by way of others.")
        begun.add(name)
        for target in _static(name, read(name)):
            visit(target)
        ready.append(name)

    visit(entry)
    return ready


def later(first: list[str], read: Read, *, apart: Collection[str] = ()) -> list[str]:
    """Name the modules that come when they are asked for, and what these need beyond the first.

    Parameters: ``apart``, those that are bundles of their own.
    """
    found = [target for name in first for target in _dynamic(name, read(name))]
    for name in found:
        if name in apart:
            continue
        text = read(name)
        found += [each for each in (*_static(name, text), *_dynamic(name, text)) if each not in found]
    return list(dict.fromkeys(name for name in found if name not in first and name not in apart))


def bundle(entry: str, read: Read, *, variant: str = "", apart: Collection[str] = ()) -> dict[str, str]:
    """Make the file that stands in the place of ``entry``, and those that come later, by name.

    What comes later has the modules of this bundle from this bundle, so it is of no use to another: each but one has a
    ``variant``, which becomes a part of the names of its later files.

    Parameters: ``apart``, modules that are bundles of their own, wherever they are asked for.
    """
    first = needed(entry, read)
    files = {name: _varied(name, variant) for name in later(first, read, apart=apart)}
    pack = _Pack(entry, {name: f"${number}" for number, name in enumerate(first)}, files)
    beside = {file: pack.beside(name, read(name)) for name, file in files.items()}
    wanted = {pack.names[target] for name in files for target in _static(name, read(name)) if target in pack.names}
    parts = [pack.within(name, read(name)) for name in first]
    if exports := [match[2] for match in _EXPORT.finditer(_bare(read(entry)))]:
        parts.append(f"export const{{{','.join(exports)}}}={pack.names[entry]};")
    parts.append(f"export{{{','.join(sorted(wanted))}}};\n" if wanted else "")
    return {entry: "\n".join(parts), **beside}


def _varied(name: str, variant: str) -> str:
    return f"{name.removesuffix('.js')}.{variant}.js" if variant else name


class _Pack(NamedTuple):
    """What is in a bundle: modules by the names of variables, and the files of those that come later."""

    entry: str
    names: Mapping[str, str]
    files: Mapping[str, str]

    def within(self, name: str, text: str) -> str:
        """Write a module as a function that returns its exports."""
        body = _STATIC.sub(lambda match: _taken(match, self.names[_target(name, match[2])]), _bare(text))
        exports = [match[2] for match in _EXPORT.finditer(body)]
        body = _EXPORT.sub(r"\1 \2", body)
        body = _DYNAMIC.sub(lambda match: f'import("{self._path(self.entry, _target(name, match[1]))}")', body)
        if other := _OTHER.search(body):
            raise BundleError(f"{name} has a form that cannot be bundled: {other[0]} …")
        return f"const {self.names[name]}=(()=>{{{jsmin(body)}\nreturn{{{','.join(exports)}}};}})();"

    def beside(self, name: str, text: str) -> str:
        """Write a module that comes later so that it has those of the bundle from the bundle."""

        def rewritten(match: re.Match[str]) -> str:
            target = _target(name, match[2])
            if target not in self.names:
                return match[0].replace(f'"{match[2]}"', f'"{self._path(name, target)}"')
            module = self.names[target]
            return f'import{{{module}}}from"{_from(name, self.entry)}";{_taken(match, module)}'

        body = _STATIC.sub(rewritten, _bare(text))
        return str(jsmin(_DYNAMIC.sub(lambda match: f'import("{self._path(name, _target(name, match[1]))}")', body)))

    def _path(self, name: str, target: str) -> str:
        return _from(name, self.files.get(target, target))


def _taken(match: re.Match[str], module: str) -> str:
    """Take what an import names from a module that is there: ``import { a as b }`` is ``const { a: b }``."""
    return f"const{{{match[1].replace(' as ', ':')}}}={module};" if match[1] else ""


def _bare(text: str) -> str:
    return _COMMENT.sub("", text)


def _static(name: str, text: str) -> list[str]:
    return [_target(name, match[2]) for match in _STATIC.finditer(_bare(text))]


def _dynamic(name: str, text: str) -> list[str]:
    return [_target(name, match[1]) for match in _DYNAMIC.finditer(_bare(text))]


def _target(name: str, specifier: str) -> str:
    return normpath(join(dirname(name), specifier))


def _from(name: str, target: str) -> str:
    path = relpath(target, dirname(name))
    return path if path.startswith(".") else f"./{path}"
