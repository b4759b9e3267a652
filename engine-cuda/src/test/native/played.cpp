/*
 * A driver that plays a GPU on the processor, for tests of the binding: libcuda.so.1 and
 * libcublas.so.13 in one library. It is stricter than a real one:
 *
 * - Nothing that is queued is done before somebody waits for it, and copies read then. So a result
 *   that is read too early is wrong every time.
 * - Addresses must lie in memory that is allocated, functions need a current context, and a launch
 *   must have exactly the grid that its elements need.
 * - PLAYED_FAIL="cuMemAlloc_v2=2@3" lets the third call of that function return 2.
 * - PLAYED_GPU="8.0" is the compute capability; "none" is a machine without a GPU.
 *
 * With -DREAL_HEADER, the prototypes are compared with those of NVIDIA's cuda.h.
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "../../../kernels/students.cu"

#ifdef REAL_HEADER
#include <cuda.h>
#else
typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
typedef struct CUgraph_st *CUgraph;
typedef struct CUgraphExec_st *CUgraphExec;
typedef int CUdevice_attribute;
typedef int CUjit_option;
typedef int CUstreamCaptureMode;
struct CUlaunchConfig {
  unsigned gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ, sharedMemBytes;
  CUstream hStream;
  void *attrs;
  unsigned numAttrs;
};
#endif

#define API extern "C" CUresult
#define RESULT(status) ((CUresult)(status))
#define INVALID RESULT(1)

typedef std::function<void()> Work;
struct Stream { std::deque<Work> queue; long done, queued; std::vector<Work> *captured; };
struct Event { Stream *stream; long at; bool reached; };
struct Function { const char *name; void (*run)(const void *); size_t bytes; int lanes; };

static std::recursive_mutex lock;
static std::map<unsigned long long, size_t> device_memory;
static std::map<unsigned long long, size_t> host_memory;
static std::map<std::string, int> calls;
static std::set<Stream *> streams;
static std::set<Event *> events;
static thread_local bool current;

static int fault(const char *name, bool needs_context) {
  int call = ++calls[name];
  const char *wanted = getenv("PLAYED_FAIL");
  if (wanted != nullptr) {
    std::string text = wanted;
    size_t equals = text.find('='), at = text.find('@');
    if (text.substr(0, equals) == name && atoi(text.c_str() + at + 1) == call) {
      return atoi(text.c_str() + equals + 1);
    }
  }
  return needs_context && !current ? 201 : 0;
}

#define ENTER(needs_context)                               \
  std::lock_guard<std::recursive_mutex> guard_(lock);      \
  if (int status_ = fault(__func__, needs_context)) return RESULT(status_)

static bool within(const std::map<unsigned long long, size_t> &memory, unsigned long long at,
                   size_t bytes) {
  auto after = memory.upper_bound(at);
  if (after == memory.begin()) return false;
  auto block = std::prev(after);
  return at + bytes <= block->first + block->second;
}

static void add(Stream *stream, Work work) {
  if (stream->captured != nullptr) {
    stream->captured->push_back(work);
  } else {
    stream->queue.push_back(work);
    stream->queued++;
  }
}

/* Does what was queued up to a place. */
static void reach(Stream *stream, long place) {
  while (stream->done < place) {
    Work work = stream->queue.front();
    stream->queue.pop_front();
    stream->done++;
    work();
  }
}

static void drain(Stream *stream) { reach(stream, stream->queued); }

API cuInit(unsigned flags) {
  ENTER(false);
  return RESULT(getenv("PLAYED_GPU") && !strcmp(getenv("PLAYED_GPU"), "none") ? 100 : 0);
}

API cuDriverGetVersion(int *version) {
  ENTER(false);
  *version = getenv("PLAYED_DRIVER") ? atoi(getenv("PLAYED_DRIVER")) : 13000;
  return RESULT(0);
}

API cuGetErrorName(CUresult error, const char **name) {
  *name = error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : error == 100 ? "CUDA_ERROR_NO_DEVICE"
                                                                  : "CUDA_ERROR_PLAYED";
  return RESULT(0);
}

