"""What the site of the documents needs beside docs/ (a hook of MkDocs, named in mkdocs.yml).

- Pages from outside docs/: CONTRIBUTING.md and CHANGELOG.md.
- The pages of error codes, by the groups of docs/errors/README.md, decisions, hints, and pages of the reference that mkdocs.yml does
  not name are put into the navigation.
- The tutorial and the first page stand alone and take the place of the navigation.
- Links to other files of the repository become their names, as the site does not hold them; one to a file that is not there
  is a warning, which ends the build.
"""

import logging
import re
from pathlib import Path, PurePosixPath

from mkdocs.structure.files import File

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
OUTSIDE = {"contributing.md": "CONTRIBUTING.md", "changes.md": "CHANGELOG.md"}
ALONE = {"index.md", "tutorial.md"}
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")
log = logging.getLogger("mkdocs.hooks.site")


def titled(path):
    """A page under its heading."""
    return {path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# "): path.relative_to(DOCS).as_posix()}


def error_pages():
    """The groups of the table of codes, each with its pages."""
    groups = []
    for line in (DOCS / "errors" / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            groups.append({line[3:]: []})
        elif code := re.match(r"\| \[(\w+)\]", line):
            next(iter(groups[-1].values())).append(titled(DOCS / "errors" / f"{code[1]}.md"))
    return groups


def section(nav, name):
    """The list that stands under a name, however deep."""
    for entry in nav:
        if isinstance(entry, dict):
            for title, value in entry.items():
                found = value if title == name else section(value, name) if isinstance(value, list) else None
                if found is not None:
                    return found
    return None


def named(nav):
    """All pages of a navigation."""
    if isinstance(nav, str):
        return {nav}
    return set().union(*(named(entry) for entry in (nav.values() if isinstance(nav, dict) else nav)))


def on_config(config):
    section(config.nav, "Errors").extend(error_pages())
    for folder, name in (("hints", "Hints"), ("reference", "Reference")):
        pages = [titled(path) for path in sorted((DOCS / folder).glob("*.md")) if path.name != "README.md"]
        section(config.nav, name).extend(page for page in pages if not named(page) <= named(config.nav))
    for path in sorted((DOCS / "decisions").glob("0*.md")):
        (title, place), = titled(path).items()
        title = re.sub(r"^[0-9]+[.:] |`", "", title)
        section(config.nav, "Decisions").append({f"{path.name[:4]} {title}": place})
    return config


def on_files(files, config):
    for name, source in OUTSIDE.items():
        files.append(File.generated(config, name, content=(REPOSITORY / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown, page, config, files):
    here = page.file.src_uri
    if here in ALONE:
        page.meta["hide"] = ["navigation"]
    folder = PurePosixPath("." if here in OUTSIDE else PurePosixPath("docs") / PurePosixPath(here).parent)

    def link(found):
        text, target, anchor = found[1], found[2], found[3] or ""
        if ":" in target:
            return found[0]
        path = (REPOSITORY / folder / target).resolve()
        if not path.is_relative_to(REPOSITORY) or not path.exists():
            log.warning("%s: there is no %s", here, target)
            return found[0]
        inside = path.relative_to(REPOSITORY).as_posix()
        if inside in OUTSIDE.values():
            place = next(name for name, source in OUTSIDE.items() if source == inside)
        elif path.is_relative_to(DOCS):
            place = (path / "README.md" if path.is_dir() else path).relative_to(DOCS).as_posix()
        else:
            return text if text.startswith("`") else f"`{inside}`" if text == target else text
        up = "../" * (len(PurePosixPath(here).parts) - 1)
        return f"[{text}]({up}{place}{anchor})"

    return LINK.sub(link, markdown)
