package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.engine.DenseExport;
import io.streamdistill.engine.Weight;
import io.streamdistill.onnx.graph.OnnxAttribute;
import io.streamdistill.onnx.graph.OnnxExportException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * Reads a network's configuration and plans the steps of its export, so that whatever cannot be
 * exported is known before training starts.
 */
final class LayerExport {

  private final List<LayerStep> steps = new ArrayList<>();
  private final String logits;
  private boolean image; // whether the value after the last step is (N, channels, height, width)

  private LayerExport(String logits) {
    this.logits = logits;
  }

  /**
   * Returns the steps from the features (N, length) to the logits (N, classes).
   *
   * @param logits name of that value
   * @throws OnnxExportException if a layer has no ONNX form
   */
  static List<LayerStep> plan(MultiLayerConfiguration network, String logits) {
    LayerExport export = new LayerExport(logits);
    int last = network.getConfs().size() - 1;
    for (int index = 0; index <= last; index++) {
      InputPreProcessor preprocessor = network.getInputPreProcess(index);
      if (preprocessor != null) {
        export.preprocessor(new LayerRef(index, preprocessor), preprocessor);
      }
      Layer layer = network.getConf(index).getLayer();
      LayerRef ref = new LayerRef(index, layer);
      if (index < last) {
        export.hidden(ref, layer);
      } else {
        export.output(ref, layer);
      }
    }
    return export.steps;
  }

  /** DL4J flattens images channel by channel, row by row, which is ONNX's order, too. */
  private void preprocessor(LayerRef ref, InputPreProcessor preprocessor) {
    String y = ref.value("input");
    if (preprocessor instanceof FeedForwardToCnnPreProcessor toImage) {
      long c = toImage.getNumChannels();
      long h = toImage.getInputHeight();
      long w = toImage.getInputWidth();
      steps.add((graph, parameters, x) -> ImageSteps.reshape(graph, x, y, c, h, w));
      image = true;
    } else if (preprocessor instanceof CnnToFeedForwardPreProcessor toFlat) {
      ref.require(toFlat.getFormat() == CNN2DFormat.NCHW, "has images in NHWC order");
      if (image) {
        steps.add((graph, parameters, x) -> ImageSteps.flatten(graph, x, y));
      }
      image = false;
    } else {
      throw ref.unsupported("is an unknown preprocessor");
    }
  }

  private void hidden(LayerRef ref, Layer layer) {
    Class<?> type = layer.getClass(); // a subclass may compute something else
    if (type == DenseLayer.class) {
      DenseLayer dense = (DenseLayer) layer;
      ref.require(!dense.hasLayerNorm(), "uses layer normalization");
      affine(ref, dense.hasBias(), ref.value("z"));
      activation(ref, dense.getActivationFn());
    } else if (type == ConvolutionLayer.class || type == Convolution2D.class) {
      ConvolutionLayer convolution = (ConvolutionLayer) layer;
      requireImages(ref, convolution.getCnn2dDataFormat());
      steps.add(ImageSteps.convolution(ref, convolution));
      activation(ref, convolution.getActivationFn());
    } else if (type == SubsamplingLayer.class || type == Pooling2D.class) {
      SubsamplingLayer pooling = (SubsamplingLayer) layer;
      requireImages(ref, pooling.getCnn2dDataFormat());
      steps.add(ImageSteps.pooling(ref, pooling));
    } else if (type == GlobalPoolingLayer.class) {
      GlobalPoolingLayer pooling = (GlobalPoolingLayer) layer;
      requireImages(ref, CNN2DFormat.NCHW);
      steps.add(ImageSteps.globalPooling(ref, pooling));
      image = !pooling.isCollapseDimensions();
    } else if (type == BatchNormalization.class) {
      normalization(ref, (BatchNormalization) layer);
    } else if (type == ActivationLayer.class) {
      activation(ref, ((ActivationLayer) layer).getActivationFn());
    } else {
      ref.require(type == DropoutLayer.class, "has no ONNX form here");
      // Dropout does nothing once training is over.
    }
  }

