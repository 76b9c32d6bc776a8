"""What the picture network sees: EfficientNet-Lite0's features at every depth, and plain colour.

Four blocks side by side: pooled features, ImageNet logits, *style* (mean and spread of each
channel of seven feature maps from the stem to the last stage but one, the statistics that
style transfer matches; Gatys et al. 2016, Huang & Belongie 2017) and colour (soft histograms
of lightness, red-green, yellow-blue and saturation, and their means).
"""

from __future__ import annotations

from pathlib import Path

from .teachers import lite0

FILE = "looking.onnx"
#: Feature maps whose statistics are taken: the stem and the last block of these stages.
STATISTICS_AFTER = (0, 2, 4, 7, 10, 14)
CHANNELS = 32 + 16 + 24 + 40 + 80 + 112 + 192
HISTOGRAM_BINS = 8
#: Length of each block, in order.
BLOCKS = {"features": lite0.FEATURES, "logits": lite0.LOGITS, "style": 2 * CHANNELS, "colour": 4 * (HISTOGRAM_BINS + 1)}


def build(package: Path):
    """Module: pictures [n, 3, 224, 224] as the manifest prepares them -> all blocks joined, [n, 3308]."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    def statistics(x):
        mean = x.mean(dim=(2, 3))
        spread = (x - mean[:, :, None, None]).square().mean(dim=(2, 3)).sqrt()
        return [mean, torch.log(spread + 1e-3)]

    def colour(x):
        red, green, blue = x[:, 0], x[:, 1], x[:, 2]
        highest, lowest = x.amax(dim=1), x.amin(dim=1)
        # Each within about -1..1.
        planes = [(red + green + blue) / 3.0, (red - green) / 2.0, (red + green) / 4.0 - blue / 2.0, highest - lowest - 1.0]
        found = []
        for plane in planes:
            found.append(plane.mean(dim=(1, 2))[:, None])
            position = (plane + 1.0) * ((HISTOGRAM_BINS - 1) / 2.0)
            for centre in range(HISTOGRAM_BINS):
                found.append(F.relu(1.0 - (position - float(centre)).abs()).mean(dim=(1, 2))[:, None])
        return found

    class Looking(nn.Module):
        def __init__(self):
            super().__init__()
            self.trunk = lite0.build(package)

        def forward(self, picture):
            trunk = self.trunk
            x = F.relu6(trunk._bn0(trunk._conv_stem(picture)))
            style = statistics(x)
            for index, block in enumerate(trunk._blocks):
                x = block(x)
                if index in STATISTICS_AFTER:
                    style += statistics(x)
            features = F.relu6(trunk._bn1(trunk._conv_head(x))).mean(dim=(2, 3))
            return torch.cat([features, trunk._fc(features), *style, *colour(picture)], dim=1)

    return Looking().eval()


def convert(package: Path, target: Path) -> None:
    """Write the module as ONNX: `picture` -> `seen`."""
    import torch

    torch.onnx.export(
        build(package), torch.zeros(2, 3, 224, 224), str(target), opset_version=14, input_names=["picture"],
        output_names=["seen"], dynamic_axes={"picture": {0: "n"}, "seen": {0: "n"}},
    )  # fmt: skip
