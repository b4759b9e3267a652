package io.streamdistill.observe.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers that say what is wrong, as JSON: {@code error} and {@code remedy}. */
final class Problems {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String RETRY_SECONDS = "5";

  private Problems() {}

  static void unavailable(Context context, String error) {
    context.header("Retry-After", RETRY_SECONDS);
    fail(
        context,
        HttpStatus.SERVICE_UNAVAILABLE,
        error,
        "training goes on; ask again in %s s, and see to Kafka or the store if it stays so"
            .formatted(RETRY_SECONDS));
  }

  static void fail(Context context, HttpStatus status, String error, String remedy) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("error", error);
    body.put("remedy", remedy);
    for (String header :
        List.of(
            "Content-Location",
            "Content-Range",
            "ETag",
            "Accept-Ranges",
            CheckpointRoutes.VERSION)) {
      context.res().setHeader(header, null);
    }
    context.header("Cache-Control", "no-store").status(status);
    try {
      json(context, JSON.writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("two strings are always JSON", e);
    }
  }

  static void json(Context context, String json) {
    context.contentType("application/json").result(json + "\n");
  }
}
