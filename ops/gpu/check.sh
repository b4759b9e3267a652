#!/bin/bash
# Checks engine-cuda on a machine with an NVIDIA GPU, in at most 4 minutes. Run it in the folder
# that ops/gpu/bundle.sh makes:
#
#   bash check.sh [OUT]      logs and results.json go to OUT; default .
#
# Every part runs, whatever became of those before. The exit code is that of the engine's own tests.
cd "$(dirname "$0")" || exit 2
out=${1:-.}
mkdir -p "$out"
begin=$(date +%s)
said() { echo "== $1 ($(($(date +%s) - begin)) s)"; }

[ -d jre ] || tar xf jre.tar.xz

said machine
nvidia-smi --query-gpu=name,compute_cap,driver_version,memory.total --format=csv,noheader
grep -m1 'model name' /proc/cpuinfo
echo "commit $(cat commit)"

# Where CUDA keeps its libraries when the loader does not know.
for directory in /usr/local/cuda/lib64 /usr/local/cuda/targets/x86_64-linux/lib; do
  [ -d "$directory" ] && LD_LIBRARY_PATH=$directory:${LD_LIBRARY_PATH:-}
done
export LD_LIBRARY_PATH
java=(./jre/bin/java -Xmx2g -cp 'lib/*' -Dkernels.host=libstudents.so)
check=io.streamdistill.engine.cuda.CardCheck

said tests
timeout 80 "${java[@]}" $check tests 2>&1 | tee "$out/tests.log"
status=${PIPESTATUS[0]}
echo "tests end with $status"

said 'two processes on one GPU'
"${java[@]}" $check tests > "$out/beside.log" 2>&1 &
timeout 40 "${java[@]}" $check tests > "$out/both.log" 2>&1
echo "one ends with $?"
wait $!
echo "the other ends with $?"
grep -h 'FAILED\|^tests' "$out/both.log" "$out/beside.log"
cat "$out/beside.log" >> "$out/both.log" && rm "$out/beside.log"

said 'a GPU that is lost'
timeout 20 "${java[@]}" $check fault 2>&1 | tee "$out/fault.log"
echo "ends with ${PIPESTATUS[0]}"

said times
timeout 60 "${java[@]}" $check times 2>&1 | tee "$out/times.log"

said peer
if python3 -c 'import torch' 2> /dev/null; then
  timeout 40 python3 peer.py 2>&1 | tee "$out/peer.log"
else
  echo "no PyTorch: skipped" | tee "$out/peer.log"
fi

said sanitizer
: > "$out/sanitizer.log"
for tool in memcheck racecheck; do
  left=$((230 - $(date +%s) + begin))
  if ! command -v compute-sanitizer > /dev/null; then
    echo "no compute-sanitizer: skipped"
  elif [ $left -gt 15 ]; then
    echo "tool $tool" >> "$out/sanitizer.log"
    timeout $((left < 45 ? left : 45)) compute-sanitizer --tool $tool --target-processes all \
      --error-exitcode 9 "${java[@]}" -Xint $check one >> "$out/sanitizer.log" 2>&1
    echo "$tool ends with $?: $(grep 'ERROR SUMMARY\|RACECHECK SUMMARY' "$out/sanitizer.log" | tail -1)"
  else
    echo "no time left for $tool"
  fi
done

said results
{
  echo "{\"commit\": \"$(cat commit)\","
  echo " \"gpu\": \"$(nvidia-smi --query-gpu=name,compute_cap,driver_version --format=csv,noheader)\","
  echo " \"device\": \"$(sed -n 's/^opened: //p' "$out/tests.log" | head -1)\","
  echo " \"tests\": \"$(sed -n 's/^tests: //p' "$out/tests.log" | head -1)\","
  echo " \"times\": [$(sed -n 's/^TIME //p' "$out/times.log" | paste -sd,)],"
  echo " \"product-us-and-tflops\": [$(sed -n 's/^PRODUCT //p' "$out/times.log" | paste -sd,)],"
  echo " \"peer\": [$(sed -n 's/^PEER //p' "$out/peer.log" | paste -sd,)],"
  echo " \"sanitizer\": \"$(grep 'SUMMARY' "$out/sanitizer.log" | tr -d '=\n' | tr -s ' ')\"}"
} > "$out/results.json"
cat "$out/results.json"
said end
exit "$status"
