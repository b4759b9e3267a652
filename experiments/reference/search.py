#!/usr/bin/env python3
"""The tables behind docs/adr/0019: settings of a student, compared on the tasks of experiments/tasks.

A NumPy copy of the trainer's step, so that hundreds of runs are cheap: dense ReLU nets, T^2 KL in units of the logits,
Adam. What it finds is run through the product by `distill experiment defaults`.

    python3 experiments/reference/search.py [TABLE ...]      # default: all tables

Prints agreement with the teacher on the test part, one seed. A table takes one to ten minutes on two cores.
"""

import json
import sys

import numpy as np
import onnxruntime as ort
import yaml

from reference import HOME, TASKS, idx, rows

np.seterr(all="ignore")

DEFAULT = dict(
    features="auto",
    limit=10,
    temperature=1,  # in spreads of the teacher's logits
    unit=True,  # whether the output layer is trained in that spread
    narrow=32,  # width from which on it is trained in less
    first=0.1,  # first logits, in spreads
    batch=64,
    rate=0.003,
    decay=True,
    cap=1e-3,  # floor of probabilities that are exactly zero
)

TABLES = {
    "batch and rate": [
        {}, {"batch": 128}, {"batch": 32}, {"rate": 0.001}, {"rate": 0.006}, {"rate": 0.01}, {"decay": False},
    ],
    "temperature, in units of the spread": [{}, {"temperature": 0.5}, {"temperature": 2}, {"temperature": 5}],
    "first logits, in units of the spread": [{}, {"first": 0}, {"first": 1}],
    "the logits' own unit": [{}, {"unit": False, "narrow": np.inf}],
    "width": [{}, {"narrow": np.inf}, {"narrow": 100}, {"narrow": 10}],
    "features": [{}, {"features": "plain"}, {"features": "off"}, {"features": "each"}, {"limit": 5}],
    "floor of exact zeros": [{}, {"cap": 1e-2}, {"cap": 1e-4}, {"cap": 1e-7}, {"cap": 1e-38}],
}


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


class Task:
    """Features as on the wire, scaled, and the teacher's scores: logits, or probabilities."""

    def __init__(self, entry):
        config = yaml.safe_load((TASKS / entry["name"] / "task.yaml").read_text())
        self.name = entry["name"]
        self.hidden = config["student"]["network"].get("hidden")
        self.passes = config["student"]["log"]["passes"]
        self.bytes = config["features"]["type"] == "u8"
        self.scale = config["features"].get("scale", 1 / 255 if self.bytes else 1)
        self.model = str(HOME / config["teacher"]["members"][0]["model"])
        read = idx if "ubyte" in entry["train"] else rows
        self.x, self.x_test = (read(HOME / entry[part]) * self.scale for part in ("train", "test"))
        self.scores, self.scores_test = self.said(self.x), self.said(self.x_test)

    def said(self, x):
        session = ort.InferenceSession(self.model)
        given = session.get_inputs()[0]
        x = np.uint8(np.round(x / self.scale)) if "uint8" in given.type else np.float32(x)
        x = x.reshape([-1] + [d for d in given.shape[1:] if isinstance(d, int)])
        output = [o for o in session.get_outputs() if len(o.shape) == 2][-1].name
        parts = [session.run([output], {given.name: x[i : i + 1000]})[0] for i in range(0, len(x), 1000)]
        return np.float64(np.concatenate(parts))

    def logits(self, cap):
        z = self.scores
        if z.min() >= 0 and np.allclose(z.sum(axis=1), 1, atol=1e-3):
            least = np.where(z > 0, z, np.inf).min(axis=1, keepdims=True)
            z = np.log(np.maximum(z, np.minimum(least / 2, cap)))
        return z - z.mean(axis=1, keepdims=True)

    def standardised(self, how, limit):
        """Training and test features as the student sees them."""
        first = self.x[:10_000]
        if how == "auto":
            how = "shared" if self.bytes else "each"
        if how == "off":
            return np.float32(self.x), np.float32(self.x_test)
        if how == "shared":
            mean, deviation, limit = 0, np.sqrt((first**2).mean()) * 3, np.inf
        else:
            low, high = np.quantile(first, [0.005, 0.995], axis=0)
            middle = np.clip(first, low, high) if how == "each" else first
            mean, deviation = middle.mean(axis=0), middle.std(axis=0)
            deviation = np.where(deviation > 0, deviation, first.std(axis=0))
            deviation = np.where(deviation > 1e-6 * np.abs(mean), deviation, np.maximum(np.abs(mean), 1e-30))
        clipped = lambda x: np.float32(np.clip((x - mean) / deviation, -limit, limit))
        return clipped(self.x), clipped(self.x_test)


