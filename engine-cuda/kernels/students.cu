/*
 * What a dense student computes beside its matrix products. One source, two machines: NVRTC makes
 * PTX of it for GPUs (build.sh), and a C++ compiler makes a library of it for tests on a CPU.
 *
 * All matrices are column-major, (units, rows): one row of a batch is contiguous. Arguments are
 * structs of eight-byte fields, the first of which is the number of elements that are worked on.
 * There are no atomics, no shared memory and no barriers. Sums are fixed trees: the same device
 * and the same sizes give the same bits. Products are not contracted (-fmad=false), so that element
 * by element the arithmetic is Java's.
 */
#if defined(__CUDACC__)
#define INLINE static __device__ __forceinline__
#define LANES 32

/* A thread for each element. */
#define ELEMENTS(name, Args)                                                              \
  extern "C" __global__ void __launch_bounds__(256) name(const Args a) {                  \
    long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;                       \
    if (i < a.n) name##_element(a, i);                                                    \
  }

/* A warp for each element; all of its lanes come here or none. */
#define WARPS(name, Args)                                                                 \
  extern "C" __global__ void __launch_bounds__(256) name(const Args a) {                  \
    long long i = ((long long)blockIdx.x * blockDim.x + threadIdx.x) / LANES;             \
    if (i < a.n) name##_element(a, i, threadIdx.x % LANES);                               \
  }

INLINE double warp_sum(double value) {
  for (int apart = LANES / 2; apart > 0; apart /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, apart);
  }
  return value;
}

INLINE double warp_max(double value) {
  for (int apart = LANES / 2; apart > 0; apart /= 2) {
    value = fmax(value, __shfl_xor_sync(0xffffffffu, value, apart));
  }
  return value;
}
#else
#include <math.h>
#define INLINE static inline
#define LANES 1

#define ELEMENTS(name, Args)                                                              \
  extern "C" void name(const Args *a) {                                                   \
    for (long long i = 0; i < a->n; i++) name##_element(*a, i);                           \
  }

#define WARPS(name, Args)                                                                 \
  extern "C" void name(const Args *a) {                                                   \
    for (long long i = 0; i < a->n; i++) name##_element(*a, i, 0);                        \
  }

INLINE double warp_sum(double value) { return value; }
INLINE double warp_max(double value) { return value; }
#endif

typedef long long size;

/* Below every finite float. */
#define LEAST -1e300

/* ---- Rows as they are on the wire -> what the network sees ---- */

/* (features) each, or null without a standardisation. */
struct Standard {
  const float *mean;
  const float *deviation;
  double limit;
};

INLINE float standardised(const Standard &s, float x, size feature) {
  if (s.mean == 0) return x;
  float unit = (x - s.mean[feature]) / s.deviation[feature];
  float limit = (float)s.limit;
  return fmaxf(-limit, fminf(limit, unit));
}

struct DecodeBytes {
  size n; /* features x rows */
  const unsigned char *raw;
  const float *table; /* (256) */
  float *x;
  size features;
  Standard standard;
};

INLINE void decode_bytes_element(const DecodeBytes &a, size i) {
  size feature = (unsigned)i % (unsigned)a.features;
  a.x[i] = standardised(a.standard, a.table[a.raw[i]], feature);
}
ELEMENTS(decode_bytes, DecodeBytes)

struct DecodeFloats {
  size n; /* features x rows */
  const float *raw;
  float *x;
  size features;
  double scale;
  double offset;
  Standard standard;
};

INLINE void decode_floats_element(const DecodeFloats &a, size i) {
  size feature = (unsigned)i % (unsigned)a.features;
  a.x[i] = standardised(a.standard, a.raw[i] * (float)a.scale + (float)a.offset, feature);
}
ELEMENTS(decode_floats, DecodeFloats)

/* ---- Layers ---- */

struct Bias {
  size n;            /* units x rows */
  float *z;          /* z + b, in place */
  const float *bias; /* (units) */
  size units;
  size rectify; /* 1: max(z + b, 0) */
};

