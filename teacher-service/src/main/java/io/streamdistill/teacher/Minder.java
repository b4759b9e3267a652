package io.streamdistill.teacher;

import io.streamdistill.kafka.BrokerException;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread of its own that looks after the others every second. */
final class Minder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Minder.class);

  private static final long EVERY_MILLIS = 1000;

  private final List<Runnable> looks;
  private final Thread thread = new Thread(this::run, "teacher-minder");
  private volatile boolean closed;

  /**
   * Creates it.
   *
   * @param looks in their order; one that fails leaves out those after it, for that second
   */
  Minder(List<Runnable> looks) {
    this.looks = looks;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(EVERY_MILLIS);
        looks.forEach(Runnable::run);
      } catch (InterruptedException e) {
        return; // closed
      } catch (BrokerException | KafkaException e) {
        log.debug("Kafka did not answer", e);
      } catch (RuntimeException e) {
        log.warn("Looking after the teacher failed; it goes on", e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
