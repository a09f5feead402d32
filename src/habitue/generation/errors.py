"""The one error of this package."""


class GenerationError(ValueError):
    """An argument of `generate` cannot be used; the message says what to do."""
