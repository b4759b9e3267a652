package io.streamdistill.teacher.engine;

import java.time.Duration;
import java.util.Map;

/** A teacher whose batches are watched. */
public record WatchedTeacher(Teacher teacher, EngineWatch watch) implements Teacher {

  @Override
  public int classes() {
    return teacher.classes();
  }

  @Override
  public String contentHash() {
    return teacher.contentHash();
  }

  @Override
  public Duration batchTime() {
    return teacher.batchTime();
  }

  @Override
  public Map<Integer, String> score(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    return watch.inside(() -> teacher.score(batch, temperature, logProbabilities));
  }

  @Override
  public void close() {
    teacher.close();
  }
}
