package io.streamdistill.core.observe;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;

/** Creates the meter registry of a service. */
public final class Meters {

  private Meters() {}

  /**
   * Creates a registry that already measures JVM memory, garbage collection, threads, processor and
   * uptime. Close it with the service: the garbage collection meters listen to the JVM until then.
   *
   * @param service value of the tag {@code service} on every meter, e.g. {@code teacher}
   */
  public static PrometheusMeterRegistry create(String service) {
    JvmGcMetrics garbageCollection = new JvmGcMetrics();
    PrometheusMeterRegistry registry = new ClosingRegistry(garbageCollection);
    registry.config().commonTags("service", service);
    List<MeterBinder> binders =
        List.of(
            new JvmInfoMetrics(),
            new JvmMemoryMetrics(),
            garbageCollection,
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics());
    binders.forEach(binder -> binder.bindTo(registry));
    return registry;
  }

  /** Closes the garbage collection listeners with the registry. */
  private static final class ClosingRegistry extends PrometheusMeterRegistry {
    private final JvmGcMetrics garbageCollection;

    ClosingRegistry(JvmGcMetrics garbageCollection) {
      super(PrometheusConfig.DEFAULT);
      this.garbageCollection = garbageCollection;
    }

    @Override
    public void close() {
      garbageCollection.close();
      super.close();
    }
  }
}
