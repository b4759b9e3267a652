package io.streamdistill.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

/**
 * Processor time and memory of a process and its descendants, native threads included. On Linux
 * only.
 */
public final class ProcessMeter {

  /** USER_HZ, which is 100 on every architecture that this runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private final long pid;

  private ProcessMeter(long pid) {
    this.pid = pid;
  }

  /** Meters a process. */
  public static ProcessMeter of(long pid) {
    return new ProcessMeter(pid);
  }

  /** Meters this process. */
  public static ProcessMeter self() {
    return of(ProcessHandle.current().pid());
  }

  /** Processor seconds since its start, all cores together, to 10 ms. */
  public double cpuSeconds() {
    return tree().map(p -> ProcFiles.cpuTicks(read(p, "stat"))).sum() / TICKS_PER_SECOND;
  }

  /** Bytes in RAM. */
  public long rssBytes() {
    return tree().map(p -> ProcFiles.rssBytes(read(p, "status"))).sum();
  }

  private LongStream tree() {
    return LongStream.concat(
        LongStream.of(pid),
        ProcessHandle.of(pid).stream()
            .flatMap(ProcessHandle::descendants)
            .mapToLong(ProcessHandle::pid));
  }

  private static String read(long pid, String file) {
    Path path = Path.of("/proc", Long.toString(pid), file);
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read %s; has the process ended?".formatted(path), e);
    }
  }
}
