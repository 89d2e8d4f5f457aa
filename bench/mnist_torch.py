# bench/mnist_torch.py - how long PyTorch takes from the files of MNIST to 98 % of the test
# images; the last line is as bench/mnist_gradus.c writes it
#
# Usage: mnist_torch.py FOLDER SEED THREADS
# SPDX-License-Identifier: MIT
import torch
from torch.nn import functional

import mnist


def make_model():
    parts = []
    for inputs, outputs in zip(mnist.WIDTH, mnist.WIDTH[1:]):
        layer = torch.nn.Linear(inputs, outputs)
        torch.nn.init.kaiming_normal_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        parts += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


torch.set_num_threads(mnist.THREADS)
torch.manual_seed(mnist.SEED)
x, y, test_x, test_y = (
    torch.from_numpy(array if array.dtype == "f4" else array.astype("i8"))
    for name in ("train", "t10k") for array in mnist.read_set(name))
model = make_model()
optimizer = torch.optim.Adam(model.parameters(), lr=mnist.RATE, fused=True)
steps = mnist.EPOCHS * -(-len(x) // mnist.BATCH)
schedule = iter([mnist.rate(step, steps) for step in range(steps)])


def epoch():
    for rows in torch.randperm(len(x)).split(mnist.BATCH):
        optimizer.param_groups[0]["lr"] = next(schedule)
        loss = functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    with torch.inference_mode():
        right = sum((model(part_x).argmax(1) == part_y).sum().item()
                    for part_x, part_y in zip(test_x.split(1024), test_y.split(1024)))
    return right / len(test_x)


mnist.train(epoch)
