package io.streamdistill.observe.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.log.CheckpointListing;
import io.streamdistill.checkpoints.store.CheckpointShelf;
import io.streamdistill.observe.Routes;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a student over HTTP, read-only:
 *
 * <ul>
 *   <li>{@code /checkpoints}: a JSON array of {@link CheckpointListing}, newest first
 *   <li>{@code /checkpoints/NAME/FILE}: a file of the version, or of what the alias, called NAME
 *       stands for. ETag is the file's SHA-256; {@value #VERSION} says which version it is, so that
 *       further files can be asked for by version while the alias moves
 * </ul>
 *
 * <p>What fails is JSON, {@code error} and {@code remedy}: 404 for what there is not, 503 while
 * Kafka or the store do not answer, or all threads are taken.
 */
public final class CheckpointRoutes implements Routes, AutoCloseable {

  /** Name of the header with the version of the checkpoint that a file is of. */
  public static final String VERSION = "Distill-Checkpoint-Version";

  /** Requests that are looked up at a time; each may wait for Kafka or a store. */
  static final int THREADS = 8;

  /** Requests that are looked up, or wait for a thread that does. */
  static final int REQUESTS = 32;

  /** Answers at a time; each waits for its reader, who is given up when too slow. */
  static final int READERS = 256;

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointRoutes.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String RETRY_SECONDS = "5";

  private final CheckpointShelf shelf;
  private final Semaphore requests = new Semaphore(REQUESTS);
  private final Semaphore readers = new Semaphore(READERS);
  private final ExecutorService lookups =
      Executors.newFixedThreadPool(THREADS, daemons("checkpoints-http"));
  private final ExecutorService sending =
      Executors.newCachedThreadPool(daemons("checkpoints-http-send"));

  /** What is left to do once everything is looked up, as fast as the reader reads. */
  @FunctionalInterface
  private interface Sending {
    void run() throws IOException;
  }

  private static final CompletableFuture<Sending> NOTHING_TO_SEND =
      CompletableFuture.completedFuture(() -> {});

  /** Looks an answer up; what has to be fetched first comes later. */
  @FunctionalInterface
  private interface Lookup {
    CompletableFuture<Sending> of(Context context);
  }

  /** Creates the routes to {@code shelf}, which is closed with them. */
  public CheckpointRoutes(CheckpointShelf shelf) {
    this.shelf = shelf;
  }

  @Override
  public String index() {
    return """
        /checkpoints              checkpoints of student %s, JSON
        /checkpoints/NAME/FILE    a file of a version or an alias: champion/model.onnx
      """
        .formatted(shelf.student());
  }

  @Override
  public void addTo(RoutesConfig routes) {
    Handler list = context -> aside(context, this::list);
    Handler file = context -> aside(context, this::file);
    routes.get("/checkpoints", list).head("/checkpoints", list);
    routes.get("/checkpoints/{name}/<file>", file).head("/checkpoints/{name}/<file>", file);
  }

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Answers on threads of this class, so that those of the server stay free. */
  private void aside(Context context, Lookup lookup) {
    if (!readers.tryAcquire()) {
      unavailable(
          context, READERS + " requests for checkpoints are being answered already, no more");
      return;
    }
    if (!requests.tryAcquire()) {
      readers.release();
      unavailable(
          context, REQUESTS + " requests for checkpoints are being looked up already, no more");
      return;
    }
    CompletableFuture<Void> answer = new CompletableFuture<>();
    Runnable answered =
        () -> {
          try {
            answer.complete(null); // which sends what is left to send
          } finally {
            readers.release();
          }
        };
    try {
      lookups.execute(() -> answer(context, lookup, answered));
    } catch (RuntimeException e) { // the trainer ends
      requests.release();
      readers.release();
      throw e;
    }
    context.future(() -> answer);
  }

  private void answer(Context context, Lookup lookup, Runnable answered) {
    CompletableFuture<Sending> found;
    try {
      found = lookup.of(context);
    } catch (RuntimeException e) {
      found = CompletableFuture.failedFuture(e);
    } finally {
      requests.release();
    }
    var unused =
        found.whenComplete(
            (rest, failure) -> {
              try {
                sending.execute(() -> send(context, rest, failure, answered));
              } catch (RejectedExecutionException e) { // the trainer ends
                answered.run();
              }
            });
  }

