import duckdb
import pytest

from habitue.publishing import PublishError, publish


def quietly(**_):
    pass


def test_it_is_on_record_before_anything_leaves(database, tmp_path):
    path = tmp_path / "copy.duckdb"
    entries = []

    def record(**entry):
        assert not path.exists()
        # The trail may lie in the very database that is published.
        duckdb.connect(str(database)).close()
        entries.append(entry)

    publish(database, to=str(path), record=record, progress=quietly)
    assert entries == [
        {
            "action": "publish",
            "rows": 5003,
            "parameters": {
                "destination": str(path),
                "audience": "reader",
                "built_at": "2026-02-03T04:05:06",
                "tables": {"marts.events": 5000, "marts.segments": 3},
            },
        }
    ]


def test_without_a_record_nothing_is_published(database, tmp_path):
    def record(**_):
        raise PublishError("The trail is broken.")

    with pytest.raises(PublishError, match="trail is broken"):
        publish(
            database, to=str(tmp_path / "c.duckdb"), record=record, progress=quietly
        )
    assert not (tmp_path / "c.duckdb").exists()


def test_a_copy_that_failed_is_on_record_as_failed(database, tmp_path):
    entries = []

    def fail(**_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish(
            database,
            to=str(tmp_path / "c.duckdb"),
            record=lambda **entry: entries.append(entry),
            progress=fail,
        )
    assert [entry["action"] for entry in entries] == ["publish", "publish_failed"]
    assert entries[1]["rows"] == 0
    assert entries[1]["parameters"]["reason"] == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            "update intermediate.int_tables__released set released_at = now()",
            "A build ended meanwhile",
        ),
        (
            "insert into marts.segments values (9, 'Late')",
            "marts.segments has 4 rows in the copy and 3 in the database",
        ),
    ],
)
def test_what_changes_after_it_was_put_on_record_is_not_published(
    database, tmp_path, change, complaint
):
    def record(*, action, **_):
        if action == "publish":
            with duckdb.connect(str(database)) as connection:
                connection.execute(change)

    path = tmp_path / "copy.duckdb"
    with pytest.raises(PublishError, match=complaint):
        publish(database, to=str(path), record=record, progress=quietly)
    assert not path.exists()
