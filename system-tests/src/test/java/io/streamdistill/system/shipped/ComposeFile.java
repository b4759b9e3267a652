package io.streamdistill.system.shipped;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The repository's {@code docker-compose.yml}. */
final class ComposeFile {

  private final JsonNode root;

  private ComposeFile(JsonNode root) {
    this.root = root;
  }

  static ComposeFile read() throws IOException {
    return new ComposeFile(
        new YAMLMapper().readTree(Files.readString(Repository.file("docker-compose.yml"))));
  }

  List<String> services() {
    return root.required("services").properties().stream().map(Map.Entry::getKey).toList();
  }

  JsonNode service(String name) {
    return root.required("services").required(name);
  }

  /** The variables of a service, in a map of the caller's own. */
  Map<String, String> environment(String service) {
    Map<String, String> environment = new TreeMap<>();
    for (Map.Entry<String, JsonNode> variable : service(service).path("environment").properties()) {
      environment.put(variable.getKey(), variable.getValue().asText());
    }
    return environment;
  }
}
