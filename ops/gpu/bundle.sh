#!/bin/sh
# Makes a folder that ops/gpu/check.sh runs in on a machine with an NVIDIA GPU and no Java:
#
#   ops/gpu/bundle.sh [FOLDER]     default target/gpu-check, about 20 MiB
#
# Needs a JDK with jlink, Maven and a C++ compiler. The folder needs x86-64 and glibc 2.34.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-$root/target/gpu-check}
java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
cd "$root"

mvn -q -Dquick test-compile dependency:build-classpath -Dmdep.outputFile=target/class.path \
  -pl engine-cuda -am
rm -rf "$folder"
mkdir -p "$folder/lib"
"$java/bin/jlink" --add-modules java.base,java.logging,jdk.unsupported \
  --strip-debug --no-header-files --no-man-pages --output "$folder/jre"
tar -C "$folder" -cf - jre | xz -6 > "$folder/jre.tar.xz"
rm -r "$folder/jre"

# Classes of our own, those of tests included, and of others what the check loads.
for module in config records onnx engine engine-cuda; do
  for classes in classes test-classes; do
    if [ -d "$module/target/$classes" ]; then
      "$java/bin/jar" --create --file "$folder/lib/$module-$classes.jar" -C "$module/target/$classes" .
    fi
  done
done
tr ':' '\n' < engine-cuda/target/class.path |
  grep -E '/(jna|junit-(jupiter|platform)-[a-z-]+|opentest4j|assertj-core|slf4j-api)-[0-9][^/]*\.jar$' |
  while read -r jar; do cp "$jar" "$folder/lib/"; done

sh engine-cuda/kernels/build.sh host "$folder/libstudents.so"
cp engine-cuda/kernels/students.cu ops/gpu/check.sh ops/gpu/peer.py "$folder/"
cp engine-cuda/src/main/resources/io/streamdistill/engine/cuda/driver/students.ptx "$folder/"
git rev-parse HEAD > "$folder/commit" 2> /dev/null || echo unknown > "$folder/commit"
du -sh "$folder"
