"""Trains, offline, the nets that `distill experiment defaults` is compared with.

    pip install -r experiments/reference/requirements.txt
    python3 experiments/reference/reference.py             # writes experiments/reference/reference.json

Per task: the student's net (same hidden layers, ReLU, He-initialised) on the teacher's answers as ONNX
Runtime gives them, by Adam with a warm-up and a cosine to zero, on standardised input, in as many passes
as the task says. Temperature, learning rate and batch are chosen on examples of the transfer set that are
held out. Three times the passes, at the best of them, show whether the net is trained to its end. Then it
is trained on all examples, once per seed. Test examples are looked at only to report the agreement.
Tasks that are in the file already are kept; --again makes them anew.
"""

import argparse
import csv
import gzip
import itertools
import json
import platform
import struct
import time
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime as ort
import yaml
from jax import lax, random

HOME = Path(__file__).resolve().parents[2]
TASKS = HOME / "experiments/tasks"
RATES = [1e-3, 3e-3, 1e-2]
BATCHES = [32, 128]
LARGE = 800_000  # examples; above, only the larger batch is tried
LONGER = 3
TYPES = {
    "tensor(float)": np.float32,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
SMALL = 1000  # fewer examples are judged by all of five folds
HELD_OUT = 0.15


# Data


def rows(path):
    """Features and first column of a CSV."""
    with gzip.open(path, "rt") as f:
        header = next(csv.reader(f))
        table = np.loadtxt(f, delimiter=",", dtype=np.float64, ndmin=2)
    return table[:, header.index("label") + 1 :] if "label" in header else table


def idx(path):
    with gzip.open(path, "rb") as f:
        dims = f.read(4)[3]
        shape = struct.unpack(f">{dims}I", f.read(4 * dims))
        return np.frombuffer(f.read(), np.uint8).reshape(shape[0], -1).astype(np.float64)


class Task:
    """What the pipeline is given: elements on the wire, scaled, and the teacher's probabilities."""

    def __init__(self, entry, folder=TASKS):
        self.name = entry["name"]
        config = yaml.safe_load((folder / self.name / "task.yaml").read_text())
        self.classes = config["classes"]["count"]
        self.hidden = config["student"]["network"].get("hidden")  # None: convolutional
        self.passes = config["student"]["log"]["passes"]
        features = config["features"]
        self.type = features["type"]
        self.scale = features.get("scale", 1 / 255 if self.type == "u8" else 1)
        self.member = config["teacher"]["members"][0]
        model = HOME / self.member["model"]
        read = idx if "ubyte" in entry["train"] else rows
        train, test = self.wire(read(HOME / entry["train"])), self.wire(read(HOME / entry["test"]))
        self.logits = self.scores(model, train)
        self.test_classes = self.scores(model, test).argmax(axis=1)
        stated = rows(HOME / entry["test_teacher"])[:, 0].astype(int)
        if np.mean(stated == self.test_classes) < 0.999:
            raise ValueError(f"{self.name}: test-teacher.csv.gz is not what its teacher says")
        self.test_classes = stated
        mean, deviation = train.mean(axis=0), train.std(axis=0)
        deviation = np.where(deviation > 1e-12 * np.abs(mean) + 1e-30, deviation, 1)
        self.x = np.float32((train - mean) / deviation)
        self.x_test = np.float32((test - mean) / deviation)

    def wire(self, x):
        return np.float64(np.float16(x)) if self.type == "f16" else np.float64(np.float32(x))

    def scores(self, model, x):
        """Logits; of probabilities the logarithm, with a floor at the smallest normal float32."""
        session = ort.InferenceSession(str(model))
        batches = [x[i : i + 1000] for i in range(0, len(x), 1000)]
        for output in self.outputs(session):
            said = np.concatenate(
                [session.run([output.name], self.inputs(session, b))[0] for b in batches]
            )
            if said.shape[1:] == (1,) and self.classes == 2:
                said = np.concatenate([1 - said, said], axis=1)
            if said.shape[1] == self.classes:
                break
        said = np.float64(said)
        if said.min() >= 0 and np.allclose(said.sum(axis=1), 1, atol=1e-3):
            return np.log(np.maximum(said, np.finfo(np.float32).tiny))
        return said

    def outputs(self, session):
        named = self.member.get("output-name")
        for output in session.get_outputs():
            fits = len(output.shape) == 2 and output.shape[1] in (self.classes, None)
            if output.name == named or (named is None and fits):
                yield output

    def inputs(self, session, x):
        """What the teacher-service would feed it: slices of the features, and constants."""
        wanted = self.member.get("inputs")
        fed = {}
        for given in session.get_inputs():
            kind = TYPES[given.type]
            how = str(wanted[given.name]) if wanted else f"0..{x.shape[1] - 1}"
            if how.startswith("constant"):
                shape = [d if isinstance(d, int) else len(x) for d in given.shape]
                fed[given.name] = np.full(shape, float(how.split()[1]), kind)
                continue
            first, last = map(int, how.split(".."))
            values = x[:, first : last + 1]
            values = np.float32(values) * np.float32(self.scale) if kind == np.float32 else values
            shape = [d for d in given.shape[1:] if isinstance(d, int)]
            fed[given.name] = values.astype(kind).reshape([-1, *(shape or values.shape[1:])])
        return fed


# Nets


def he(key, shape, fan_in):
    return random.normal(key, shape) * np.sqrt(2 / fan_in)


def dense(sizes):
    """Initial weights and logits of a dense ReLU net."""

    def start(key):
        keys = random.split(key, len(sizes) - 1)
        return [(he(k, (i, o), i), jnp.zeros(o)) for k, i, o in zip(keys, sizes, sizes[1:])]

    def apply(weights, x):
        for w, b in weights[:-1]:
            x = jax.nn.relu(x @ w + b)
        w, b = weights[-1]
        return x @ w + b

    return start, apply


def convolutional(classes):
    """The net of convolutional.json: 16 filters of 3 x 3, pooling, 64 units."""
    tail, apply_tail = dense([144, 64, classes])

    def start(key):
        first, second = random.split(key)
        return he(first, (16, 1, 3, 3), 9), jnp.zeros(16), tail(second)

    def apply(weights, x):
        filters, bias, rest = weights
        x = lax.conv_general_dilated(x.reshape(-1, 1, 8, 8), filters, (1, 1), "VALID")
        x = jax.nn.relu(x + bias[None, :, None, None])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        return apply_tail(rest, x.reshape(-1, 144))

    return start, apply


def net(task):
    if task.hidden is None:
        return convolutional(task.classes)
    return dense([task.x.shape[1], *task.hidden, task.classes])


# Training


@partial(jax.jit, static_argnames=("apply", "batch", "epochs"))
def fit(apply, weights, x, logits, rate, key, batch, epochs):
    """Adam on the cross entropy with the teacher; returns the weights after all epochs."""
    count = x.shape[0]
    steps = count // batch
    total = steps * epochs
    targets = jax.nn.softmax(logits)

    def loss(w, i):
        predicted = jax.nn.log_softmax(apply(w, x[i]))
        return -(targets[i] * predicted).sum(axis=1).mean()

    def step(state, i):
        w, m, v, t = state
        g = jax.grad(loss)(w, i)
        warm = jnp.maximum(1.0, 0.05 * total)
        r = rate * jnp.minimum((t + 1) / warm, 0.5 * (1 + jnp.cos(jnp.pi * t / total)))
        m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        c1, c2 = 1 - 0.9 ** (t + 1), 1 - 0.999 ** (t + 1)
        w = jax.tree.map(
            lambda a, b, c: a - r * (b / c1) / (jnp.sqrt(c / c2) + 1e-12), w, m, v
        )
        return (w, m, v, t + 1), None

    def epoch(state, k):
        order = random.permutation(k, count)[: steps * batch].reshape(steps, batch)
        return lax.scan(step, state, order)

    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros, zeros, 0.0)
    state, _ = lax.scan(epoch, state, random.split(key, epochs))
    return state[0]


