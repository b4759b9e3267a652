"""Compares settings of the quickstart's student on images that neither it nor its teacher was trained on.

    pip install -r experiments/reference/requirements.txt
    python3 experiments/reference/mnist_split.py           # prints a table; half an hour

The teacher that ships was trained on all training images, so that its answers say little about new ones.
Here a teacher of the same size is trained on 50,000 of them (shifted by up to two pixels, with dropout),
students on its answers to the same 50,000, and both are judged on the other 10,000. Test images are not
read. A copy in JAX of the trainer's step; nothing of the product depends on it.
"""

import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from reference import HOME, idx

TRAIN = 50_000
TEACHER = [784, 1200, 1200, 10]
STUDENT = [784, 800, 800, 10]
PASSES = 20


def labels(path):
    import gzip

    with gzip.open(path, "rb") as f:
        return np.frombuffer(f.read()[8:], np.uint8).astype(np.int32)


def weights(sizes, seed):
    """He-initialised, then the biases."""
    draw = np.random.default_rng(seed)
    w = [draw.normal(size=(a, b)) * np.sqrt(2 / a) for a, b in zip(sizes, sizes[1:])]
    return [jnp.asarray(a, jnp.float32) for a in w] + [jnp.zeros(b) for b in sizes[1:]]


def logits(w, x, key=None):
    """Of a dense ReLU net; with a key, half of the hidden units are dropped."""
    layers = len(w) // 2
    for i in range(layers):
        x = x @ w[i] + w[layers + i]
        if i < layers - 1:
            x = jax.nn.relu(x)
            if key is not None:
                key, own = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(own, 0.5, x.shape), 2 * x, 0)
    return x


def adam(w, g, m, v, t, rates):
    m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
    v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g)]
    c = jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return [q - r * c * a / (jnp.sqrt(b) + 1e-8) for q, a, b, r in zip(w, m, v, rates)], m, v


def teacher(x, y, epochs=30, batch=128):
    steps = len(x) // batch
    total = steps * epochs

    def loss(w, x, y, key):
        said = jax.nn.log_softmax(logits(w, x, key))
        return -jnp.take_along_axis(said, y[:, None], 1).mean()

    def step(state, i):
        w, m, v, t, key = state
        key, shift, drop = jax.random.split(key, 3)
        image = jnp.roll(x[i].reshape(-1, 28, 28), jax.random.randint(shift, (2,), -2, 3), (1, 2))
        g = jax.grad(loss)(w, image.reshape(-1, 784), y[i], drop)
        t += 1
        w, m, v = adam(w, g, m, v, t, [1e-3 * (1 - (t - 1) / total)] * len(w))
        return (w, m, v, t, key), None

    epoch = jax.jit(lambda state, order: lax.scan(step, state, order)[0])
    w = weights(TEACHER, 1)
    zeros = [jnp.zeros_like(a) for a in w]
    state = (w, zeros, zeros, jnp.float32(0), jax.random.key(0))
    draw = np.random.default_rng(1)
    for _ in range(epochs):
        order = draw.permutation(len(x))[: steps * batch].reshape(steps, batch)
        state = epoch(state, jnp.asarray(order))
    return state[0]


def defaults(full=64_000, batch=64, sharp=0, window=1):
    """ADR 0019: Adam, logits in units of their spread, T = spread.

    full    examples at the whole rate, after which it falls; None: it does not
    sharp   weight of the second soft term, at T = 1
    window  images that are shuffled together from the second pass on (ADR 0022)
    """

    def rate(t, total):
        fall = jnp.minimum(1, jnp.sqrt(full / batch / t)) if full else 1
        return 0.003 * jnp.minimum(1, t / 100) * fall * jnp.minimum(1, (1 - (t - 1) / total) / 0.4)

    def units(spread, width):
        narrow = min(1, 32 / width)
        return spread * narrow, 0.1 * spread * narrow**0.5

    return {
        "rate": rate,
        "units": units,
        "batch": batch,
        "momentum": None,
        "t": None,
        "sharp": sharp,
        "window": window,
    }


