"""musicnn 0.1.0, MSD_musicnn (Pons and Serra, 2019; ISC): 50 music tags and pooled features.

The weights lie in a TensorFlow checkpoint whose names follow the order of creation.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..frontend import filter_bank, frames_of, slaney_hertz, slaney_mel
from . import tf_checkpoint

RATE, WINDOW, HOP, BANDS = 16_000, 512, 256, 96
FILE = "musicnn.onnx"
#: TensorFlow's default for batch normalisation.
_EPSILON = 1e-3


def convert(package: Path, target: Path) -> None:
    """Write `mel` [n, t, 96] -> `tags` [n, 50], `mean_pool` and `max_pool` [n, 753]."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    folder = package / "musicnn/MSD_musicnn"
    weights = tf_checkpoint.load(folder / ".index", folder / ".data-00000-of-00001")
    tensor = lambda name: nn.Parameter(torch.from_numpy(weights[name]), requires_grad=False)  # noqa: E731

    def suffix(stem: str, number: int) -> str:
        return stem if number == 0 else f"{stem}_{number}"

    class Norm(nn.Module):
        """Batch normalisation over the last axis, folded to one product and one sum."""

        def __init__(self, number: int):
            super().__init__()
            name = suffix("batch_normalization", number)
            gain = weights[f"{name}/gamma"] / np.sqrt(weights[f"{name}/moving_variance"] + _EPSILON)
            self.gain = nn.Parameter(torch.from_numpy(gain), requires_grad=False)
            bias = weights[f"{name}/beta"] - weights[f"{name}/moving_mean"] * gain
            self.bias = nn.Parameter(torch.from_numpy(bias), requires_grad=False)

        def forward(self, x):
            return x * self.gain + self.bias

    class Convolution(nn.Module):
        """Convolution over [n, time, frequency, channel] with TensorFlow's weight layout, then ReLU and normalisation."""

        def __init__(self, number: int, norm: int, pad: tuple[int, int]):
            super().__init__()
            name = suffix("conv2d", number)
            kernel = torch.from_numpy(weights[f"{name}/kernel"]).permute(3, 2, 0, 1).contiguous()
            self.kernel, self.bias = nn.Parameter(kernel, requires_grad=False), tensor(f"{name}/bias")
            self.norm, self.pad = Norm(norm), pad

        def forward(self, x):
            x = F.pad(x.permute(0, 3, 1, 2), (0, 0, *self.pad))
            return self.norm(torch.relu(F.conv2d(x, self.kernel, self.bias)).permute(0, 2, 3, 1))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.input = Norm(0)
            self.timbral = nn.ModuleList(Convolution(i, i + 1, (3, 3)) for i in (0, 1))
            # TensorFlow's "same" pads one sample less in front of an even kernel.
            self.temporal = nn.ModuleList(
                Convolution(i, i + 1, (length // 2 - 1, length // 2)) for i, length in ((2, 128), (3, 64), (4, 32))
            )
            self.middle = nn.ModuleList(Convolution(i, i + 1, (3, 3)) for i in (5, 6, 7))
            self.flat, self.penultimate = Norm(9), Norm(10)
            self.dense, self.dense_bias = tensor("dense/kernel"), tensor("dense/bias")
            self.out, self.out_bias = tensor("dense_1/kernel"), tensor("dense_1/bias")

        def forward(self, mel):
            x = self.input(mel.unsqueeze(3))
            front = torch.cat([c(x).amax(dim=2) for c in [*self.timbral, *self.temporal]], dim=2)
            features, total = [front], None
            for convolution in self.middle:
                y = convolution(front.unsqueeze(3) if total is None else total.unsqueeze(3)).squeeze(2)
                total = y if total is None else y + total
                features.append(total)
            stack = torch.cat(features, dim=2)
            highest, mean = stack.amax(dim=1), stack.mean(dim=1)
            # Stacked on the last axis before flattening: maxima and means interleave.
            flat = self.flat(torch.stack([highest, mean], dim=2).flatten(1))
            hidden = self.penultimate(torch.relu(flat @ self.dense + self.dense_bias))
            return torch.sigmoid(hidden @ self.out + self.out_bias), mean, highest

    names = ["tags", "mean_pool", "max_pool"]
    torch.onnx.export(
        Net().eval(), torch.zeros(2, 187, BANDS), str(target), opset_version=13, input_names=["mel"], output_names=names,
        dynamic_axes={"mel": {0: "n", 1: "t"}, **{name: {0: "n"} for name in names}},
    )  # fmt: skip


def _bank() -> np.ndarray:
    """librosa's default bank: Slaney scale and Slaney (area) normalisation."""
    bank = filter_bank(RATE, WINDOW, BANDS, 0.0, RATE / 2)
    edges = slaney_hertz(np.linspace(slaney_mel(0.0), slaney_mel(RATE / 2), BANDS + 2))
    return bank * (2.0 / (edges[2:] - edges[:-2]))[:, None]


_BANK = _bank().astype(np.float32)
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def mel(audio: np.ndarray) -> np.ndarray:
    """Input [t, 96] of mono samples at 16 kHz (centred frames, zero padding, as librosa does)."""
    audio = np.pad(audio.astype(np.float32), WINDOW // 2)
    spectrum = np.fft.rfft(frames_of(audio, WINDOW, HOP) * _WINDOW)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ _BANK.T
    return np.log10(1e4 * power + 1.0).astype(np.float32)