API cuGetErrorString(CUresult error, const char **text) {
  *text = error == 2 ? "out of memory" : error == 100 ? "no CUDA-capable device is detected"
                                                      : "played";
  return RESULT(0);
}

API cuDeviceGetCount(int *count) { ENTER(false); *count = 1; return RESULT(0); }

API cuDeviceGet(CUdevice *device, int ordinal) {
  ENTER(false);
  *device = 7;
  return RESULT(ordinal == 0 ? 0 : 101);
}

API cuDeviceGetName(char *name, int length, CUdevice device) {
  ENTER(false);
  snprintf(name, length, "Played GPU");
  return RESULT(device == 7 ? 0 : 101);
}

API cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
  ENTER(false);
  const char *capability = getenv("PLAYED_GPU") ? getenv("PLAYED_GPU") : "9.0";
  *value = attribute == 75 ? capability[0] - '0' : attribute == 76 ? capability[2] - '0' : 4;
  return RESULT(device == 7 ? 0 : 101);
}

API cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  ENTER(false);
  *context = (CUcontext)77;
  return RESULT(device == 7 ? 0 : 101);
}

API cuCtxSetCurrent(CUcontext context) {
  ENTER(false);
  current = context == (CUcontext)77;
  return RESULT(current ? 0 : 201);
}

API cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, CUjit_option *keys,
                       void **values) {
  ENTER(true);
  bool logs = count == 2 && keys[0] == 5 && keys[1] == 6 && (long long)values[1] >= 1024;
  if (!logs || strstr((const char *)image, ".entry objective") == nullptr) {
    if (logs) strcpy((char *)values[0], "no kernels");
    return RESULT(218);
  }
  *module = (CUmodule)78;
  return RESULT(0);
}

#define FUNCTION(name, Args, lanes) \
  {#name, [](const void *a) { name((const Args *)a); }, sizeof(Args), lanes}
static Function functions[] = {
    FUNCTION(decode_bytes, DecodeBytes, 1), FUNCTION(decode_floats, DecodeFloats, 1),
    FUNCTION(add_bias, Bias, 1),            FUNCTION(mask_and_sum, Backward, 1),
    FUNCTION(bias_gradient, BiasGradient, 32), FUNCTION(alive, Alive, 1),
    FUNCTION(objective, Objective, 32),     FUNCTION(sum_rows, Sum, 32),
    FUNCTION(guard, Guard, 1),              FUNCTION(sgd, Update, 1),
    FUNCTION(nesterov, Update, 1),          FUNCTION(adam, Update, 1),
    FUNCTION(product, Product, 1)};

API cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
  ENTER(true);
  for (Function &known : functions) {
    if (!strcmp(known.name, name)) {
      *function = (CUfunction)&known;
      return RESULT(0);
    }
  }
  return RESULT(500);
}

API cuModuleUnload(CUmodule module) { ENTER(true); return RESULT(module == (CUmodule)78 ? 0 : 1); }

API cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
  ENTER(true);
  if (bytes == 0) return INVALID;
  if (bytes > (size_t)1 << 40) return RESULT(2);
  void *taken = malloc(bytes);
  memset(taken, 0x5a, bytes);
  *address = (CUdeviceptr)taken;
  device_memory[*address] = bytes;
  return RESULT(0);
}

API cuMemFree_v2(CUdeviceptr address) {
  ENTER(true);
  for (Stream *stream : streams) drain(stream);
  if (device_memory.erase(address) == 0) return INVALID;
  free((void *)address);
  return RESULT(0);
}

API cuMemHostAlloc(void **address, size_t bytes, unsigned flags) {
  ENTER(true);
  *address = malloc(bytes);
  host_memory[(unsigned long long)*address] = bytes;
  return RESULT(0);
}

API cuMemFreeHost(void *address) {
  ENTER(true);
  for (Stream *stream : streams) drain(stream);
  if (host_memory.erase((unsigned long long)address) == 0) return INVALID;
  free(address);
  return RESULT(0);
}

API cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream) {
  ENTER(true);
  if (!within(device_memory, to, count)) return INVALID;
  add((Stream *)stream, [=] { memset((void *)to, value, count); });
  return RESULT(0);
}

API cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  ENTER(true);
  if (!within(device_memory, to, bytes)) return INVALID;
  if (!within(host_memory, (unsigned long long)from, bytes)) return INVALID;
  add((Stream *)stream, [=] { memcpy((void *)to, from, bytes); });
  return RESULT(0);
}

API cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  ENTER(true);
  if (!within(device_memory, from, bytes)) return INVALID;
  if (!within(host_memory, (unsigned long long)to, bytes)) return INVALID;
  add((Stream *)stream, [=] { memcpy(to, (void *)from, bytes); });
  return RESULT(0);
}

API cuStreamCreate(CUstream *stream, unsigned flags) {
  ENTER(true);
  Stream *created = new Stream{{}, 0, 0, nullptr};
  streams.insert(created);
  *stream = (CUstream)created;
  return RESULT(flags == 1 ? 0 : 1);
}

API cuStreamSynchronize(CUstream stream) {
  ENTER(true);
  if (((Stream *)stream)->captured != nullptr) return RESULT(900);
  drain((Stream *)stream);
  return RESULT(0);
}

API cuStreamDestroy_v2(CUstream stream) {
  ENTER(true);
  if (streams.erase((Stream *)stream) == 0) return INVALID;
  delete (Stream *)stream;
  return RESULT(0);
}

API cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode mode) {
  ENTER(true);
  ((Stream *)stream)->captured = new std::vector<Work>();
  return RESULT(mode == 1 ? 0 : 1);
}

API cuStreamEndCapture(CUstream stream, CUgraph *graph) {
  ENTER(true);
  std::vector<Work> *captured = ((Stream *)stream)->captured;
  *graph = (CUgraph)captured;
  for (Stream *any : streams) {
    if (any->captured == captured) any->captured = nullptr;
  }
  return RESULT(0);
}

API cuGraphInstantiateWithFlags(CUgraphExec *made, CUgraph graph, unsigned long long flags) {
  ENTER(true);
  *made = (CUgraphExec) new std::vector<Work>(*(std::vector<Work> *)graph);
  return RESULT(0);
}

API cuGraphLaunch(CUgraphExec made, CUstream stream) {
  ENTER(true);
  for (Work &work : *(std::vector<Work> *)made) add((Stream *)stream, work);
  return RESULT(0);
}

API cuGraphDestroy(CUgraph graph) {
  ENTER(true);
  delete (std::vector<Work> *)graph;
  return RESULT(0);
}

API cuGraphExecDestroy(CUgraphExec made) {
  ENTER(true);
  delete (std::vector<Work> *)made;
  return RESULT(0);
}

API cuEventCreate(CUevent *event, unsigned flags) {
  ENTER(true);
  Event *created = new Event{nullptr, 0, true};
  events.insert(created);
  *event = (CUevent)created;
  return RESULT(0);
}

API cuEventRecord(CUevent event, CUstream stream) {
  ENTER(true);
  Event *recorded = (Event *)event;
  recorded->stream = (Stream *)stream;
  recorded->reached = false;
  recorded->at = ((Stream *)stream)->queued;
  add((Stream *)stream, [=] { if (events.count(recorded)) recorded->reached = true; });
  return RESULT(0);
}

API cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  ENTER(true);
  Event *awaited = (Event *)event;
  if (events.count(awaited) == 0 || streams.count((Stream *)stream) == 0) return INVALID;
  Stream *other = awaited->stream;
  Stream *waiting = (Stream *)stream;
  // A stream that waits for one that is captured is captured with it.
  if (other->captured != nullptr) waiting->captured = other->captured;
  if (other != waiting && waiting->captured == nullptr) {
    long place = awaited->at;
    add(waiting, [=] { if (streams.count(other)) reach(other, place); });
  }
  return RESULT(0);
}

