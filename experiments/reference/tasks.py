"""Makes the tasks of `distill experiment defaults`: data sets, teachers as ONNX, and YAML.

    pip install -r experiments/reference/requirements.txt
    python3 experiments/reference/tasks.py                 # writes experiments/tasks
    python3 experiments/reference/tasks.py --npz DIR       # and arrays, to try settings on

A task says what it is and nothing else: features, classes, teacher, hidden layers of the student, how
often the log is gone over, and the share of labelled examples. Teachers are exported as people do it:
scikit-learn pipelines by skl2onnx, XGBoost by onnxmltools, nets as plain graphs. Everything is drawn
from fixed seeds. MNIST and its teacher are those of the repository and are not copied.
"""

import argparse
import gzip
import io
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HOME = Path(__file__).resolve().parents[2]
SEED = 20261127
OPSET = 17


@dataclass
class Task:
    """One task; x are the elements on the wire."""

    name: str
    title: str
    hidden: list
    passes: int
    classes: int
    x_train: np.ndarray  # (train, features)
    x_test: np.ndarray  # (test, features)
    y_train: np.ndarray
    y_test: np.ndarray
    teacher: object = None  # onnx.ModelProto
    type: str = "f32"
    shape: list = None
    scale: float = None  # None: the default of the type
    labels: float = 0.0
    dl4j: str = None  # in place of hidden layers
    digits: str = "%.6g"  # how a number is written in the CSV
    files: dict = field(default_factory=dict)  # of data that is there already

    def element_scale(self):
        return self.scale if self.scale is not None else (1 / 255 if self.type == "u8" else 1.0)


# Teachers


def exported(model, features):
    """A scikit-learn model as ONNX, as skl2onnx gives it without ZipMap."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    return to_onnx(
        model,
        initial_types=[("X", FloatTensorType([None, features]))],
        options={"zipmap": False},
        target_opset={"": OPSET, "ai.onnx.ml": 3},
    )


def boosted(model, features):
    """An XGBoost model as ONNX."""
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    converted = convert_xgboost(
        model, initial_types=[("input", FloatTensorType([None, features]))], target_opset=15
    )
    converted.graph.name = "boosted"  # else a random one
    return converted


def net(mlp, mean, deviation, factor=1.0, signed_log=False, u8=False):
    """An MLPClassifier on standardised input as a plain graph that gives logits.

    factor: on the logits; signed_log: sign(x) log(1 + |x|) first; u8: takes bytes as they are
    """
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def node(op, inputs, output):
        nodes.append(helper.make_node(op, inputs, [output]))
        return output

    features = len(mean)
    x = "input"
    if u8:
        nodes.append(helper.make_node("Cast", [x], ["floats"], to=TensorProto.FLOAT))
        x = "floats"
    if signed_log:
        one = constant("one", 1)
        log = node("Log", [node("Add", [node("Abs", [x], "abs"), one], "abs1")], "log")
        x = node("Mul", [node("Sign", [x], "sign"), log], "signed_log")
    x = node("Sub", [x, constant("mean", mean)], "centred")
    x = node("Div", [x, constant("deviation", deviation)], "standardised")
    last = len(mlp.coefs_) - 1
    for i, (w, b) in enumerate(zip(mlp.coefs_, mlp.intercepts_)):
        k = factor if i == last else 1.0
        inputs = [x, constant(f"w{i}", w * k), constant(f"b{i}", b * k)]
        x = node("Gemm", inputs, "logits" if i == last else f"z{i}")
        if i < last:
            x = node("Relu", [x], f"h{i}")
    classes = mlp.coefs_[last].shape[1]
    graph = helper.make_graph(
        nodes,
        "teacher",
        [
            helper.make_tensor_value_info(
                "input", TensorProto.UINT8 if u8 else TensorProto.FLOAT, ["N", features]
            )
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", classes])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def standardising(x):
    x = np.asarray(x, np.float64)
    deviation = x.std(axis=0)
    return x.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def mlp(x, y, hidden, seed, epochs=40, alpha=1e-4):
    """A net on standardised input, trained on labels."""
    mean, deviation = standardising(x)
    model = MLPClassifier(
        hidden, alpha=alpha, max_iter=epochs, random_state=seed, early_stopping=False, tol=0.0
    )
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit((x - mean) / deviation, y)
    return model, mean, deviation


def mlp_pipeline(x, y, hidden, seed, epochs=40):
    """StandardScaler and MLPClassifier, as a pipeline."""
    import warnings

    model = make_pipeline(
        StandardScaler(), MLPClassifier(hidden, max_iter=epochs, random_state=seed, tol=0.0)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y)
    return model


# Data


def mixture(seed, count, features, classes, per_class, latent, spread):
    """Overlapping classes of several clusters each, in a bent low-dimensional surface."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(classes * per_class, latent)) * 1.6
    linear = random.normal(size=(latent, features)) / np.sqrt(latent)
    bends = random.normal(size=(latent, features)) / np.sqrt(latent)
    means = random.uniform(-3, 3, features)
    scales = np.exp(random.normal(size=features) * 0.5)
    cluster = random.integers(0, len(centres), count)
    z = centres[cluster] + spread * random.normal(size=(count, latent))
    x = z @ linear + np.sin(1.5 * z @ bends) + 0.15 * random.normal(size=(count, features))
    return (means + scales * x), cluster % classes


