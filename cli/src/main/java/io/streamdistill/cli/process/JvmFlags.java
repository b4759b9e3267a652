package io.streamdistill.cli.process;

import io.streamdistill.config.ByteSize;
import java.util.ArrayList;
import java.util.List;

/** JVM flags of a {@code distill} process; the launcher has the same. */
public final class JvmFlags {

  private JvmFlags() {}

  /**
   * Flags for a service.
   *
   * @param heap largest heap; tensors are outside of it, at most as much again
   * @param javaVersion feature version of the Java that gets them
   */
  public static List<String> of(ByteSize heap, int javaVersion) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-Xmx" + heap.bytes(),
                "-XX:+UseSerialGC",
                // Room for the records in flight at a collection, so that they do not grow old.
                "-XX:SurvivorRatio=4",
                "-XX:TargetSurvivorRatio=90",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED"));
    if (javaVersion >= 23) { // newer Javas warn of what Kafka and Avro do; 17 does not know it
      flags.add("--sun-misc-unsafe-memory-access=allow");
    }
    return List.copyOf(flags);
  }
}
