package io.streamdistill.cli.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.cli.evaluate.Evaluation;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a quickstart found out, on the 10,000 test images.
 *
 * @param teacher the teacher's own model
 * @param student the pulled checkpoint of the student that was distilled
 * @param baseline the pulled checkpoint of the same student, trained on the hard labels only
 * @param produced examples sent to the transfer set
 * @param labelled those among them that carried their hard label
 * @param scored distinct examples on the soft-target topic
 * @param trained examples that the distilled student was trained on, every pass counted
 * @param seconds from the start of the broker to the last evaluation
 * @param checkpoint directory of the pulled checkpoint
 */
record QuickstartResult(
    Evaluation teacher,
    Evaluation student,
    Evaluation baseline,
    long produced,
    long labelled,
    long scored,
    long trained,
    double seconds,
    Path checkpoint) {

  /** The table, one model a line. */
  String table() {
    return """
        %-34s %12s %12s %9s %16s
        %s
        %s
        %s
        """
        .formatted(
            "model",
            "test errors",
            "parameters",
            "size",
            "ms/1,000 preds",
            line("teacher 784-1200-1200-10", teacher),
            line("student 784-800-800-10, distilled", student),
            line("  same student, hard labels only", baseline));
  }

  private static String line(String name, Evaluation model) {
    return String.format(
        Locale.ROOT,
        "%-34s %12d %,12d %6.1f MB %16.1f",
        name,
        model.errors(),
        model.parameters(),
        model.modelBytes() / 1e6,
        model.millisPer1000Predictions());
  }

  /** The same as JSON. */
  String json() {
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = json.createObjectNode();
    root.set("teacher", json.valueToTree(teacher));
    root.set("student", json.valueToTree(student));
    root.set("baseline", json.valueToTree(baseline));
    root.putObject("examples")
        .put("produced", produced)
        .put("labelled", labelled)
        .put("scored", scored)
        .put("trained", trained);
    root.putObject("seconds").put("total", seconds);
    root.putObject("checkpoint").put("dir", checkpoint.toString());
    try {
      return json.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and text is JSON", e);
    }
  }
}
