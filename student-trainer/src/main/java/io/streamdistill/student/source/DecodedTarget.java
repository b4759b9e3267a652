package io.streamdistill.student.source;

import io.streamdistill.records.Target;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A fit target of the log.
 *
 * @param record that it is in
 * @param logProbabilities (classes) of the teacher, at the temperature of the target; live, valid
 *     until the next one is read
 * @param firstVisit whether it was never read before
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DecodedTarget(
    ConsumerRecord<byte[], byte[]> record,
    Target target,
    double[] logProbabilities,
    boolean firstVisit) {}
