"""Compiles students.cu to PTX with NVRTC 11.8, which needs no GPU. See build.sh."""
import ctypes
import hashlib
import pathlib
import sys

library, source, target = sys.argv[1:]
nvrtc = ctypes.CDLL(library)
text = pathlib.Path(source).read_bytes()


def check(status):
    if status:
        nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p
        sys.exit(f"NVRTC: {nvrtc.nvrtcGetErrorString(status).decode()}")


program = ctypes.c_void_p()
check(nvrtc.nvrtcCreateProgram(ctypes.byref(program), text, b"students.cu", 0, None, None))
options = [b"--gpu-architecture=compute_75", b"-fmad=false", b"-default-device"]
status = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
size = ctypes.c_size_t()
if status:
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    sys.exit(log.value.decode())
check(nvrtc.nvrtcGetPTXSize(program, ctypes.byref(size)))
ptx = ctypes.create_string_buffer(size.value)
check(nvrtc.nvrtcGetPTX(program, ptx))
digest = hashlib.sha256(text).hexdigest()
pathlib.Path(target).write_text(f"// SHA-256 of kernels/students.cu: {digest}\n" + ptx.value.decode())
