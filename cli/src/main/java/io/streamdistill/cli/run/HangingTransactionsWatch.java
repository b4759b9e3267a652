package io.streamdistill.cli.run;

import io.streamdistill.core.kafka.HangingTransactions;
import io.streamdistill.core.kafka.HangingTransactions.Hanging;
import io.streamdistill.core.kafka.KafkaSettings;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends transactions that hang in a broker that is ours alone: one that was killed may leave them,
 * and nobody else is there to end them.
 */
final class HangingTransactionsWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HangingTransactionsWatch.class);

  private final Admin admin;
  private final HangingTransactions transactions;
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          look -> {
            Thread thread = new Thread(look, "hanging-transactions");
            thread.setDaemon(true);
            return thread;
          });

  private HangingTransactionsWatch(KafkaSettings kafka) {
    this.admin = Admin.create(kafka.admin());
    this.transactions = new HangingTransactions(admin, kafka);
  }

  /** Looks at every {@code interval}. */
  static HangingTransactionsWatch start(KafkaSettings kafka, Duration interval) {
    HangingTransactionsWatch watch = new HangingTransactionsWatch(kafka);
    var unused =
        watch.looks.scheduleWithFixedDelay(
            watch::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  private void look() {
    try {
      for (Hanging hanging : transactions.find(transactions.allTopics())) {
        transactions.abort(hanging);
        log.warn(
            "a transaction hung, as a killed broker may leave it, and was aborted: {}", hanging);
      }
    } catch (RuntimeException e) {
      log.debug("no look at the transactions", e); // the next one comes soon
    }
  }

  @Override
  public void close() {
    looks.shutdownNow();
    admin.close(Duration.ZERO);
  }
}
