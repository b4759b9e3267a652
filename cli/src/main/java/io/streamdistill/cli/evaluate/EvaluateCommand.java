package io.streamdistill.cli.evaluate;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamdistill.core.transfer.FeatureContract;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill evaluate}: counts a classifier's errors on labelled images. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Runs an ONNX classifier over labelled IDX images and reports its errors, size and speed.",
      "A uint8 input is fed the pixels; a float32 input is fed them scaled by features.scale and"
          + " features.offset, unless the model scales by itself. Speed is the median of 5 batches"
          + " of 1,000 on one thread."
    })
public final class EvaluateCommand implements Callable<Integer> {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Supplier<FeatureContract> contract;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--model", paramLabel = "FILE", required = true, description = "ONNX model")
  private Path model = Path.of("");

  @Option(names = "--images", paramLabel = "FILE", required = true, description = "IDX images")
  private Path images = Path.of("");

  @Option(names = "--labels", paramLabel = "FILE", required = true, description = "their labels")
  private Path labels = Path.of("");

  @Option(names = "--json", paramLabel = "FILE", description = "write the result here, too")
  private @Nullable Path json;

  /**
   * Creates the command.
   *
   * @param contract asked for when the command runs; only scale and offset are used
   */
  public EvaluateCommand(Supplier<FeatureContract> contract) {
    this.contract = contract;
  }

  @Override
  public Integer call() {
    try {
      Evaluation evaluation = Evaluator.open(images, labels, contract.get()).evaluate(model);
      if (json != null) {
        JSON.writeValue(json.toFile(), evaluation);
      }
      print(evaluation);
      return 0;
    } catch (NoSuchFileException e) {
      throw new EvaluationException(e.getFile() + ": no such file; check the path", e);
    } catch (IOException e) { // its message names the file
      throw new EvaluationException(String.valueOf(e.getMessage()), e);
    }
  }

  private void print(Evaluation evaluation) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s: %,d errors in %,d (%.2f %% right), %,d parameters, %,d bytes, %.1f ms per 1,000%n",
        model,
        evaluation.errors(),
        evaluation.examples(),
        100 * evaluation.accuracy(),
        evaluation.parameters(),
        evaluation.modelBytes(),
        evaluation.millisPer1000Predictions());
    for (int k = 0; k < evaluation.errorsPerClass().size(); k++) {
      out.printf(
          Locale.ROOT,
          "  class %d: %,d errors in %,d%n",
          k,
          evaluation.errorsPerClass().get(k),
          evaluation.examplesPerClass().get(k));
    }
    out.flush();
  }
}
