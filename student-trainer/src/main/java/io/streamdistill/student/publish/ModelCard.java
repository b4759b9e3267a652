package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.records.FeatureContract;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The checkpoint's {@code README.md}: what the model is, for whoever finds the file. */
final class ModelCard {

  private ModelCard() {}

  static String of(
      StudentIdentity identity,
      CheckpointId id,
      CheckpointWriter.Told told,
      @Nullable Map<String, Double> small,
      @Nullable Calibration calibration,
      long parameters) {
    FeatureContract features = identity.features();
    Progress progress = told.progress();
    StringBuilder card = new StringBuilder(2048);
    card.append(
        """
        # Student `%s`, version `%s`

        Distilled with StreamDistill from the soft targets on topic `%s`: teacher version(s) %s.

        ## Use

        `model.onnx` takes one input, `features`: (N, %d) elements of type %s, row-major, as they
        come off the wire, N free. The graph itself computes `element * %s + offset %s`%s.
        It returns `probabilities` (N, %d), the softmax at temperature 1, and `logits` (N, %d).
        Classes, in order: %s.

        `weights.safetensors` holds the parameters by their DL4J names, `config.json` the
        configuration of the training, `manifest.json` the lineage and the SHA-256 of every file,
        `trainer-state.safetensors` what the trainer needs to go on, `order.txt.gz` in which order
        the records were taken (`distill rebuild`).

        ## Training

        | | |
        |---|---|
        | parameters | %d |
        | training steps | %d |
        | examples seen, every visit counted | %d |
        | passes completed | %d |
        | examples by teacher | %s |
        | weights at the start | %s |
        | learning | %s |
        | objective | %s |
        | optimizer | `%s`, learning rate `%s`, batches of %s |

        ## Data

        | | |
        |---|---|
        | features | %s |
        | soft targets | topic `%s`, offsets by partition: %s |

        ## Prequential metrics

        Measured on the newest examples of the stream, each before it was trained on. After the
        first pass these examples have been seen before: then the figures are no estimate for new
        data, and a separate test set is the judge.

        | metric | value |
        |---|---|
        """
            .formatted(
                id.student(),
                id.version(),
                identity.topic(),
                progress.teacherVersions(),
                features.length(),
                features.type().name().toLowerCase(Locale.ROOT),
                features.scale(),
                features.offset(),
                CardWords.standardised(identity.scales()),
                identity.classes().count(),
                identity.classes().count(),
                identity.classes().names(),
                parameters,
                progress.step(),
                progress.examplesSeen(),
                progress.position().pass(),
                CardWords.teachers(progress),
                CardWords.start(identity.initFrom()),
                CardWords.learning(told.learning()),
                CardWords.objective(identity.configuration(), identity.scales()),
                identity.configuration().path("optimizer"),
                identity.configuration().path("learning-rate"),
                identity.configuration().path("batch-size").asText(),
                CardWords.range(features),
                identity.topic(),
                CardWords.offsets(progress.position())));
    told.metrics().forEach((name, value) -> card.append("| %s | %.6g |%n".formatted(name, value)));
    if (small != null) {
      card.append(
          """

          ## model.int8.onnx

          The same model with int8 weights: same input, same outputs, a quarter of the size. What goes
          into a layer is rounded to 8 bits over the range of its batch, so answers depend a little on
          the rest of the batch. Compared with `model.onnx` on the newest examples of the hold-out, on
          which the student is never trained:

          | metric | value |
          |---|---|
          """);
      small.forEach((name, value) -> card.append("| %s | %.6g |%n".formatted(name, value)));
    }
    if (calibration != null) {
      card.append(correction(calibration, identity.classes().names()));
    }
    card.append(
        """

        ## Limits

        The student knows what its teacher knows, on inputs like those of its transfer set. It has
        not been tested on other data.
        """);
    return card.toString();
  }

  private static String correction(Calibration calibration, List<String> classes) {
    StringBuilder section = new StringBuilder(1024);
    section.append(
        """

        ## Bias correction

        After training, and without labels, a shift was added to every logit of `model.onnx`, such that
        its mean prediction on the newest %d soft targets of topic `%s` is %s. The metrics above
        are those of the student before that. `weights.safetensors` holds the parameters as they were
        trained, and the shifts beside them, as `bias_correction`.

        | class | mean as trained | wanted | mean | shift |
        |---|---|---|---|---|
        """
            .formatted(
                calibration.probeExamples(),
                calibration.probeTopic(),
                calibration.target().equals("teacher")
                    ? "that of their teacher"
                    : "a class prior that is known"));
    for (int k = 0; k < classes.size(); k++) {
      section.append(
          String.format(
              Locale.ROOT,
              "| %s | %.6f | %.6f | %.6f | %+.4f |%n",
              classes.get(k).replace("|", "\\|"),
              calibration.trainedPrediction().get(k),
              calibration.wantedPrediction().get(k),
              calibration.meanPrediction().get(k),
              calibration.biasShift().get(k)));
    }
    return section.toString();
  }
}
