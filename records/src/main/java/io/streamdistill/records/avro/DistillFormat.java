package io.streamdistill.records.avro;

import io.streamdistill.records.Task;
import io.streamdistill.records.format.TransferFormat;
import io.streamdistill.records.format.TransferFormats;
import io.streamdistill.records.format.TransferReader;

/** Records of our own schema {@code TransferExample}. */
public final class DistillFormat implements TransferFormat {

  @Override
  public String name() {
    return TransferFormats.OWN;
  }

  @Override
  public TransferReader reader(Task task) {
    AvroRecords records = new AvroRecords();
    return record -> records.readExample(record.value());
  }
}
