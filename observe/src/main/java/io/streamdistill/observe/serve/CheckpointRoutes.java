package io.streamdistill.observe.serve;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.log.CheckpointListing;
import io.streamdistill.checkpoints.store.CheckpointShelf;
import io.streamdistill.observe.Routes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

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

  private final CheckpointShelf shelf;
  private final Aside aside = new Aside();

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
    Handler list = context -> aside.answer(context, this::list);
    Handler file = context -> aside.answer(context, this::file);
    routes.get("/checkpoints", list).head("/checkpoints", list);
    routes.get("/checkpoints/{name}/<file>", file).head("/checkpoints/{name}/<file>", file);
  }

  private CompletableFuture<Aside.Sending> list(Context context) {
    context.header("Cache-Control", "no-cache");
    Problems.json(context, CheckpointListing.json(shelf.listings()));
    return Aside.NOTHING_TO_SEND;
  }

  private CompletableFuture<Aside.Sending> file(Context context) {
    String name = context.pathParam("name");
    Optional<Announcement> found = shelf.find(name);
    if (found.isEmpty()) {
      Problems.fail(
          context,
          HttpStatus.NOT_FOUND,
          "student '%s' has no version or alias '%s'".formatted(shelf.student(), name),
          "GET /checkpoints lists those there are; the trainer's log says why the gate let none"
              + " become champion");
      return Aside.NOTHING_TO_SEND;
    }
    Announcement checkpoint = found.get();
    List<FileEntry> files = checkpoint.files();
    String file = context.pathParam("file");
    Optional<FileEntry> entry = files.stream().filter(one -> one.name().equals(file)).findFirst();
    if (entry.isEmpty()) {
      Problems.fail(
          context,
          HttpStatus.NOT_FOUND,
          "checkpoint %s has no file '%s'".formatted(checkpoint.id(), file),
          "it has " + files.stream().map(FileEntry::name).collect(Collectors.joining(", ")));
      return Aside.NOTHING_TO_SEND;
    }
    boolean fixed = name.equals(checkpoint.version());
    context
        .header(VERSION, checkpoint.version())
        .header("Content-Location", "/checkpoints/%s/%s".formatted(checkpoint.version(), file))
        .header("Cache-Control", fixed ? "max-age=31536000, immutable" : "no-cache");
    FileAnswer answer = new FileAnswer(entry.get());
    if (!answer.hasBody(context)) {
      return Aside.NOTHING_TO_SEND;
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

  @Override
  public void close() {
    aside.close();
    shelf.close();
  }
}
