# Serves the model in a directory that "distill pull --follow" keeps current, and drops no request when it is switched.
# pip install onnxruntime numpy; then: python3 docs/examples/serve.py MODEL_DIRECTORY PORT
# Ask: curl --data-binary @images.u8 http://127.0.0.1:PORT/predict with one example after the other, as on the wire.
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import numpy as np
import onnxruntime as ort

MAX_BODY_BYTES = 16 << 20


class Model:
    def __init__(self, directory):
        self.directory = directory
        self.session = ort.InferenceSession(directory + "/model.onnx", providers=["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.version = metadata["distill.version"]
        self.classes = json.loads(metadata["distill.classes"])
        self.type = np.dtype({"u8": "u1", "f16": "<f2", "f32": "<f4"}[metadata["distill.features.type"]])
        self.length = int(np.prod(json.loads(metadata["distill.features.shape"])))
        self.predict(bytes(self.length * self.type.itemsize))

    def predict(self, body):
        example = self.length * self.type.itemsize
        if not body or len(body) % example or len(body) > MAX_BODY_BYTES:
            raise ValueError(f"send examples of {self.length} {self.type} each, {MAX_BODY_BYTES} bytes at most;"
                             f" got {len(body)} bytes")
        features = np.frombuffer(body, self.type).reshape(-1, self.length)  # (rows, features)
        (probabilities,) = self.session.run(["probabilities"], {"features": features})
        return {"version": self.version, "classes": self.classes, "probabilities": probabilities.tolist()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        model = current  # whoever has begun with a model ends with it; Python frees it after its last request
        length = int(self.headers.get("Content-Length", 0))
        try:
            status, answer = 200, model.predict(self.rfile.read(min(length, MAX_BODY_BYTES + 1)))
        except ValueError as error:
            status, answer = 400, {"error": str(error)}
        body = json.dumps(answer).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if length > MAX_BODY_BYTES:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored):
        pass


link = sys.argv[1]
current = Model(os.path.realpath(link))
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"version {current.version} at http://127.0.0.1:{server.server_port}/predict", flush=True)
while True:
    time.sleep(1)
    try:
        # Resolved once: files that are read through the link itself may be of two versions.
        directory = os.path.realpath(link)
        if directory != current.directory:
            current = Model(directory)  # loads and tries it while the one before still serves
            print(f"version {current.version}", flush=True)
    except Exception as error:
        print(f"version {current.version} stays: {error}", file=sys.stderr, flush=True)
