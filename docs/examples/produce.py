# pip install fastavro confluent-kafka; then, at the top of this repository: python3 docs/examples/produce.py HOST:PORT
import io, sys, time
from confluent_kafka import Producer
from fastavro import schemaless_writer
from fastavro.schema import fingerprint, load_schema_ordered, to_parsing_canonical_form

avsc = "schemas/src/main/avro/"
schema = load_schema_ordered([avsc + "FeatureType.avsc", avsc + "TransferExample.avsc"])
# Avro single-object encoding: C3 01, CRC-64-AVRO fingerprint of the schema, body.
header = b"\xc3\x01" + bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))

producer = Producer({"bootstrap.servers": sys.argv[1], "compression.type": "lz4"})
value = io.BytesIO()
value.write(header)
schemaless_writer(value, schema, {
    "id": "camera-7/000042", "features": bytes(784),  # your 28 x 28 grey values, 0 to 255
    "featureType": "U8", "eventTime": int(time.time() * 1000)})
producer.produce("transfer-set", key="camera-7/000042", value=value.getvalue(),
                 on_delivery=lambda error, _: error and sys.exit(f"not delivered: {error}"))
producer.flush()
