package io.streamdistill.system.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LinksTest {

  private static final Pattern LINK =
      Pattern.compile("]\\((?!\\w+:)([^)#\\s]*)(?:#([^)\\s]*))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

  @Test
  void everyLinkInTheDocumentationLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
        Path target = link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1));
        if (!Files.exists(target) || !hasAnchor(target, link.group(2))) {
          broken.add(Repository.root().relativize(document) + ": " + link.group());
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  private static List<Path> documents() throws IOException {
    Path root = Repository.root();
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !isGenerated(root.relativize(file)))
          .toList();
    }
  }

  private static boolean isGenerated(Path file) {
    for (Path part : file) {
      String name = part.toString();
      if (name.equals("target") || name.startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasAnchor(Path document, @Nullable String anchor) throws IOException {
    return anchor == null
        || HEADING
            .matcher(Files.readString(document))
            .results()
            .anyMatch(heading -> slug(heading.group(1)).equals(anchor));
  }

  private static String slug(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }
}
