package io.streamdistill.engine.cuda;

import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import org.junit.jupiter.api.BeforeAll;

final class CardDecodingTest extends DecodingContract {

  @BeforeAll
  static void requireCard() {
    Cards.require();
  }

  @Override
  Device device() {
    return CudaDevice.open(Cards.DEFAULT);
  }
}