API cuEventQuery(CUevent event) {
  ENTER(true);
  if (events.count((Event *)event) == 0) return INVALID;
  return RESULT(((Event *)event)->reached ? 0 : 600);
}

API cuEventSynchronize(CUevent event) {
  ENTER(true);
  if (events.count((Event *)event) == 0) return INVALID;
  if (!((Event *)event)->reached) drain(((Event *)event)->stream);
  return RESULT(0);
}

API cuEventDestroy_v2(CUevent event) {
  ENTER(true);
  return RESULT(events.erase((Event *)event) == 0 ? 1 : 0);
}

API cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction function, void **parameters,
                     void **extra) {
  ENTER(true);
  Function *kernel = (Function *)function;
  long long elements = *(long long *)parameters[0] * kernel->lanes;
  bool grid = config->gridDimX == (elements + 255) / 256 && config->gridDimY == 1 &&
              config->gridDimZ == 1 && config->blockDimX == 256 && config->blockDimY == 1 &&
              config->blockDimZ == 1 && config->sharedMemBytes == 0 && config->numAttrs == 0 &&
              extra == nullptr && streams.count((Stream *)config->hStream) == 1;
  if (!grid) return INVALID;
  std::vector<char> arguments((char *)parameters[0], (char *)parameters[0] + kernel->bytes);
  add((Stream *)config->hStream, [=] { kernel->run(arguments.data()); });
  return RESULT(0);
}

/* ---- cuBLAS ---- */

struct Handle { Stream *stream; void *workspace; int math; };

extern "C" int cublasCreate_v2(Handle **handle) {
  ENTER(true);
  *handle = new Handle{nullptr, nullptr, 0};
  return 0;
}

extern "C" int cublasDestroy_v2(Handle *handle) { ENTER(true); delete handle; return 0; }

extern "C" int cublasGetVersion_v2(Handle *handle, int *version) {
  ENTER(true);
  *version = 130100;
  return 0;
}

extern "C" int cublasSetStream_v2(Handle *handle, CUstream stream) {
  ENTER(true);
  handle->stream = (Stream *)stream;
  handle->workspace = nullptr;
  return 0;
}

extern "C" int cublasSetWorkspace_v2(Handle *handle, void *address, size_t bytes) {
  ENTER(true);
  handle->workspace = address;
  return within(device_memory, (unsigned long long)address, bytes) ? 0 : 7;
}

extern "C" int cublasSetMathMode(Handle *handle, int mode) {
  ENTER(true);
  handle->math = mode;
  return mode == 0 || mode == 3 ? 0 : 7;
}

extern "C" int cublasSgemm_v2(Handle *handle, int ta, int tb, int m, int n, int k,
                              const float *alpha, const float *a, int lda, const float *b, int ldb,
                              const float *beta, float *c, int ldc) {
  ENTER(true);
  auto in = [](const float *at, long long floats) {
    return within(device_memory, (unsigned long long)at, floats * sizeof(float));
  };
  bool fits = *alpha == 1 && *beta == 0 && handle->workspace != nullptr && ldc >= m &&
              lda >= (ta ? k : m) && ldb >= (tb ? n : k) &&
              in(a, (long long)lda * ((ta ? m : k) - 1) + (ta ? k : m)) &&
              in(b, (long long)ldb * ((tb ? k : n) - 1) + (tb ? n : k)) &&
              in(c, (long long)ldc * (n - 1) + m);
  if (!fits) return 7;
  add(handle->stream, [=] {
    for (long long j = 0; j < n; j++) {
      for (long long i = 0; i < m; i++) {
        double sum = 0;
        for (long long l = 0; l < k; l++) {
          sum += (double)a[ta ? l + i * lda : i + l * lda] * b[tb ? j + l * ldb : l + j * ldb];
        }
        c[i + j * ldc] = (float)sum;
      }
    }
  });
  return 0;
}
