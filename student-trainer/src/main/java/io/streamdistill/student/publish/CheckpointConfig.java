package io.streamdistill.student.publish;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When and where checkpoints are published. One more is published when training ends.
 *
 * @param every time between checkpoints, > 0; default 30 s
 * @param everyExamples examples between checkpoints, whichever comes first; 0: by time only;
 *     default 0
 * @param store URI of the store: {@code kafka:}, {@code file:DIRECTORY} or {@code
 *     s3://BUCKET/PREFIX}; default {@code kafka:}
 * @param keep newest checkpoints kept, at least 1; default 5
 * @param keepFor younger ones are kept as well, >= 0, so that nobody loses what he is just reading;
 *     what an alias stands for is kept in any case; default 10 min
 * @param int8 whether {@code model.int8.onnx} is written as well, with what it costs on the
 *     hold-out; needs one, {@code student.gate.hold-out-share}; default false
 * @param workDir where checkpoints are put together; default {@code .streamdistill/trainer}
 * @param signingKeyFile private Ed25519 key (PKCS#8 in PEM) that every checkpoint is signed with;
 *     empty for none, the default
 * @param trustedKeyFiles public Ed25519 keys (X.509 in PEM): what training resumes from or starts
 *     with must be signed with one of them, or with the signing key; empty, the default, asks for
 *     no signature
 * @param serve whether the trainer serves them over HTTP, beside its metrics; default true
 */
public record CheckpointConfig(
    Duration every,
    long everyExamples,
    String store,
    int keep,
    Duration keepFor,
    boolean int8,
    Path workDir,
    String signingKeyFile,
    List<String> trustedKeyFiles,
    boolean serve) {

  /** Validates. */
  public CheckpointConfig {
    require(
        !every.isNegative() && !every.isZero(),
        "student.checkpoint.every must be > 0, got %s",
        every);
    require(
        everyExamples >= 0,
        "student.checkpoint.every-examples must be >= 0, got %s",
        everyExamples);
    require(!keepFor.isNegative(), "student.checkpoint.keep-for must be >= 0, got %s", keepFor);
    trustedKeyFiles = List.copyOf(trustedKeyFiles);
    require(keep >= 1, "student.checkpoint.keep must be >= 1, got %s", keep);
  }

  /**
   * The key that checkpoints are signed with.
   *
   * @param signingKeyFile as in the configuration
   * @return null for none
   * @throws io.streamdistill.config.ConfigException when the file is no such key
   */
  public static @Nullable SigningKey signingKey(String signingKeyFile) {
    return signingKeyFile.isEmpty()
        ? null
        : SigningKey.read("student.checkpoint.signing-key-file", Path.of(signingKeyFile));
  }

  /**
   * The keys, one of which must have signed what training begins with.
   *
   * @param own the key that checkpoints are signed with, if they are
   * @return none when no files are configured: then signatures are not asked for
   * @throws io.streamdistill.config.ConfigException when a file is no such key
   */
  public TrustedKeys trustedKeys(@Nullable SigningKey own) {
    TrustedKeys trusted =
        TrustedKeys.read(
            "student.checkpoint.trusted-key-files",
            trustedKeyFiles.stream().map(Path::of).toList());
    return trusted.isEmpty() || own == null ? trusted : trusted.and(own.trusted());
  }
}
