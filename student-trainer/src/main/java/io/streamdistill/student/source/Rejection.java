package io.streamdistill.student.source;

import io.streamdistill.records.Verdict.Reason;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the log that a student cannot train on.
 *
 * @param record byte for byte
 * @param reason in which way it is not fit
 * @param detail what was found and what was expected
 */
public record Rejection(ConsumerRecord<byte[], byte[]> record, Reason reason, String detail) {}