def split(x, y, test):
    return x[:-test], x[-test:], y[:-test], y[-test:]


def rounded(x, digits=3):
    """To so many significant digits, so that files are small."""
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.floor(np.log10(np.abs(x)))
    place = np.where(np.isfinite(place), place, 0)
    unit = 10.0 ** (place - digits + 1)
    return np.float32(np.round(x / unit) * unit)


def idx(path, dims):
    with gzip.open(path, "rb") as f:
        f.read(4)
        shape = struct.unpack(f">{dims}I", f.read(4 * dims))
        return np.frombuffer(f.read(), np.uint8).reshape(shape)


def mnist(share):
    folder = HOME / "datasets/mnist"
    files = {
        "train": "datasets/mnist/train-images-idx3-ubyte.gz",
        "train_labels": "datasets/mnist/train-labels-idx1-ubyte.gz",
        "test": "datasets/mnist/t10k-images-idx3-ubyte.gz",
        "test_labels": "datasets/mnist/t10k-labels-idx1-ubyte.gz",
        "teacher": "models/mnist-teacher/model.onnx",
    }
    return Task(
        f"mnist-{round(share * 100)}",
        f"MNIST, {round(share * 100)} % of the examples with a label",
        [300, 300],
        10,
        10,
        idx(HOME / files["train"], 3).reshape(-1, 784),
        idx(HOME / files["test"], 3).reshape(-1, 784),
        idx(HOME / files["train_labels"], 1),
        idx(HOME / files["test_labels"], 1),
        teacher=onnx.load(HOME / files["teacher"]),
        type="u8",
        labels=share,
        files=files,
    )


def wine():
    data = load_wine()
    x, xt, y, yt = train_test_split(
        np.float32(data.data), data.target, test_size=60, random_state=SEED, stratify=data.target
    )
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    return Task(
        "wine",
        "wine on raw columns, scikit-learn's scaler and logistic regression",
        [32],
        500,
        3,
        x,
        xt,
        y,
        yt,
        exported(model, 13),
    )


def cancer():
    data = load_breast_cancer()
    x, xt, y, yt = train_test_split(
        np.float32(data.data), data.target, test_size=190, random_state=SEED, stratify=data.target
    )
    model = mlp_pipeline(x, y, (64,), SEED, 60)
    return Task(
        "cancer",
        "breast cancer on raw columns, scikit-learn's scaler and net",
        [32],
        300,
        2,
        x,
        xt,
        y,
        yt,
        exported(model, 30),
    )


def synthetic(
    name, title, seed, classes, features, hidden, train=8000, test=2000, passes=90, **more
):
    """A mixture and a net that learned it, exported as a pipeline that gives probabilities."""
    x, y = mixture(seed, train + test, features, classes, 3, 8, 0.9)
    x = np.round(x, 2)
    factor = more.pop("times", 1.0)
    x = rounded(x * factor, 4) if factor != 1.0 else np.float32(x)
    if more.get("type") == "f16":
        x = np.float32(np.float16(x))
    x, xt, y, yt = split(x, y, test)
    teacher = exported(mlp_pipeline(x, y, (64, 64), seed), features)
    return Task(name, title, hidden, passes, classes, x, xt, y, yt, teacher, **more)


