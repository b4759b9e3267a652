package io.streamdistill.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Standardisation;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Features on a device are, bit for bit, what {@code Features} makes of them on the CPU. */
abstract class DecodingContract {

  private static final int LENGTH = 37;
  private static final int ROWS = 11;

  abstract Device device();

  static Stream<Arguments> contracts() {
    return Stream.of(FeatureType.values())
        .flatMap(type -> Stream.of(Arguments.of(type, false), Arguments.of(type, true)));
  }

  @ParameterizedTest
  @MethodSource("contracts")
  void featuresAreThoseOfTheCpu(FeatureType type, boolean standardised) {
    FeatureContract contract = new FeatureContract(type, List.of(LENGTH), 1 / 3f, -0.7f);
    Standardisation standardisation =
        standardised
            ? new Standardisation(
                Collections.nCopies(LENGTH, 0.3f), Collections.nCopies(LENGTH, 0.7f), 1.5f)
            : null;
    ByteRows rows = new ByteRows(contract, standardisation);
    try (Device device = device();
        Arena arena = new Arena(device)) {
      DeviceRows batch = new DeviceRows(arena, rows.setup(ROWS), ByteRows.CLASSES);
      rows.fill(batch, 3);
      batch.upload(ROWS);
      DeviceMemory into = arena.allocate((long) LENGTH * ROWS * Float.BYTES);

      new Decoding(arena, rows.setup(ROWS)).decode(batch, ROWS, into.address());

      float[] found = arena.readFloats(into, LENGTH * ROWS);
      var recorded = new CpuRows(contract, standardisation, LENGTH * ROWS);
      rows.fill(recorded, 3);
      assertThat(found).isEqualTo(recorded.floats());
    }
  }
}
