package io.streamdistill.cli;

import io.streamdistill.cli.RecordingAuthorizer.Asked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The rows of the table of ACLs in docs/security.md. */
final class AclTable {

  /** One permission: a row names several. */
  record Acl(
      String role, ResourceType type, String name, boolean prefixed, AclOperation operation) {

    AclBinding binding() {
      return new AclBinding(
          new ResourcePattern(type, name, prefixed ? PatternType.PREFIXED : PatternType.LITERAL),
          new AccessControlEntry("User:" + role, "*", operation, AclPermissionType.ALLOW));
    }

    /** Whether it alone allows what was asked. */
    boolean allows(Asked asked) {
      return asked.user().equals(role)
          && asked.type() == type
          && (prefixed ? asked.name().startsWith(name) : asked.name().equals(name))
          && (asked.operation() == operation || implies(asked.operation()));
    }

    private boolean implies(AclOperation asked) {
      return switch (asked) {
        case DESCRIBE ->
            operation == AclOperation.READ
                || operation == AclOperation.WRITE
                || operation == AclOperation.DELETE
                || operation == AclOperation.ALTER;
        case DESCRIBE_CONFIGS -> operation == AclOperation.ALTER_CONFIGS;
        default -> false;
      };
    }

    @Override
    public String toString() {
      return "| %s | %s | `%s%s` | %s |"
          .formatted(role, words(type.name()), name, prefixed ? "*" : "", words(operation.name()));
    }
  }

  private static final String HEADER = "| role | resource | name | operations |";

  private AclTable() {}

  /** Reads the table; {@code student} takes the place of NAME. */
  static List<Acl> read(Path document, String student) throws IOException {
    List<Acl> acls = new ArrayList<>();
    List<String> lines = Files.readAllLines(document);
    for (String line : lines.subList(lines.indexOf(HEADER) + 1, lines.size())) {
      String[] cells = line.split("\\|", -1);
      if (cells.length != 6 || !cells[3].strip().startsWith("`")) {
        continue;
      }
      String name = cells[3].strip().replace("`", "").replace("NAME", student);
      boolean prefixed = name.endsWith("*");
      for (String operation : cells[4].split(",", -1)) {
        acls.add(
            new Acl(
                cells[1].strip(),
                ResourceType.valueOf(constant(cells[2])),
                prefixed ? name.substring(0, name.length() - 1) : name,
                prefixed,
                AclOperation.valueOf(constant(operation))));
      }
    }
    return acls;
  }

  /** {@code DescribeConfigs} as Kafka's enums have it. */
  private static String constant(String words) {
    return words.strip().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }

  private static String words(String constant) {
    StringBuilder words = new StringBuilder();
    for (String word : constant.split("_", -1)) {
      words.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return words.toString();
  }
}
