"""Makes tasks from public packages that the defaults were not chosen on.

    pip install -r experiments/reference/requirements.txt imageio scipy
    pip download --no-deps -d wheels magika==1.0.3 silero-vad==6.2.3 Django==5.2.19 scikit-image==0.26.0
    python3 experiments/reference/foreign.py --wheels wheels --out foreign [--sounds DIR]
    python3 experiments/reference/reference.py --tasks-dir foreign --json foreign/reference.json
    ./distill experiment defaults --tasks-dir foreign --reference foreign/reference.json

textures    patches of scikit-image's photographs; extremely randomised trees
languages   letter n-grams, hashed and counted, of Django's translations; naive Bayes
files       first and last 1,024 bytes of the files in the packages; magika, a net of Google's
speech      36 ms of sound; silero, a recurrent net whose state is a constant here. Needs --sounds: WAV
            files of spoken words, such as /usr/share/sounds/alsa of Debian's alsa-utils

Nothing of it is in the repository but this script: licences differ, and the files are large.
"""

import argparse
import gzip
import json
import re
import wave
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime as ort
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.naive_bayes import MultinomialNB
from tasks import csv, exported

LANGUAGES = "de fr es it pt nl pl cs sv da fi hu tr ro hr sk sl lt et ca".split()
PHOTOGRAPHS = "brick grass gravel coins text moon page camera".split()


def unpacked(wheels, package):
    """Folder of a wheel's contents, unpacked once."""
    wheel = next(Path(wheels).glob(f"{package}-*.whl"))
    folder = wheel.with_suffix("")
    if not folder.exists():
        zipfile.ZipFile(wheel).extractall(folder)
    return folder


def shuffled(*arrays):
    order = np.random.default_rng(3).permutation(len(arrays[0]))
    return [a[order] for a in arrays]


def textures(arguments, draw):
    import imageio.v3 as images

    folder = unpacked(arguments.wheels, "scikit_image") / "skimage/data"
    x, y = [], []
    for label, name in enumerate(PHOTOGRAPHS):
        image = images.imread(folder / f"{name}.png")
        grey = image if image.ndim == 2 else image[..., :3].mean(axis=2).astype(np.uint8)
        for _ in range(1800):
            i, j = draw.integers(0, grey.shape[0] - 16), draw.integers(0, grey.shape[1] - 16)
            x.append(grey[i : i + 16, j : j + 16].ravel())
            y.append(label)
    x, y = shuffled(np.array(x), np.array(y))
    trees = ExtraTreesClassifier(150, min_samples_leaf=2, random_state=1, n_jobs=1)
    trees.fit(np.float32(x[:6000]), y[:6000])
    model = arguments.out / "textures.onnx"
    model.write_bytes(exported(trees, 256).SerializeToString())
    said = ort.InferenceSession(str(model)).run(["probabilities"], {"X": np.float32(x)})[0]
    return task("textures", model, x, said, "u8", [128, 64], 30, 2000)


def texts(folder, language):
    """Translated strings of one language, joined."""
    found = []
    for file in sorted(folder.glob(f"**/locale/{language}/LC_MESSAGES/*.po")):
        for line in re.findall(r'^msgstr.*? "(.*)"$', file.read_text("utf-8"), re.MULTILINE):
            found.append(re.sub(r"%\(\w+\)s|%s|\\n|<[^>]+>", " ", line))
    return re.sub(r"\s+", " ", " ".join(found)).lower()


def languages(arguments, draw):
    folder = unpacked(arguments.wheels, "django")
    x, y = [], []
    for label, language in enumerate(LANGUAGES):
        text = texts(folder, language)
        for _ in range(700):
            at = draw.integers(0, len(text) - 80)
            x.append(text[at : at + int(draw.integers(20, 80))])
            y.append(label)
    counts = HashingVectorizer(
        analyzer="char_wb", ngram_range=(1, 3), n_features=400, alternate_sign=False, norm=None
    )
    x, y = shuffled(np.float32(counts.transform(x).toarray()), np.array(y))
    bayes = MultinomialNB(alpha=0.5).fit(x[:8000], y[:8000])
    model = arguments.out / "languages.onnx"
    model.write_bytes(exported(bayes, 400).SerializeToString())
    said = ort.InferenceSession(str(model)).run(["probabilities"], {"X": x})[0]
    return task("languages", model, x, said, "f32", [64], 30, 2000)


def ends(content):
    """What magika looks at: the first and last bytes without white space; 256 is none."""
    out = np.full(2048, 256, np.int32)
    first = np.frombuffer(content[:1024].lstrip(), np.uint8)
    last = np.frombuffer(content[-1024:].rstrip(), np.uint8)
    out[: len(first)] = first
    out[2048 - len(last) :] = last
    return out


