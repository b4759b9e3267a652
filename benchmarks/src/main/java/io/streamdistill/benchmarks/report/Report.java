package io.streamdistill.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a run has found so far. Filled by one thread. */
public final class Report {

  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private final Machine machine;
  private final Map<String, Ratio> ratios = new LinkedHashMap<>();
  private final ObjectNode sections = json.createObjectNode();
  private final Map<String, String> notMeasured = new LinkedHashMap<>();
  private final Map<String, String> failed = new LinkedHashMap<>();
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  /** An empty report of a run on {@code machine}. */
  public Report(Machine machine) {
    this.machine = machine;
  }

  /** Adds a ratio, of which there is one value per round. */
  public void ratio(String key, Sample rounds) {
    ratios.put(key, new Ratio(key, rounds));
  }

  /** The ratio of that name, if it was measured. */
  public Optional<Ratio> ratio(String key) {
    return Optional.ofNullable(ratios.get(key));
  }

  /** The raw figures of a section, to be added to. */
  public ObjectNode section(String name) {
    return sections.withObjectProperty(name);
  }

  /** Adds a figure: its median and its rounds. */
  public static void figure(ObjectNode into, String name, Sample rounds) {
    ObjectNode node = into.putObject(name);
    node.put("median", rounds.median());
    ArrayNode all = node.putArray("rounds");
    for (double value : rounds.values()) {
      all.add(value);
    }
  }

  /** Notes that a section is left out, and why; that is no failure. */
  public void notMeasured(String section, String reason) {
    notMeasured.put(section, reason);
  }

  /** Notes that a section failed, and why. */
  public void failed(String section, String reason) {
    failed.put(section, reason);
  }

  /** Notes how long a section, or the total, took. */
  public void took(String what, double duration) {
    seconds.put(what, duration);
  }

  /** Whether a section failed. */
  public boolean hasFailures() {
    return !failed.isEmpty();
  }

  Map<String, Ratio> ratios() {
    return ratios;
  }

  Map<String, String> notMeasured() {
    return notMeasured;
  }

  Map<String, String> failed() {
    return failed;
  }

  Map<String, Double> seconds() {
    return seconds;
  }

  /**
   * The report as JSON. {@code ratios} has every key of {@link TargetRatio#ALL}, null where it was
   * not measured, and whatever else was.
   */
  public String json() {
    ObjectNode root = json.createObjectNode();
    ObjectNode medians = root.putObject("ratios");
    ObjectNode targets = root.putObject("targets");
    for (TargetRatio target : TargetRatio.ALL) {
      medians.putNull(target.key());
      ObjectNode node = targets.putObject(target.key());
      if (target.bound() != null) {
        node.put(target.atMost() ? "at_most" : "at_least", target.bound());
      }
      ratio(target.key())
          .flatMap(ratio -> target.metBy(ratio.value()))
          .ifPresent(met -> node.put("met", met));
    }
    ratios.values().forEach(ratio -> medians.put(ratio.key(), ratio.value()));
    ObjectNode rounds = root.putObject("ratio_rounds");
    ratios
        .values()
        .forEach(ratio -> rounds.set(ratio.key(), json.valueToTree(ratio.rounds().values())));
    root.set("machine", machine.json(json));
    root.set("sections", sections);
    root.set("not_measured", json.valueToTree(notMeasured));
    root.set("failed", json.valueToTree(failed));
    root.set("seconds", json.valueToTree(seconds));
    try {
      return json.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and text is JSON", e);
    }
  }
}
