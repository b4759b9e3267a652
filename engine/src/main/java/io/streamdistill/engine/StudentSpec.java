package io.streamdistill.engine;

import static io.streamdistill.config.Require.require;

import java.util.List;

/**
 * What a student is, before it is built.
 *
 * @param features elements of one example
 * @param classes outputs, at least 2
 * @param network what lies between them
 * @param optimizer how a gradient becomes an update
 * @param seed of the initial weights, and of what is drawn at random in training
 */
public record StudentSpec(
    int features, int classes, Network network, OptimizerConfig optimizer, long seed) {

  /** Validates. */
  public StudentSpec {
    require(features >= 1, "student.inputs must be >= 1, got %s", features);
    require(classes >= 2, "student.classes must be >= 2, got %s", classes);
  }

  /** A network, in a notation that engines may know. */
  public sealed interface Network {

    /** Key of the notation, in {@code student.network} as in checkpoints. */
    String notation();
  }

  /**
   * Dense ReLU layers and a linear output, with weights named and laid out as in checkpoints. Every
   * engine knows it.
   *
   * @param hidden units of each hidden layer; may be empty
   */
  public record Dense(List<Integer> hidden) implements Network {

    /** Validates. */
    public Dense {
      hidden = List.copyOf(hidden);
      require(
          hidden.stream().allMatch(units -> units >= 1),
          "student.network.hidden must list units >= 1 for each hidden layer, got %s",
          hidden);
    }

    @Override
    public String notation() {
      return "hidden";
    }
  }

  /**
   * A network in the notation of an engine.
   *
   * @param notation such as {@code dl4j}
   * @param text that describes it
   * @param origin of the text, for messages: the name of a file
   */
  public record Described(String notation, String text, String origin) implements Network {}
}