def forward(x, weights, biases):
    layers = [x]
    for l, (w, b) in enumerate(zip(weights, biases)):
        z = layers[-1] @ w + b
        layers.append(z if l == len(weights) - 1 else np.maximum(z, 0))
    return layers


def trained(
    task, features, limit, temperature, unit, narrow, first, batch, rate, decay, cap, seed=0
):
    """Agreement of a student with its teacher on the test part."""
    random = np.random.default_rng(seed)
    x, x_test = task.standardised(features, limit)
    z = task.logits(cap)
    spread = np.sqrt((z[:10_000] ** 2).mean(axis=1)).mean()
    t = temperature * spread
    p = np.float32(np.exp(log_softmax(z / t)))
    scale = spread if unit else 1.0  # the net's outputs are logits / scale
    sizes = [x.shape[1], *task.hidden, z.shape[1]]
    weights = [np.float32(random.normal(0, np.sqrt(2 / a), (a, b))) for a, b in zip(sizes, sizes[1:])]
    share = min(1, narrow / sizes[-2])
    weights[-1] *= np.float32(first * np.sqrt(share))
    biases = [np.zeros(b, np.float32) for b in sizes[1:]]
    parameters = weights + biases
    mean, variance = ([np.zeros_like(q) for q in parameters] for _ in range(2))
    steps = task.passes * -(-len(x) // batch)
    step = 0
    for _ in range(task.passes):
        for at in range(0, len(x), batch):
            layers = forward(x[at : at + batch], weights, biases)
            q = np.exp(log_softmax(layers[-1] * np.float32(scale / t)))
            delta = np.float32((q - p[at : at + batch]) * (t / scale) / len(q))
            gradients = [None] * len(parameters)
            for l in reversed(range(len(weights))):
                gradients[l] = layers[l].T @ delta
                gradients[len(weights) + l] = delta.sum(axis=0)
                delta = (delta @ weights[l].T) * (layers[l] > 0)
            now = rate * min(1, (step + 1) / 100) * (min(1, (1 - step / steps) / 0.4) if decay else 1)
            step += 1
            now *= np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            for i, (q, g, m, v) in enumerate(zip(parameters, gradients, mean, variance)):
                m += np.float32(0.1) * (g - m)
                v += np.float32(0.001) * (g * g - v)
                q -= np.float32(now * (share if i % len(weights) == len(weights) - 1 else 1)) * m / (np.sqrt(v) + np.float32(1e-8))
    answers = forward(x_test, weights, biases)[-1].argmax(axis=1)
    return (answers == task.scores_test.argmax(axis=1)).mean()


def main():
    entries = json.loads((TASKS / "tasks.json").read_text())
    entries = entries["tasks"] if isinstance(entries, dict) else entries
    tasks = [Task(e) for e in entries if e["name"] not in ("mnist-10", "mnist-100", "convolutional")]
    for table in sys.argv[1:] or TABLES:
        names = ["the default" if not c else ", ".join(f"{k} {v}" for k, v in c.items()) for c in TABLES[table]]
        print(f"\n## {table}\n\n| task | " + " | ".join(names) + " |\n|---|" + "---|" * len(names), flush=True)
        for task in tasks:
            found = [trained(task, **{**DEFAULT, **change}) for change in TABLES[table]]
            print(f"| {task.name} | " + " | ".join(f"{f:.4f}" for f in found) + " |", flush=True)


if __name__ == "__main__":
    main()