def by_hand():
    """Of ADR 0011: Nesterov 0.1 on the logits as they are, T = 8, half a cosine after a warm-up."""

    def rate(t, total):
        warm = total / 6
        cosine = 0.5 * (1 + jnp.cos(jnp.pi * jnp.clip((t - 1 - warm) / (total - warm), 0, 1)))
        return 0.1 * jnp.minimum(1, t / warm) * cosine

    return {
        "rate": rate,
        "units": lambda s, w: (1, 1),
        "batch": 128,
        "momentum": 0.9,
        "t": 8,
        "sharp": 0,
        "window": 1,
    }


SETTINGS = {
    "by hand": by_hand(),
    "constant, then to zero": defaults(full=None),
    "falling": defaults(),
    "later, two soft terms": defaults(full=256_000, batch=128, sharp=1),
    "the same, shuffled": defaults(full=256_000, batch=128, sharp=1, window=1024),
}


def student(x, z, setting, seed):
    spread = float(z[:10_000].std(axis=1).mean())
    temperature = setting["t"] or spread
    unit, first = setting["units"](spread, STUDENT[-2])
    batch = setting["batch"]
    steps = len(x) // batch
    w = weights(STUDENT, seed)
    layers = len(w) // 2
    w[layers - 1] *= first
    z = np.float32(z)

    def soft(said, z, t):
        p = jax.nn.softmax(z / t)
        return -(p * jax.nn.log_softmax(said / t)).sum(axis=1).mean() * t**2

    def loss(w, x, z):
        said = logits(w, x)
        both = soft(said, z, temperature) + setting["sharp"] * soft(said, z, 1)
        return both / unit**2

    def step(state, xz):
        w, m, v, t = state
        g = jax.grad(loss)(w, *xz)
        t += 1
        r = setting["rate"](t, steps * PASSES)
        mu = setting["momentum"]
        if mu is None:
            own = [r * unit if i % layers == layers - 1 else r for i in range(2 * layers)]
            w, m, v = adam(w, g, m, v, t, own)
        else:
            new = [mu * a - r * b for a, b in zip(m, g)]
            w = [q - mu * a + (1 + mu) * b for q, a, b in zip(w, m, new)]
            m = new
        return (w, m, v, t), None

    one_pass = jax.jit(lambda state, batches: lax.scan(step, state, batches)[0])
    zeros = [jnp.zeros_like(a) for a in w]
    state = (w, zeros, zeros, jnp.float32(0))
    draw = np.random.default_rng(seed)
    order = np.arange(len(x))
    for _ in range(PASSES):
        taken = order[: steps * batch]
        state = one_pass(state, tuple(a[taken].reshape(steps, batch, -1) for a in (x, z)))
        windows = [
            np.arange(i, min(i + setting["window"], len(x)))
            for i in range(0, len(x), setting["window"])
        ]
        order = np.concatenate([draw.permutation(window) for window in windows])
    return state[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=SETTINGS, help="settings, by their names")
    arguments = parser.parse_args()
    folder = HOME / "datasets/mnist"
    x = np.float32(idx(folder / "train-images-idx3-ubyte.gz")) / 255
    y = labels(folder / "train-labels-idx1-ubyte.gz")
    began = time.time()
    w = teacher(jnp.asarray(x[:TRAIN]), jnp.asarray(y[:TRAIN]))
    z = np.asarray(logits(w, x), np.float64)
    z -= z.mean(axis=1, keepdims=True)
    top, known = z[TRAIN:].argmax(axis=1), np.asarray(jax.nn.log_softmax(jnp.asarray(z[TRAIN:])))
    print(f"teacher: {np.sum(top != y[TRAIN:])} errors of {len(top)}, {time.time() - began:.0f} s")
    print(f"{'setting':24} {'seed':>4} {'errors':>7} {'disagrees':>9} {'KL, nats':>9} {'seconds':>8}")
    for name, setting in SETTINGS.items():
        if name not in arguments.only:
            continue
        for seed in range(1, arguments.seeds + 1):
            began = time.time()
            said = np.asarray(logits(student(x[:TRAIN], z[:TRAIN], setting, seed), x[TRAIN:]))
            log_q = np.asarray(jax.nn.log_softmax(jnp.asarray(said)))
            kl = (np.exp(known) * (known - log_q)).sum(axis=1).mean()
            answer = said.argmax(axis=1)
            print(
                f"{name:24} {seed:4} {np.sum(answer != y[TRAIN:]):7} {np.sum(answer != top):9}"
                f" {kl:9.5f} {time.time() - began:8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
