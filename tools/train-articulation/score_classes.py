"""Scores the phone classes of a trained network by groups that look alike on the lips.

Usage: python3 score_classes.py FEATURE_FOLDER CHECKPOINT [FOLDER:SPLIT …]
The feature folder is the one trained on (it gives the mean spectral shape); the others are scored. Prints Markdown.
"""

import sys

import numpy as np
import torch

from augment import Corpus, normalise
from train import Network

GROUPS = {
    "pause": "pau", "p b m": "p b m", "f v": "f v", "th dh": "th dh", "t d n l": "t d n l dx", "s z": "s z",
    "sh zh ch jh": "sh zh ch jh", "k g ng hh": "k g ng hh q", "r er": "r er", "w": "w", "y": "y", "aa ah ay aw": "aa ah ay aw",
    "ae eh ey": "ae eh ey", "ih iy ax": "ih iy ax", "ao oh ow oy": "ao oh ow oy", "uh uw": "uh uw",
}


def main() -> None:
    trained = Corpus(sys.argv[1])
    mean_shape = trained.mean_shape()
    network = Network(trained.bands, len(trained.channels), len(trained.classes))
    network.load_state_dict(torch.load(sys.argv[2]))
    network.eval()
    group_of = np.array([next(i for i, names in enumerate(GROUPS.values()) if name in names.split()) for name in trained.classes])
    print("| Set | right | " + " | ".join(GROUPS) + " |")
    print("|" + " --- |" * (len(GROUPS) + 2))
    for argument in sys.argv[3:]:
        folder, split = argument.split(":")
        corpus = Corpus(folder)
        said, heard = [], []
        with torch.no_grad():
            for utterance in [u for u in corpus.utterances if u["split"] == split]:
                features = normalise(np.log(corpus.power(utterance))[None], mean_shape)
                features = np.pad(features, ((0, 0), (0, features.shape[1] % 2), (0, 0)))
                _, phone = network(torch.from_numpy(features))
                labels = corpus.truth(utterance)[1]
                said.append(group_of[labels])
                heard.append(group_of[phone[0, : len(labels)].argmax(1).numpy()])
        truth, guess = np.concatenate(said), np.concatenate(heard)
        cells = []
        for group in range(len(GROUPS)):
            both = ((truth == group) & (guess == group)).sum()
            cells.append(f"{2 * both / max(1, (truth == group).sum() + (guess == group).sum()):.2f}")
        print(f"| {split} | {(truth == guess).mean():.2f} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
