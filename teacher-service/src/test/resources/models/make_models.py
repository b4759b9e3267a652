"""Makes the small teachers of the tests. Run once, with onnx 1.23 and numpy, in this directory."""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T, helper as h, numpy_helper as nh

FEATURES, CLASSES = 4, 3
W = (np.arange(FEATURES * CLASSES).reshape(FEATURES, CLASSES) % 5 - 2).astype("f4")
B = np.array([0.5, -0.25, 0], "f4")


def const(name, value, kind="f4"):
    return nh.from_array(np.array(value, kind), name)


def save(name, nodes, outputs, inputs=None, constants=(), external=False):
    inputs = inputs or [("x", T.FLOAT, ["N", FEATURES])]
    graph = h.make_graph(
        nodes,
        "teacher",
        [h.make_tensor_value_info(*i) for i in inputs],
        [h.make_tensor_value_info(n, T.FLOAT, s) for n, s in outputs],
        [nh.from_array(W, "W"), nh.from_array(B, "B"), *constants],
    )
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)], producer_name="tests")
    model.ir_version = 8
    onnx.checker.check_model(model)
    kwargs = dict(save_as_external_data=True, location="external.bin", size_threshold=0) if external else {}
    onnx.save(model, name + ".onnx", **kwargs)


def linear(out, x="x"):
    return h.make_node("Gemm", [x, "W", "B"], [out])


def softmax(x, out):
    return h.make_node("Softmax", [x], [out], axis=1)


pathlib.Path("external.bin").unlink(missing_ok=True)
ROWS = ["N", CLASSES]
save("logits", [linear("logits")], [("logits", ROWS)])
save("probabilities", [linear("z"), softmax("z", "probabilities")], [("probabilities", ROWS)])
save("both", [linear("logits"), softmax("logits", "probabilities")], [("probabilities", ROWS), ("logits", ROWS)])
# Outputs whose names say nothing.
save("unnamed-logits", [linear("y")], [("y", ROWS)])
save("unnamed-probabilities", [linear("z"), softmax("z", "y")], [("y", ROWS)])
save("two-unnamed", [linear("y"), softmax("y", "v")], [("y", ROWS), ("v", ROWS)])
# The same function of bytes as they are, and of images.
save(
    "bytes",
    [
        h.make_node("Cast", ["x"], ["f"], to=T.FLOAT),
        h.make_node("Mul", ["f", "scale"], ["s"]),
        linear("logits", "s"),
    ],
    [("logits", ROWS)],
    [("x", T.UINT8, ["N", FEATURES])],
    [const("scale", 1 / 255)],
)
save("image", [h.make_node("Flatten", ["x"], ["f"]), linear("logits", "f")], [("logits", ROWS)], [("x", T.FLOAT, ["N", 1, 2, 2])])
save("external", [linear("logits")], [("logits", ROWS)], external=True)
# NaN where the first feature is above 0.99.
save(
    "nan",
    [
        h.make_node("Slice", ["x", "zero", "one", "one"], ["first"]),
        h.make_node("Sub", ["limit", "first"], ["d"]),
        h.make_node("Sqrt", ["d"], ["root"]),
        h.make_node("Mul", ["root", "nothing"], ["n"]),
        linear("z"),
        h.make_node("Add", ["z", "n"], ["logits"]),
    ],
    [("logits", ROWS)],
    constants=[const("zero", [0], "i8"), const("one", [1], "i8"), const("limit", [0.99]), const("nothing", [0])],
)
# Logits that depend on the number of rows: the third grows by it.
save(
    "depends-on-rows",
    [
        h.make_node("Shape", ["x"], ["s"]),
        h.make_node("Slice", ["s", "zero", "one"], ["n"]),
        h.make_node("Cast", ["n"], ["nf"], to=T.FLOAT),
        h.make_node("Mul", ["nf", "third"], ["extra"]),
        linear("z"),
        h.make_node("Add", ["z", "extra"], ["logits"]),
    ],
    [("logits", ROWS)],
    constants=[const("zero", [0], "i8"), const("one", [1], "i8"), const("third", [0, 0, 1])],
)
save("fixed-batch", [linear("logits")], [("logits", [8, CLASSES])], [("x", T.FLOAT, [8, FEATURES])])
# Models that do not fit.
FOUR = [const("W4", np.ones((FEATURES, 4))), const("B4", [0, 1, 2, 3])]
four = h.make_node("Gemm", ["x", "W4", "B4"], ["logits"])
four4 = h.make_node("Gemm", ["x", "W4", "B4"], ["all"])
save("four-classes", [four], [("logits", ["N", 4])], constants=FOUR)
# ... whose shape shows only in a run: it is cut at a column that is computed.
save(
    "four-classes-undeclared",
    [
        four4,
        h.make_node("ReduceSum", ["x"], ["sum"], keepdims=0),
        h.make_node("Mul", ["sum", "nothing"], ["zeros"]),
        h.make_node("Add", ["zeros", "columns"], ["end"]),
        h.make_node("Cast", ["end"], ["to"], to=T.INT64),
        h.make_node("Slice", ["all", "from", "to", "axis"], ["logits"]),
    ],
    [("logits", ["N", "C"])],
    constants=[*FOUR, const("nothing", [0]), const("columns", [4]), const("from", [0], "i8"), const("axis", [1], "i8")],
)
save("two-inputs", [h.make_node("Add", ["x", "y"], ["s"]), linear("logits", "s")], [("logits", ROWS)], [("x", T.FLOAT, ["N", 4]), ("y", T.FLOAT, ["N", 4])])
save("f64", [h.make_node("Cast", ["x"], ["f"], to=T.FLOAT), linear("logits", "f")], [("logits", ROWS)], [("x", T.DOUBLE, ["N", 4])])
