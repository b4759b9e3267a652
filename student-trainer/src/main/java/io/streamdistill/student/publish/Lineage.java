package io.streamdistill.student.publish;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.student.source.OrderText;
import io.streamdistill.student.source.ReadingOrder.Entry;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * In which order a student took its records, checkpoint by checkpoint, from the beginning or from
 * as far back as fits. With it, the weights can be made again from the log. It is the file {@code
 * order.txt.gz} of a checkpoint: text, a line {@code from VERSION step N rate-factor F} before what
 * was decided since that checkpoint, or {@code from - ...} since the beginning.
 */
public final class Lineage {

  /** Name of the file. */
  public static final String FILE_NAME = "order.txt.gz";

  /** Compressed size beyond which the oldest parts are left out. */
  static final int MOST_BYTES = 1 << 20;

  /** Characters of text beyond which a file is not what it should be; far more than one has. */
  private static final long MOST_CHARACTERS = 256L << 20;

  private static final String FROM = "from ";
  private static final String BEGINNING = "-";

  /** Nothing known. */
  public static final Lineage NONE = new Lineage(List.of());

  /**
   * What was decided between two checkpoints.
   *
   * @param parent version of the first; null: the beginning
   * @param step training steps taken until then
   * @param rateFactor what the learning rate was multiplied by
   * @param entries the decisions
   */
  public record Segment(
      @Nullable String parent, long step, double rateFactor, List<Entry> entries) {

    /** Copies. */
    public Segment {
      entries = List.copyOf(entries);
    }
  }

  private final List<byte[]> members; // of the file, a segment each

  private Lineage(List<byte[]> members) {
    this.members = List.copyOf(members);
  }

  /** The same, and one more segment; the oldest ones are left out when all do not fit. */
  Lineage with(Segment segment) {
    List<byte[]> all = new ArrayList<>(members);
    all.add(
        compressed(
            "%s%s step %d rate-factor %s%n%s"
                .formatted(
                    FROM,
                    segment.parent() == null ? BEGINNING : segment.parent(),
                    segment.step(),
                    segment.rateFactor(),
                    OrderText.format(segment.entries()))));
    long size = all.stream().mapToLong(member -> member.length).sum();
    while (size > MOST_BYTES && all.size() > 1) {
      size -= all.remove(0).length;
    }
    return new Lineage(all);
  }

  private static byte[] compressed(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /** Writes the file into the directory of a checkpoint. */
  void write(Path directory) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    members.forEach(bytes::writeBytes);
    Files.write(directory.resolve(FILE_NAME), bytes.toByteArray());
  }

  /**
   * Reads the file of a checkpoint.
   *
   * @return without segments when there is none, as in checkpoints of before
   * @throws CheckpointException when it is not what it should be
   */
  public static Lineage read(Path directory) {
    Lineage read = NONE;
    for (Segment segment : segments(directory)) {
      read = read.with(segment);
    }
    return read;
  }

  /**
   * Reads the segments of a checkpoint's file, from old to new.
   *
   * @throws CheckpointException when it is not what it should be
   */
  public static List<Segment> segments(Path directory) {
    Path file = directory.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      return List.of();
    }
    List<Segment> segments = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    long characters = 0;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        characters += line.length() + 1;
        if (characters > MOST_CHARACTERS) {
          throw new IllegalArgumentException("it is longer than any order of a trainer");
        }
        if (line.startsWith(FROM) && !lines.isEmpty()) {
          segments.add(segment(lines));
          lines.clear();
        }
        lines.add(line);
      }
      if (!lines.isEmpty()) {
        segments.add(segment(lines));
      }
      return segments;
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new CheckpointException(
          "%s is no order in which records were taken: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Segment segment(List<String> lines) {
    List<String> head = List.of(lines.get(0).split(" ", -1));
    if (head.size() != 6 || !lines.get(0).startsWith(FROM)) {
      throw new IllegalArgumentException("'" + lines.get(0) + "' says no checkpoint");
    }
    return new Segment(
        head.get(1).equals(BEGINNING) ? null : head.get(1),
        Long.parseLong(head.get(3)),
        Double.parseDouble(head.get(5)),
        OrderText.parse(lines.subList(1, lines.size())));
  }
}
