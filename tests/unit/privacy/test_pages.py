"""Pages show what is held, and run nothing that somebody wrote into it."""

from __future__ import annotations

from html.parser import HTMLParser

from habitue.privacy.pages import Section, page_of

EVIL = "<script src='https://evil.example/x.js'>alert(1)</script>\"'&"


class Tags(HTMLParser):
    """Collects tags and the text of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_whatever_was_sent_is_shown_as_text() -> None:
    page = page_of(
        title=EVIL,
        introduction=EVIL,
        sections=[Section(EVIL, (EVIL, "count"), [(EVIL, 3), (None, 0)], EVIL)],
    )
    parser = Tags()
    parser.feed(page)
    names = {tag for tag, _ in parser.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "a", "form"}
    assert not [
        name
        for _, attributes in parser.tags
        for name in attributes
        if name in {"src", "href"} or name.startswith("on")
    ]
    assert parser.texts.count(EVIL) == 7
    assert "3" in parser.texts


def test_a_page_loads_nothing_from_elsewhere() -> None:
    page = page_of(title="t", introduction="i", sections=[])
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_part_without_rows_says_so() -> None:
    page = page_of(
        title="t", introduction="i", sections=[Section("Orders", ("a",), [])]
    )
    assert "Nothing is held." in page
