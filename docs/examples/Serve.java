import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * Serves the model in a directory that "distill pull --follow" keeps current, and drops no request when it is switched.
 *
 * <p>Run: java -cp "cli/target/distill/lib/*" docs/examples/Serve.java MODEL_DIRECTORY PORT; needs nothing but ONNX Runtime.
 * Ask: curl --data-binary @images.u8 http://127.0.0.1:PORT/predict with one example after the other, as on the wire.
 */
final class Serve {

  private static final int MAX_BODY_BYTES = 16 << 20;
  private static volatile Model current;

  public static void main(String[] args) throws Exception {
    Path link = Path.of(args[0]);
    current = new Model(link.toRealPath());
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1])), 0);
    server.setExecutor(Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors()));
    server.createContext("/predict", Serve::predict);
    server.start();
    System.out.println("version " + current.version + " at http://127.0.0.1:" + server.getAddress().getPort() + "/predict");
    while (true) {
      Thread.sleep(1_000);
      try {
        // Resolved once: files that are read through the link itself may be of two versions.
        Path directory = link.toRealPath();
        if (!directory.equals(current.directory)) {
          Model before = current;
          current = new Model(directory); // loads and tries it while the one before still serves
          before.leave();
          System.out.println("version " + current.version);
        }
      } catch (IOException | OrtException e) {
        System.err.println("version " + current.version + " stays: " + e);
      }
    }
  }

  private static void predict(HttpExchange exchange) throws IOException {
    Model model = enter();
    int status = 200;
    String answer;
    try {
      answer = model.predict(exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1));
    } catch (IllegalArgumentException e) {
      status = 400;
      answer = "{\"error\": \"" + e.getMessage() + "\"}";
    } catch (OrtException e) {
      e.printStackTrace();
      status = 500;
      answer = "{\"error\": \"the model cannot be run; see the log\"}";
    } finally {
      model.leave();
    }
    byte[] bytes = (answer + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Model enter() {
    while (true) {
      Model model = current;
      if (model.tryEnter()) {
        return model; // else it was replaced just now
      }
    }
  }

  /** A session with those who use it: closed when it has been replaced and the last request has left. */
  private static final class Model {
    private final Path directory;
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final String version;
    private final String classes; // a JSON array
    private final OnnxJavaType type;
    private final int elementBytes;
    private final int length;
    private int users = 1; // that it is the current one

    Model(Path directory) throws OrtException {
      this.directory = directory;
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(1);
      session = environment.createSession(directory.resolve("model.onnx").toString(), options);
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      version = metadata.get("distill.version");
      classes = metadata.get("distill.classes");
      String[] shape = metadata.get("distill.features.shape").replaceAll("[\\[\\] ]", "").split(",");
      length = Arrays.stream(shape).mapToInt(Integer::parseInt).reduce(1, Math::multiplyExact);
      switch (metadata.get("distill.features.type")) {
        case "u8" -> { type = OnnxJavaType.UINT8; elementBytes = 1; }
        case "f16" -> { type = OnnxJavaType.FLOAT16; elementBytes = 2; }
        default -> { type = OnnxJavaType.FLOAT; elementBytes = 4; }
      }
      predict(new byte[length * elementBytes]);
    }

    String predict(byte[] features) throws OrtException {
      int rows = features.length / (length * elementBytes);
      if (rows == 0 || features.length != rows * length * elementBytes || features.length > MAX_BODY_BYTES) {
        throw new IllegalArgumentException("send examples of %d %s each, %d bytes at most; got %d bytes"
            .formatted(length, type, MAX_BODY_BYTES, features.length));
      }
      ByteBuffer direct = ByteBuffer.allocateDirect(features.length).order(ByteOrder.nativeOrder());
      direct.put(features).flip();
      try (OnnxTensor input = OnnxTensor.createTensor(environment, direct, new long[] {rows, length}, type);
          OrtSession.Result result = session.run(Map.of("features", input))) {
        float[][] probabilities = (float[][]) result.get("probabilities").orElseThrow().getValue(); // (rows, classes)
        return "{\"version\": \"%s\", \"classes\": %s, \"probabilities\": %s}"
            .formatted(version, classes, Arrays.deepToString(probabilities));
      }
    }

    synchronized boolean tryEnter() {
      users += users == 0 ? 0 : 1;
      return users > 0;
    }

    synchronized void leave() {
      if (--users == 0) {
        try {
          session.close();
        } catch (OrtException e) {
          System.err.println("version " + version + " was not closed: " + e);
        }
      }
    }
  }
}
