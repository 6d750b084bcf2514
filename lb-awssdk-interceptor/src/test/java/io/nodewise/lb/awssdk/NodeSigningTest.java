package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.node.HostHeader;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Requests that are signed for their node, before they are sent. */
class NodeSigningTest extends ToldRequests {
  private static final AwsCredentialsIdentity CREDENTIALS =
      AwsCredentialsIdentity.create("id", "key");

  private final HeldHttpClient http = new HeldHttpClient();
  private final BalancedTransport waiting =
      new BalancedTransport(http, true, calls, new Confirmation(), null);

  @Override
  LoadBalancerBuilder cluster() {
    return super.cluster().hostHeader(HostHeader.NODE);
  }

  @AfterEach
  void closeTheOther() {
    waiting.close();
  }

  private static SdkHttpRequest toBeSigned() {
    return NodeSigning.toBeSigned(get());
  }

  /** Of calls of which nothing is known any more, for example. */
  @Test
  void what_was_to_be_signed_and_is_not_is_never_sent() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                waiting
                    .prepareRequest(HttpExecuteRequest.builder().request(toBeSigned()).build())
                    .call())
        .withMessageContaining("no longer known");
    assertThat(http.count()).isZero();
  }

  @Test
  void the_same_for_those_who_are_told() {
    CompletableFuture<Void> future =
        transport.execute(
            AsyncExecuteRequest.builder().request(toBeSigned()).responseHandler(heard).build());

    assertThat(future).isCompletedExceptionally();
    assertThat(heard.failure)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no longer known");
    assertThat(client.requests).isEmpty();
  }

  /** As one of the SDK's that hashes a body whose publisher never comes to an end. */
  private static final class Endless implements HttpSigner<AwsCredentialsIdentity> {
    final CompletableFuture<AsyncSignedRequest> signed = new CompletableFuture<>();

    @Override
    public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(
        AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
      return signed;
    }
  }

  @Test
  void a_call_that_is_cancelled_while_it_is_signed_leaves_nothing() {
    SdkHttpFullRequest put =
        get().toBuilder().method(SdkHttpMethod.PUT).putHeader("Content-Length", "7").build();
    Endless signer = new Endless();
    calls.noteSigning(
        new Signing<>(signer, AsyncSignRequest.builder(CREDENTIALS).request(put).build(), true));
    calls.file(put, calls.of(put));
    CompletableFuture<Void> future =
        transport.execute(
            AsyncExecuteRequest.builder()
                .request(NodeSigning.toBeSigned(put))
                .responseHandler(heard)
                .build());
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);

    future.cancel(true);

    assertThat(cluster.snapshot().inFlight()).isZero();
    assertThat(transport.underWay()).isZero();
    assertThat(heard.signals).containsExactly("error");
    signer.signed.complete(AsyncSignedRequest.builder().request(put).build());
    assertThat(client.requests).as("signed too late").isEmpty();
    assertThat(heard.signals).containsExactly("error");
  }
}