def logits(name, title, seed, factor):
    x, y = mixture(seed, 10000, 20, 5, 3, 8, 0.9)
    x, xt, y, yt = split(np.float32(np.round(x, 2)), y, 2000)
    model, mean, deviation = mlp(x, y, (64, 64), seed)
    return Task(
        name, title, [64, 64], 90, 5, x, xt, y, yt, net(model, mean, deviation, factor)
    )


def many_classes(name, title, seed, classes, features, hidden, train, test, passes, spread):
    """One cluster per class, coarsely rounded so that the file is small."""
    x, y = mixture(seed, train + test, features, classes, 1, 10, spread)
    x, xt, y, yt = split(np.float32(np.round(x, 1)), y, test)
    model, mean, deviation = mlp(x, y, (192,), seed, epochs=20)
    return Task(name, title, hidden, passes, classes, x, xt, y, yt, net(model, mean, deviation))


def shifted_digits():
    """scikit-learn's 8 x 8 digits, each also one pixel to every side: transfer and test set."""
    data = load_digits()
    x, xt, y, yt = train_test_split(
        data.images, data.target, test_size=500, random_state=SEED, stratify=data.target
    )

    def moved(images, labels):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        starts = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
        all_images = np.concatenate([padded[:, i : i + 8, j : j + 8] for i, j in starts])
        order = np.random.default_rng(SEED).permutation(len(all_images))
        return np.uint8(all_images.reshape(-1, 64)[order]), np.tile(labels, len(starts))[order]

    return *moved(x, y), *moved(xt, yt)


def forest():
    x, y, xt, yt = shifted_digits()
    model = RandomForestClassifier(20, max_depth=10, random_state=SEED).fit(x, y)
    return Task(
        "forest",
        "8 x 8 digits, a random forest's probabilities with exact zeros",
        [64],
        120,
        10,
        x,
        xt,
        y,
        yt,
        exported(model, 64),
        type="u8",
        scale=1.0,
    )


def convolutional():
    x, y, xt, yt = shifted_digits()
    model, mean, deviation = mlp(np.float64(x) / 16, y, (128,), SEED)
    return Task(
        "convolutional",
        "8 x 8 digits, a convolutional student of DL4J",
        [],
        60,
        10,
        x,
        xt,
        y,
        yt,
        net(model, mean, deviation),
        type="u8",
        scale=0.0625,
        dl4j="experiments/reference/convolutional.json",
    )


def boosting():
    from xgboost import XGBClassifier

    x, y = mixture(41, 12000, 20, 4, 3, 8, 0.9)
    x, xt, y, yt = split(np.float32(np.round(x, 2)), y, 4000)
    model = XGBClassifier(n_estimators=60, max_depth=4, random_state=SEED, n_jobs=1).fit(x, y)
    return Task(
        "boosted",
        "an XGBoost model's probabilities",
        [64, 64],
        90,
        4,
        x,
        xt,
        y,
        yt,
        boosted(model, 20),
    )


def sparse():
    """Counts of 300 words in short texts on 8 subjects; the first words are in almost every text."""
    random = np.random.default_rng(51)
    topics = random.dirichlet(np.full(300, 0.08), 8)
    topics = 0.65 * topics + 0.35 * random.dirichlet(np.full(300, 0.5))
    topics[:, :3] += np.array([0.5, 0.25, 0.1])
    topics /= topics.sum(axis=1, keepdims=True)
    y = random.integers(0, 8, 10000)
    mix = 0.55 * np.eye(8)[y] + 0.45 * random.dirichlet(np.full(8, 0.4), 10000)
    length = random.lognormal(3.4, 0.6, 10000)
    x = np.uint8(np.minimum(random.poisson((mix @ topics) * length[:, None]), 255))
    x, xt, y, yt = split(x, y, 2000)
    model, mean, deviation = mlp(np.log1p(np.float64(x)), y, (64,), 51, epochs=15)
    return Task(
        "sparse-u8",
        "word counts as bytes, mostly zero, a net that takes bytes",
        [64],
        60,
        8,
        x,
        xt,
        y,
        yt,
        net(model, mean, deviation, signed_log=True, u8=True),
        type="u8",
    )


