package io.streamdistill.engine.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.streamdistill.engine.cuda.device.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** cuBLAS, mapped directly. Every function returns a status: pass it to {@link #check}. */
final class Blas {

  static final int PLAIN_MATH = 0;
  static final int TF32_MATH = 3;

  private static final List<String> LIBRARIES = List.of("libcublas.so.13", "libcublas.so.12");

  /** Functions without a second version. */
  private static final String FIRST = "SetMathMode";

  private static String problem = "";
  private static boolean tried;

  private Blas() {}

  /**
   * Loads the newest that there is, once.
   *
   * @return why there is none; empty when there is
   */
  static synchronized String load() {
    if (tried) {
      return problem;
    }
    tried = true;
    List<String> problems = new ArrayList<>();
    for (String name : LIBRARIES) {
      try {
        NativeLibrary library =
            NativeLibrary.getInstance(
                name,
                Map.of(
                    com.sun.jna.Library.OPTION_FUNCTION_MAPPER,
                    (com.sun.jna.FunctionMapper) (of, method) -> symbol(method.getName())));
        Native.register(Blas.class, library);
        return problem;
      } catch (UnsatisfiedLinkError e) {
        problems.add("%s: %s".formatted(name, e.getMessage()));
      }
    }
    problem = String.join("; ", problems);
    return problem;
  }

  private static String symbol(String method) {
    String name = Character.toUpperCase(method.charAt(0)) + method.substring(1);
    return "cublas" + name + (name.equals(FIRST) ? "" : "_v2");
  }

  /**
   * Makes sure that a function did what it was called for.
   *
   * @throws DeviceException when it did not
   */
  static void check(int status, String what) {
    if (status != 0) {
      throw new DeviceException("%s failed: cuBLAS status %d".formatted(what, status));
    }
  }

  // The names are those of the library without "cublas": see symbol().

  static native int create(LongByReference handle);

  static native int destroy(long handle);

  static native int getVersion(long handle, IntByReference version);

  static native int setStream(long handle, long stream);

  static native int setWorkspace(long handle, long address, long bytes);

  static native int setMathMode(long handle, int mode);

  /** {@code C = alpha op(A) op(B) + beta C}; the signature is the library's. */
  static native int sgemm(
      long handle,
      int transposeA,
      int transposeB,
      int m,
      int n,
      int k,
      long alpha,
      long a,
      int lda,
      long b,
      int ldb,
      long beta,
      long c,
      int ldc);
}
