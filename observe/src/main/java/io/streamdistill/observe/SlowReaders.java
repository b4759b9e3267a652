package io.streamdistill.observe;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose readers do not keep up, so that none of them holds a thread for long:
 * whoever takes less than {@value #LEAST_BYTES} bytes of an answer in a window of time. What the
 * operating system holds for a reader counts as taken.
 */
final class SlowReaders implements AutoCloseable {

  /** Least that is taken in a window, unless the answer ends. */
  static final long LEAST_BYTES = 64 << 10;

  /** Default of the window: 20 s. */
  static final Duration WINDOW = Duration.ofSeconds(20);

  private static final Logger LOG = LoggerFactory.getLogger(SlowReaders.class);
  private static final int LOOKS_PER_WINDOW = 10;

  private final Duration window;
  private final Map<Request, Answer> answers = new ConcurrentHashMap<>();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "slow-readers");
            thread.setDaemon(true);
            return thread;
          });

  /** What was taken of an answer, and since when it was no more than that. */
  private static final class Answer {
    private final Context context;
    private long bytes = -1;
    private long sinceNanos;

    Answer(Context context) {
      this.context = context;
    }
  }

  SlowReaders(Duration window) {
    this.window = window;
    long period = Math.max(1, window.toMillis() / LOOKS_PER_WINDOW);
    var unused = watch.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
  }

  /** Watches the answer to a request until it is complete. */
  void watch(Context context) {
    Request request = ServletContextRequest.getServletContextRequest(context.req());
    answers.put(request, new Answer(context));
    Request.addCompletionListener(request, failure -> answers.remove(request));
  }

  private void look() {
    int closed = 0;
    for (Map.Entry<Request, Answer> entry : answers.entrySet()) {
      Connection connection = entry.getKey().getConnectionMetaData().getConnection();
      if (isSlow(entry.getValue(), connection.getBytesOut())) {
        connection.getEndPoint().close(); // fails the write that waits
        closed++;
      }
    }
    if (closed > 0) {
      LOG.info(
          "closed {} connections whose readers took less than {} bytes in {} s",
          closed,
          LEAST_BYTES,
          window.toMillis() / 1e3);
    }
  }

  /** Before an answer begins, it is the service that takes its time. */
  private boolean isSlow(Answer answer, long bytes) {
    long now = System.nanoTime();
    boolean begun = answer.context.res().isCommitted();
    if (!begun || answer.bytes < 0 || bytes - answer.bytes >= LEAST_BYTES) {
      answer.bytes = bytes;
      answer.sinceNanos = now;
      return false;
    }
    return now - answer.sinceNanos > window.toNanos();
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