def constant_column():
    x, y = mixture(61, 10000, 16, 4, 3, 8, 0.9)
    x = np.float32(np.round(x, 2))
    x[:, 3] = 7.5
    x, xt, y, yt = split(x, y, 2000)
    teacher = exported(mlp_pipeline(x, y, (64, 64), 61), 16)
    return Task(
        "constant-column", "one column of 16 is constant", [64, 64], 90, 4, x, xt, y, yt, teacher
    )


def heavy_tail():
    """One column is Cauchy noise, one is log-normal and tells something."""
    x, y = mixture(71, 10000, 16, 4, 3, 8, 0.9)
    random = np.random.default_rng(72)
    x[:, 0] = random.standard_cauchy(10000)
    x[:, 1] = np.exp(2 * (x[:, 1] - x[:, 1].mean()) / x[:, 1].std())
    x = rounded(x, 4)
    x, xt, y, yt = split(x, y, 2000)
    log = np.sign(x) * np.log1p(np.abs(np.float64(x)))
    model, mean, deviation = mlp(log, y, (64, 64), 71)
    return Task(
        "heavy-tail",
        "a Cauchy and a log-normal column among 16, a net that takes their logarithms",
        [64, 64],
        90,
        4,
        x,
        xt,
        y,
        yt,
        net(model, mean, deviation, signed_log=True),
    )


def all_tasks():
    """Every task, by name, made when it is asked for."""
    return {
        "mnist-0": lambda: mnist(0.0),
        "mnist-10": lambda: mnist(0.1),
        "mnist-100": lambda: mnist(1.0),
        "wine": wine,
        "cancer": cancer,
        "classes-2": lambda: synthetic(
            "classes-2", "2 classes, probabilities", 11, 2, 16, [64, 64]
        ),
        "classes-3": lambda: synthetic(
            "classes-3", "3 classes, probabilities, f16 on the wire", 12, 3, 24, [64], type="f16"
        ),
        "classes-10": lambda: synthetic(
            "classes-10",
            "10 classes, probabilities, every example with a label",
            13,
            10,
            32,
            [128, 128],
            labels=1.0,
        ),
        "classes-200": lambda: many_classes(
            "classes-200", "200 classes, logits", 21, 200, 24, [128], 15000, 4000, 60, 0.7
        ),
        "classes-1000": lambda: many_classes(
            "classes-1000", "1,000 classes, logits", 22, 1000, 32, [128], 25000, 5000, 30, 0.5
        ),
        "forest": forest,
        "boosted": boosting,
        "logits-0.01": lambda: logits(
            "logits-0.01", "a teacher whose logits are scaled by 0.01", 31, 0.01
        ),
        "logits-100": lambda: logits(
            "logits-100", "a teacher whose logits are scaled by 100", 31, 100.0
        ),
        "features-1e-3": lambda: synthetic(
            "features-1e-3", "features scaled by 1e-3", 32, 5, 20, [64, 64], times=1e-3
        ),
        "features-1e4": lambda: synthetic(
            "features-1e4", "features scaled by 1e4", 32, 5, 20, [64, 64], times=1e4
        ),
        "sparse-u8": sparse,
        "constant-column": constant_column,
        "heavy-tail": heavy_tail,
        "stream-500": lambda: synthetic(
            "stream-500", "a stream of 500 examples", 81, 4, 12, [64], train=500, passes=300
        ),
        "convolutional": convolutional,
    }


# Files


def answers(task, x, teacher=None):
    """What the teacher says, as ONNX Runtime gives it: the output that is (N, classes)."""
    session = ort.InferenceSession((teacher or task.teacher).SerializeToString())
    given = session.get_inputs()[0]
    scaled = x if "uint8" in given.type else np.float32(x) * np.float32(task.element_scale())
    shape = [-1] + [d for d in given.shape[1:] if isinstance(d, int)]
    outputs = {}
    for start in range(0, len(x), 1000):
        batch = scaled[start : start + 1000]
        batch = batch.reshape([len(batch)] + shape[1:]) if len(shape) > 2 else batch
        for output, value in zip(session.get_outputs(), session.run(None, {given.name: batch})):
            outputs.setdefault(output.name, []).append(value)
    for name, values in outputs.items():
        value = np.concatenate(values)
        if value.ndim == 2 and value.shape[1] == task.classes:
            return name, value
    raise ValueError(f"{task.name}: no output of {task.classes} classes among {list(outputs)}")


