#!/usr/bin/env bash
# What a machine with an NVIDIA GPU has (driver, libraries, tools), and how fast PyTorch trains the student 784-800-800-10
# there, eager and as a CUDA graph, in FP32, TF32 and BF16. Two minutes. Needs python3 with PyTorch; without it only the
# first half runs. It changes nothing.
set -u
echo "# machine"
nvidia-smi -L
nvidia-smi --query-gpu=compute_cap,driver_version,memory.total,clocks.max.sm,mig.mode.current --format=csv
uname -m; ldd --version 2>&1 | head -1; nproc; grep -m1 'model name' /proc/cpuinfo
echo "# libraries and tools"
ldconfig -p | grep -E 'libcuda\.|cublas|nvrtc|nvJitLink|cudnn|curand|cudart'
for tool in java nvcc cuobjdump compute-sanitizer ncu g++ cmake; do
  printf '%s: %s\n' "$tool" "$(command -v "$tool" || echo none)"
done
nvcc --version 2>/dev/null | grep release
find / -xdev \( -name 'libcublasLt.so*' -o -name 'libcublas.so*' -o -name 'libnvrtc.so*' -o -name 'libnvJitLink.so*' \
  -o -name 'libcudnn.so*' -o -name 'libcurand.so*' -o -name 'libcudart.so*' \) 2>/dev/null | head -30
echo "LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}"
command -v python3 >/dev/null || exit 0
echo "# PyTorch, student 784-800-800-10, microseconds a step and millions of records a second"
python3 - <<'P'
import sys
try:
    import torch
except ImportError:
    sys.exit("no PyTorch")
import time
print("torch", torch.__version__, "cuda", torch.version.cuda, torch.cuda.get_device_name(), flush=True)
properties = torch.cuda.get_device_properties(0)
print("multiprocessors", properties.multi_processor_count, "L2", getattr(properties, "L2_cache_size", None))
T = 20.
for precision in ("fp32", "tf32", "bf16"):
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    for B in (512, 4096):
        net = torch.nn.Sequential(
            torch.nn.Linear(784, 800), torch.nn.ReLU(), torch.nn.Linear(800, 800), torch.nn.ReLU(),
            torch.nn.Linear(800, 10)).cuda()
        optimiser = torch.optim.SGD(net.parameters(), lr=.001, momentum=.9, nesterov=True)
        x = torch.rand(B, 784, device="cuda")
        q = torch.softmax(torch.randn(B, 10, device="cuda"), 1)

        def step():
            with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16"):
                z = net(x)
            loss = -(q * torch.log_softmax(z.float() / T, 1)).sum(1).mean() * T * T
            optimiser.zero_grad(set_to_none=False)
            loss.backward()
            optimiser.step()

        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(5):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        for name, run in (("eager", step), ("graph", graph.replay)):
            for _ in range(20):
                run()
            torch.cuda.synchronize()
            start = time.time()
            for _ in range(300):
                run()
            torch.cuda.synchronize()
            us = (time.time() - start) / 300 * 1e6
            print(precision, B, name, round(us), "us", round(B / us, 2), "M records/s", flush=True)
P
echo "# FP32 matrix products of the step alone (cuBLAS), microseconds"
python3 - <<'P'
import sys
try:
    import torch
except ImportError:
    sys.exit(0)
import time
for tf32 in (False, True):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    for B in (512, 4096):
        for m, k, n in ((B, 784, 800), (B, 800, 800), (B, 800, 10), (784, B, 800), (800, B, 800)):
            a = torch.rand(m, k, device="cuda"); b = torch.rand(k, n, device="cuda")
            for _ in range(20):
                a @ b
            torch.cuda.synchronize(); start = time.time()
            for _ in range(200):
                a @ b
            torch.cuda.synchronize()
            print("tf32" if tf32 else "fp32", (m, k, n), round((time.time() - start) / 200 * 1e6, 1), flush=True)
P
exit 0
