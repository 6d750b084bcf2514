package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.matching.UrlPattern;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** A server that answers repeats otherwise than s3proxy does. */
abstract class OnOddServer extends OnS3Nodes {
  static final String TAG = "0123456789abcdef0123456789abcdef";
  static final CompletedPart PART = CompletedPart.builder().partNumber(1).eTag(TAG).build();

  /** The tag of an object of one such part: the MD5 of that MD5, and the number of parts. */
  static final String TAG_OF_PARTS = EntityTag.ofParts(List.of(PART)).orElseThrow();

  static final WireMockServer SERVER =
      new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

  LoadBalancer cluster;
  S3Client s3;

  @BeforeAll
  static void start() {
    SERVER.start();
  }

  @AfterAll
  static void stop() {
    SERVER.stop();
  }

  @BeforeEach
  void use() {
    SERVER.resetAll();
    cluster =
        track(
            LoadBalancer.builder()
                .nodes("http://127.0.0.1:" + SERVER.port())
                .healthCheck(HealthCheck.none()));
    s3 = client(cluster);
  }

  static void answer(MappingBuilder request, ResponseDefinitionBuilder answer) {
    SERVER.stubFor(request.willReturn(answer));
  }

  /** The first such request is answered by a reset, the second as given. */
  void loseFirst(Function<UrlPattern, MappingBuilder> method, ResponseDefinitionBuilder second) {
    SERVER.stubFor(
        method
            .apply(anyUrl())
            .inScenario("lost")
            .whenScenarioStateIs(STARTED)
            .willSetStateTo("again")
            .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    SERVER.stubFor(
        method.apply(anyUrl()).inScenario("lost").whenScenarioStateIs("again").willReturn(second));
  }

  static ResponseDefinitionBuilder error(int status, String code) {
    return aResponse().withStatus(status).withBody("<Error><Code>" + code + "</Code></Error>");
  }

  /** As headers show a time. */
  static String http(Instant time) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
  }

  void complete() {
    s3.completeMultipartUpload(
        complete ->
            complete
                .bucket(bucket)
                .key("k")
                .uploadId("id")
                .multipartUpload(m -> m.parts(List.of(PART))));
  }
}
