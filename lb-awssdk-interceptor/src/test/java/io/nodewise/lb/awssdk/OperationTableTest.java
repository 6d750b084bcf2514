package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.awssdk.Operation.Special;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectAnnotationRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Request;

/** The table of operations, held against the SDK and against the page that shows it. */
class OperationTableTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/s3-operations.md");
  private static final String MARKER = "<!-- operations -->";

  /** Those of the SDK's clients: every method that takes a request. */
  private static Set<String> operationsOfTheSdk() {
    Set<String> names = new TreeSet<>();
    Stream.of(S3Client.class, S3AsyncClient.class)
        .flatMap(client -> Stream.of(client.getMethods()))
        .map(Method::getParameterTypes)
        .filter(types -> types.length > 0 && S3Request.class.isAssignableFrom(types[0]))
        .map(types -> types[0].getSimpleName())
        .forEach(request -> names.add(request.substring(0, request.length() - "Request".length())));
    assertThat(names).hasSizeGreaterThan(90).contains("GetObject", "SelectObjectContent");
    return names;
  }

  private static Set<String> operationsOfTheTable() {
    return Operations.lines().stream()
        .flatMap(line -> line.operations().stream())
        .map(Operation::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void every_operation_of_the_sdk_is_in_the_table_and_nothing_else() {
    assertThat(operationsOfTheTable())
        .as("a new operation is to be put into the table, one that has gone to be taken out")
        .isEqualTo(operationsOfTheSdk());
  }

  // The page.

  private static String table() {
    StringBuilder table = new StringBuilder();
    table.append(
        "| operations | | answer | sent again after a lost reply | held against | belongs to | besides |\n");
    table.append("|---|---|---|---|---|---|---|\n");
    for (Operations.Line line : Operations.lines()) {
      String names =
          line.operations().stream().map(Operation::name).collect(Collectors.joining(", "));
      row(table, names, line.any());
      for (Special special : line.any().specials()) {
        row(table, "– with " + special.parameters(), special.becomes());
      }
    }
    return table.toString();
  }

  private static void row(StringBuilder table, String names, Operation operation) {
    String besides =
        Stream.of(operation.isHedgeable() ? "hedged" : "", operation.isResumable() ? "resumed" : "")
            .filter(word -> !word.isEmpty())
            .collect(Collectors.joining(", "));
    table
        .append("| ")
        .append(names)
        .append(" | ")
        .append(operation.isRead() ? "read" : "write")
        .append(" | ")
        .append(operation.reply().shown())
        .append(" | ")
        .append(operation.repeat().shown())
        .append(" | ")
        .append(operation.repeat().how())
        .append(" | ")
        .append(operation.subject().shown())
        .append(" | ")
        .append(besides.isEmpty() ? "–" : besides)
        .append(" |\n");
  }

  @Test
  void the_page_shows_the_table() throws Exception {
    String[] parts = Files.readString(PAGE).split(MARKER, -1);
    assertThat(parts).as("%s has the marker twice", PAGE).hasSize(3);
    assertThat(parts[1].strip())
        .as("between the markers of %s belongs:\n\n%s\n", PAGE, table())
        .isEqualTo(table().strip());
  }

  // What requests are.

  private static Operation of(SdkRequest.Builder request) {
    SdkRequest built = request.build();
    String type = built.getClass().getSimpleName();
    return Operations.of(type.substring(0, type.length() - "Request".length()), built);
  }

  @Test
  void parameters_decide_what_a_repeat_does() {
    assertThat(of(PutObjectRequest.builder()).repeat()).isEqualTo(Repeat.SAME);
    assertThat(of(PutObjectRequest.builder().ifNoneMatch("*")).repeat()).isEqualTo(Repeat.STORED);
    assertThat(of(PutObjectRequest.builder().ifMatch("t")).repeat()).isEqualTo(Repeat.STORED);
    assertThat(of(PutObjectRequest.builder().writeOffsetBytes(0L).ifMatch("t")).repeat())
        .isEqualTo(Repeat.TWICE);
    assertThat(of(CopyObjectRequest.builder()).repeat()).isEqualTo(Repeat.SAME);
    assertThat(of(CopyObjectRequest.builder().copySourceIfMatch("t")).repeat())
        .as("the source's condition is as true the second time")
        .isEqualTo(Repeat.SAME);
    assertThat(of(CopyObjectRequest.builder().ifNoneMatch("*")).repeat()).isEqualTo(Repeat.COPIED);
    assertThat(of(copy("b", "k").copySourceIfMatch("t")).repeat())
        .as("onto itself")
        .isEqualTo(Repeat.ECHO);
    assertThat(of(copy("b", "k").ifMatch("t")).repeat()).isEqualTo(Repeat.ECHO);
    assertThat(of(copy("b", "k")).repeat()).isEqualTo(Repeat.SAME);
    assertThat(of(copy("b", "other").copySourceIfMatch("t")).repeat()).isEqualTo(Repeat.SAME);
    assertThat(of(copy("b", "k").sourceVersionId("v").copySourceIfMatch("t")).repeat())
        .as("an old version stays as it is")
        .isEqualTo(Repeat.SAME);
    assertThat(of(DeleteObjectRequest.builder()).repeat()).isEqualTo(Repeat.SAME);
    assertThat(of(DeleteObjectRequest.builder().versionId("v")).repeat()).isEqualTo(Repeat.GONE);
    assertThat(of(DeleteObjectRequest.builder().ifMatchSize(7L)).repeat())
        .isEqualTo(Repeat.DELETED);
    assertThat(of(DeleteObjectsRequest.builder().delete(d -> d.objects(o -> o.key("k")))).repeat())
        .isEqualTo(Repeat.SAME);
    assertThat(
            of(DeleteObjectsRequest.builder().delete(d -> d.objects(o -> o.key("k").eTag("t"))))
                .repeat())
        .isEqualTo(Repeat.ECHO);
    assertThat(of(PutObjectAnnotationRequest.builder().objectIfMatch("t")).repeat())
        .isEqualTo(Repeat.ECHO);
  }

  private static CopyObjectRequest.Builder copy(String bucket, String key) {
    return CopyObjectRequest.builder()
        .sourceBucket(bucket)
        .sourceKey(key)
        .destinationBucket("b")
        .destinationKey("k");
  }

  private static AwsRequestOverrideConfiguration with(String header) {
    return AwsRequestOverrideConfiguration.builder().putHeader(header, "x").build();
  }

  @Test
  void so_do_headers_that_say_the_same() {
    assertThat(
            of(PutObjectRequest.builder().overrideConfiguration(with("X-Amz-Write-Offset-Bytes")))
                .repeat())
        .isEqualTo(Repeat.TWICE);
    assertThat(of(PutObjectRequest.builder().overrideConfiguration(with("if-none-match"))).repeat())
        .isEqualTo(Repeat.STORED);
    assertThat(of(PutObjectRequest.builder().overrideConfiguration(with("If-Other"))).repeat())
        .isEqualTo(Repeat.SAME);
    assertThat(of(copy("b", "x").overrideConfiguration(with("If-Match"))).repeat())
        .isEqualTo(Repeat.COPIED);
    assertThat(
            of(copy("b", "k").overrideConfiguration(with("x-amz-copy-source-if-match"))).repeat())
        .isEqualTo(Repeat.ECHO);
    assertThat(of(DeleteObjectRequest.builder().overrideConfiguration(with("If-Match"))).repeat())
        .isEqualTo(Repeat.DELETED);
    assertThat(
            of(PutObjectAnnotationRequest.builder()
                    .overrideConfiguration(with("x-amz-object-if-match")))
                .repeat())
        .isEqualTo(Repeat.ECHO);
  }

  @Test
  void an_operation_newer_than_the_table_is_what_the_sdk_makes_of_it() {
    SdkRequest any = ListObjectsV2Request.builder().build();
    Operation reading = Operations.of("GetObjectHologram", any);
    assertThat(reading.isRead()).isTrue();
    Operation writing = Operations.of("PutObjectHologram", any);
    assertThat(writing.isRead()).isFalse();
    assertThat(writing.repeat().isRepeated()).as("as by the SDK alone").isTrue();
    assertThat(writing.repeat().isSafe()).as("where the user says no").isFalse();
    for (Operation unknown : new Operation[] {reading, writing}) {
      assertThat(unknown.isHedgeable()).isFalse();
      assertThat(unknown.isResumable()).isFalse();
      assertThat(unknown.reply()).as("left as it comes").isEqualTo(Reply.CONTENT);
    }
  }

  @Test
  void only_reads_are_hedged_and_resumed_and_reads_do_no_harm() {
    for (Operations.Line line : Operations.lines()) {
      for (Operation operation : line.operations()) {
        if (operation.isRead()) {
          assertThat(operation.repeat()).as(operation.name()).isEqualTo(Repeat.SAME);
        } else {
          assertThat(operation.isHedgeable()).as(operation.name()).isFalse();
          assertThat(operation.isResumable()).as(operation.name()).isFalse();
        }
      }
    }
  }

  @Test
  void what_it_belongs_to() {
    PutObjectRequest put = PutObjectRequest.builder().bucket("b").key("k").build();
    assertThat(Operations.of("PutObject", put).subject().of(put)).isEqualTo("b/k");
    CopyObjectRequest copy =
        CopyObjectRequest.builder()
            .sourceBucket("s")
            .sourceKey("x")
            .destinationBucket("d")
            .destinationKey("y")
            .build();
    assertThat(Operations.of("CopyObject", copy).subject().of(copy)).isEqualTo("d/y");
    ListObjectsV2Request list = ListObjectsV2Request.builder().bucket("b").build();
    assertThat(Operations.of("ListObjectsV2", list).subject().of(list)).isNull();
  }
}
