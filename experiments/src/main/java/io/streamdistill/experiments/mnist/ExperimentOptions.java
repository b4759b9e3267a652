package io.streamdistill.experiments.mnist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How an experiment is run.
 *
 * @param data folder with the four MNIST files
 * @param work where logs and students are kept between runs
 * @param teacher the model that scores
 * @param seeds students of each condition
 * @param parallel students that are trained at once
 * @param quick on a tenth of the data, in minutes
 * @param validation on 50,000 images, with errors counted on the other 10,000 of the training set
 */
record ExperimentOptions(
    Path data,
    Path work,
    Path teacher,
    int seeds,
    int parallel,
    boolean quick,
    boolean validation) {

  /** The start of the SHA-256 of the teacher's file. */
  String teacherKey() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(teacher));
      return HexFormat.of().formatHex(hash, 0, 4);
    } catch (IOException e) {
      throw new UncheckedIOException("the teacher cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
