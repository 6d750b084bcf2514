package io.nodewise.lb.contract;

import io.nodewise.lb.awssdk.nodes.Answer;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.net.URI;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What the tests' servers have not: a GET by part number, answered as S3 does, by a range of what
 * one of them holds. Knows objects in parts of {@link ContractClient#PART} bytes. Who asks is not
 * looked at; the rest of a part, asked for by range, goes to the server, which verifies its
 * signature.
 */
final class PartNumbers implements Function<Request, Answer>, AutoCloseable {
  private static final Pattern TARGET =
      Pattern.compile("/([^/?]+)/([^?]+)\\?(?:.*&)?partNumber=(\\d+)(?:&.*)?");

  private final S3Client s3;

  /** Over the server at this address. */
  PartNumbers(String server) {
    s3 =
        S3Client.builder()
            .endpointOverride(URI.create(server))
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(S3Nodes.CREDENTIALS)
            .build();
  }

  /** The number of the part that a request asks for; 0 if it is no such request. */
  static int of(Request request) {
    Matcher target = TARGET.matcher(request.target());
    boolean isPart = request.method().equals("GET") && target.matches();
    return isPart ? Integer.parseInt(target.group(3)) : 0;
  }

  @Override
  public Answer apply(Request request) {
    int number = of(request);
    if (number == 0) {
      return null;
    }
    Matcher target = TARGET.matcher(request.target());
    target.matches();
    String bucket = target.group(1);
    String key = target.group(2);
    HeadObjectResponse object = s3.headObject(head -> head.bucket(bucket).key(key));
    if (request.header("If-Match").filter(tag -> !tag.equals(object.eTag())).isPresent()) {
      return Answer.empty("412 Precondition Failed");
    }
    long size = object.contentLength();
    long parts = (size + ContractClient.PART - 1) / ContractClient.PART;
    if (number > parts) {
      return Answer.empty("416 Requested Range Not Satisfiable");
    }
    long first = (long) (number - 1) * ContractClient.PART;
    long last = Math.min(first + ContractClient.PART, size) - 1;
    ResponseInputStream<GetObjectResponse> part =
        s3.getObject(get -> get.bucket(bucket).key(key).range("bytes=" + first + "-" + last));
    String head =
        """
        HTTP/1.1 206 Partial Content\r
        Content-Length: %d\r
        Content-Range: bytes %d-%d/%d\r
        Content-Type: application/octet-stream\r
        Accept-Ranges: bytes\r
        ETag: %s\r
        x-amz-mp-parts-count: %d\r
        x-amz-request-id: part-%d\r
        \r
        """
            .formatted(last - first + 1, first, last, size, object.eTag(), parts, number);
    return new Answer(head, part);
  }

  @Override
  public void close() {
    s3.close();
  }
}
