"""Pseudonyms and the key they hang on."""
