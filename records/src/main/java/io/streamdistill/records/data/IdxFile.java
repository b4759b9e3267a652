package io.streamdistill.records.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A tensor of unsigned bytes in the IDX format of MNIST: two zero bytes, a type byte, the rank, one
 * big-endian 32-bit length per dimension, then the values with the last dimension moving fastest.
 *
 * <p>Gzip is told by its content, whatever the name, and decompressed. The whole file is read and
 * checked: neither a missing nor a surplus byte is accepted.
 */
public final class IdxFile {
  private static final int UNSIGNED_BYTE = 0x08;
  private static final int MAX_RANK = 8;
  private static final byte[] GZIP = {0x1F, (byte) 0x8B};

  private final int[] dimensions;
  private final byte[] values; // product of the dimensions, row-major

  private IdxFile(int[] dimensions, byte[] values) {
    this.dimensions = dimensions;
    this.values = values;
  }

  /**
   * Reads a file of the given rank: 1 for labels, 3 for images.
   *
   * @throws IdxFormatException if the content is not IDX, not of that rank, or of another length
   *     than its header says
   */
  public static IdxFile read(Path file, int rank) throws IOException {
    try (InputStream in = open(file)) {
      return parse(file, in, rank);
    } catch (EOFException e) {
      throw new IdxFormatException(file, "ends early; is it a complete copy?");
    } catch (ZipException e) {
      throw new IdxFormatException(file, "is no valid gzip file (" + e.getMessage() + ")");
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file));
    try {
      raw.mark(GZIP.length);
      byte[] head = raw.readNBytes(GZIP.length);
      raw.reset();
      return Arrays.equals(head, GZIP) ? new GZIPInputStream(raw, 1 << 16) : raw;
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  private static IdxFile parse(Path file, InputStream in, int rank) throws IOException {
    ByteBuffer magic = ByteBuffer.wrap(exactly(in, Integer.BYTES));
    if (magic.getShort(0) != 0) {
      throw new IdxFormatException(
          file, "no IDX file: starts with 0x%08x, expected 0x0000".formatted(magic.getInt(0)));
    }
    int type = magic.get(2) & 0xff;
    if (type != UNSIGNED_BYTE) {
      throw new IdxFormatException(
          file, "holds IDX type 0x%02x, only unsigned bytes (0x08) are read".formatted(type));
    }
    int actualRank = magic.get(3) & 0xff;
    if (actualRank != rank || rank > MAX_RANK) {
      throw new IdxFormatException(
          file,
          "has %d dimensions, expected %d (labels have 1, images 3)".formatted(actualRank, rank));
    }
    int[] dimensions = new int[rank];
    ByteBuffer lengths = ByteBuffer.wrap(exactly(in, rank * Integer.BYTES));
    long total = 1;
    for (int d = 0; d < rank; d++) {
      dimensions[d] = lengths.getInt();
      if (d == 0 && dimensions[d] == 0) {
        throw new IdxFormatException(file, "holds no examples; give a file with at least one");
      }
      if (dimensions[d] <= 0) {
        throw new IdxFormatException(
            file, "dimension %d is %d, expected > 0".formatted(d, dimensions[d]));
      }
      total *= dimensions[d];
      if (total > Integer.MAX_VALUE) {
        throw new IdxFormatException(
            file, "dimensions %s exceed 2 GiB".formatted(Arrays.toString(dimensions)));
      }
    }
    byte[] values = in.readNBytes((int) total);
    if (values.length < total) {
      throw new IdxFormatException(
          file,
          "holds %d values, dimensions %s need %d; is it a complete copy?"
              .formatted(values.length, Arrays.toString(dimensions), total));
    }
    if (in.read() >= 0) {
      throw new IdxFormatException(
          file, "goes on after the %d values of its header".formatted(total));
    }
    return new IdxFile(dimensions, values);
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  /** Items along the first dimension. */
  public int count() {
    return dimensions[0];
  }

  /** Values of one item: the product of all dimensions but the first. */
  public int itemLength() {
    return values.length / dimensions[0];
  }

  /** Dimensions of the tensor, item count first. */
  public int[] dimensions() {
    return dimensions.clone();
  }

  /** One value, 0 to 255. */
  public int value(int item, int offset) {
    return values[item * itemLength() + offset] & 0xff;
  }

  /** The bytes of one item, (itemLength), as unsigned values; a copy. */
  public byte[] item(int item) {
    int length = itemLength();
    return Arrays.copyOfRange(values, item * length, (item + 1) * length);
  }
}
