package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Node;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;

/** The view of a request against the copy that it stands for. */
class NodeRequestTest {
  private static final SdkHttpFullRequest SIGNED =
      SdkHttpFullRequest.builder()
          .method(SdkHttpMethod.PUT)
          .uri(URI.create("http://cluster:9000/bucket/a%20key%2Fb"))
          .putRawQueryParameter("partNumber", "7")
          .putRawQueryParameter("uploadId", List.of("a b", "ü"))
          .putHeader("Host", "cluster:9000")
          .putHeader("x-amz-meta-a", List.of("1", "2"))
          .contentStreamProvider(() -> new ByteArrayInputStream(new byte[1]))
          .build();

  @ParameterizedTest
  @ValueSource(strings = {"http://n2:9001", "http://n2", "https://[2001:db8::1]:9000"})
  void says_of_itself_what_a_copy_for_the_node_would_say(String uri) throws Exception {
    Node node = Node.of(uri);
    NodeRequest view = new NodeRequest(SIGNED, node);
    SdkHttpFullRequest copy =
        SIGNED.toBuilder()
            .protocol(node.scheme())
            .host(NodeRequest.urlHost(node))
            .port(node.port())
            .build();

    for (Method method : methods().filter(one -> one.getParameterCount() == 0).toList()) {
      if (!method.getName().equals("toBuilder")) {
        assertThat(method.invoke(view)).as(method.getName()).isEqualTo(method.invoke(copy));
      }
    }
    assertThat(view.toBuilder().build().getUri()).isEqualTo(copy.getUri());
    assertThat(view.firstMatchingHeader("host")).contains("cluster:9000");
    assertThat(view.firstMatchingHeader(List.of("x", "host"))).contains("cluster:9000");
    assertThat(view.matchingHeaders("X-Amz-Meta-A")).containsExactly("1", "2");
    assertThat(view.anyMatchingHeader("Host"::equals)).isTrue();
    assertThat(view.firstMatchingRawQueryParameter("partNumber")).contains("7");
    assertThat(view.firstMatchingRawQueryParameter(List.of("x", "partNumber"))).contains("7");
    assertThat(view.firstMatchingRawQueryParameters("uploadId")).containsExactly("a b", "ü");
    List<String> seen = new ArrayList<>();
    view.forEachHeader((name, values) -> seen.add(name + values));
    view.forEachRawQueryParameter((name, values) -> seen.add(name + values));
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "Host[cluster:9000]", "x-amz-meta-a[1, 2]", "partNumber[7]", "uploadId[a b, ü]");
  }

  /** Else it goes by a copy of all headers; a later SDK may bring more of them. */
  @Test
  void leaves_no_method_to_the_interface_but_the_uri() {
    assertThat(methods().filter(one -> !isOwn(one)).map(Method::getName)).containsOnly("getUri");
  }

  private static Stream<Method> methods() {
    return Arrays.stream(SdkHttpFullRequest.class.getMethods())
        .filter(one -> !Modifier.isStatic(one.getModifiers()) && !one.isBridge())
        .filter(
            one -> !one.getName().equals("copy")); // of every builder's thing; goes by toBuilder
  }

  private static boolean isOwn(Method method) {
    try {
      return NodeRequest.class
          .getMethod(method.getName(), method.getParameterTypes())
          .getDeclaringClass()
          .equals(NodeRequest.class);
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }
}
