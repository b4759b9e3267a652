package io.streamdistill.system.shipped;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The repository's {@code Dockerfile}: the instructions of every stage, those of its base first.
 */
final class Dockerfile {

  /**
   * One instruction.
   *
   * @param keyword e.g. {@code COPY}
   * @param arguments the rest of the line, continuation lines joined
   */
  record Instruction(String keyword, String arguments) {

    /** The arguments without flags such as {@code --from=build}. */
    List<String> words() {
      return Arrays.stream(arguments.split("\\s+")).filter(word -> !word.startsWith("--")).toList();
    }

    /** The arguments of an instruction in exec form. */
    List<String> exec() throws IOException {
      return List.of(new ObjectMapper().readValue(arguments, String[].class));
    }
  }

  private final Map<String, List<Instruction>> stages;

  private Dockerfile(Map<String, List<Instruction>> stages) {
    this.stages = stages;
  }

  static Dockerfile read() throws IOException {
    String text = Files.readString(Repository.file("Dockerfile"));
    Map<String, List<Instruction>> stages = new LinkedHashMap<>();
    List<Instruction> stage = new ArrayList<>();
    for (String line :
        text.replaceAll("(?m)^#.*\\R", "").replaceAll("\\\\\\R\\s*", "").lines().toList()) {
      if (!line.isBlank()) {
        String[] parts = line.split(" ", 2);
        Instruction instruction = new Instruction(parts[0], parts[1]);
        if (instruction.keyword().equals("FROM")) { // FROM base AS name
          List<String> words = instruction.words();
          stage = new ArrayList<>(stages.getOrDefault(words.get(0), List.of()));
          stages.put(words.get(2), stage);
        }
        stage.add(instruction);
      }
    }
    return new Dockerfile(stages);
  }

  List<Instruction> all(String stage, String keyword) {
    return stages.getOrDefault(stage, List.of()).stream()
        .filter(instruction -> instruction.keyword().equals(keyword))
        .toList();
  }

  /** The instruction that counts when there are several, as for ENTRYPOINT and CMD. */
  Instruction last(String stage, String keyword) {
    List<Instruction> found = all(stage, keyword);
    return found.get(found.size() - 1);
  }

  Map<String, String> environment(String stage) {
    Map<String, String> environment = new TreeMap<>();
    for (Instruction variables : all(stage, "ENV")) {
      for (String variable : variables.words()) {
        String[] parts = variable.split("=", 2);
        environment.put(parts[0], parts[1]);
      }
    }
    return environment;
  }
}
