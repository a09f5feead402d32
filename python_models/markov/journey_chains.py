"""Absorbing chains of journeys: conversion from every state, also held out."""

from habitue.frames import to_pandas
from habitue.journeys import fit_chains


def model(dbt, session):
    dbt.config(materialized="table")
    return fit_chains(to_pandas(dbt.ref("int_transitions__folded")))
