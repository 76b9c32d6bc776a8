"""Retrieval by Euclidean distance: distances, average precision, and intervals over works."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from . import evaluate


def distances(queries: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances [queries, points]."""
    return (queries**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)[None] - 2.0 * queries @ points.T


def average_precision(distance: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Of each query, the average precision of finding its label among all others; nan where nothing is to be found. [n, n] -> [n]."""
    found = np.full(len(distance), np.nan)
    for row, values in enumerate(distance):
        order = np.argsort(values)
        relevant = (label == label[row])[order[order != row]]
        if relevant.any():
            ranks = np.flatnonzero(relevant) + 1
            found[row] = np.mean(np.arange(1, len(ranks) + 1) / ranks)
    return found


def interval(values: np.ndarray, group: np.ndarray) -> dict:
    """Mean over groups (each group's mean first) with its bootstrap interval; nan left out."""
    known = ~np.isnan(values)
    means = {str(name): float(values[known & (group == name)].mean()) for name in np.unique(group[known])}
    return {key: round(value, 3) for key, value in asdict(evaluate.over_works(means)).items()}
