import pytest

from habitue.publishing.destination import (
    FileDestination,
    PostgresDestination,
    parse_destination,
)
from habitue.publishing.errors import DestinationError


def test_a_path_is_a_file_behind_its_links(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = parse_destination(str(tmp_path / "link" / "shop.duckdb"))
    assert found == FileDestination(tmp_path / "real" / "shop.duckdb")


@pytest.mark.parametrize(
    ("url", "settings", "label"),
    [
        (
            "postgres://ada@db.example:5433/shop",
            {"user": "ada", "host": "db.example", "port": "5433", "dbname": "shop"},
            "postgres://db.example:5433/shop",
        ),
        (
            "postgresql:///shop?host=/run/pg&sslmode=verify-full",
            {"host": "/run/pg", "dbname": "shop", "sslmode": "verify-full"},
            "postgres:///shop?host=/run/pg",
        ),
        (
            "postgres://a%40b@h/it%27s?connect_timeout=3",
            {"user": "a@b", "host": "h", "dbname": "it's", "connect_timeout": "3"},
            "postgres://h/it's",
        ),
    ],
)
def test_a_url_gives_libpq_its_settings(url, settings, label):
    found = parse_destination(url)
    assert isinstance(found, PostgresDestination)
    defaults = {"application_name": "habitue publish", "connect_timeout": "10"}
    assert found.settings == defaults | settings
    assert found.label == label


def test_settings_are_quoted_for_libpq():
    found = parse_destination(r"postgres://h/it%27s%20a%5Cb")
    assert r"dbname='it\'s a\\b'" in found.connection_string


@pytest.mark.parametrize(
    "url",
    [
        "postgres://ada:geheim@h/shop",
        "postgres://ada@h/shop?password=geheim",
        "postgres://ada@h/shop?sslpassword=geheim",
    ],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(url):
    with pytest.raises(DestinationError, match="PGPASSWORD") as caught:
        parse_destination(url)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "prefix", "complaint"),
    [
        ("mysql://h/shop", "", "mysql:// is not known"),
        ("", "", "--to is empty"),
        ("postgres://h:port/shop", "", "no port number"),
        ("postgres://h/shop", 'x"; drop', "--schema-prefix is"),
        ("shop.duckdb", "x_", "not for a file"),
    ],
)
def test_what_is_no_destination_is_told(text, prefix, complaint):
    with pytest.raises(DestinationError, match=complaint):
        parse_destination(text, schema_prefix=prefix)
