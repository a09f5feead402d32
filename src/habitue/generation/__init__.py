"""Synthetic raw data of a shop, with planted truth to check every promise against."""

from habitue.generation.errors import GenerationError
from habitue.generation.personas import PERSONAS, Persona
from habitue.generation.run import (
    RAW_TABLES,
    TRUTH_TABLES,
    GenerationReport,
    generate,
)

__all__ = [
    "PERSONAS",
    "RAW_TABLES",
    "TRUTH_TABLES",
    "GenerationError",
    "GenerationReport",
    "Persona",
    "generate",
]
