"""Heads taught by an artist's own pairs: the reference of the engine's `teach`. How well they do: `assessment.py`.

A head is fitted on *features*: unit vectors of `correspondence.COMMON` numbers that the shipped
networks give of a picture (`features` of `picture.onnx`) and of 4 s of music (the last numbers of
its point). Of each taught pair i it keeps the picture's features and its music's (mean over the
chunks), both with the mean over all pairs taken away and brought to length 1 (a_i, b_i). Then

    picture:  A_i = softmax over i of <unit(features - mean picture), a_i> / PICTURE_TEMPERATURE
    music:    B_i = softmax over i of <unit(features - mean music), b_i> / MUSIC_TEMPERATURE
    product:  pairs * sum over i of A_i * B_i  +  PRIOR * <shipped common blocks of the two points>

The sum is the probability that both are "of the same pair", in multiples of chance; the second
term is what the shipped head says of strangers, which matters while pairs are few. Both are inner
products, so that a taught point is [pairs * A, PRIOR * common] and [B, common], and a library is
scored by one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .correspondence import softmax, unit

PICTURE_TEMPERATURE, MUSIC_TEMPERATURE = 0.15, 0.3
PRIOR = 0.7


@dataclass
class TaughtHead:
    """What a set of pairs taught."""

    picture_mean: np.ndarray
    pictures: np.ndarray
    music_mean: np.ndarray
    music: np.ndarray

    @classmethod
    def fit(cls, pictures: np.ndarray, music: np.ndarray) -> "TaughtHead":
        """Features of the pairs' pictures and music, row i of one with row i of the other."""
        picture_mean, music_mean = pictures.mean(axis=0), music.mean(axis=0)
        return cls(picture_mean, unit(pictures - picture_mean), music_mean, unit(music - music_mean))

    def products(self, pictures: np.ndarray, picture_common: np.ndarray, music: np.ndarray) -> np.ndarray:
        """Products [pictures, chunks] of features; `picture_common` are the unit common blocks of the pictures' points."""
        a = softmax(unit(pictures - self.picture_mean) @ self.pictures.T / PICTURE_TEMPERATURE)
        b = softmax(unit(music - self.music_mean) @ self.music.T / MUSIC_TEMPERATURE)
        return len(self.pictures) * a @ b.T + PRIOR * picture_common @ music.T
