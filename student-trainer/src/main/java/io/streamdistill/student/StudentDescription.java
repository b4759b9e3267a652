package io.streamdistill.student;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.records.Task;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.schedule.BatchSize;

/** Describes a configured student for its checkpoints: what shapes the weights, nothing else. */
final class StudentDescription {

  private StudentDescription() {}

  static StudentIdentity of(
      StudentConfig config, BatchSize batchSize, String softTargets, Task task) {
    ObjectMapper json = new ObjectMapper();
    ObjectNode network = StudentNetwork.describe(config.network(), json);
    ObjectNode configuration = json.createObjectNode();
    configuration.put("name", config.name());
    configuration.set("network", network);
    configuration.set("optimizer", json.valueToTree(config.optimizer()));
    configuration.set("learning-rate", json.valueToTree(config.learningRate()));
    configuration.set("features", json.valueToTree(config.features()));
    configuration.set("objective", json.valueToTree(config.objective()));
    configuration.put("select", config.select().name());
    configuration.put("max-weight", config.maxWeight());
    configuration.put("teacher-versions", config.teachers().toString());
    if (batchSize.isFixed()) {
      configuration.put("batch-size", batchSize.late());
    } else {
      configuration.put("batch-size", batchSize.toString());
    }
    configuration.put("seed", config.seed());
    configuration.put("passes", config.log().passes());
    configuration.put("pass-examples", config.log().passExamples());
    configuration.put("visits", config.log().visits());
    configuration.put("shuffle", config.log().shuffle());
    return new StudentIdentity(
        config.name(),
        softTargets,
        task.features(),
        task.classes(),
        network,
        configuration,
        null,
        null);
  }
}
