package io.streamdistill.observe;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Creates the meter registry of a service. */
public final class Meters {

  private Meters() {}

  /**
   * Creates a registry that already measures JVM memory, garbage collection, threads, processor and
   * uptime, under names that {@code promtool check metrics} accepts. Close it with the service: the
   * garbage collection meters listen to the JVM until then.
   *
   * @param service value of the tag {@code service} on every meter, e.g. {@code teacher}
   * @param tags further tags of every meter: name, value, name, value ...
   */
  public static PrometheusMeterRegistry create(String service, String... tags) {
    JvmGcMetrics garbageCollection = new JvmGcMetrics();
    PrometheusMeterRegistry registry = new ClosingRegistry(garbageCollection);
    registry
        .config()
        .commonTags(Tags.of(tags).and("service", service))
        .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time")) // in ns; seconds below
        .meterFilter(renamed("system.cpu.count", "system.cpus")); // _count is for histograms
    List<MeterBinder> binders =
        List.of(
            new JvmInfoMetrics(),
            new JvmMemoryMetrics(),
            garbageCollection,
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics());
    binders.forEach(binder -> binder.bindTo(registry));
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    FunctionCounter.builder("process.cpu", system, os -> os.getProcessCpuTime() / 1e9)
        .baseUnit("seconds")
        .description("Processor time that this process used")
        .register(registry);
    return registry;
  }

  private static MeterFilter renamed(String from, String to) {
    return new MeterFilter() {
      @Override
      public Meter.Id map(Meter.Id id) {
        return id.getName().equals(from) ? id.withName(to) : id;
      }
    };
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
