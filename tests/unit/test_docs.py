"""What the documentation promises is there."""

import csv
import re
from pathlib import Path

import yaml

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


def test_the_features_page_says_of_each_feature_what_the_project_says():
    shared = dict(
        re.findall(
            r"{% docs (\w+) %}\n(.*?)\n{% enddocs %}",
            (PROJECT / "models/_shared__docs.md").read_text(),
            re.DOTALL,
        )
    )
    models = yaml.safe_load(
        (PROJECT / "models/marts/features/_features__models.yml").read_text()
    )["models"]
    [columns] = [one["columns"] for one in models if one["name"] == "customer_features"]
    described = {}
    for column in columns:
        term = re.fullmatch(r"{{ doc\('(\w+)'\) }}", column["description"])
        text = shared[term[1]] if term else column["description"]
        described[column["name"]] = " ".join(text.split())
    page = (PROJECT / "docs/features.md").read_text()
    with (PROJECT / "seeds/lookups/features.csv").open() as file:
        features = list(csv.DictReader(file))
    assert len(features) > 50
    for row in features:
        null, fill = (
            "" if row[name] == "never" else row[name] for name in ("null_when", "fill")
        )
        line = (
            f"| `{row['feature']}` | {described[row['feature']]} | {row['unit']} "
            f"| {null} | {fill} |"
        )
        assert line in page, f"docs/features.md should say: {line}"