/* NaN stays NaN, so that it is seen in the loss. */
INLINE void add_bias_element(const Bias &a, size i) {
  float z = a.z[i] + a.bias[(unsigned)i % (unsigned)a.units];
  a.z[i] = a.rectify && z <= 0 ? 0 : z;
}
ELEMENTS(add_bias, Bias)

/* Rows whose bias gradients are added up by one thread. */
#define CHUNK 16

struct Backward {
  size n;         /* units x chunks */
  float *delta;   /* (units, rows), masked in place where an activation is given */
  const float *h; /* (units, rows), or null */
  double *sums;   /* (all units, chunks), of which this layer's begin at `at` */
  size units;
  size rows;
  size all;
  size at;
};

INLINE void mask_and_sum_element(const Backward &a, size i) {
  size unit = (unsigned)i % (unsigned)a.units;
  size chunk = (unsigned)i / (unsigned)a.units;
  size end = (chunk + 1) * CHUNK < a.rows ? (chunk + 1) * CHUNK : a.rows;
  double sum = 0;
  for (size row = chunk * CHUNK; row < end; row++) {
    size at = row * a.units + unit;
    float delta = a.delta[at];
    if (a.h != 0) {
      delta = a.h[at] > 0 ? delta : 0;
      a.delta[at] = delta;
    }
    sum += delta;
  }
  a.sums[chunk * a.all + a.at + unit] = sum;
}
ELEMENTS(mask_and_sum, Backward)

struct BiasGradient {
  size n;             /* all units */
  const double *sums; /* (all units, chunks) */
  const size *place;  /* (all units): of its bias in the gradient */
  float *gradient;
  size chunks;
};

INLINE void bias_gradient_element(const BiasGradient &a, size i, int lane) {
  double sum = 0;
  for (size chunk = lane; chunk < a.chunks; chunk += LANES) {
    sum += a.sums[chunk * a.n + i];
  }
  sum = warp_sum(sum);
  if (lane == 0) a.gradient[a.place[i]] = (float)sum;
}
WARPS(bias_gradient, BiasGradient)

struct Alive {
  size n;         /* units */
  const float *h; /* (units, rows) */
  int *alive;     /* (units): 1 when any row is not 0 */
  size rows;
};

INLINE void alive_element(const Alive &a, size i) {
  int any = 0;
  for (size row = 0; row < a.rows; row++) {
    any |= a.h[row * a.n + i] != 0;
  }
  a.alive[i] = any;
}
ELEMENTS(alive, Alive)

/* ---- The objective, as DistillationObjective, RowByRow and AgreementSum have it ---- */

/* What is summed over the rows; the order is that of Results.java. */
enum {
  SOFT,
  HARD,
  SOFT_EXCESS,
  HARD_EXCESS,
  DIVERGENCE,
  WEIGHT,
  LABELLED_WEIGHT,
  RECORDS,
  LABELLED,
  AGREEMENTS,
  CORRECT,
  SUMS,
  FINITE = SUMS,
  STEPS,
  RESULTS
};

struct Objective {
  size n;               /* rows */
  const float *z;       /* (classes, rows) */
  const float *targets; /* (classes, rows), the teacher's distributions at T */
  const int *labels;    /* (rows), -1: not labelled */
  const float *weights; /* (rows) */
  float *delta;         /* (classes, rows), the gradient; or null */
  double *sums;         /* (rows, SUMS) */
  size classes;
  double temperature;
  double hard_weight;
  double logit_scale;
  double hard_temperature;
  double sharp; /* weight of the soft term at h, (1 - a) included */
  double bound; /* on the length of a gradient, before it is scaled */
};

/* One record: exponents are relative to the largest logit. */
struct Record {
  const float *z;
  const float *p;
  double max;
  double teacher_max;
  double mass;
  double weight;
  double hard_share;
  int label;
  double student_at_t; /* sums of exponentials */
  double student_at_h;
  double student_at_1;
  double teacher_at_h;
  double teacher_at_1;
};

