"""One file per table, written chunk by chunk, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

FileFormat = Literal["csv", "parquet"]

_CSV_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
_DICTIONARY_BYTES = 4 * 2**20


class TableFile:
    """A table that grows by chunks; a context manager that closes the file."""

    def __init__(self, folder: Path, name: str, file_format: FileFormat) -> None:
        """Open a file in a folder; it is created with the first chunk."""
        self.path = folder / f"{name}.{file_format}"
        self.row_count = 0
        self._format = file_format
        self._parquet: pq.ParquetWriter | None = None
        self._csv: pa.OSFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in (self._parquet, self._csv):
            if writer is not None:
                writer.close()

    def write(self, table: pa.Table) -> None:
        """Append a chunk as one row group, or as lines of text."""
        self.row_count += table.num_rows
        if self._format == "csv":
            self._write_csv(table)
        else:
            self._write_parquet(table)

    def _write_csv(self, table: pa.Table) -> None:
        if self._csv is None:
            self._csv = pa.OSFile(str(self.path), "wb")
            self._csv.write((",".join(table.column_names) + "\n").encode())
        plain = [
            pc.cast(column, pa.string())
            if pa.types.is_dictionary(column.type)
            else column
            for column in table.columns
        ]
        flat = pa.table(plain, names=table.column_names)
        pyarrow.csv.write_csv(flat, self._csv, _CSV_OPTIONS)

    def _write_parquet(self, table: pa.Table) -> None:
        if self._parquet is None:
            repeated = [
                field.name
                for field in table.schema
                if pa.types.is_dictionary(field.type)
            ]
            self._parquet = pq.ParquetWriter(
                self.path,
                table.schema,
                compression="snappy",
                use_dictionary=repeated,
                dictionary_pagesize_limit=_DICTIONARY_BYTES,
                # Without it readers see plain text, not Arrow's dictionaries.
                store_schema=False,
            )
        self._parquet.write_table(table, row_group_size=max(table.num_rows, 1))
