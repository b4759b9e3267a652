"""The same step in PyTorch with CUDA graphs: microseconds, as lines of JSON. See check.sh."""
import json
import statistics
import time

import torch

T = 20.0


def measure(precision, batch):
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    layers = [torch.nn.Linear(784, 800), torch.nn.ReLU(), torch.nn.Linear(800, 800)]
    net = torch.nn.Sequential(*layers, torch.nn.ReLU(), torch.nn.Linear(800, 10)).cuda()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9, nesterov=True, fused=True)
    x = torch.rand(batch, 784, device="cuda")
    q = torch.softmax(torch.randn(batch, 10, device="cuda"), 1)

    def step():
        loss = -(q * torch.log_softmax(net(x) / T, 1)).sum(1).mean() * T * T
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    for _ in range(20):
        graph.replay()
    times = []
    for _ in range(11):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(40):
            graph.replay()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - start) / 40 * 1e6)
    return round(statistics.median(times), 1)


print("PEER", json.dumps({"torch": torch.__version__, "gpu": torch.cuda.get_device_name()}))
for size in (512, 4096):
    for name in ("fp32", "tf32"):
        print("PEER", json.dumps({"products": name, "batch": size, "graph-us": measure(name, size)}),
              flush=True)