INLINE double gradient_of(const Objective &a, const Record &r, size k) {
  double t = a.temperature;
  double h = a.hard_temperature;
  double logit = r.z[k] - r.max;
  double at_h = exp(logit / h) / r.student_at_h;
  double gradient =
      r.weight * ((1 - a.hard_weight) * t * (r.mass * exp(logit / t) / r.student_at_t - r.p[k]) +
                  r.hard_share * h * (at_h - (k == r.label ? 1 : 0)));
  if (a.sharp != 0) {
    double of_teacher = exp((t * log((double)r.p[k]) - r.teacher_max) / h) / r.teacher_at_h;
    gradient += r.weight * a.sharp * h * (at_h - of_teacher);
  }
  return gradient;
}

INLINE void objective_element(const Objective &a, size i, int lane) {
  double t = a.temperature;
  double h = a.hard_temperature;
  Record r;
  r.z = a.z + i * a.classes;
  r.p = a.targets + i * a.classes;
  r.label = a.labels[i];
  r.weight = a.weights[i];
  r.hard_share = r.label < 0 ? 0 : a.hard_weight;
  double max = LEAST;
  double most = LEAST; /* of the teacher's probabilities */
  double mass = 0;
  for (size k = lane; k < a.classes; k += LANES) {
    max = fmax(max, (double)r.z[k]);
    most = fmax(most, (double)r.p[k]);
    mass += r.p[k];
  }
  r.max = warp_max(max);
  most = warp_max(most);
  r.mass = warp_sum(mass);
  r.teacher_max = t * log(most);

  /* The classes that both name, of equals the first: as a maximum of -k. */
  double answer = LEAST;
  double teacher_answer = LEAST;
  double student_at_t = 0;
  double student_at_h = 0;
  double student_at_1 = 0;
  double teacher_at_h = 0;
  double teacher_at_1 = 0;
  for (size k = lane; k < a.classes; k += LANES) {
    if (r.z[k] == r.max) answer = fmax(answer, -(double)k);
    if (r.p[k] == most) teacher_answer = fmax(teacher_answer, -(double)k);
    double logit = r.z[k] - r.max;
    double teacher = t * log((double)r.p[k]) - r.teacher_max;
    student_at_t += exp(logit / t);
    student_at_h += exp(logit / h);
    student_at_1 += exp(logit);
    teacher_at_h += exp(teacher / h);
    teacher_at_1 += exp(teacher);
  }
  answer = -warp_max(answer);
  teacher_answer = -warp_max(teacher_answer);
  r.student_at_t = warp_sum(student_at_t);
  r.student_at_h = warp_sum(student_at_h);
  r.student_at_1 = warp_sum(student_at_1);
  r.teacher_at_h = warp_sum(teacher_at_h);
  r.teacher_at_1 = warp_sum(teacher_at_1);

  double log_at_t = log(r.student_at_t);
  double log_at_h = log(r.student_at_h);
  double log_at_1 = log(r.student_at_1);
  double teacher_log_at_h = log(r.teacher_at_h);
  double teacher_log_at_1 = log(r.teacher_at_1);
  double soft_logits = 0;    /* p z */
  double teacher_logits = 0; /* p T log p */
  double sharp_entropy = 0;  /* CE(p(h), q(h)) */
  double sharp_excess = 0;   /* KL(p(h) || q(h)) */
  double divergence = 0;     /* KL(p(1) || q(1)) */
  double squares = 0;
  double latest = 0; /* the gradient of this lane's latest class */
  for (size k = lane; k < a.classes; k += LANES) {
    double p = r.p[k];
    double logit = r.z[k] - r.max;
    double teacher = t * log(p);
    soft_logits += p * logit;
    if (p != 0) teacher_logits += p * teacher;
    double relative = teacher - r.teacher_max;
    double of_teacher = exp(relative / h) / r.teacher_at_h;
    if (a.sharp != 0 && of_teacher != 0) {
      double of_student = logit / h - log_at_h;
      sharp_entropy -= of_teacher * of_student;
      sharp_excess += of_teacher * (relative / h - teacher_log_at_h - of_student);
    }
    double at_1 = exp(relative);
    if (at_1 != 0) {
      divergence += at_1 * (relative - teacher_log_at_1 - (logit - log_at_1));
    }
    if (a.delta != 0) {
      latest = gradient_of(a, r, k);
      squares += latest * latest;
    }
  }
  soft_logits = warp_sum(soft_logits);
  teacher_logits = warp_sum(teacher_logits);
  sharp_entropy = warp_sum(sharp_entropy);
  sharp_excess = warp_sum(sharp_excess);
  divergence = warp_sum(divergence) / r.teacher_at_1;
  squares = warp_sum(squares);

  if (lane == 0) {
    double entropy = r.mass * log_at_t - soft_logits / t; /* CE(p, q(T)) */
    double teacher_entropy = -teacher_logits / t;         /* CE(p, p) */
    double soft = r.weight * (1 - a.hard_weight) * t * t;
    double sharp = a.sharp == 0 ? 0 : r.weight * a.sharp * h * h;
    double hard = 0;
    if (r.hard_share != 0) {
      double of_label = log_at_h - (r.z[r.label] - r.max) / h; /* CE(y, q(h)) */
      hard = r.weight * r.hard_share * h * h * of_label;
    }
    bool counts = r.weight != 0;
    bool labelled = counts && r.label >= 0;
    double *sums = a.sums + i;
    sums[SOFT * a.n] = soft * entropy + (a.sharp == 0 ? 0 : sharp * sharp_entropy);
    sums[HARD * a.n] = hard;
    sums[SOFT_EXCESS * a.n] =
        soft * (entropy - teacher_entropy) + (a.sharp == 0 ? 0 : sharp * sharp_excess);
    sums[HARD_EXCESS * a.n] = hard;
    sums[DIVERGENCE * a.n] = counts ? divergence : 0;
    sums[WEIGHT * a.n] = r.weight;
    sums[LABELLED_WEIGHT * a.n] = labelled ? r.weight : 0;
    sums[RECORDS * a.n] = counts ? 1 : 0;
    sums[LABELLED * a.n] = labelled ? 1 : 0;
    sums[AGREEMENTS * a.n] = counts && answer == teacher_answer ? 1 : 0;
    sums[CORRECT * a.n] = counts && answer == r.label ? 1 : 0;
  }
  if (a.delta != 0) {
    double unit = 1.0 / a.n / (a.logit_scale * a.logit_scale);
    double factor = squares > a.bound * a.bound ? unit * a.bound / sqrt(squares) : unit;
    for (size k = lane; k < a.classes; k += LANES) {
      double gradient = a.classes <= LANES ? latest : gradient_of(a, r, k);
      a.delta[i * a.classes + k] = (float)(gradient * factor);
    }
  }
}
WARPS(objective, Objective)

