"""The audio network: MobileNetV3-small's trunk on mel frames, with heads for embedding, tags and affect.

Normalisation is inside the graph: the window's mean power is subtracted in decibels, so
that a change of level moves the outputs only where it meets the front end's floor.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

#: Kernel, expanded width, output width, squeeze, hard-swish, stride (Howard et al. 2019, table 2).
#: Time is reduced four-fold in the first layer instead of the last stage: half the work, and
#: 50 ms still tell onsets apart.
STAGES = [
    (3, 16, 16, True, False, 2), (3, 72, 24, False, False, 2), (3, 88, 24, False, False, 1), (5, 96, 40, True, True, 2),
    (5, 240, 40, True, True, 1), (5, 240, 40, True, True, 1), (5, 120, 48, True, True, 1), (5, 144, 48, True, True, 1),
    (5, 288, 96, True, True, (2, 1)), (5, 576, 96, True, True, 1), (5, 576, 96, True, True, 1),
]  # fmt: skip
EMBEDDING, TAGS, AFFECT = 128, 50, 7
#: A window quieter than this is not raised any further (dB, mean power over bands and frames).
QUIETEST_DB = -70.0
#: Range kept around the window's mean level (dB), then brought to about -1..1.
BELOW_DB, ABOVE_DB, CENTRE_DB, SPREAD_DB = -50.0, 25.0, -12.0, 18.0
#: Bands of the last feature map that stay apart in the heads: timbre is where, not only what.
LAST_BANDS = 4


class Squeeze(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, width: int):
        super().__init__()
        middle = max(8, (width // 4 + 4) // 8 * 8)
        self.reduce, self.expand = nn.Conv2d(width, middle, 1), nn.Conv2d(middle, width, 1)

    def forward(self, x):
        weight = x.mean(dim=(2, 3), keepdim=True)
        return x * F.hardsigmoid(self.expand(F.relu(self.reduce(weight))))


def convolution(source: int, width: int, kernel, stride, groups: int, activation) -> nn.Sequential:
    """Convolution, batch normalisation, activation (None: linear); kernel and stride may differ by axis."""
    padding = tuple(k // 2 for k in kernel) if isinstance(kernel, tuple) else kernel // 2
    layers = [
        nn.Conv2d(source, width, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(width, eps=1e-3, momentum=0.02),
    ]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class Block(nn.Module):
    """Inverted residual."""

    def __init__(self, source, kernel, middle, width, squeeze, swish, stride):
        super().__init__()
        activation = nn.Hardswish if swish else nn.ReLU
        layers = [] if middle == source else [convolution(source, middle, 1, 1, 1, activation)]
        layers.append(convolution(middle, middle, kernel, stride, middle, activation))
        if squeeze:
            layers.append(Squeeze(middle))
        layers.append(convolution(middle, width, 1, 1, 1, None))
        self.layers, self.residual = nn.Sequential(*layers), stride == 1 and source == width

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.residual else y


class Student(nn.Module):
    """`mel` [n, 1, bands, frames] in dB -> embedding [n, 128], tag logits [n, 50], affect logits [n, 7]."""

    def __init__(self):
        super().__init__()
        layers, source = [convolution(1, 16, (5, 7), (2, 4), 1, nn.Hardswish)], 16
        for kernel, middle, width, squeeze, swish, stride in STAGES:
            layers.append(Block(source, kernel, middle, width, squeeze, swish, stride))
            source = width
        layers += [convolution(source, 576, 1, 1, 1, nn.Hardswish), convolution(576, 192, 1, 1, 1, nn.Hardswish)]
        self.trunk = nn.Sequential(*layers)
        self.hidden = nn.Sequential(nn.Linear(2 * 192 * LAST_BANDS, 512), nn.Hardswish(), nn.Dropout(0.1))
        self.embedding = nn.Linear(512, EMBEDDING)
        self.tags = nn.Linear(512, TAGS)
        self.affect = nn.Linear(512, AFFECT)

    @staticmethod
    def normalise(mel):
        """Level taken out, range limited."""
        power = torch.exp(mel * (2.302585093 / 10.0)).mean(dim=(1, 2, 3), keepdim=True)
        level = torch.log(power + 1e-12) * (10.0 / 2.302585093)
        relative = mel - torch.clamp(level, min=QUIETEST_DB)
        return (torch.clamp(relative, BELOW_DB, ABOVE_DB) - CENTRE_DB) / SPREAD_DB

    def hear(self, mel):
        """What all heads read, [n, 512]."""
        features = self.trunk(self.normalise(mel))
        bands = features.flatten(1, 2)
        pooled = torch.cat([bands.mean(dim=2), bands.amax(dim=2)], dim=1)
        return self.hidden(pooled)

    def forward(self, mel):
        return self.answer(self.hear(mel))

    def answer(self, hidden):
        """Embedding, tags and affect of hidden values [n, 512]."""
        return self.embedding(hidden), self.tags(hidden), self.affect(hidden)
