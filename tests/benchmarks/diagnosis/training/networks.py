"""Networks beyond those of the sample logs: recurrent, attending, autoencoding, embedding, and damaged ones.

A network that is its own teacher (autoencoder, diffusion, contrast, preference) returns the loss of every row or group,
which `data.own_loss` averages.
"""

# mypy: allow-subclassing-any
# torch is not installed where types are checked: its modules are of any type there.

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from tests.sample_training.networks import Network, mlp
from torch import Tensor, nn
from torch.nn import functional


class Recurrent(nn.Module):
    """A recurrent layer over symbols or numbers, and a linear layer on its last state."""

    def __init__(self, layer: nn.RNNBase, symbols: int, classes: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(symbols, layer.input_size) if symbols else nn.Identity()
        self.layer = layer
        self.out = nn.Linear(layer.hidden_size, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return one row of logits for each sequence."""
        states, _ = self.layer(self.embed(inputs))
        return self.out(states[:, -1])


def recurrent(layer: Callable[..., nn.RNNBase], width: int, hidden: int, classes: int, *, symbols: int = 0) -> Network:
    """Read sequences of embedded symbols, or of vectors of `width` where `symbols` is 0."""
    return lambda: Recurrent(layer(width, hidden, batch_first=True), symbols, classes)


def relu_rnn(width: int, hidden: int, *, batch_first: bool) -> nn.RNN:
    """A recurrent layer of ReLUs that starts as the identity (Le et al. 2015, arXiv:1504.00941)."""
    layer = nn.RNN(width, hidden, nonlinearity="relu", batch_first=batch_first)
    with torch.no_grad():
        layer.weight_hh_l0.copy_(torch.eye(hidden))
    return layer


class Transformer(nn.Module):
    """A causal transformer over characters."""

    def __init__(self, letters: int, context: int, block: nn.TransformerEncoderLayer, layers: int, width: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(letters, width)
        self.position = nn.Parameter(0.02 * torch.randn(context, width))
        self.blocks = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.out = nn.Linear(width, letters)
        self.mask = nn.Transformer.generate_square_subsequent_mask(context)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return logits of shape (rows, letters, positions), as cross-entropy wants them."""
        states: Tensor = self.blocks(self.embed(inputs) + self.position, mask=self.mask)
        return self.out(states).transpose(1, 2)


def transformer(
    letters: int, context: int, *, width: int = 32, layers: int = 1, norm_first: bool = True, dropout: float = 0.0
) -> Network:
    """Blocks of two heads, normalised before each sub-layer or, as in 2017, after it."""

    def make() -> nn.Module:
        block = nn.TransformerEncoderLayer(width, 2, 2 * width, dropout, batch_first=True, norm_first=norm_first)
        return Transformer(letters, context, block, layers, width)

    return make


class Embeddings(nn.Module):
    """Embed every column of ids in a table of its own and judge them together."""

    def __init__(self, sizes: tuple[int, ...], width: int, hidden: int) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, width) for size in sizes)
        self.out = mlp(len(sizes) * width, hidden, 1)()

    def forward(self, ids: Tensor) -> Tensor:
        """Return one logit for each row of ids."""
        found = [table(column) for table, column in zip(self.tables, ids.unbind(1), strict=True)]
        logit: Tensor = self.out(torch.cat(found, dim=1))
        return logit


class FactorModel(nn.Module):
    """The product of two embeddings and their biases."""

    def __init__(self, users: int, items: int, width: int) -> None:
        super().__init__()
        self.users, self.items = nn.Embedding(users, width + 1), nn.Embedding(items, width + 1)
        for table in (self.users, self.items):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, ids: Tensor) -> Tensor:
        """Return one logit for each pair of ids."""
        user, item = self.users(ids[:, 0]), self.items(ids[:, 1])
        product = (user[:, 1:] * item[:, 1:]).sum(1)
        return (product + user[:, 0] + item[:, 0]).unsqueeze(1)


def convolutions(side: int, classes: int, *channels: int, batch_norm: bool = False, dropout: float = 0.0) -> Network:
    """Convolutions with pooling over square images given as rows, and a linear layer."""

    def make() -> nn.Module:
        layers: list[nn.Module] = [nn.Unflatten(1, (1, side, side))]
        for before, after in pairwise((1, *channels)):
            layers += [nn.Conv2d(before, after, 3, padding=1)]
            layers += [nn.BatchNorm2d(after)] if batch_norm else []
            layers += [nn.ReLU(), nn.MaxPool2d(2)]
        last = channels[-1] * (side // 2 ** len(channels)) ** 2
        return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(dropout), nn.Linear(last, classes))

    return make


def without_bias(*sizes: int) -> Network:
    """Fully connected layers of ReLUs without biases: nothing comes of nothing."""

    def make() -> nn.Module:
        layers = [[nn.Linear(before, after, bias=False), nn.ReLU()] for before, after in pairwise(sizes)]
        return nn.Sequential(*[one for pair in layers for one in pair][:-1])

    return make


