#!/bin/sh
# Makes of students.cu what runs:
#
#   kernels/build.sh ptx         students.ptx, for the jar; commit it. Needs Python and PyPI, no GPU.
#   kernels/build.sh check       assembles students.ptx for every architecture. The same.
#   kernels/build.sh host FILE   a library for this machine's processor. Needs a C++ compiler.
#   kernels/build.sh played FILE a driver for tests that plays a GPU on the processor. The same.
#
# NVRTC 11.8 writes PTX 7.8, which drivers from 520 on translate for compute capability 7.5 and up.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
ptx=$here/../src/main/resources/io/streamdistill/engine/cuda/driver/students.ptx

# Unpacks a wheel from PyPI, and says where.
wheel() {
  python3 -m pip download -q --no-deps --only-binary=:all: -d "$tools" "$1==$2" >&2
  python3 -m zipfile -e "$tools/$(echo "$1" | tr - _)-$2"*.whl "$tools/$1"
}

case ${1:-} in
  host)
    # shellcheck disable=SC2086
    ${CXX:-g++} -std=c++17 -x c++ -O2 -Wall -Werror -ffp-contract=off ${CXXFLAGS:-} -shared -fPIC \
      "$here/students.cu" -o "$2"
    ;;
  played)
    # shellcheck disable=SC2086
    ${CXX:-g++} -std=c++17 -O2 -Wall -Werror -ffp-contract=off ${CXXFLAGS:-} -shared -fPIC \
      "$here/../src/test/native/played.cpp" -o "$2"
    ;;
  ptx)
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    wheel nvidia-cuda-nvrtc-cu11 11.8.89
    lib=$tools/nvidia-cuda-nvrtc-cu11/nvidia/cuda_nvrtc/lib
    python3 "$here/build.py" "$lib/libnvrtc.so.11.2" "$here/students.cu" "$ptx"
    ;;
  check)
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    wheel nvidia-cuda-nvcc 13.5.37
    ptxas=$tools/nvidia-cuda-nvcc/nvidia/cu13/bin/ptxas
    chmod +x "$ptxas"
    for capability in 75 80 86 89 90 100 103 110 120 121; do
      "$ptxas" -arch=sm_$capability "$ptx" -o "$tools/students.cubin"
      echo "sm_$capability: $(wc -c < "$tools/students.cubin") bytes"
    done
    ;;
  *)
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
