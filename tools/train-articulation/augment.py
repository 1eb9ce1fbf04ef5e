"""Batches of training sequences, varied on their mel power, and the streaming level normaliser."""

import json
import os

import numpy as np

POWER_FLOOR = 1e-9
SEQUENCE_FRAMES = 400
# Level normaliser; the same numbers are in packages/media/src/visemes/level-normaliser.ts.
FIRST_PEAK = -13.0
PEAK_FALL = 0.004
FIRST_FLOOR = -16.0
FLOOR_RISE = 0.01
SPEECH_RANGE = 4.0
SPEECH_LEVEL = -17.0
SHAPE_PRIOR_FRAMES = 30
SHAPE_MEMORY_FRAMES = 300
BAND_SCALE, LOWEST_BAND = 0.4, -8.0
PEAK_SCALE, FLOOR_SCALE = 0.3, 0.2
# Share of each engine in a batch: natural timbres first.
ENGINE_SHARES = {"flite": 0.15, "festival": 0.17, "espeak": 0.16, "pico": 0.28, "mbrola": 0.24}


class Corpus:
    def __init__(self, folder: str) -> None:
        with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
            self.index = json.load(file)
        self.bands = self.index["bands"]
        self.channels = self.index["channels"]
        self.classes = self.index["classes"]
        self.mel = np.fromfile(os.path.join(folder, "mel.i16"), np.int16).reshape(-1, self.bands)
        self.targets = np.fromfile(os.path.join(folder, "targets.u8"), np.uint8).reshape(-1, len(self.channels))
        self.labels = np.fromfile(os.path.join(folder, "classes.u8"), np.uint8)
        self.utterances = self.index["utterances"]

    def power(self, utterance: dict) -> np.ndarray:
        first, count = utterance["first"], utterance["count"]
        return np.exp(self.mel[first : first + count].astype(np.float32) / 1000)

    def truth(self, utterance: dict) -> tuple[np.ndarray, np.ndarray]:
        first, count = utterance["first"], utterance["count"]
        return self.targets[first : first + count].astype(np.float32) / 255, self.labels[first : first + count].astype(np.int64)

    def mean_shape(self) -> np.ndarray:
        """Mean of ln power less the sentence's peak level, over the loud frames of the training voices."""
        total, count = np.zeros(self.bands), 0
        for utterance in [u for u in self.utterances if u["split"] == "train"][::7]:
            first = utterance["first"]
            log_power = self.mel[first : first + utterance["count"]].astype(np.float32) / 1000
            level = log_power.mean(1)
            loud = log_power[level > level.max() - SPEECH_RANGE] - level.max()
            total += loud.sum(0)
            count += len(loud)
        return (total / count).astype(np.float32)


def normalise(log_power: np.ndarray, mean_shape: np.ndarray) -> np.ndarray:
    """(batch, frames, bands) ln power -> (batch, frames, bands + 2) network input, frame by frame as a stream."""
    batch, frames, bands = log_power.shape
    out = np.empty((batch, frames, bands + 2), np.float32)
    shape = np.repeat(mean_shape[None].astype(np.float32), batch, 0)
    heard = np.zeros(batch, np.float32)
    peak = np.full(batch, FIRST_PEAK, np.float32)
    floor = np.full(batch, FIRST_FLOOR, np.float32)
    levels = log_power.mean(2)
    for t in range(frames):
        frame, level = log_power[:, t], levels[:, t]
        peak = np.maximum(level, peak - PEAK_FALL)
        floor = np.minimum(level, floor + FLOOR_RISE)
        relative = frame - peak[:, None]
        speech = (level > peak - SPEECH_RANGE) & (level > SPEECH_LEVEL)
        rate = np.where(speech, 1 / np.minimum(SHAPE_MEMORY_FRAMES, SHAPE_PRIOR_FRAMES + heard), 0).astype(np.float32)
        heard += speech
        shape += rate[:, None] * (relative - shape)
        out[:, t, :bands] = np.maximum(relative - shape, LOWEST_BAND) * BAND_SCALE
        out[:, t, bands] = (level - peak) * PEAK_SCALE
        out[:, t, bands + 1] = (level - floor) * FLOOR_SCALE
    return out