def temperatures(logits):
    """1, and the mean over examples of the deviation of the teacher's logits.

    Those far below the largest say nothing at T = 1, so they count as 10 below it; where that makes a
    difference, and they are no logarithms of zeros, the deviation of all of them is tried as well.
    """
    near = np.maximum(logits, logits.max(axis=1, keepdims=True) - 10)
    found = [1.0, float(f"{max(near.std(axis=1).mean(), 1e-6):.3g}")]
    wide = float(f"{logits.std(axis=1).mean():.3g}")
    if wide > 1.5 * found[1] and logits.min() != np.log(np.finfo(np.float32).tiny):
        found.append(wide)
    return found


def trained(start, apply, choice, seed, x, logits):
    first, second = random.split(random.key(seed))
    centred = (logits - logits.max(axis=1, keepdims=True)) / choice["temperature"]
    return fit(
        apply,
        start(first),
        jnp.asarray(x),
        jnp.asarray(np.float32(centred)),
        choice["rate"],
        second,
        min(choice["batch"], len(x)),
        choice["passes"],
    )


def agreement(apply, weights, x, classes):
    said = np.concatenate(
        [np.asarray(apply(weights, x[i : i + 5000])).argmax(axis=1) for i in range(0, len(x), 5000)]
    )
    return float(np.mean(said == classes))


