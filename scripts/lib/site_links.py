"""Checks a built site: site_links.py FOLDER. Every link within it leads to a file that is there and to a heading that is in it,
and nothing that a page needs (scripts, styles, fonts, pictures) comes from another host. Links to other hosts are not followed."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.needs = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.update(values[key] for key in ("id", "name") if values.get(key))
        if "href" in values:
            (self.links if tag == "a" else self.needs).append(values["href"] or "")
        if "src" in values:
            self.needs.append(values["src"] or "")


def mistakes(site):
    """(what is wrong, how many links were looked at)."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    wrong, count = [], 0
    for path, page in pages.items():
        name = path.relative_to(site)
        wrong += [f"{name}: needs {need}" for need in page.needs if urlsplit(need).netloc]
        for link in page.links + page.needs:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            count += 1
            start = site if parts.path.startswith("/") else path.parent
            target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.is_relative_to(site) or not target.exists():
                wrong.append(f"{name}: {link} is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids | {"__skip", "__tabbed"}:
                wrong.append(f"{name}: {link} has no such heading")
    for sheet in site.rglob("*.css"):
        wrong += [f"{sheet.relative_to(site)}: needs {need}"
                  for need in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", sheet.read_text(encoding="utf-8"))]
    return wrong, len(pages), count


def main():
    wrong, pages, count = mistakes(Path(sys.argv[1]).resolve())
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    print(f"site: {pages} pages, {count} links within it, {len(wrong)} mistakes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
