# pip install onnxruntime numpy; then: python3 docs/examples/predict.py DIRECTORY_OF_A_CHECKPOINT
import json, sys
import numpy as np
import onnxruntime as ort

session = ort.InferenceSession(sys.argv[1] + "/model.onnx")
classes = json.loads(session.get_modelmeta().custom_metadata_map["distill.classes"])
images = np.zeros((2, 784), dtype=np.uint8)  # (batch, 784): raw grey values, the model scales them itself
probabilities, logits = session.run(["probabilities", "logits"], {"features": images})
for row in probabilities:
    print(classes[row.argmax()], f"{row.max():.3f}")