# Their own teachers.


class Autoencoder(nn.Module):
    """Squeeze rows through a few units and measure what is lost: the squared error of each row."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the error of each row."""
        return (self.decoder(self.encoder(inputs)) - inputs).square().sum(1)


def autoencoder(*sizes: int, bias: bool = True) -> Network:
    """Encode through these sizes and back, with ReLUs."""
    layers = mlp if bias else without_bias
    return lambda: Autoencoder(layers(*sizes)(), layers(*sizes[::-1])())


class Variational(nn.Module):
    """A variational autoencoder of pixels: the negative evidence bound of each row, in nats."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, shift: float) -> None:
        super().__init__()
        self.encoder, self.decoder, self.shift = encoder, decoder, shift

    def forward(self, inputs: Tensor) -> Tensor:
        """Return reconstruction plus divergence."""
        mean, log_variance = self.encoder(inputs).chunk(2, dim=1)
        code = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        pixels = (inputs + self.shift).clamp(0, 1)
        lost = functional.binary_cross_entropy_with_logits(self.decoder(code), pixels, reduction="none").sum(1)
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)
        return lost + divergence


def variational(pixels: int, hidden: int, code: int, *, shift: float = 0.305) -> Network:
    """One hidden layer each way; `shift` brings the inputs back to 0..1."""
    return lambda: Variational(mlp(pixels, hidden, 2 * code)(), mlp(code, hidden, pixels)(), shift)


class Denoiser(nn.Module):
    """Predict the noise that was mixed into rows at a random level: the loss of denoising diffusion, row by row."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.body = mlp(width + 1, hidden, hidden, width)()

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the error of each row; level and noise are drawn anew."""
        level = torch.rand(len(inputs), 1)
        noise = torch.randn_like(inputs)
        angle = 0.5 * math.pi * level
        mixed = angle.cos() * inputs + angle.sin() * noise
        return (self.body(torch.cat([mixed, level], 1)) - noise).square().mean(1)


class Contrast(nn.Module):
    """InfoNCE: tell which two noisy views belong together, within groups of rows."""

    def __init__(self, body: nn.Module, *, group: int, noise: float, temperature: float) -> None:
        super().__init__()
        self.body, self.group, self.noise, self.temperature = body, group, noise, temperature

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the loss of each full group, of rows where there is none."""
        views = [functional.normalize(self.body(inputs + self.noise * torch.randn_like(inputs)), dim=1) for _ in "ab"]
        losses = []
        for one, other in zip(views[0].split(self.group), views[1].split(self.group), strict=True):
            if len(one) == self.group or len(inputs) < self.group:
                losses.append(functional.cross_entropy(one @ other.T / self.temperature, torch.arange(len(one))))
        return torch.stack(losses)


class Preference(nn.Module):
    """Direct preference optimisation (arXiv:2305.18290): chosen and rejected answers against a frozen reference."""

    def __init__(self, body: nn.Module, reference: nn.Module, beta: float) -> None:
        super().__init__()
        self.body, self.reference, self.beta = body, reference, beta
        self.reference.load_state_dict(body.state_dict())
        for parameter in self.reference.parameters():
            parameter.requires_grad_(False)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the loss of each row: features of the prompt, then the chosen and the rejected answer's number."""
        prompt, answers = inputs[:, :-2], inputs[:, -2:].long()
        policy, frozen = (net(prompt).log_softmax(1).gather(1, answers) for net in (self.body, self.reference))
        gain = (policy - frozen) @ torch.tensor([1.0, -1.0])
        return -functional.logsigmoid(self.beta * gain)


def preference(features: int, hidden: int, answers: int, *, beta: float) -> Network:
    """A policy and its reference start alike: the loss begins at ln 2."""
    layers = mlp(features, hidden, answers)
    return lambda: Preference(layers(), layers(), beta)


# Damaged.


def scaled_weights(network: Network, factor: float) -> Network:
    """Start with all weights multiplied; 0 makes all of them, and the biases, zero."""

    def make() -> nn.Module:
        model = network()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() > 1 or factor == 0:
                    parameter.mul_(factor)
        return model

    return make


def dead_units(network: Network, bias: float = -50.0) -> Network:
    """Start the last hidden layer of ReLUs with a bias at which no input wakes them."""

    def make() -> nn.Module:
        model = network()
        layers = [one for one in model.modules() if isinstance(one, nn.Linear | nn.Conv2d) and one.bias is not None]
        with torch.no_grad():
            layers[-2].bias.fill_(bias)
        return model

    return make


class Half(nn.Module):
    """A network all in half precision."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body.half()

    def forward(self, inputs: Tensor) -> Tensor:
        """Return half-precision output."""
        output: Tensor = self.body(inputs.half())
        return output


def in_half(network: Network) -> Network:
    """Compute in half precision."""
    return lambda: Half(network())
