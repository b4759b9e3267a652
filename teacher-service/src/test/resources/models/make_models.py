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


def save(name, nodes, outputs, inputs=None, constants=(), external=False, kind=T.FLOAT, zipmap=None):
    inputs = inputs or [("x", T.FLOAT, ["N", FEATURES])]
    declared = [h.make_tensor_value_info(o[0], o[2] if len(o) > 2 else kind, o[1]) for o in outputs]
    opsets = [h.make_opsetid("", 13)]
    if zipmap:  # the last node turns its input into one map per row
        key = T.STRING if isinstance(zipmap[0], str) else T.INT64
        labels = {"classlabels_strings" if key == T.STRING else "classlabels_int64s": zipmap}
        nodes = [*nodes, h.make_node("ZipMap", ["p"], ["output_probability"], domain="ai.onnx.ml", **labels)]
        value = h.make_map_type_proto(key, h.make_tensor_type_proto(T.FLOAT, []))
        declared.append(h.make_value_info("output_probability", h.make_sequence_type_proto(value)))
        opsets.append(h.make_opsetid("ai.onnx.ml", 3))
    graph = h.make_graph(
        nodes,
        "teacher",
        [h.make_tensor_value_info(*i) for i in inputs],
        declared,
        [nh.from_array(W, "W"), nh.from_array(B, "B"), *constants],
    )
    model = h.make_model(graph, opset_imports=opsets, producer_name="tests")
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

# Other element types. Whole numbers come as on the wire, so that the model scales them.
SCALE = const("scale", 1 / 255)


def whole(name, kind):
    nodes = [h.make_node("Cast", ["x"], ["f"], to=T.FLOAT), h.make_node("Mul", ["f", "scale"], ["s"]), linear("logits", "s")]
    save(name, nodes, [("logits", ROWS)], [("x", kind, ["N", 4])], [SCALE])


