"""Behavioural customer segmentation that lives in the warehouse."""
