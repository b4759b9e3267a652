package io.streamdistill.records;

import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.nio.ByteBuffer;

/**
 * What a teacher says to an example.
 *
 * @param distribution over the classes, at {@code temperature}, (classes) in {@code encoding};
 *     whoever reads it leaves its position alone
 * @param temperature softmax temperature T, no unit
 * @param teacherVersion content hash of the teacher
 * @param classMapHash says what class indices mean
 */
public record Answer(
    ByteBuffer distribution,
    TargetEncoding encoding,
    float temperature,
    String teacherVersion,
    String classMapHash) {

  /**
   * Recovers the distribution.
   *
   * @param logProbabilities (classes), overwritten with normalised natural logarithms at {@link
   *     #temperature}
   * @return whether there is one, over that many classes
   */
  public boolean decode(double[] logProbabilities) {
    return temperature > 0
        && Float.isFinite(temperature)
        && TargetCodec.decode(encoding, distribution, logProbabilities);
  }
}
