package io.streamdistill.student.source;

import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * The soft-target topic, and what is read and asked there.
 *
 * @param consumer unassigned, {@code read_committed}, {@code auto.offset.reset=none}
 * @param another gives one more consumer of that kind, for what was read before
 * @param ends of the topic; whoever read it before may have looked at them already
 * @param watch of the topic, which tells what is lost, and what is new
 */
public record LogSource(
    Consumer<byte[], byte[]> consumer,
    Supplier<? extends Consumer<byte[], byte[]>> another,
    String topic,
    LogEnds ends,
    LogWatch watch) {}
