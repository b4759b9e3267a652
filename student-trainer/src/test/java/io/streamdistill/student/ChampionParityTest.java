package io.streamdistill.student;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * A champion that was pulled says, in ONNX Runtime, what the trainer's network says: with the
 * weights of the checkpoint, in DL4J. On 10,000 inputs of two kinds, images of digits and random
 * bytes. {@code -Dparity.out=DIR} keeps models, inputs and outputs for {@code
 * docs/examples/parity.py}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChampionParityTest {

  private static final int INPUTS = 10_000;
  private static final int LENGTH = 784;
  private static final int CLASSES = 10;
  private static final int EXAMPLES = 4_000;
  private static final int BATCH = 500;
  private static final double TOLERANCE = 1e-5;
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final FeatureContract FEATURES = FeatureContract.u8(1, 28, 28);
  private static final Map<String, Object> MEASURED = new TreeMap<>();

  @TempDir static Path directory;
  private static SoftTargetFixture fixture;
  private static Path out;
  private static Map<String, byte[]> inputs; // (INPUTS, LENGTH) each

  @BeforeAll
  static void start() throws IOException {
    fixture = new SoftTargetFixture(directory);
    out = Path.of(System.getProperty("parity.out", directory.resolve("parity").toString()));
    byte[] random = new byte[INPUTS * LENGTH];
    new Random(20_260_101).nextBytes(random);
    inputs =
        Map.of("digits", Digits.items("t10k-images-idx3-ubyte.gz", 3, INPUTS), "random", random);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Order(1)
  @ParameterizedTest
  @ValueSource(strings = {"mlp", "cnn"})
  void theChampionPredictsWhatTheTrainersNetworkPredicts(String student) throws Exception {
    Path champion = trainedAndPulled(student);
    Manifest manifest = Manifest.read(champion);
    TrainableStudent network = trained(champion, manifest);
    Map<String, Object> measured = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> kind : new TreeMap<>(inputs).entrySet()) {
      float[][] expected = logits(network, kind.getValue());
      float[][] probabilities = softmax(expected);
      write(out.resolve(student), kind.getKey(), kind.getValue(), probabilities, expected);

      try (OrtSession session =
          OrtEnvironment.getEnvironment()
              .createSession(champion.resolve("model.onnx").toString())) {
        requireContract(session, manifest);
        double ofProbabilities = 0;
        double ofLogits = 0;
        for (int from = 0; from < INPUTS; from += BATCH) {
          Map<String, float[][]> said = run(session, kind.getValue(), from);
          ofProbabilities =
              larger(
                  ofProbabilities,
                  probabilities,
                  from,
                  requireNonNull(said.get(OnnxExport.PROBABILITIES)));
          ofLogits = larger(ofLogits, expected, from, requireNonNull(said.get(OnnxExport.LOGITS)));
        }
        double largest = largest(expected);
        measured.put(
            kind.getKey(),
            Map.of(
                "inputs", INPUTS,
                "probabilities", ofProbabilities,
                "logits", ofLogits,
                "largest_logit", largest));
        assertThat(ofProbabilities).as("%s %s", student, kind).isLessThanOrEqualTo(TOLERANCE);
        assertThat(ofLogits / largest).as("%s %s", student, kind).isLessThanOrEqualTo(TOLERANCE);
      }
    }
    assertThat(accuracy(logits(network, requireNonNull(inputs.get("digits")))))
        .as("it has learned")
        .isGreaterThan(0.8);
    MEASURED.put(student, measured);
    writeMeasured();
  }

  @Order(2)
  @Test
  void pythonAgrees() throws Exception {
    assumeTrue(
        run(List.of("python3", "-c", "import onnxruntime, numpy")) == 0,
        "python3 with onnxruntime and numpy is not installed: parity in Python is not tested here");

    assertThat(run(List.of("python3", "docs/examples/parity.py", out.toString())))
        .as(() -> output())
        .isZero();
  }

  /** Trains on digits through Kafka, until the gate has made a champion, and pulls that. */
  private static Path trainedAndPulled(String student) throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    ClassMap classes = ClassMap.ofCount(CLASSES);
    fixture.produce(topics, Digits.softTargets(classes, EXAMPLES));
    StudentConfig config =
        fixture.student(
            student,
            2,
            EXAMPLES,
            student.equals("mlp") ? "network.hidden=[800, 800]" : "network.dl4j=" + convolutional(),
            "learning-rate.base=0.01",
            "gate.hold-out-share=0.05",
            "gate.hold-out-examples=500",
            "gate.min-examples=100");
    try (TrainerService trainer =
        TrainerService.start(
            config, Cluster.of(fixture.kafka, topics), new Task(FEATURES, classes))) {
      trainer.awaitEnd();
    }
    Path pulled = out.resolve(student).resolve("champion");
    new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, CheckpointChoice.alias(Alias.CHAMPION), pulled);
    return pulled;
  }

  private static Path convolutional() throws IOException {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .weightInit(WeightInit.RELU)
            .list()
            .layer(new ConvolutionLayer.Builder(5, 5).nOut(8).activation(Activation.RELU).build())
            .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
            .layer(new ConvolutionLayer.Builder(5, 5).nOut(16).activation(Activation.RELU).build())
            .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
            .layer(new DenseLayer.Builder().nOut(64).activation(Activation.RELU).build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(28, 28, 1))
            .build();
    return Files.writeString(directory.resolve("digits-cnn.json"), configuration.toJson());
  }

  private static TrainableStudent trained(Path checkpoint, Manifest manifest) {
    Map<String, Weight> weights = new TreeMap<>();
    Safetensors.read(checkpoint.resolve("weights.safetensors"))
        .tensors()
        .forEach((name, saved) -> weights.put(name, new Weight(saved.shape(), saved.floats())));
    TrainableStudent student =
        StudentNetwork.of(manifest)
            .build(new TrainingSetup(FEATURES, null, DistillationConfig.DEFAULT, 1, 1));
    student.begin(weights);
    return student;
  }

  /** What the engine says; the last layer of a student is linear. (INPUTS, CLASSES) */
  private static float[][] logits(TrainableStudent student, byte[] images) {
    ExportContract contract =
        new ExportContract(
            "digits",
            "u8",
            List.of((long) LENGTH),
            FEATURES.scale(),
            FEATURES.offset(),
            IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList(),
            Map.of());
    float[] said =
        student
            .snapshot(new ModelFeatures(contract, INPUTS, ByteBuffer.wrap(images)))
            .answers()
            .logits();
    return IntStream.range(0, INPUTS)
        .mapToObj(row -> Arrays.copyOfRange(said, row * CLASSES, (row + 1) * CLASSES))
        .toArray(float[][]::new);
  }

  private static float[][] softmax(float[][] logits) {
    float[][] probabilities = new float[logits.length][CLASSES];
    for (int row = 0; row < logits.length; row++) {
      double max = Double.NEGATIVE_INFINITY;
      for (float logit : logits[row]) {
        max = Math.max(max, logit);
      }
      double sum = 0;
      for (float logit : logits[row]) {
        sum += Math.exp(logit - max);
      }
      for (int k = 0; k < CLASSES; k++) {
        probabilities[row][k] = (float) (Math.exp(logits[row][k] - max) / sum);
      }
    }
    return probabilities;
  }

  private static Map<String, float[][]> run(OrtSession session, byte[] images, int from)
      throws OrtException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(BATCH * LENGTH).order(ByteOrder.nativeOrder());
    bytes.put(images, from * LENGTH, BATCH * LENGTH).flip();
    try (OnnxTensor features =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(),
                bytes,
                new long[] {BATCH, LENGTH},
                OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of(OnnxExport.FEATURES, features))) {
      return Map.of(
          OnnxExport.PROBABILITIES,
          (float[][]) result.get(OnnxExport.PROBABILITIES).orElseThrow().getValue(),
          OnnxExport.LOGITS,
          (float[][]) result.get(OnnxExport.LOGITS).orElseThrow().getValue());
    }
  }

  /** Whoever has the model alone knows from it what the manifest says. */
  private static void requireContract(OrtSession session, Manifest manifest) throws OrtException {
    Map<String, String> metadata = session.getMetadata().getCustomMetadata();
    assertThat(metadata)
        .containsEntry("distill.student", manifest.student())
        .containsEntry("distill.version", manifest.version())
        .containsEntry("distill.features.type", "u8")
        .containsEntry("distill.features.shape", "[1,28,28]")
        .containsEntry("distill.features.scale", Float.toString(manifest.features().scale()))
        .containsEntry("distill.features.offset", "0.0")
        .containsEntry("distill.classes.hash", manifest.classMapHash())
        .containsEntry(
            "distill.classes", "[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]");
  }

  private static double larger(double so, float[][] expected, int from, float[][] said) {
    double largest = so;
    for (int row = 0; row < said.length; row++) {
      for (int k = 0; k < CLASSES; k++) {
        double difference = Math.abs((double) expected[from + row][k] - said[row][k]);
        assertThat(difference).isFinite();
        largest = Math.max(largest, difference);
      }
    }
    return largest;
  }

  private static double largest(float[][] values) {
    double largest = 0;
    for (float[] row : values) {
      for (float value : row) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  private static double accuracy(float[][] logits) throws IOException {
    byte[] labels = Digits.items("t10k-labels-idx1-ubyte.gz", 1, INPUTS);
    int right = 0;
    for (int row = 0; row < INPUTS; row++) {
      int best = 0;
      for (int k = 1; k < CLASSES; k++) {
        best = logits[row][k] > logits[row][best] ? k : best;
      }
      right += best == labels[row] ? 1 : 0;
    }
    return (double) right / INPUTS;
  }

  private static void write(
      Path home, String kind, byte[] images, float[][] probabilities, float[][] logits)
      throws IOException {
    Files.createDirectories(home);
    Files.write(home.resolve(kind + ".features.u8"), images);
    Files.write(home.resolve(kind + ".probabilities.f32"), littleEndian(probabilities));
    Files.write(home.resolve(kind + ".logits.f32"), littleEndian(logits));
  }

  private static byte[] littleEndian(float[][] rows) {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows.length * CLASSES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }

  private static void writeMeasured() throws IOException {
    Map<String, Object> java = new LinkedHashMap<>();
    java.put("java", System.getProperty("java.version"));
    java.put("onnxruntime", OrtEnvironment.getEnvironment().getVersion());
    java.put("largest_differences", MEASURED);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(out.resolve("java.json").toFile(), java);
  }

  private static int run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(ROOT.toFile());
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("output").toFile());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return 127; // as a shell says of a command that is not there
    }
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(command + " did not end: " + output());
    }
    return process.exitValue();
  }

  private static String output() {
    try {
      return Files.readString(directory.resolve("output"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
