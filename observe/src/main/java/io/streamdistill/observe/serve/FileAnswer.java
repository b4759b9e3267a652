package io.streamdistill.observe.serve;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.streamdistill.checkpoints.format.FileEntry;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One file as the answer to one request: all of it, a range, or that it has not changed. */
final class FileAnswer {

  private static final int BUFFER_BYTES = 1 << 15;

  private final FileEntry file;
  private final String etag;
  private ByteRange range;

  FileAnswer(FileEntry file) {
    this.file = file;
    this.etag = '"' + file.sha256() + '"';
    this.range = ByteRange.all(file.size());
  }

  FileEntry file() {
    return file;
  }

  /** Sets status and headers; says whether the content is to follow. */
  boolean hasBody(Context context) {
    context.header("ETag", etag);
    if (isKnown(context.header("If-None-Match"))) {
      context.status(HttpStatus.NOT_MODIFIED);
      return false;
    }
    context.header("Accept-Ranges", "bytes").contentType(type());
    context.header("X-Content-Type-Options", "nosniff");
    if (isRangeWanted(context)) {
      Optional<ByteRange> wanted =
          ByteRange.parse(String.valueOf(context.header("Range")), file.size());
      if (wanted.isEmpty()) {
        context.header("Content-Range", "bytes */" + file.size());
        context.status(HttpStatus.RANGE_NOT_SATISFIABLE);
        return false;
      }
      range = wanted.get();
      context.header(
          "Content-Range", "bytes %d-%d/%d".formatted(range.first(), range.end() - 1, file.size()));
      context.status(HttpStatus.PARTIAL_CONTENT);
    }
    boolean head = context.req().getMethod().equals("HEAD");
    if (head) {
      context.res().setContentLengthLong(range.length());
    }
    return !head;
  }

  private boolean isKnown(@Nullable String ifNoneMatch) {
    return ifNoneMatch != null
        && Arrays.stream(ifNoneMatch.split(","))
            .map(tag -> tag.strip().replaceFirst("^W/", ""))
            .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
  }

  /** Of several ranges at once, which nobody needs, the answer is the whole file. */
  private boolean isRangeWanted(Context context) {
    String header = context.header("Range");
    String ifRange = context.header("If-Range");
    return header != null
        && context.req().getMethod().equals("GET")
        && ByteRange.isOne(header)
        && (ifRange == null || ifRange.strip().equals(etag));
  }

  private String type() {
    if (file.name().endsWith(".json")) {
      return "application/json";
    }
    return file.name().endsWith(".md")
        ? "text/markdown; charset=utf-8"
        : "application/octet-stream";
  }

  /** Sends the content, in pieces; never compressed, since the ETag is that of these bytes. */
  void send(Context context, FileChannel content) throws IOException {
    context.res().setContentLengthLong(range.length());
    OutputStream out = context.res().getOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long position = range.first();
    while (position < range.end()) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, range.end() - position));
      int read = content.read(buffer, position);
      if (read < 0) {
        throw new EOFException(file.name() + " ends at byte " + position);
      }
      out.write(buffer.array(), 0, read);
      position += read;
    }
    out.flush();
  }
}
