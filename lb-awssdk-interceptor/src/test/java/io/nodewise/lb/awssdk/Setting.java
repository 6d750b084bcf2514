package io.nodewise.lb.awssdk;

import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * A setter of the SDK's builder, a use of it, and how to see that it had its effect.
 *
 * @param method the setter, as {@code name(SimpleParameterType)}
 * @param what what it is set to, where that matters
 */
record Setting(
    String method, String what, Consumer<S3ClientBuilder> set, Consumer<Setting.Tested> check) {

  /** A client built with it, and the nodes that client has been using. */
  record Tested(S3Client s3, S3Nodes nodes, String bucket) {
    List<Request> requests(String method) {
      return nodes.requests().stream().filter(one -> one.method().equals(method)).toList();
    }
  }

  static Setting of(String method, Consumer<S3ClientBuilder> set, Consumer<Tested> check) {
    return new Setting(method, "", set, check);
  }

  static Setting of(
      String method, String what, Consumer<S3ClientBuilder> set, Consumer<Tested> check) {
    return new Setting(method, what, set, check);
  }

  @Override
  public String toString() {
    return method + (what.isEmpty() ? "" : ": " + what);
  }
}