  /** The last layer up to its activation: the logits. */
  private void output(LayerRef ref, Layer layer) {
    Class<?> type = layer.getClass();
    ref.require(
        type == OutputLayer.class || type == LossLayer.class,
        "is the last layer, but neither OutputLayer nor LossLayer");
    IActivation f = ((FeedForwardLayer) layer).getActivationFn();
    ref.require(
        f instanceof ActivationSoftmax || f instanceof ActivationIdentity,
        "has activation " + f + ", but a classifier ends in softmax or identity");
    if (layer instanceof OutputLayer output) {
      affine(ref, output.hasBias(), logits);
    } else {
      ref.require(!image, "gets images, but a classifier ends in a vector");
      steps.add((graph, parameters, x) -> x.as(graph.node("Identity", logits, x.name())));
    }
  }

  /** y = x W + b, with W (in, out). */
  private void affine(LayerRef ref, boolean bias, String y) {
    ref.require(!image, "gets images without a CnnToFeedForwardPreProcessor before it");
    steps.add(
        (graph, parameters, x) -> {
          Weight weight = parameters.get(ref, "W"); // (in, out)
          if (x.elements() != weight.shape().get(0)) {
            throw ref.unsupported(
                "expects %d features, but gets %d".formatted(weight.shape().get(0), x.elements()));
          }
          Weight b = bias ? parameters.get(ref, "b") : null;
          DenseExport.affine(graph, ref.index(), x.name(), weight, b, y);
          return Value.flat(y, weight.shape().get(1));
        });
  }

  /** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, per feature or channel. */
  private void normalization(LayerRef ref, BatchNormalization layer) {
    ref.require(!image || layer.getCnn2DFormat() == CNN2DFormat.NCHW, "has images in NHWC order");
    boolean locked = layer.isLockGammaBeta();
    // DL4J ignores one locked value if the other has its default.
    ref.require(
        !locked || (layer.getGamma() == 1 && layer.getBeta() == 0),
        "locks gamma and beta to other values than 1 and 0");
    OnnxAttribute epsilon = OnnxAttribute.real("epsilon", layer.getEps());
    steps.add(
        (graph, parameters, x) -> {
          String mean = parameters.vector(graph, ref, "mean"); // (channels), as the other three
          float[] variance =
              layer.isUseLogStd()
                  ? variance(parameters.elements(ref, "log10stdev"))
                  : parameters.elements(ref, "var");
          float[] ones = new float[variance.length];
          Arrays.fill(ones, 1);
          float[] gamma = locked ? ones : parameters.elements(ref, "gamma");
          float[] beta = locked ? new float[ones.length] : parameters.elements(ref, "beta");
          List<String> inputs =
              List.of(
                  x.name(),
                  graph.f32(ref.value("gamma"), gamma, gamma.length),
                  graph.f32(ref.value("beta"), beta, beta.length),
                  mean,
                  graph.f32(ref.value("variance"), variance, variance.length));
          return x.as(graph.node("BatchNormalization", ref.result(), inputs, epsilon));
        });
  }

  /** (10^s)^2 for every log10 standard deviation s. */
  private static float[] variance(float[] log10Deviation) {
    float[] variance = new float[log10Deviation.length];
    for (int i = 0; i < variance.length; i++) {
      variance[i] = (float) Math.pow(10, 2 * log10Deviation[i]);
    }
    return variance;
  }

  private void activation(LayerRef ref, IActivation f) {
    ref.require(!image || !(f instanceof ActivationSoftmax), "applies softmax to images");
    Activations.Writer writer =
        Activations.writer(f)
            .orElseThrow(
                () ->
                    ref.unsupported(
                        "has activation %s; supported are %s".formatted(f, Activations.SUPPORTED)));
    steps.add((graph, parameters, x) -> x.as(writer.write(graph, x.name(), ref.result())));
  }

  private void requireImages(LayerRef ref, CNN2DFormat format) {
    ref.require(
        image, "gets flat features; set the input type InputType.convolutionalFlat for images");
    ref.require(format == CNN2DFormat.NCHW, "has images in NHWC order");
  }
}
