# syntax=docker/dockerfile:1
#
# Three images from one file: distill (every command), teacher, trainer.
#
# One file, because both services run from one class path: built once, tested once, and shared by the images as the
# same layers, so that the second image takes no space. They differ in command, port and volume only.
#
#   docker build --target teacher --tag streamdistill/teacher .

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
# Own jars apart: they change with every build, the rest hardly ever do.
RUN --mount=type=cache,target=/root/.m2 \
    mvn --batch-mode --no-transfer-progress -Dquick -DskipTests package --projects cli --also-make \
    && mkdir own \
    && mv cli/target/distill/lib/streamdistill-*.jar own/

# Ubuntu, not Alpine: ONNX Runtime, RocksDB and ND4J need glibc.
FROM eclipse-temurin:17-jre-noble AS distill
RUN groupadd --gid 10001 distill \
    && useradd --uid 10001 --gid distill --home-dir /var/lib/distill --create-home --shell /usr/sbin/nologin distill \
    && install --directory --owner distill --group distill /var/lib/distill/trainer
WORKDIR /var/lib/distill
# The launcher finds its class path beside itself; without a pom.xml there, it does not build.
COPY --from=build /src/cli/target/distill/lib/ /opt/distill/cli/target/distill/lib/
COPY --from=build /src/own/ /opt/distill/cli/target/distill/lib/
COPY distill /opt/distill/distill
ENV OMP_NUM_THREADS=1
USER 10001:10001
# In exec form, and the launcher execs Java, so that SIGTERM reaches the JVM.
ENTRYPOINT ["/opt/distill/distill"]
CMD ["--help"]

FROM distill AS teacher
ENV DISTILL_TEACHER_HTTP_HOST=0.0.0.0
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8081 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
CMD ["teacher"]

FROM distill AS trainer
ENV DISTILL_STUDENT_HTTP_HOST=0.0.0.0 \
    DISTILL_STUDENT_CHECKPOINT_WORK_DIR=/var/lib/distill/trainer
VOLUME /var/lib/distill/trainer
EXPOSE 8082
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8082 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
CMD ["trainer"]
