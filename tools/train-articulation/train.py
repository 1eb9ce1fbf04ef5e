"""Trains the articulation network and writes its weights for the program.

Usage: python3 train.py FEATURE_FOLDER WEIGHTS_FILE [--minutes 25] [--checkpoint FILE]
"""

import argparse
import json
import multiprocessing
import struct
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from augment import POWER_FLOOR, BatchMaker, Corpus, normalise

SEED = 5
BATCH = 48
HIDDEN = 128
# Frames before and after a pair of frames that the first layer sees, and steps (20 ms) around for the other two.
FIRST_BEFORE, FIRST_AFTER = 0, 6
FRAMES_PER_STEP = 2
CHANNEL_WEIGHTS = {"jaw": 6.0, "wide": 4.0, "round": 4.0, "tongue": 1.0, "sibilant": 2.0}
# Places of channels in the order of ARTICULATION_CHANNELS, and the phones that make their gestures.
CLOSURE, LABIODENTAL = 3, 4
BILABIALS, LABIODENTALS = ("p", "b", "m"), ("f", "v")
# What is taken for a gesture of the lips most often.
CONFUSABLE = ("dh", "d", "t", "k", "g", "n", "w", "v", "f", "b")


class Network(nn.Module):
    """Two frames a step: convolution over 7 frames, two residual convolutions over 3 steps, a GRU, a linear read-out."""

    def __init__(self, bands: int, channels: int, classes: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.channels, self.classes = channels, classes
        self.first = nn.Conv1d(bands + 2, hidden, FIRST_BEFORE + 1 + FIRST_AFTER, stride=FRAMES_PER_STEP)
        self.second = nn.Conv1d(hidden, hidden, 3, padding=1)
        self.third = nn.Conv1d(hidden, hidden, 3, padding=1)
        self.memory = nn.GRU(hidden, hidden, batch_first=True)
        self.shape = nn.Linear(2 * hidden, FRAMES_PER_STEP * channels)
        self.phone = nn.Linear(2 * hidden, FRAMES_PER_STEP * classes)

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(batch, even number of frames, bands + 2) -> shape and phone logits (batch, frames, …)."""
        batch, frames, _ = features.shape
        x = functional.pad(features.transpose(1, 2), (FIRST_BEFORE, FIRST_AFTER))
        x = torch.relu(self.first(x))
        x = torch.relu(self.second(x)) + x
        x = torch.relu(self.third(x)) + x
        x = x.transpose(1, 2)
        remembered, _ = self.memory(x)
        x = torch.cat([x, remembered], 2)
        x = functional.dropout(x, 0.1, self.training)
        return self.shape(x).reshape(batch, -1, self.channels), self.phone(x).reshape(batch, -1, self.classes)


def gesture_loss(phone_logits: torch.Tensor, labels: torch.Tensor, classes: list[str], names: tuple[str, ...]) -> torch.Tensor:
    """Loss of telling these phones from all others: by frame, less at the edges, more for what is mistaken for them, and
    by gesture: the best frame within +-40 ms inside each must be sure of it."""
    inside = torch.zeros(len(classes), dtype=torch.bool)
    inside[[classes.index(name) for name in names]] = True
    logits = torch.logsumexp(phone_logits[..., inside], -1) - torch.logsumexp(phone_logits[..., ~inside], -1)
    target = inside[labels].float()
    weights = torch.ones_like(target)
    for name in CONFUSABLE:
        weights[labels == classes.index(name)] = 2.0
    weights[target > 0] = 2.0
    edges = functional.max_pool1d((target[:, 1:] != target[:, :-1]).float()[:, None], 3, 1, 1)[:, 0]
    weights[:, 1:] = torch.where(edges > 0, torch.full_like(edges, 0.5), weights[:, 1:])
    by_frame = (functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * weights).mean()
    held = target > 0
    best = functional.max_pool1d(torch.where(held, logits, torch.full_like(logits, -20.0))[:, None], 9, 1, 4)[:, 0]
    by_gesture = functional.softplus(-best[held]).sum() / max(1, int(held.sum()))
    return by_frame + 0.03 * by_gesture


def loss_of(shape_logits, phone_logits, targets, labels, channels, classes):
    phone = functional.cross_entropy(phone_logits.reshape(-1, phone_logits.shape[-1]), labels.reshape(-1), label_smoothing=0.05)
    total = phone
    squared = (torch.sigmoid(shape_logits) - targets) ** 2
    for index, channel in enumerate(channels):
        if channel in CHANNEL_WEIGHTS:
            total = total + CHANNEL_WEIGHTS[channel] * squared[..., index].mean()
    total = total + 3.0 * gesture_loss(phone_logits, labels, classes, BILABIALS)
    total = total + 1.0 * gesture_loss(phone_logits, labels, classes, LABIODENTALS)
    return total, phone


def run_lengths(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def closure_scores(predicted: np.ndarray, target: np.ndarray, threshold: float) -> tuple[int, int, int, int]:
    """Gestures found, gestures, detections justified, detections; 40 ms of slack."""
    found = runs = right = made = 0
    for a, b in run_lengths(target > 0.9):
        runs += 1
        found += bool((predicted[max(0, a - 2) : b + 2] > threshold).any())
    for a, b in run_lengths(predicted > threshold):
        made += 1
        right += bool((target[max(0, a - 4) : b + 4] > 0.9).any())
    return found, runs, right, made


def validate(network: Network, corpus: Corpus, mean_shape: np.ndarray, split: str, limit: int = 120) -> str:
    network.eval()
    chosen = [u for u in corpus.utterances if u["split"] == split][:limit]
    predictions, truths, hits, frames = [], [], 0, 0
    with torch.no_grad():
        for utterance in chosen:
            features = normalise(np.log(corpus.power(utterance))[None], mean_shape)
            if features.shape[1] % 2:
                features = np.concatenate([features, features[:, -1:]], 1)
            shape, phone = network(torch.from_numpy(features))
            targets, labels = corpus.truth(utterance)
            predictions.append(beliefs(shape, phone, corpus.classes)[0, : len(targets), : targets.shape[1]].numpy())
            truths.append(targets)
            hits += int((phone[0, : len(labels)].argmax(1).numpy() == labels).sum())
            frames += len(labels)
    network.train()
    predicted, truth = np.concatenate(predictions), np.concatenate(truths)
    correlations = [np.corrcoef(predicted[:, i], truth[:, i])[0, 1] for i in range(predicted.shape[1])]
    words = " ".join(f"{name[:5]} {value:.2f}" for name, value in zip(corpus.channels, correlations))
    counts = []
    for threshold in (0.35, 0.5, 0.65):
        found, runs, right, made = closure_scores(predicted[:, CLOSURE], truth[:, CLOSURE], threshold)
        counts.append(f"{found / runs:.2f}/{right / max(1, made):.2f}")
    return f"{split}: phone {hits / frames:.3f} {words} closures {' '.join(counts)}"


def quantise(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 values and one float32 scale a row."""
    rows = weight.reshape(weight.shape[0], -1)
    scale = np.maximum(np.abs(rows).max(1), 1e-8) / 127
    return np.clip(np.round(rows / scale[:, None]), -127, 127).astype(np.int8), scale.astype(np.float32)


def export(network: Network, mean_shape: np.ndarray, classes: list[str], path: str) -> None:
    """A JSON header (4-byte little-endian length first) that names the arrays, then the arrays, 4-byte aligned."""
    arrays: list[tuple[str, str, list[int], bytes]] = [("meanShape", "float32", list(mean_shape.shape), mean_shape.tobytes())]

    def matrix(name: str, weight: torch.Tensor, bias: torch.Tensor) -> None:
        values, scale = quantise(weight.detach().numpy())
        arrays.append((f"{name}.weight", "int8", list(values.shape), values.tobytes()))
        arrays.append((f"{name}.scale", "float32", list(scale.shape), scale.tobytes()))
        arrays.append((f"{name}.bias", "float32", list(bias.shape), bias.detach().numpy().astype(np.float32).tobytes()))

    for name in ("first", "second", "third"):
        layer = getattr(network, name)
        # Rows run over time first, then channels: the order in which frames lie in memory.
        matrix(name, layer.weight.permute(0, 2, 1).contiguous(), layer.bias)
    matrix("memoryInput", network.memory.weight_ih_l0, network.memory.bias_ih_l0)
    matrix("memoryState", network.memory.weight_hh_l0, network.memory.bias_hh_l0)
    matrix("shape", network.shape.weight, network.shape.bias)
    matrix("phone", network.phone.weight, network.phone.bias)
    header, offset = {"hidden": network.memory.hidden_size, "classes": classes, "arrays": []}, 0
    for name, kind, dimensions, data in arrays:
        header["arrays"].append({"name": name, "type": kind, "dimensions": dimensions, "offset": offset})
        offset += -(-len(data) // 4) * 4
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    with open(path, "wb") as file:
        file.write(struct.pack("<I", len(text)) + text)
        for _, _, _, data in arrays:
            file.write(data + b"\0" * (-len(data) % 4))


def load(network: Network, path: str) -> None:
    """Reads a checkpoint, or rounded weights as `export` writes them."""
    if not path.endswith(".weights"):
        network.load_state_dict(torch.load(path))
        return
    with open(path, "rb") as file:
        data = file.read()
    header_end = 4 + struct.unpack("<I", data[:4])[0]
    arrays = {}
    for array in json.loads(data[4:header_end])["arrays"]:
        kind = np.dtype(array["type"])
        start, count = header_end + array["offset"], int(np.prod(array["dimensions"]))
        arrays[array["name"]] = np.frombuffer(data, kind, count, start).reshape(array["dimensions"])

    def fill(name: str, weight: torch.Tensor, bias: torch.Tensor) -> None:
        rows = arrays[f"{name}.weight"].astype(np.float32).reshape(len(bias), -1) * arrays[f"{name}.scale"][:, None]
        if weight.dim() == 3:
            rows = rows.reshape(weight.shape[0], weight.shape[2], weight.shape[1]).transpose(0, 2, 1)
        weight.copy_(torch.from_numpy(rows.copy()))
        bias.copy_(torch.from_numpy(arrays[f"{name}.bias"].copy()))

    with torch.no_grad():
        for name in ("first", "second", "third", "shape", "phone"):
            layer = getattr(network, name)
            fill(name, layer.weight, layer.bias)
        fill("memoryInput", network.memory.weight_ih_l0, network.memory.bias_ih_l0)
        fill("memoryState", network.memory.weight_hh_l0, network.memory.bias_hh_l0)


def reference_power(frames: int, bands: int) -> np.ndarray:
    """Mel power by a formula, for comparing the program's arithmetic with this one's."""
    t, band = np.arange(frames)[:, None], np.arange(bands)[None]
    return np.exp(-8 + 3 * np.sin(0.13 * t + 0.31 * band) + 2 * np.sin(0.7 * t) - 0.1 * band).astype(np.float32)


def beliefs(shape_logits: torch.Tensor, phone_logits: torch.Tensor, classes: list[str]) -> torch.Tensor:
    """Channels, with the lips' gestures from the phones, and the probability of a pause; (…, frames, channels + 1)."""
    phones = torch.softmax(phone_logits, -1)
    channels = torch.sigmoid(shape_logits).clone()
    for channel, names in ((CLOSURE, BILABIALS), (LABIODENTAL, LABIODENTALS)):
        channels[..., channel] = phones[..., [classes.index(name) for name in names]].sum(-1)
    return torch.cat([channels, phones[..., classes.index("pau")][..., None]], -1)


def write_reference(network: Network, mean_shape: np.ndarray, classes: list[str], path: str, frames: int = 60) -> None:
    """What the network with rounded weights believes of `reference_power`, a row a frame."""
    network.eval()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.dim() > 1:
                values, scale = quantise(parameter.numpy() if parameter.dim() == 2 else parameter.permute(0, 2, 1).contiguous().numpy())
                rounded = (values * scale[:, None]).astype(np.float32)
                if parameter.dim() == 3:
                    rounded = rounded.reshape(parameter.shape[0], parameter.shape[2], parameter.shape[1]).transpose(0, 2, 1)
                parameter.copy_(torch.from_numpy(rounded.copy()))
        features = normalise(np.log(reference_power(frames, mean_shape.size) + POWER_FLOOR)[None], mean_shape)
        rows_of_beliefs = beliefs(*network(torch.from_numpy(features)), classes)[0]
    rows = [[round(float(value), 5) for value in row] for row in rows_of_beliefs]
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(rows).replace("], [", "],\n[") + "\n")


def keep_making(maker: BatchMaker, batches: multiprocessing.Queue) -> None:
    while True:
        batches.put(maker.batch(BATCH))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("features")
    parser.add_argument("weights")
    parser.add_argument("--resume", help="checkpoint or weights to start from")
    parser.add_argument("--minutes", type=float, default=25, help="time to train for")
    parser.add_argument("--checkpoint", help="file to keep the unrounded weights in")
    parser.add_argument("--threads", type=int, default=1, help="beside the one that makes the batches")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    corpus = Corpus(options.features)
    mean_shape = corpus.mean_shape()
    maker = BatchMaker(corpus, mean_shape, np.random.default_rng(SEED + (options.resume is not None)))
    network = Network(corpus.bands, len(corpus.channels), len(corpus.classes))
    if options.resume:
        load(network, options.resume)
    print("parameters", sum(p.numel() for p in network.parameters()), flush=True)
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=1e-2)
    batches: multiprocessing.Queue = multiprocessing.Queue(4)
    multiprocessing.Process(target=keep_making, args=(maker, batches), daemon=True).start()
    started, step, reported, running = time.monotonic(), 0, 0.0, []
    while (elapsed := (time.monotonic() - started) / 60 / max(options.minutes, 1e-9)) < 1:
        warm = min(1.0, elapsed / 0.03)
        for group in optimiser.param_groups:
            group["lr"] = options.rate * warm * (0.5 + 0.5 * np.cos(np.pi * elapsed)) + 1e-6
        features, targets, labels = (torch.from_numpy(array) for array in batches.get())
        shape_logits, phone_logits = network(features)
        loss, phone = loss_of(shape_logits, phone_logits, targets, labels, corpus.channels, corpus.classes)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        running.append((loss.item(), phone.item()))
        step += 1
        if elapsed - reported > 0.1 or step == 50:
            reported = elapsed
            print(f"{elapsed * options.minutes:.1f} min, step {step}, loss {np.mean(running, 0).round(4)}", flush=True)
            running = []
            print("   " + validate(network, corpus, mean_shape, "test-flite", 40), flush=True)
            if options.checkpoint:
                torch.save(network.state_dict(), options.checkpoint)
            export(network, mean_shape, corpus.classes, options.weights)
    for split in ("test-espeak", "test-festival", "test-flite", "test-mbrola"):
        print(validate(network, corpus, mean_shape, split, 400))
    if options.checkpoint:
        torch.save(network.state_dict(), options.checkpoint)
    export(network, mean_shape, corpus.classes, options.weights)
    write_reference(network, mean_shape, corpus.classes, options.weights.replace(".weights", "") + ".reference.json")


if __name__ == "__main__":
    main()