whole("int8", T.INT8)
whole("int16", T.INT16)
whole("int32", T.INT32)
whole("int64", T.INT64)
save("bool", [h.make_node("Cast", ["x"], ["f"], to=T.FLOAT), linear("logits", "f")], [("logits", ROWS)], [("x", T.BOOL, ["N", 4])])
CAST = [h.make_node("Cast", ["x"], ["f"], to=T.FLOAT), linear("z", "f")]
save("f64-out", [*CAST, h.make_node("Cast", ["z"], ["y"], to=T.DOUBLE)], [("y", ROWS)], [("x", T.DOUBLE, ["N", 4])], kind=T.DOUBLE)
save(
    "f16",
    [*CAST, h.make_node("Cast", ["z"], ["h"], to=T.FLOAT16), h.make_node("Softmax", ["h"], ["y"], axis=1)],
    [("y", ROWS)],
    [("x", T.FLOAT16, ["N", 4])],
    kind=T.FLOAT16,
)
# Several inputs.
COLUMNS = [("a", T.FLOAT, ["N", 1]), ("b", T.FLOAT, ["N"]), ("c", T.FLOAT, ["N", 1]), ("d", T.DOUBLE, ["N", 1])]
save(
    "columns",
    [
        h.make_node("Unsqueeze", ["b", "one"], ["b1"]),
        h.make_node("Cast", ["d"], ["d1"], to=T.FLOAT),
        h.make_node("Concat", ["a", "b1", "c", "d1"], ["x"], axis=1),
        linear("logits"),
    ],
    [("logits", ROWS)],
    COLUMNS,
    [const("one", [1], "i8")],
)
save(
    "ids-and-mask",
    [
        h.make_node("Cast", ["ids"], ["i"], to=T.FLOAT),
        h.make_node("Mul", ["i", "scale"], ["s"]),
        h.make_node("Concat", ["s", "mask"], ["x"], axis=1),
        linear("logits"),
    ],
    [("logits", ROWS)],
    [("ids", T.INT64, ["N", 2]), ("mask", T.FLOAT, ["N", "M"])],
    [SCALE],
)
# Logits grow by a state, whose batch dimension is its second, and by a rate, which is no tensor of rows.
save(
    "state",
    [
        h.make_node("ReduceSum", ["h", "axes"], ["hs"], keepdims=0),
        h.make_node("Cast", ["rate"], ["r"], to=T.FLOAT),
        h.make_node("Unsqueeze", ["hs", "one"], ["h1"]),
        linear("z"),
        h.make_node("Add", ["z", "h1"], ["zh"]),
        h.make_node("Mul", ["zh", "r"], ["logits"]),
    ],
    [("logits", ROWS)],
    [("x", T.FLOAT, ["N", 4]), ("h", T.FLOAT, [2, "N", 5]), ("rate", T.INT64, [])],
    [const("axes", [0, 2], "i8"), const("one", [1], "i8")],
)
# Outputs of other shapes and types.
save("four-axes", [linear("z"), h.make_node("Unsqueeze", ["z", "last"], ["y"])], [("y", ["N", 3, 1, 1])], constants=[const("last", [2, 3], "i8")])
ONE_COLUMN = [const("w", [[1], [-1], [2], [-2]]), const("b", [0.5])]
one_column = h.make_node("Gemm", ["x", "w", "b"], ["z"])
save("one-column", [one_column], [("z", ["N", 1])], constants=ONE_COLUMN)
save("sigmoid", [one_column, h.make_node("Sigmoid", ["z"], ["y"])], [("y", ["N", 1])], constants=ONE_COLUMN)
LABEL = h.make_node("ArgMax", ["p"], ["label"], axis=1, keepdims=0)
P = [linear("z"), softmax("z", "p"), LABEL]
save("label-only", P, [("label", ["N"], T.INT64)])
save("label-and-numbers", P, [("label", ["N"], T.INT64), ("p", ROWS)])
save("maps", P, [("label", ["N"], T.INT64)], zipmap=[10, 11, 12])
# The same function for classes [b, c, a].
save("named-maps", P, [("label", ["N"], T.INT64)], zipmap=["b", "c", "a"])
save("embedding-beside", [linear("z"), h.make_node("Identity", ["x"], ["embedding"])], [("embedding", ["N", 4]), ("z", ROWS)])
# Names that lie.
save("probabilities-called-logits", [linear("z"), softmax("z", "logits")], [("logits", ROWS)])
save("logits-called-probabilities", [linear("probabilities")], [("probabilities", ROWS)])
# Of one kind, and of the other where all features are large.
LARGE = [
    linear("z"),
    softmax("z", "p"),
    h.make_node("ReduceMin", ["x"], ["least"], axes=[1], keepdims=1),
    h.make_node("Greater", ["least", "limit"], ["large"]),
]
LIMIT = [const("limit", 0.99)]
save("logits-where-large", [*LARGE, h.make_node("Where", ["large", "z", "p"], ["y"])], [("y", ROWS)], constants=LIMIT)
save("probabilities-where-large", [*LARGE, h.make_node("Where", ["large", "p", "z"], ["y"])], [("y", ROWS)], constants=LIMIT)
save("three-sigmoids", [linear("z"), h.make_node("Sigmoid", ["z"], ["y"])], [("y", ROWS)])
save("always-nan", [linear("z"), h.make_node("Sqrt", ["minus"], ["nan"]), h.make_node("Add", ["z", "nan"], ["y"])], [("y", ROWS)], constants=[const("minus", [-1])])
# Probabilities [x0, 1 - x0, 0].
save(
    "zeros",
    [
        h.make_node("Slice", ["x", "zero", "one", "one"], ["a"]),
        h.make_node("Sub", ["unit", "a"], ["b"]),
        h.make_node("Sub", ["a", "a"], ["c"]),
        h.make_node("Concat", ["a", "b", "c"], ["y"], axis=1),
    ],
    [("y", ROWS)],
    constants=[const("zero", [0], "i8"), const("one", [1], "i8"), const("unit", [1])],
)
# A batch of one, declared or burnt in.
save("fixed-one", [linear("logits")], [("logits", [1, CLASSES])], [("x", T.FLOAT, [1, FEATURES])])
save("burnt-in-one", [h.make_node("Reshape", ["x", "shape"], ["f"]), linear("logits", "f")], [("logits", ROWS)], constants=[const("shape", [1, 4], "i8")])
# Models that are not frozen.
save(
    "dropout",
    [h.make_node("Dropout", ["x", "ratio", "training"], ["d"]), linear("logits", "d")],
    [("logits", ROWS)],
    constants=[const("ratio", 0.3), const("training", True, "?")],
)
save(
    "noise",
    [linear("z"), h.make_node("RandomNormalLike", ["z"], ["r"], scale=1e-5), h.make_node("Add", ["z", "r"], ["logits"])],
    [("logits", ROWS)],
)
save("batch-norm", [linear("z"), h.make_node("ReduceMean", ["z"], ["m"], axes=[0], keepdims=1), h.make_node("Sub", ["z", "m"], ["logits"])], [("logits", ROWS)])
# Rounds by the largest and the smallest number of the batch.
save(
    "dynamically-quantised",
    [h.make_node("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"]), h.make_node("DequantizeLinear", ["q", "qs", "qz"], ["d"]), linear("logits", "d")],
    [("logits", ROWS)],
)
# A table with room for the numbers below 100; any other fails the whole batch.
save(
    "table",
    [h.make_node("Gather", ["table", "x"], ["rows"]), h.make_node("ReduceMean", ["rows"], ["logits"], axes=[1], keepdims=0)],
    [("logits", ROWS)],
    [("x", T.INT64, ["N", 4])],
    [const("table", np.arange(300).reshape(100, 3) % 7)],
)
save("channels-first", [h.make_node("ReduceMean", ["x"], ["logits"], axes=[2, 3], keepdims=0)], [("logits", ROWS)], [("x", T.FLOAT, ["N", 3, 2, 2])])
save("any-shape", [h.make_node("Flatten", ["x"], ["f"]), linear("logits", "f")], [("logits", ["N", "C"])], [("x", T.FLOAT, ["N", "A", "B", "C"])])
save("text", [h.make_node("Identity", ["t"], ["u"]), linear("logits")], [("u", ["N"], T.STRING), ("logits", ROWS)], [("x", T.FLOAT, ["N", 4]), ("t", T.STRING, ["N"])])