struct Sum {
  size n;             /* SUMS */
  const double *sums; /* (rows, SUMS) */
  double *result;     /* (RESULTS) */
  size rows;
};

INLINE void sum_rows_element(const Sum &a, size i, int lane) {
  double sum = 0;
  for (size row = lane; row < a.rows; row += LANES) {
    sum += a.sums[i * a.rows + row];
  }
  sum = warp_sum(sum);
  if (lane == 0) a.result[i] = sum;
}
WARPS(sum_rows, Sum)

/* ---- The update, as FusedUpdate has it ---- */

/* What one step's update goes by. */
struct Control {
  double finite; /* 0: this step is to change nothing */
  double steps;  /* that the optimizer has taken, this one included */
  double rate;   /* a float */
  double kept;   /* a float: what is left of a weight */
};

struct Guard {
  size n;               /* 1 */
  double *result;       /* (RESULTS) */
  Control *control;
  const double *input;  /* (1): the learning rate, a float */
  double decay;
  double beta1; /* of Adam; < 0 for the others */
  double beta2;
};

INLINE void guard_element(const Guard &a, size i) {
  double value = a.result[SOFT] + a.result[HARD] + a.result[DIVERGENCE];
  bool finite = value - value == 0;
  Control &control = a.control[i];
  double steps = finite ? control.steps + 1 : control.steps;
  double rate = a.input[0];
  if (a.beta1 >= 0) {
    double mean_bias = 1 - pow(a.beta1, steps);
    double variance_bias = 1 - pow(a.beta2, steps);
    rate = (float)(rate * sqrt(variance_bias) / mean_bias);
  }
  control.finite = finite ? 1 : 0;
  control.steps = steps;
  control.rate = rate;
  control.kept = (float)(1 - a.input[0] * a.decay);
  a.result[FINITE] = control.finite;
  a.result[STEPS] = steps;
}
ELEMENTS(guard, Guard)

