# bench/peer_onnx.py - ONNX Runtime, which predicts only, as one of the tools of
# `make bench-peers`
#
# Usage: peer_onnx.py FOLDER THREADS
# Input and output are bound to memory before the clock starts, or given with the call, which
# ever is faster.
# SPDX-License-Identifier: MIT
import numpy
import onnx
import onnxruntime
from onnx import helper, numpy_helper

import peer

OPERATORS = {"relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax", "none": "Identity"}


def make_model(case):
    nodes, weights, x = [], [], "x"
    for i, (weight, bias) in enumerate(case.layers):
        last = i + 1 == len(case.layers)
        weights += [numpy_helper.from_array(weight, "w%d" % i),
                    numpy_helper.from_array(bias, "b%d" % i)]
        nodes += [helper.make_node("Gemm", [x, "w%d" % i, "b%d" % i], ["z%d" % i], transB=1),
                  helper.make_node(OPERATORS[case.last if last else case.hidden],
                                   ["z%d" % i], ["y" if last else "a%d" % i])]
        x = "a%d" % i
    graph = helper.make_graph(
        nodes, case.name,
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["rows", case.width[0]])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["rows", case.width[-1]])],
        weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


class Onnx:
    def __init__(self, case, threads, rate):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            make_model(case).SerializeToString(), options, ["CPUExecutionProvider"])
        self.case = case
        self.infer_rows = case.rows

    def get_ready(self):
        case = self.case
        sizes = [1] if case.row_by_row else [s for s in peer.CHUNKS if s <= case.rows]
        ways = [(size, way) for size in sizes for way in (self.infer_given, self.infer_bound)]
        self.choose(peer.fastest(ways, self.choose, times=2))

    def choose(self, way):
        rows, self.infer = way
        parts = [self.case.x[i:i + rows] for i in range(0, self.case.rows, rows)]
        self.parts = parts
        if self.infer == self.infer_bound:
            self.parts = [self.bind(part) for part in parts]
        self.infer(1)

    def bind(self, part):
        binding = self.session.io_binding()
        y = numpy.empty((len(part), self.case.width[-1]), "f4")
        binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(part))
        binding.bind_ortvalue_output("y", onnxruntime.OrtValue.ortvalue_from_numpy(y))
        return binding

    def infer_given(self, units):
        run = self.session.run
        for _ in range(units):
            for part in self.parts:
                run(None, {"x": part})

    def infer_bound(self, units):
        run = self.session.run_with_iobinding
        for _ in range(units):
            for part in self.parts:
                run(part)


peer.serve("ONNX Runtime " + onnxruntime.__version__, Onnx)
