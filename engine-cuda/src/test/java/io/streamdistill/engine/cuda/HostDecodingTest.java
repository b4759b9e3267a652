package io.streamdistill.engine.cuda;

import io.streamdistill.engine.cuda.device.Device;

final class HostDecodingTest extends DecodingContract {

  @Override
  Device device() {
    return HostLibrary.device();
  }
}
