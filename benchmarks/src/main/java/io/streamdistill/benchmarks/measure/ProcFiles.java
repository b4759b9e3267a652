package io.streamdistill.benchmarks.measure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what Linux tells about a process; see proc(5). */
final class ProcFiles {

  private static final int UTIME = 14 - 3; // fields are counted from 1; the first left is the third
  private static final Pattern RSS = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

  private ProcFiles() {}

  /**
   * Processor time of all threads, those that have ended included.
   *
   * @param stat content of {@code /proc/PID/stat}
   * @return clock ticks in user and kernel mode
   */
  static long cpuTicks(String stat) {
    // The name, in parentheses, may hold spaces and parentheses itself.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
    return Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1]);
  }

  /**
   * Memory of the process that is in RAM.
   *
   * @param status content of {@code /proc/PID/status}
   * @return bytes
   */
  static long rssBytes(String status) {
    Matcher matcher = RSS.matcher(status);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no VmRSS in: " + status);
    }
    return Long.parseLong(matcher.group(1)) * 1024;
  }
}
