package io.streamdistill.benchmarks.section;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Alternation;
import io.streamdistill.benchmarks.report.Report;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What every section of a run shares.
 *
 * @param home the checkout, with {@code datasets} and {@code models}
 * @param temp directory of the run, deleted in the end
 * @param cleanup closes what sections start, if they do not
 * @param rounds that count, of everything that is measured in rounds
 * @param threads BLAS threads of student steps, and engine threads of the teacher's floor
 * @param report takes what is found
 * @param progress takes a line that says what is done now
 */
public record Run(
    Path home,
    Path temp,
    Cleanup cleanup,
    int rounds,
    int threads,
    Report report,
    Consumer<String> progress) {

  /** Rounds before those that count: the JIT compiler is at work. */
  private static final int WARM_UP_ROUNDS = 2;

  /** Rounds of slices of {@code slice}. */
  public Alternation alternation(Duration slice) {
    return new Alternation(WARM_UP_ROUNDS, rounds, slice.toNanos(), System::nanoTime);
  }

  /** Raw figures of a section. */
  public ObjectNode figures(Section section) {
    return report.section(section.name());
  }

  /** A part of a section that stands for itself. */
  @FunctionalInterface
  public interface Part {
    /** Measures. */
    void measure() throws Exception;
  }

  /** Runs a part; when it fails, that is noted, and the other parts of the section still run. */
  public void part(String name, Part part) throws InterruptedException {
    try {
      part.measure();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      report.failed(name, String.valueOf(e));
      say(name + " failed: " + e);
    }
  }

  /** Says what is done now. */
  public void say(String what) {
    progress.accept(what);
  }
}
