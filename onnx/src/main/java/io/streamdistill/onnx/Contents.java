package io.streamdistill.onnx;

import io.streamdistill.onnx.Message.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values of one message: numbers and texts by name of the field; of bytes their number. */
final class Contents {

  private final Map<String, List<Object>> values = new HashMap<>();

  void add(Field field, Object value) throws UnexpectedContent {
    List<Object> all = values.computeIfAbsent(field.name(), name -> new ArrayList<>());
    if (!all.isEmpty() && !field.repeated()) {
      throw new UnexpectedContent("has " + field.name() + " twice in one message");
    }
    all.add(value);
  }

  /** The numbers of a field, none when it is not there. */
  List<Long> longs(String field) {
    return values.getOrDefault(field, List.of()).stream().map(Long.class::cast).toList();
  }

  /** The number of a field; 0 when it is not there, as protobuf has it. */
  long number(String field) {
    return longs(field).stream().findFirst().orElse(0L);
  }

  /** The text of a field; empty when it is not there, as protobuf has it. */
  String text(String field) {
    return (String) values.getOrDefault(field, List.of()).stream().findFirst().orElse("");
  }

  /** Says whether the field is there. */
  boolean has(String field) {
    return values.containsKey(field);
  }
}
