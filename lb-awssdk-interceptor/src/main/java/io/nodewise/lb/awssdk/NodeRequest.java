package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.Node;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/*
 * A view, because a copy by toBuilder() checks and copies the path and all else anew, for every
 * attempt of every request: more than half of what an attempt would allocate. Every method that the
 * interface has is here, its default ones too: those go by headers(), which copies all headers.
 */
/** A signed request on its way to one node: all of it but scheme, host and port. Immutable. */
final class NodeRequest implements SdkHttpFullRequest {
  private final SdkHttpFullRequest signed;
  private final Node node;

  NodeRequest(SdkHttpFullRequest signed, Node node) {
    this.signed = signed;
    this.node = node;
  }

  /** A signed request on its way to the node. */
  static SdkHttpRequest of(SdkHttpRequest signed, Node node) {
    boolean hasHost = signed.firstMatchingHeader("Host").isPresent();
    if (hasHost && signed instanceof SdkHttpFullRequest full) {
      return new NodeRequest(full, node);
    }
    SdkHttpRequest.Builder targeted =
        signed.toBuilder().protocol(node.scheme()).host(urlHost(node)).port(node.port());
    if (!hasHost) {
      // Unsigned requests have none yet.
      targeted.putHeader("Host", authority(signed));
    }
    return targeted.build();
  }

  /** What it names as {@code Host}, or will. */
  static String hostHeader(SdkHttpRequest request) {
    return request.firstMatchingHeader("Host").orElseGet(() -> authority(request));
  }

  /** Host and port, but for a port that the scheme implies. */
  static String authority(SdkHttpRequest request) {
    boolean standard =
        request.port() == ("https".equals(request.protocol()) ? 443 : 80) || request.port() < 0;
    return standard ? request.host() : request.host() + ":" + request.port();
  }

  /** As a URL shows it: an IPv6 address in brackets. */
  static String urlHost(Node node) {
    return node.host().indexOf(':') >= 0 ? "[" + node.host() + "]" : node.host();
  }

  @Override
  public String protocol() {
    return node.scheme();
  }

  @Override
  public String host() {
    return urlHost(node);
  }

  @Override
  public int port() {
    return node.port();
  }

  @Override
  public SdkHttpFullRequest.Builder toBuilder() {
    return signed.toBuilder().protocol(protocol()).host(host()).port(port());
  }

  @Override
  public SdkHttpMethod method() {
    return signed.method();
  }

  @Override
  public Optional<ContentStreamProvider> contentStreamProvider() {
    return signed.contentStreamProvider();
  }

  @Override
  public String encodedPath() {
    return signed.encodedPath();
  }

  @Override
  public Map<String, List<String>> rawQueryParameters() {
    return signed.rawQueryParameters();
  }

  @Override
  public Optional<String> firstMatchingRawQueryParameter(String name) {
    return signed.firstMatchingRawQueryParameter(name);
  }

  @Override
  public Optional<String> firstMatchingRawQueryParameter(Collection<String> names) {
    return signed.firstMatchingRawQueryParameter(names);
  }

  @Override
  public List<String> firstMatchingRawQueryParameters(String name) {
    return signed.firstMatchingRawQueryParameters(name);
  }

  @Override
  public void forEachRawQueryParameter(BiConsumer<? super String, ? super List<String>> action) {
    signed.forEachRawQueryParameter(action);
  }

  @Override
  public int numRawQueryParameters() {
    return signed.numRawQueryParameters();
  }

  @Override
  public Optional<String> encodedQueryParameters() {
    return signed.encodedQueryParameters();
  }

  @Override
  public Optional<String> encodedQueryParametersAsFormData() {
    return signed.encodedQueryParametersAsFormData();
  }

  @Override
  public Map<String, List<String>> headers() {
    return signed.headers();
  }

  @Override
  public Optional<String> firstMatchingHeader(String name) {
    return signed.firstMatchingHeader(name);
  }

  @Override
  public Optional<String> firstMatchingHeader(Collection<String> names) {
    return signed.firstMatchingHeader(names);
  }

  @Override
  public boolean anyMatchingHeader(Predicate<String> name) {
    return signed.anyMatchingHeader(name);
  }

  @Override
  public List<String> matchingHeaders(String name) {
    return signed.matchingHeaders(name);
  }

  @Override
  public void forEachHeader(BiConsumer<? super String, ? super List<String>> action) {
    signed.forEachHeader(action);
  }

  @Override
  public int numHeaders() {
    return signed.numHeaders();
  }

  @Override
  public String toString() {
    return signed + " to node " + node.id();
  }
}