struct Update {
  size n;   /* parameters */
  float *x; /* (parameters), as the next */
  const float *gradient;
  float *state;
  const Control *control;
  const size *ends; /* (layers, 2): where the weights of a layer end, and where its biases do */
  size layers;
  double output_factor; /* on the rate of the last layer */
  double first;         /* momentum, or beta1 */
  double second;        /* beta2 */
  double epsilon;
};

/* Zero for what is below 1e-37 or so, as UpdateKernel.withoutDenormals. */
INLINE float without_denormals(float state) {
  const float tiny = 1e-30f;
  return (state + tiny) - tiny;
}

struct Pace {
  float rate;
  float kept;
};

INLINE Pace pace(const Update &a, size i) {
  size layer = 0;
  while (i >= a.ends[2 * layer + 1]) layer++;
  Pace pace;
  pace.rate = (float)a.control->rate;
  if (layer == a.layers - 1) pace.rate = pace.rate * (float)a.output_factor;
  pace.kept = i < a.ends[2 * layer] ? (float)a.control->kept : 1;
  return pace;
}

INLINE void sgd_element(const Update &a, size i) {
  if (a.control->finite == 0) return;
  Pace step = pace(a, i);
  a.x[i] = step.kept * a.x[i] - step.rate * a.gradient[i];
}
ELEMENTS(sgd, Update)

INLINE void nesterov_element(const Update &a, size i) {
  if (a.control->finite == 0) return;
  Pace step = pace(a, i);
  float momentum = (float)a.first;
  float ahead = -momentum - 1;
  float carried = momentum * a.state[i];
  float velocity = carried - step.rate * a.gradient[i];
  a.state[i] = without_denormals(velocity);
  a.x[i] = step.kept * a.x[i] - (carried + ahead * velocity);
}
ELEMENTS(nesterov, Update)

INLINE void adam_element(const Update &a, size i) {
  if (a.control->finite == 0) return;
  Pace step = pace(a, i);
  float beta1 = (float)a.first;
  float beta2 = (float)a.second;
  float g = a.gradient[i];
  float mean = beta1 * a.state[i] + (1 - beta1) * g;
  float variance = beta2 * a.state[a.n + i] + (1 - beta2) * g * g;
  a.state[i] = without_denormals(mean);
  a.state[a.n + i] = without_denormals(variance);
  a.x[i] = step.kept * a.x[i] - mean * step.rate / (sqrtf(variance) + (float)a.epsilon);
}
ELEMENTS(adam, Update)

/* ---- C = op(A) op(B), where no library has it ---- */

struct Product {
  size n; /* m x n */
  const float *a;
  const float *b;
  float *c; /* (m, n) */
  size m;
  size k;
  size a_row; /* distance of op(A)'s rows, and of its columns */
  size a_column;
  size b_row;
  size b_column;
};

INLINE void product_element(const Product &p, size i) {
  const float *a = p.a + (unsigned)i % (unsigned)p.m * p.a_row;
  const float *b = p.b + (unsigned)i / (unsigned)p.m * p.b_column;
  float sum = 0;
  for (size from = 0; from < p.k; from += 64) {
    size end = from + 64 < p.k ? from + 64 : p.k;
    float part = 0;
    for (size k = from; k < end; k++) {
      part += a[k * p.a_column] * b[k * p.b_row];
    }
    sum += part;
  }
  p.c[i] = sum;
}
ELEMENTS(product, Product)
