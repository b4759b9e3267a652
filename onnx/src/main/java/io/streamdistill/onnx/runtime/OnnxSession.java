package io.streamdistill.onnx.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in ONNX Runtime, in native memory until it is closed. Runs may come from several threads
 * at once; none may be under way when it is closed.
 */
public final class OnnxSession implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(OnnxSession.class);

  /** As many threads as there are cores. */
  public static final int ALL_CORES = 0;

  private final String name;
  private final OrtSession session;

  private OnnxSession(String name, OrtSession session) {
    this.name = name;
    this.session = session;
  }

  private interface Source {
    OrtSession open(SessionOptions options) throws OrtException;
  }

  /**
   * Opens a model in a file, and its external data beside it.
   *
   * @param threads threads that one run is spread over, >= 1, or {@link #ALL_CORES}
   * @throws UnloadableException when ONNX Runtime does not take it
   */
  public static OnnxSession open(Path model, int threads) {
    String file = model.toString();
    return open(file, threads, options -> OnnxRuntime.environment().createSession(file, options));
  }

  /**
   * Opens a model in memory.
   *
   * @param name what messages call it
   * @param threads threads that one run is spread over, >= 1, or {@link #ALL_CORES}
   * @throws UnloadableException when ONNX Runtime does not take it
   */
  public static OnnxSession open(byte[] model, String name, int threads) {
    return open(name, threads, options -> OnnxRuntime.environment().createSession(model, options));
  }

  private static OnnxSession open(String name, int threads, Source source) {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      // Threads that spin while a stream thread reads and writes take its processor time: 40 % more
      // of it per batch was measured.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return new OnnxSession(name, source.open(options));
    } catch (OrtException e) {
      throw new UnloadableException(name, e);
    }
  }

  /** Inputs by name, in the order of the model. */
  public Map<String, NodeInfo> inputs() throws OrtException {
    return session.getInputInfo();
  }

  /** Outputs by name, in the order of the model. */
  public Map<String, NodeInfo> outputs() throws OrtException {
    return session.getOutputInfo();
  }

  /** What the model says of itself, by keys of its own. */
  public Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  /**
   * Runs the model; the caller closes what it gives.
   *
   * @param outputs names of those that are asked for
   */
  public OrtSession.Result run(Map<String, ? extends OnnxTensorLike> inputs, Set<String> outputs)
      throws OrtException {
    return session.run(inputs, outputs);
  }

  /** The same, in a run that {@code options} can end from another thread. */
  public OrtSession.Result run(
      Map<String, ? extends OnnxTensorLike> inputs, Set<String> outputs, RunOptions options)
      throws OrtException {
    return session.run(inputs, outputs, options);
  }

  /** Frees it; a failure to do so is a line in the log. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      log.warn("{} did not close: {}", name, e.getMessage());
    }
  }
}
