package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.onnx.graph.OnnxAttribute;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * The sliding window of a convolution or a pooling.
 *
 * <p>Its pads are written out, because runtimes differ in what they allow beside {@code auto_pad}.
 */
final class Window {

  private final int[] kernel; // (height, width), as the other three
  private final int[] stride;
  private final int[] padding;
  private final int[] dilation;
  private final boolean same; // output size is ceil(input / stride), whatever padding that takes

  Window(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.same = mode == ConvolutionMode.Same;
  }

  /** The value {@code y} that comes of sliding this window over {@code x}. */
  Value slide(Value x, String y, long channels) {
    return Value.image(y, channels, size(0, x.height()), size(1, x.width()));
  }

  /** Kernel, strides and pads as the attributes of a node. */
  List<OnnxAttribute> attributes(Value x) {
    long top = before(0, x.height());
    long left = before(1, x.width());
    long bottom = total(0, x.height()) - top;
    long right = total(1, x.width()) - left;
    return List.of(
        OnnxAttribute.integers("kernel_shape", kernel[0], kernel[1]),
        OnnxAttribute.integers("strides", stride[0], stride[1]),
        OnnxAttribute.integers("pads", top, left, bottom, right));
  }

  int dilation(int axis) {
    return dilation[axis];
  }

  private long size(int axis, long input) {
    return same
        ? (input + stride[axis] - 1) / stride[axis]
        : (input - reach(axis) + 2L * padding[axis]) / stride[axis] + 1;
  }

  /** Of an odd padding, the larger part comes after. */
  private long before(int axis, long input) {
    return total(axis, input) / 2;
  }

  private long total(int axis, long input) {
    return same
        ? Math.max(0, (size(axis, input) - 1) * stride[axis] + reach(axis) - input)
        : 2L * padding[axis];
  }

  private long reach(int axis) {
    return kernel[axis] + (kernel[axis] - 1L) * (dilation[axis] - 1);
  }
}
