"""What the documentation promises is there."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_every_test_that_the_data_protection_page_names_exists():
    page = (PROJECT / "docs/data_protection.md").read_text()
    named = set(re.findall(r"`((?:test|assert|has|holds)_\w+)`", page))
    defined = {
        name
        for path in (PROJECT / "tests").rglob("*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    } | {path.stem for path in (PROJECT / "tests").rglob("*.sql")}
    assert len(named) > 30
    assert named <= defined


def test_pages_lead_to_pages_that_exist():
    for page in (*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
