package io.streamdistill.student;

import io.streamdistill.student.publish.FencedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that one trainer at a time holds a student, so that two of them do not fence each
 * other for ever. Whoever holds it is a member of a consumer group of the student, and was given
 * its one partition: Kafka gives that to nobody else while the holder is alive. A trainer that was
 * killed and is started again in the same work directory takes its own place at once.
 */
final class StudentHolder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StudentHolder.class);

  private static final Duration POLL = Duration.ofMillis(200);

  /** Longer than a member that has died is waited for by Kafka. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String student;
  private final Consumer<byte[], byte[]> member;
  private final Function<String, Optional<String>> others;
  private final String id;
  private final InstantSource clock;
  private final Thread thread;
  private final Object change = new Object();
  private boolean held; // guarded by change
  private @Nullable KafkaException failure; // guarded by change
  private volatile boolean closed;

  /**
   * Joins; {@link #await} says when the student is held.
   *
   * @param place that it works in; a trainer of the same place takes its membership over
   * @param members opens the member of a place, by the id of it
   * @param others names a member of another place, given the id of this one; empty when there is
   *     none
   * @param topic that members subscribe to; nothing of it is read
   */
  StudentHolder(
      String student,
      WorkPlace place,
      Function<String, ? extends Consumer<byte[], byte[]>> members,
      Function<String, Optional<String>> others,
      String topic,
      InstantSource clock) {
    this.student = student;
    this.others = others;
    this.clock = clock;
    this.id = place.id();
    this.member = members.apply(id);
    member.subscribe(
        List.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            member.pause(assigned); // membership is all that is wanted
            set(isHolder());
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            set(false);
          }

          @Override
          public void onPartitionsLost(Collection<TopicPartition> lost) {
            set(false);
          }
        });
    thread = new Thread(this::stay, "student-holder");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whether the first partition is assigned; it is the only one, unless the topic is not ours. */
  private boolean isHolder() {
    return member.assignment().stream().anyMatch(assigned -> assigned.partition() == 0);
  }

  private void stay() {
    try (Consumer<byte[], byte[]> open = member) {
      while (!closed) {
        poll(open);
      }
      open.close(
          CloseOptions.timeout(Duration.ofSeconds(2))
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (RuntimeException e) {
      log.debug("the member is gone", e);
    }
  }

  private void poll(Consumer<byte[], byte[]> open) {
    try {
      open.poll(POLL);
    } catch (FencedInstanceIdException e) {
      set(false); // a copy of the work directory is in use elsewhere, and its trainer came later
      closed = true;
    } catch (KafkaException e) {
      fail(e);
      pause();
    }
  }

  private void pause() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private void set(boolean now) {
    synchronized (change) {
      held = now;
      failure = null;
      change.notifyAll();
    }
  }

  private void fail(KafkaException e) {
    synchronized (change) {
      failure = e;
    }
    log.debug("the member of student {} has failed", student, e);
  }

  /**
   * Waits until the student is held.
   *
   * @param stopping ends the wait
   * @throws FencedException when another trainer is alive and holds it
   * @throws io.streamdistill.kafka.BrokerException when Kafka does not answer
   * @throws KafkaException when Kafka refuses
   */
  void await(BooleanSupplier stopping) {
    while (!holdsWithin(PATIENCE, stopping) && !stopping.getAsBoolean()) {
      synchronized (change) {
        if (failure != null) {
          throw failure;
        }
      }
      Optional<String> other = others.apply(id);
      if (other.isPresent()) {
        throw new FencedException(
            "another trainer of student '%s' is alive (%s), and only one may train it: stop that one, or give this one another student.name. Two replicas of one student do not share work"
                .formatted(student, other.get()),
            null);
      }
    }
  }

  /** As {@link #await(BooleanSupplier)}, for a trainer that was the holder. */
  void require() {
    if (closed && !isHeld()) {
      throw new FencedException(
          "a copy of the work directory of student '%s' is in use by another trainer, which came later"
              .formatted(student),
          null);
    }
    await(() -> closed);
  }

  private boolean isHeld() {
    synchronized (change) {
      return held;
    }
  }

  private boolean holdsWithin(Duration patience, BooleanSupplier stopping) {
    Instant end = clock.instant().plus(patience);
    synchronized (change) {
      while (!held
          && !(failure instanceof AuthorizationException)
          && !stopping.getAsBoolean()
          && clock.instant().isBefore(end)) {
        try {
          change.wait(POLL.toMillis());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return held;
    }
  }

  /** Leaves, so that another trainer can take the student at once. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