  private void send(
      Context context, @Nullable Sending rest, @Nullable Throwable failure, Runnable answered) {
    try {
      if (rest != null) {
        rest.run();
      } else {
        failed(context, failure instanceof CompletionException ? failure.getCause() : failure);
      }
    } catch (IOException | RuntimeException e) {
      failed(context, e);
    } finally {
      answered.run();
    }
  }

  private void failed(Context context, @Nullable Throwable failure) {
    if (failure instanceof CheckpointException) {
      LOG.warn("{} was not answered: {}", context.path(), failure.getMessage());
      unavailable(context, String.valueOf(failure.getMessage()));
    } else if (failure instanceof IOException) {
      LOG.debug(
          "{} was not answered whole: the reader is gone, or {}", context.path(), failure, failure);
    } else {
      LOG.error("{} was not answered", context.path(), failure);
      if (!context.res().isCommitted()) {
        fail(
            context,
            HttpStatus.INTERNAL_SERVER_ERROR,
            String.valueOf(failure),
            "see the trainer's log");
      }
    }
  }

  private CompletableFuture<Sending> list(Context context) {
    context.header("Cache-Control", "no-cache");
    json(context, CheckpointListing.json(shelf.listings()));
    return NOTHING_TO_SEND;
  }

  private CompletableFuture<Sending> file(Context context) {
    String name = context.pathParam("name");
    Optional<Announcement> found = shelf.find(name);
    if (found.isEmpty()) {
      fail(
          context,
          HttpStatus.NOT_FOUND,
          "student '%s' has no version or alias '%s'".formatted(shelf.student(), name),
          "GET /checkpoints lists those there are; the trainer's log says why the gate let none"
              + " become champion");
      return NOTHING_TO_SEND;
    }
    Announcement checkpoint = found.get();
    List<FileEntry> files = checkpoint.files();
    String file = context.pathParam("file");
    Optional<FileEntry> entry = files.stream().filter(one -> one.name().equals(file)).findFirst();
    if (entry.isEmpty()) {
      fail(
          context,
          HttpStatus.NOT_FOUND,
          "checkpoint %s has no file '%s'".formatted(checkpoint.id(), file),
          "it has " + files.stream().map(FileEntry::name).collect(Collectors.joining(", ")));
      return NOTHING_TO_SEND;
    }
    boolean fixed = name.equals(checkpoint.version());
    context
        .header(VERSION, checkpoint.version())
        .header("Content-Location", "/checkpoints/%s/%s".formatted(checkpoint.version(), file))
        .header("Cache-Control", fixed ? "max-age=31536000, immutable" : "no-cache");
    FileAnswer answer = new FileAnswer(entry.get());
    if (!answer.hasBody(context)) {
      return NOTHING_TO_SEND;
    }
    return shelf
        .open(checkpoint, answer.file())
        .thenApply(
            content ->
                () -> {
                  try (content) {
                    answer.send(context, content);
                  }
                });
  }

  private void unavailable(Context context, String error) {
    context.header("Retry-After", RETRY_SECONDS);
    fail(
        context,
        HttpStatus.SERVICE_UNAVAILABLE,
        error,
        "training goes on; ask again in %s s, and see to Kafka or the store if it stays so"
            .formatted(RETRY_SECONDS));
  }

  private static void fail(Context context, HttpStatus status, String error, String remedy) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("error", error);
    body.put("remedy", remedy);
    for (String header :
        List.of("Content-Location", "Content-Range", "ETag", "Accept-Ranges", VERSION)) {
      context.res().setHeader(header, null);
    }
    context.header("Cache-Control", "no-store").status(status);
    try {
      json(context, JSON.writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("two strings are always JSON", e);
    }
  }

  private static void json(Context context, String json) {
    context.contentType("application/json").result(json + "\n");
  }

  @Override
  public void close() {
    lookups.shutdownNow();
    sending.shutdownNow();
    shelf.close();
  }
}