def folds(count):
    order = np.random.default_rng(0).permutation(count)
    if count < SMALL:
        return [(np.setdiff1d(order, f), f) for f in np.array_split(order, 5)]
    held = int(count * HELD_OUT)
    return [(order[held:], order[:held])]


def validated(task, start, apply, choice):
    """Agreement on examples of the transfer set that were held out."""
    scores = []
    for train, held in folds(len(task.x)):
        weights = trained(start, apply, choice, 0, task.x[train], task.logits[train])
        scores.append(agreement(apply, weights, task.x[held], task.logits[held].argmax(axis=1)))
    return float(np.mean(scores))


def reference(task, seeds):
    began = time.time()
    start, apply = net(task)
    tried = []

    def attempt(temperature, rate, batch, passes):
        choice = {"temperature": temperature, "rate": rate, "batch": batch, "passes": passes}
        score = validated(task, start, apply, choice)
        tried.append({**choice, "held_out_agreement": round(score, 5)})

    large = len(task.x) * task.passes > LARGE
    for temperature, rate in itertools.product(temperatures(task.logits), RATES):
        for batch in BATCHES[-1:] if large else BATCHES:
            attempt(temperature, rate, batch, task.passes)
    best = max(tried, key=lambda t: t["held_out_agreement"])
    attempt(best["temperature"], best["rate"], best["batch"], LONGER * task.passes)
    longer = tried.pop()
    choice = {k: v for k, v in best.items() if k != "held_out_agreement"}
    scores = []
    for seed in range(1, seeds + 1):
        weights = trained(start, apply, choice, seed, task.x, task.logits)
        scores.append(round(agreement(apply, weights, task.x_test, task.test_classes), 5))
    return {
        "task": task.name,
        "agreement": round(float(np.mean(scores)), 5),
        "sd": round(float(np.std(scores, ddof=1)), 5) if seeds > 1 else None,
        "runs": scores,
        "chosen": choice,
        "tried": tried,
        "three_times_as_long": longer,
        "test_rows": len(task.x_test),
        "seconds": round(time.time() - began, 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path, default=HOME / "experiments/reference/reference.json")
    parser.add_argument("--tasks", help="only these, separated by commas")
    parser.add_argument("--tasks-dir", type=Path, default=TASKS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--again", action="store_true", help="also tasks that are in the file")
    arguments = parser.parse_args()
    entries = {e["name"]: e for e in json.loads((arguments.tasks_dir / "tasks.json").read_text())}
    names = arguments.tasks.split(",") if arguments.tasks else list(entries)
    done = {}
    if arguments.json.exists():
        done = {t["task"]: t for t in json.loads(arguments.json.read_text())["tasks"]}
    same = {}  # tasks that differ in their labels alone have one reference
    for name in names:
        if name in done and not arguments.again:
            continue
        task = Task(entries[name], arguments.tasks_dir)
        key = (entries[name]["train"], task.passes)
        if key not in same:
            same[key] = reference(task, arguments.seeds)
        result = {**same[key], "task": name}
        done[name] = result
        print(
            f"{name:16} {result['agreement']:.4f} +- {result['sd']:.4f} {result['chosen']}"
            f" {result['seconds']:.0f} s",
            flush=True,
        )
        document = {
            "command": "python3 experiments/reference/reference.py",
            "versions": {"python": platform.python_version(), "jax": jax.__version__},
            "tasks": [done[n] for n in entries if n in done],
        }
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