def yaml(task):
    folder = f"experiments/tasks/{task.name}"
    shape = task.shape or [int(task.x_train.shape[1])]
    teacher = task.files.get("teacher", f"{folder}/teacher.onnx")
    lines = [
        f"# {task.title}. Written by experiments/reference/tasks.py.",
        "features:",
        f"  type: {task.type}",
        f"  shape: {shape}",
    ]
    if task.scale is not None:
        lines.append(f"  scale: {task.scale:g}")
    lines += [
        "classes:",
        f"  count: {task.classes}",
        "teacher:",
        "  members:",
        f"    - model: {teacher}",
        "student:",
        f"  name: {task.name}",
        "  network:",
        f"    dl4j: {task.dl4j}" if task.dl4j else f"    hidden: {task.hidden}",
        "  log:",
        f"    passes: {task.passes}",
    ]
    return "\n".join(lines) + "\n"


def csv(x, y, digits):
    """Gzip of a CSV without a time in it, so that the same rows are the same bytes."""
    text = io.StringIO()
    text.write(",".join(["label"] + [f"f{i}" for i in range(x.shape[1])]) + "\n")
    for row, label in zip(x, y):
        values = [str(int(v)) if v == int(v) and abs(v) < 1e6 else digits % v for v in row]
        text.write(f"{int(label)}," + ",".join(values) + "\n")
    return gzip.compress(text.getvalue().encode(), 9, mtime=0)


def write(task, folder):
    """Returns the task's entry in the index."""
    own = folder / task.name
    own.mkdir(parents=True, exist_ok=True)
    (own / "task.yaml").write_text(yaml(task))
    files = {k: v for k, v in task.files.items() if k != "teacher"}
    if not files:
        (own / "teacher.onnx").write_bytes(task.teacher.SerializeToString())
        (own / "train.csv.gz").write_bytes(csv(task.x_train, task.y_train, task.digits))
        (own / "test.csv.gz").write_bytes(csv(task.x_test, task.y_test, task.digits))
        files = {
            "train": f"experiments/tasks/{task.name}/train.csv.gz",
            "test": f"experiments/tasks/{task.name}/test.csv.gz",
        }
    said = answers(task, task.x_test)[1].argmax(axis=1)
    (own / "test-teacher.csv.gz").write_bytes(
        gzip.compress("\n".join(["teacher", *map(str, said), ""]).encode(), 9, mtime=0)
    )
    files["test_teacher"] = f"experiments/tasks/{task.name}/test-teacher.csv.gz"
    return {
        "name": task.name,
        "title": task.title,
        "labels": task.labels,
        "train_rows": len(task.x_train),
        "test_rows": len(task.x_test),
        **files,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=HOME / "experiments/tasks")
    parser.add_argument("--npz", type=Path, help="folder for arrays, with the teacher's answers")
    parser.add_argument("--tasks", help="only these, separated by commas")
    arguments = parser.parse_args()
    makers = all_tasks()
    wanted = arguments.tasks.split(",") if arguments.tasks else list(makers)
    index_file = arguments.out / "tasks.json"
    index = {e["name"]: e for e in json.loads(index_file.read_text())} if index_file.exists() else {}
    for name in wanted:
        task = makers[name]()
        index[name] = write(task, arguments.out)
        output, test = answers(task, task.x_test)
        accuracy = np.mean(test.argmax(axis=1) == task.y_test)
        top = np.bincount(test.argmax(axis=1), minlength=task.classes).max() / len(test)
        print(
            f"{name:16} {len(task.x_train):6} + {len(task.x_test):5} x {task.x_train.shape[1]:4},"
            f" {output} {test.min():.3g}..{test.max():.3g}, teacher's accuracy {accuracy:.3f},"
            f" largest class {top:.3f}",
            flush=True,
        )
        if arguments.npz:
            arguments.npz.mkdir(parents=True, exist_ok=True)
            np.savez_compressed(
                arguments.npz / f"{name}.npz",
                x_train=task.x_train,
                x_test=task.x_test,
                scale=task.element_scale(),
                type=task.type,
                output=output,
                teacher_train=answers(task, task.x_train)[1],
                teacher_test=test,
                y_train=task.y_train,
                y_test=task.y_test,
                labels=task.labels,
                classes=task.classes,
                hidden=np.array(task.hidden, int),
                passes=task.passes,
            )
    index_file.write_text(
        json.dumps([index[name] for name in makers if name in index], indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
