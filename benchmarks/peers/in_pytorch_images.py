"""An autoencoder of images trained by PyTorch, as a tutorial has it and as one writes it who wants it fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.peers.jobs import Done, Job, Unit
from benchmarks.peers.tables import images, pixels

RATE, MOMENTUM, DROPOUT = 0.95, 0.95, 0.1


def network(job: Job) -> Any:
    """Return the network, initialised by PyTorch's defaults."""
    return nn.Sequential(
        nn.Linear(784, job.hidden), nn.Sigmoid(), nn.Dropout(DROPOUT), nn.Linear(job.hidden, 784), nn.Sigmoid()
    )


def minibatches(rows: Any, size: int) -> Iterator[Any]:
    """Give minibatches without end, every epoch in another order."""
    while True:
        order = torch.randperm(len(rows))
        for at in range(0, len(rows), size):
            yield rows[order[at : at + size]]


def descent(job: Job, batches: Iterator[Any], optimiser: Any, loss_of: Callable[[Any], Any]) -> Unit:
    """Return a unit that takes a step down the loss of each of the job's next minibatches."""

    def unit() -> Done:
        seen = 0
        for _ in range(job.steps):
            batch = next(batches)
            loss = loss_of(batch)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            seen += len(batch)
        return Done(job.steps, seen)

    return unit


class ToTensor:
    """torchvision's transform of an image, by its operations; torchvision itself does not go with every PyTorch."""

    def __call__(self, picture: Any) -> Any:
        """Return an image (1, 28, 28) of float32 in 0 to 1."""
        if not isinstance(picture, Image.Image):
            raise TypeError(f"an image is needed, not {type(picture)}")
        values = torch.from_numpy(np.array(picture, {"L": np.uint8}.get(picture.mode, np.uint8), copy=True))
        values = values.view(picture.size[1], picture.size[0], len(picture.getbands()))
        values = values.permute((2, 0, 1)).contiguous()
        return values.to(dtype=torch.get_default_dtype()).div(255)


class Pictures(Dataset[Any]):  # type: ignore[misc, unused-ignore]
    """Images with labels that are converted one at a time when they are asked for, as torchvision's MNIST does it."""

    def __init__(self, values: NDArray[np.uint8], transform: Any) -> None:
        self.data, self.transform = torch.from_numpy(values.reshape(-1, 28, 28)), transform
        self.targets = torch.zeros(len(values), dtype=torch.int64)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        """Return one image as a tensor, by way of Pillow, and its label."""
        picture, target = self.data[index], int(self.targets[index])
        return self.transform(Image.fromarray(picture.numpy())), target


def dataloader(job: Job) -> Unit:
    """Train by a tutorial's loop: a Dataset with a transform, a shuffling DataLoader, the optimiser's defaults."""
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    model, loss_of = network(job), nn.MSELoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    loader = DataLoader(Pictures(pixels(job), ToTensor()), batch_size=job.batch, shuffle=True)
    return descent(job, _without_end(loader), optimiser, lambda batch: loss_of(model(batch), batch))


def _without_end(loader: Any) -> Iterator[Any]:
    while True:
        for pictures, _ in loader:
            yield pictures.view(len(pictures), -1)


def tuned(job: Job) -> Unit:
    """Train with all rows in memory as floats, a permutation for an index and the fused optimiser."""
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    model = network(job).train()
    optimiser = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM, fused=True)
    batches = minibatches(torch.from_numpy(images(job)), job.batch)
    return descent(job, batches, optimiser, lambda batch: nn.functional.mse_loss(model(batch), batch))
