package io.streamdistill.teacher;

import static io.streamdistill.config.Require.require;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherMember;
import io.streamdistill.teacher.engine.TeacherProviders;
import java.lang.management.ManagementFactory;

/** Whether full batches and models fit into memory, asked before anything is allocated. */
final class EngineMemory {

  /** Bytes of one buffer, at most. */
  private static final long MAX_BUFFER = Integer.MAX_VALUE;

  /** Of the heap, for the numbers of a batch. */
  private static final double HEAP_SHARE = 0.5;

  /** Arrays of (batch, classes) that are in hand at once: answers, those of a member, their sum. */
  private static final int ARRAYS = 3;

  private EngineMemory() {}

  /**
   * Checks a configuration.
   *
   * @throws io.streamdistill.config.ConfigException naming limit and key
   * @throws TeacherException when the models are larger than the memory of the machine
   */
  static void check(TeacherConfig config, Task task) {
    FeatureContract contract = task.features();
    ClassMap classes = task.classes();
    long featureBytes = (long) Float.BYTES * contract.length(); // of one row, as models take them
    requireFits(
        config.batchSize(),
        featureBytes,
        MAX_BUFFER,
        "features of shape " + contract.shape() + ", of which one buffer holds 2 GiB");
    long heap = (long) (Runtime.getRuntime().maxMemory() * HEAP_SHARE);
    long perStream = heap / config.streamThreads();
    requireFits(
        config.batchSize(),
        (long) Double.BYTES * classes.count() * ARRAYS,
        perStream,
        "%d classes, for which half of the heap (-Xmx) is there".formatted(classes.count()));
    checkModels(config);
  }

  private static void requireFits(int batch, long rowBytes, long most, String of) {
    long fits = most / rowBytes;
    require(
        batch <= fits,
        "teacher.batch-size %s needs %s MiB for %s; set it to at most %s%s",
        batch,
        (batch * rowBytes) >> 20,
        of,
        Math.max(fits, 1),
        fits >= 1 ? "" : ", or raise the heap by DISTILL_JAVA_OPTS=-Xmx");
  }

  private static void checkModels(TeacherConfig config) {
    long bytes = 0;
    for (TeacherMember member : config.members()) {
      bytes += TeacherProviders.memoryBytes(member);
    }
    long memory =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getTotalMemorySize();
    if (bytes > memory) {
      throw new TeacherException(
          "the models of teacher.members have %d MiB, this machine (or container) has %d MiB of memory; use fewer or smaller ones"
              .formatted(bytes >> 20, memory >> 20));
    }
  }
}