class BatchMaker:
    def __init__(self, corpus: Corpus, mean_shape: np.ndarray, rng: np.random.Generator) -> None:
        self.corpus, self.mean_shape, self.rng = corpus, mean_shape, rng
        self.pools = {
            engine: [u for u in corpus.utterances if u["split"] == "train" and u["engine"] == engine] for engine in ENGINE_SHARES
        }
        self.engines = [engine for engine in ENGINE_SHARES if self.pools[engine]]
        shares = np.array([ENGINE_SHARES[engine] for engine in self.engines])
        self.shares = shares / shares.sum()

    def batch(self, size: int):
        """Features (size, frames, bands + 2), targets (size, frames, channels), labels (size, frames)."""
        corpus, rng = self.corpus, self.rng
        power = np.full((size, SEQUENCE_FRAMES, corpus.bands), POWER_FLOOR, np.float32)
        targets = np.zeros((size, SEQUENCE_FRAMES, len(corpus.channels)), np.float32)
        labels = np.zeros((size, SEQUENCE_FRAMES), np.int64)
        for row in range(size):
            self._fill(power[row], targets[row], labels[row])
        power = self._vary(power, targets, labels)
        features = normalise(np.log(power + POWER_FLOOR), self.mean_shape)
        for row in features:
            self._blank_bands(row)
        return features, targets, labels

    def _blank_bands(self, row: np.ndarray) -> None:
        """Lets up to two ranges of bands say nothing, so that no voice is known by a band alone (SpecAugment)."""
        for _ in range(int(self.rng.integers(0, 3))):
            width = int(self.rng.integers(1, 6))
            first = int(self.rng.integers(0, self.corpus.bands - width))
            row[:, first : first + width] = 0

    def _fill(self, power: np.ndarray, targets: np.ndarray, labels: np.ndarray) -> None:
        """Sentences of one engine after one another, with pauses, from the start of one or from its middle."""
        rng = self.rng
        pool = self.pools[self.engines[rng.choice(len(self.engines), p=self.shares)]]
        position = int(rng.integers(0, 80)) if rng.random() < 0.3 else 0
        from_middle = rng.random() < 0.25
        while position < SEQUENCE_FRAMES:
            utterance = pool[rng.integers(len(pool))]
            start = int(rng.integers(0, utterance["count"] // 2)) if from_middle else 0
            from_middle = False
            count = min(utterance["count"] - start, SEQUENCE_FRAMES - position)
            span = slice(position, position + count)
            source, (truth, names) = self.corpus.power(utterance), self.corpus.truth(utterance)
            power[span] = source[start : start + count] * 10 ** rng.uniform(-0.3, 0.3)
            targets[span], labels[span] = truth[start : start + count], names[start : start + count]
            position += count + int(rng.integers(0, 120) * (rng.random() < 0.5))

    def _vary(self, power: np.ndarray, targets: np.ndarray, labels: np.ndarray) -> np.ndarray:
        rng = self.rng
        size, frames, bands = power.shape
        place = np.linspace(0, 1, bands)
        speech_power = np.array([row[row.mean(1) > row.mean() * 0.1].mean() for row in power], np.float32)
        babble = sum(np.roll(power[rng.permutation(size)], int(rng.integers(frames)), axis=1) for _ in range(4))
        for row in range(size):
            if rng.random() < 0.6:  # length of the vocal tract
                source = np.clip((np.arange(bands) + 0.5) * rng.uniform(0.88, 1.13) - 0.5, 0, bands - 1)
                low = source.astype(int)
                share = (source - low).astype(np.float32)
                power[row] = power[row][:, low] * (1 - share) + power[row][:, np.minimum(low + 1, bands - 1)] * share
            depth = rng.uniform(0, 5)
            curve = rng.normal(size=3) * depth
            gain_db = curve[0] * (place - 0.5) * 2
            gain_db = gain_db + curve[1] * 0.7 * np.cos(np.pi * 2 * place + rng.uniform(0, 6))
            gain_db = gain_db + curve[2] * 0.4 * np.cos(np.pi * 4 * place + rng.uniform(0, 6))
            if rng.random() < 0.2:  # telephone
                gain_db[int(rng.integers(25, 30)) :] -= rng.uniform(20, 50)
            if rng.random() < 0.25:
                gain_db[: int(rng.integers(2, 6))] -= rng.uniform(10, 30)
            power[row] *= (10 ** (gain_db / 10)).astype(np.float32)
        self._reverberate(power)
        # A window holds more independent values in the wide upper bands, so noise flutters less there.
        freedom = 1 + 7 * place**1.5
        for row in range(size):
            kind = rng.random()
            if kind < 0.3:
                slope = 0.0
            elif kind < 0.55:
                slope = rng.uniform(0, 3)
            flutter = rng.gamma(freedom, 1 / freedom, (frames, bands))
            if kind < 0.55:
                noise = flutter * 10 ** (-place * slope)
            elif kind < 0.68:
                noise = babble[row].astype(np.float64)
            else:
                noise = None
            if rng.random() < 0.05:  # nobody speaks
                power[row] = 0
                targets[row], labels[row] = 0, 0
                noise = flutter * 10 ** (-place * rng.uniform(0, 3))
                power[row] = noise / noise.mean() * 10 ** rng.uniform(-9, -3)
            elif noise is not None:
                power[row] += noise / noise.mean() * speech_power[row] * 10 ** (-rng.uniform(3, 40) / 10)
            power[row] *= 10 ** rng.uniform(-2.0, 1.0)
        return power

    def _reverberate(self, power: np.ndarray) -> None:
        rng = self.rng
        size, frames, bands = power.shape
        wet = np.where(rng.random(size) < 0.4, 10 ** (rng.uniform(-18, -6, size) / 10), 0).astype(np.float32)[:, None]
        decay = (10 ** (-6 * 0.01 / rng.uniform(0.15, 0.6, size))).astype(np.float32)[:, None]
        tail = np.zeros((size, bands), np.float32)
        for t in range(frames):
            dry = power[:, t].copy()
            power[:, t] += wet * tail
            tail = tail * decay + dry
