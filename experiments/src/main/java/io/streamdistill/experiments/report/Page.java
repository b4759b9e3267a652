package io.streamdistill.experiments.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Objects;

/** The page as it grows. */
final class Page {

  private final StringBuilder body = new StringBuilder();

  Page append(Object html) {
    body.append(html);
    return this;
  }

  void section(String title, String about) {
    body.append("<h2>").append(Html.text(title)).append("</h2>\n");
    if (!about.isEmpty()) {
      text(about);
    }
  }

  void text(String text) {
    body.append("<p>").append(Html.text(text)).append("</p>\n");
  }

  /** The whole page, which needs nothing beside it. */
  String html() throws IOException {
    try (var template = Page.class.getResourceAsStream("report.html")) {
      return new String(Objects.requireNonNull(template).readAllBytes(), UTF_8)
          .replace("${body}", body);
    }
  }
}
