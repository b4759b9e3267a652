package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;

/** The activation functions that have an ONNX form. */
final class Activations {

  static final String SUPPORTED =
      "identity, relu, relu6, leakyrelu, elu, selu, gelu, swish, mish, sigmoid, hardsigmoid, tanh,"
          + " hardtanh, rectifiedtanh, softplus, softsign, softmax, cube, thresholdedrelu";

  private Activations() {}

  /** Appends the nodes of an activation function. */
  interface Writer {

    /**
     * @param y prefix for names of new values
     * @return name of f(x)
     */
    String write(OnnxGraph graph, String x, String y);
  }

  /** Returns how to write {@code f}, or nothing if ONNX export does not know it. */
  static Optional<Writer> writer(IActivation f) {
    if (f instanceof ActivationIdentity) {
      return Optional.of((graph, x, y) -> x);
    } else if (f instanceof ActivationReLU relu) {
      return relu(relu);
    } else if (f instanceof ActivationReLU6) {
      return clip(0, 6);
    } else if (f instanceof ActivationLReLU leaky) {
      return node("LeakyRelu", OnnxAttribute.real("alpha", leaky.getAlpha()));
    } else if (f instanceof ActivationThresholdedReLU thresholded) {
      return node("ThresholdedRelu", OnnxAttribute.real("alpha", thresholded.getTheta()));
    } else if (f instanceof ActivationELU elu) {
      return node("Elu", OnnxAttribute.real("alpha", elu.getAlpha()));
    } else if (f instanceof ActivationSELU) {
      return node("Selu");
    } else if (f instanceof ActivationGELU gelu) {
      return gelu.isPrecise() ? Optional.empty() : Optional.of(sigmoidWeighted(1.702f));
    } else if (f instanceof ActivationSwish) {
      return Optional.of(sigmoidWeighted(1));
    } else if (f instanceof ActivationMish) {
      return Optional.of(Activations::mish);
    } else if (f instanceof ActivationSigmoid) {
      return node("Sigmoid");
    } else if (f instanceof ActivationHardSigmoid) {
      return node("HardSigmoid", OnnxAttribute.real("alpha", 0.2), OnnxAttribute.real("beta", 0.5));
    } else if (f instanceof ActivationTanH) {
      return node("Tanh");
    } else if (f instanceof ActivationHardTanH) {
      return clip(-1, 1);
    } else if (f instanceof ActivationRectifiedTanh) {
      return Optional.of(
          (graph, x, y) -> graph.node("Relu", y, graph.node("Tanh", y + ".tanh", x)));
    } else if (f instanceof ActivationSoftPlus) {
      return node("Softplus");
    } else if (f instanceof ActivationSoftSign) {
      return node("Softsign");
    } else if (f instanceof ActivationSoftmax) {
      return node("Softmax", OnnxAttribute.integer("axis", 1));
    } else if (f instanceof ActivationCube) {
      return Optional.of(
          (graph, x, y) ->
              graph.node("Mul", y, List.of(x, graph.node("Mul", y + ".square", List.of(x, x)))));
    }
    return Optional.empty();
  }

  private static Optional<Writer> relu(ActivationReLU relu) {
    if (relu.getThreshold() != null && relu.getThreshold() != 0) {
      return Optional.empty();
    }
    double slope = relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope();
    Writer rectify =
        (graph, x, y) -> graph.node("LeakyRelu", y, x, OnnxAttribute.real("alpha", slope));
    if (relu.getMax() != null) {
      float max = relu.getMax().floatValue();
      return Optional.of(
          (graph, x, y) -> {
            String rectified = rectify.write(graph, x, y + ".rectified");
            return graph.node("Min", y, List.of(rectified, scalar(graph, y + ".max", max)));
          });
    }
    return slope == 0 ? node("Relu") : Optional.of(rectify);
  }

  private static Optional<Writer> node(String operator, OnnxAttribute... attributes) {
    return Optional.of((graph, x, y) -> graph.node(operator, y, x, attributes));
  }

  private static Optional<Writer> clip(float min, float max) {
    return Optional.of(
        (graph, x, y) -> {
          String lower = scalar(graph, y + ".min", min);
          String upper = scalar(graph, y + ".max", max);
          return graph.node("Clip", y, List.of(x, lower, upper));
        });
  }

  /** x sigmoid(bx): swish at b = 1, DL4J's GELU at b = 1.702 (Hendrycks and Gimpel, 2016). */
  private static Writer sigmoidWeighted(float b) {
    return (graph, x, y) -> {
      String bx =
          b == 1
              ? x
              : graph.node("Mul", y + ".product", List.of(x, scalar(graph, y + ".factor", b)));
      return graph.node("Mul", y, List.of(x, graph.node("Sigmoid", y + ".sigmoid", bx)));
    };
  }

  /** x tanh(softplus(x)) (Misra, 2019). */
  private static String mish(OnnxGraph graph, String x, String y) {
    String softplus = graph.node("Softplus", y + ".softplus", x);
    return graph.node("Mul", y, List.of(x, graph.node("Tanh", y + ".tanh", softplus)));
  }

  private static String scalar(OnnxGraph graph, String name, float value) {
    return graph.f32(name, new float[] {value});
  }
}
