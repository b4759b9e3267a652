# Checks that ONNX Runtime in Python predicts what the trainer's network predicted: on 10,000 inputs, within 1e-5.
# pip install onnxruntime numpy; then, at the top of this repository:
#   mvn -pl student-trainer -am test -Dtest=ChampionParityTest -Dsurefire.failIfNoSpecifiedTests=false -Dparity.out=/tmp/parity
#   python3 docs/examples/parity.py /tmp/parity [RESULTS.json]
import json, os, platform, sys
import numpy as np
import onnxruntime as ort

TOLERANCE = 1e-5  # of a probability
home = sys.argv[1]
differences = {}
for student in sorted(name for name in os.listdir(home) if os.path.isdir(os.path.join(home, name))):
    folder = os.path.join(home, student)
    session = ort.InferenceSession(folder + "/champion/model.onnx", providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    length = int(np.prod(json.loads(metadata["distill.features.shape"])))
    classes = len(json.loads(metadata["distill.classes"]))
    differences[student] = {}
    for kind in sorted(name.split(".")[0] for name in os.listdir(folder) if name.endswith(".features.u8")):
        features = np.fromfile(f"{folder}/{kind}.features.u8", np.uint8).reshape(-1, length)
        probabilities, logits = session.run(["probabilities", "logits"], {"features": features})
        expected = {name: np.fromfile(f"{folder}/{kind}.{name}.f32", "<f4").reshape(-1, classes)
                    for name in ("probabilities", "logits")}
        differences[student][kind] = {
            "inputs": len(features),
            "probabilities": float(np.abs(probabilities - expected["probabilities"]).max()),
            "logits": float(np.abs(logits - expected["logits"]).max()),
            "largest_logit": float(np.abs(expected["logits"]).max())}

with open("/proc/cpuinfo") as cpus:
    cpu = next((line.split(":")[1].strip() for line in cpus if line.startswith("model name")), platform.machine())
results = {
    "tolerance": TOLERANCE, "machine": f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
    "in_java": json.load(open(home + "/java.json")),
    "in_python": {"python": platform.python_version(), "onnxruntime": ort.__version__, "numpy": np.__version__,
                  "largest_differences": differences}}
text = json.dumps(results, indent=2) + "\n"
print(text, end="")
if len(sys.argv) > 2:
    with open(sys.argv[2], "w") as file:
        file.write(text)
close = all(kind["probabilities"] <= TOLERANCE for kinds in differences.values() for kind in kinds.values())
sys.exit(0 if differences and close else f"a probability differs by more than {TOLERANCE}, or nothing was compared")
