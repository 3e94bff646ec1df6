"""Packages that npm has only in pieces, put together as one module for browsers: a request instead of fifty.

No bundler: the pieces are CommonJS, where each says what it needs with `require("…")`. They are wrapped as they are,
without the comments that stand on lines of their own.
"""

import json
import re
from pathlib import Path

REQUIRED = re.compile(r"""\brequire\((["'])([^"']+)\1\)""")
COMMENTS = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
# The first that fits is what a browser gets.
CONDITIONS = ("browser", "require", "default")

HEAD = """const pieces = {};
const made = {};
const load = (name) => {
  if (!(name in made)) {
    made[name] = {};
    const module = { exports: made[name] };
    pieces[name](module, module.exports, load);
    made[name] = module.exports;
  }
  return made[name];
};
"""


def joined(modules: Path, package: str) -> str:
    """One ES module whose default export is what `require(package)` gives. `modules`: where npm put the packages."""
    first = _entry(modules, package)
    parts, waiting, known = [HEAD], [first], {first}
    while waiting:
        path = waiting.pop()
        source = path.read_text(encoding="utf-8")
        found = {match[2]: _found(modules, path, match[2]) for match in REQUIRED.finditer(source)}
        waiting += sorted(set(found.values()) - known)
        known |= set(found.values())
        names = {name: _name(modules, target) for name, target in found.items()}
        for name, target in names.items():
            source = re.sub(rf"""\brequire\((["']){re.escape(name)}\1\)""", f'require("{target}")', source)
        body = COMMENTS.sub("", source)
        parts.append(f'pieces["{_name(modules, path)}"] = (module, exports, require) => {{\n{body}}};\n')
    return "".join([*parts, f'export default load("{_name(modules, first)}");\n'])


def _name(modules: Path, path: Path) -> str:
    return path.relative_to(modules).as_posix()


def _found(modules: Path, path: Path, name: str) -> Path:
    return (path.parent / name).resolve() if name.startswith(".") else _entry(modules, name)


def _entry(modules: Path, name: str) -> Path:
    """The file that a package exports under that name, as its package.json says."""
    package, _, rest = name.partition("/")
    exported = json.loads((modules / package / "package.json").read_text())["exports"]
    chosen = exported[f"./{rest}" if rest else "."]
    while isinstance(chosen, dict):
        chosen = next(chosen[condition] for condition in CONDITIONS if condition in chosen)
    return (modules / package / chosen).resolve()