def files(arguments, draw):
    folder = unpacked(arguments.wheels, "magika")
    for package in ("silero_vad", "django", "scikit_image"):
        unpacked(arguments.wheels, package)
    every = sorted(p for p in Path(arguments.wheels).rglob("*") if p.is_file())
    x, of_kind = [], {}
    for i in draw.permutation(len(every)):
        path = every[i]
        if path.stat().st_size >= 64 and of_kind.get(path.suffix, 0) < 900:
            of_kind[path.suffix] = of_kind.get(path.suffix, 0) + 1
            x.append(ends(path.read_bytes()))
    x = np.array(x)
    model = next(folder.glob("**/model.onnx"))
    session = ort.InferenceSession(str(model))
    parts = [x[i : i + 256] for i in range(0, len(x), 256)]
    said = np.concatenate([session.run(None, {"bytes": part})[0] for part in parts])
    return task("files", model, np.float32(x), said, "f16", [256], 20, len(x) // 5)


def speech(arguments, draw):
    from scipy.signal import resample_poly

    words = []
    for file in sorted(Path(arguments.sounds).glob("*.wav")):
        sound = wave.open(str(file))
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
        left = samples.reshape(-1, sound.getnchannels())[:, 0] / 32768
        words.append(resample_poly(left, 1, sound.getframerate() // 16_000))
    x = []
    for _ in range(9000):
        word = words[draw.integers(len(words))]
        at = draw.integers(0, len(word) - 576)
        noise = draw.normal(size=576) * 10 ** draw.uniform(-4, -1.5)
        x.append(word[at : at + 576] * 10 ** draw.uniform(-1.5, 0.3) + noise)
    x = np.float32(np.clip(x, -1, 1))
    model = unpacked(arguments.wheels, "silero_vad") / "silero_vad/data/silero_vad.onnx"
    state, rate = np.zeros((2, len(x), 128), np.float32), np.array(16_000, np.int64)
    said = ort.InferenceSession(str(model)).run(None, {"input": x, "state": state, "sr": rate})[0]
    inputs = [
        "      inputs: {input: 0..575, state: constant 0, sr: constant 16000}",
        "      output-name: output",
    ]
    return task(
        "speech", model, x, np.hstack([1 - said, said]), "f32", [128, 64], 30, 2000, inputs
    )


def task(name, model, x, said, kind, hidden, passes, test, member=()):
    return {
        "name": name,
        "x": x,
        "said": said,
        "test": test,
        "yaml": "\n".join(
            [
                f"# {name}. Written by experiments/reference/foreign.py.",
                "features:",
                f"  type: {kind}",
                f"  shape: [{x.shape[1]}]",
                *(["  scale: 1"] if kind == "u8" else []),
                "classes:",
                f"  count: {said.shape[1]}",
                "teacher:",
                "  members:",
                f"    - model: {model.resolve()}",
                *member,
                "student:",
                f"  name: {name}",
                "  network:",
                f"    hidden: {hidden}",
                "  log:",
                f"    passes: {passes}",
                "",
            ]
        ),
    }


def write(made, out):
    """Returns the task's entry in the index."""
    own = (out / made["name"]).resolve()
    own.mkdir(parents=True, exist_ok=True)
    (own / "task.yaml").write_text(made["yaml"])
    x, test, said = made["x"], made["test"], made["said"].argmax(axis=1)
    (own / "train.csv.gz").write_bytes(csv(x[:-test], said[:-test], "%.6g"))
    (own / "test.csv.gz").write_bytes(csv(x[-test:], said[-test:], "%.6g"))
    answers = "\n".join(["teacher", *map(str, said[-test:]), ""])
    (own / "test-teacher.csv.gz").write_bytes(gzip.compress(answers.encode(), 9, mtime=0))
    return {
        "name": made["name"],
        "title": made["name"],
        "labels": 0.0,
        "train_rows": len(x) - test,
        "test_rows": test,
        "train": str(own / "train.csv.gz"),
        "test": str(own / "test.csv.gz"),
        "test_teacher": str(own / "test-teacher.csv.gz"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheels", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sounds", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    index = []
    for seed, make in enumerate([textures, languages, files, speech]):
        if make is not speech or arguments.sounds:
            index.append(write(make(arguments, np.random.default_rng(seed)), arguments.out))
            print(index[-1]["name"], index[-1]["train_rows"], index[-1]["test_rows"], flush=True)
    (arguments.out / "tasks.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
