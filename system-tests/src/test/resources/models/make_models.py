"""Makes teachers that never return. Run once, with onnx 1.23 and numpy, in this directory."""
import numpy as np
import onnx
from onnx import TensorProto as T, helper as h, numpy_helper as nh

FEATURES, CLASSES = 16, 4
FOREVER = float(2**40)  # iterations


def save(name, limit):
    """Loops for ever when the first feature of a row is at or above the limit."""
    body = h.make_graph(
        [
            h.make_node("Sin", ["m_in"], ["m_out"]),
            h.make_node("Identity", ["c_in"], ["c_out"]),
        ],
        "body",
        [
            h.make_tensor_value_info("i", T.INT64, []),
            h.make_tensor_value_info("c_in", T.BOOL, []),
            h.make_tensor_value_info("m_in", T.FLOAT, [64]),
        ],
        [
            h.make_tensor_value_info("c_out", T.BOOL, []),
            h.make_tensor_value_info("m_out", T.FLOAT, [64]),
        ],
    )
    nodes = [
        h.make_node("Gather", ["x", "first"], ["x0"], axis=1),
        h.make_node("ReduceMax", ["x0"], ["most"], keepdims=0),
        h.make_node("GreaterOrEqual", ["most", "limit"], ["large"]),
        h.make_node("Cast", ["large"], ["one"], to=T.FLOAT),
        h.make_node("Mul", ["one", "forever"], ["many"]),
        h.make_node("Cast", ["many"], ["trips"], to=T.INT64),
        h.make_node("Loop", ["trips", "true", "start"], ["end"], body=body),
        h.make_node("ReduceSum", ["end"], ["sum"], keepdims=0),
        h.make_node("Mul", ["sum", "zero"], ["nothing"]),
        h.make_node("MatMul", ["x", "W"], ["z"]),
        h.make_node("Add", ["z", "nothing"], ["logits"]),
    ]
    weights = (np.arange(FEATURES * CLASSES).reshape(FEATURES, CLASSES) % 7 - 3).astype("f4")
    constants = {
        "first": np.array([0], "i8"),
        "limit": np.array(limit, "f4"),
        "forever": np.array(FOREVER, "f4"),
        "true": np.array(True),
        "start": np.ones(64, "f4"),
        "zero": np.array(0, "f4"),
        "W": weights,
    }
    graph = h.make_graph(
        nodes,
        "teacher",
        [h.make_tensor_value_info("x", T.FLOAT, ["N", FEATURES])],
        [h.make_tensor_value_info("logits", T.FLOAT, ["N", CLASSES])],
        [nh.from_array(value, key) for key, value in constants.items()],
    )
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], producer_name="tests")
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, name + ".onnx")


save("hangs-where-large", 100)  # the trial's features are below 1
save("hangs", -1)
