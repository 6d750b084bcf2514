package io.nodewise.examples;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/**
 * A file of 24 MiB up by the transfer manager, in parts, each of which goes to the node that has
 * least to do; and down in one piece, which goes on at another node if its own dies. A client with
 * {@code multipartEnabled} would ask for parts by their number, which not every server knows.
 */
public final class TransferQuickstart {
  private TransferQuickstart() {}

  public static void main(String[] nodes) throws Exception {
    Path file = Files.createTempFile("nodewise-", ".bin");
    Path copy = Files.createTempFile("nodewise-", ".bin");
    Files.write(file, new byte[24 << 20]);
    try (LoadBalancer cluster = LoadBalancer.builder().nodes(nodes).build();
        S3AsyncClient parts = LoadBalancedS3.asyncBuilder(cluster).multipartEnabled(true).build();
        S3AsyncClient whole = LoadBalancedS3.asyncBuilder(cluster).build();
        S3TransferManager uploads = S3TransferManager.builder().s3Client(parts).build();
        S3TransferManager downloads = S3TransferManager.builder().s3Client(whole).build()) {
      whole.createBucket(b -> b.bucket("transfer")).join();
      uploads
          .uploadFile(up -> up.source(file).putObjectRequest(b -> b.bucket("transfer").key("file")))
          .completionFuture()
          .join();
      downloads
          .downloadFile(
              down ->
                  down.destination(copy).getObjectRequest(b -> b.bucket("transfer").key("file")))
          .completionFuture()
          .join();
      System.out.println(Files.mismatch(file, copy) < 0 ? "the same 24 MiB" : "not the same");
      System.out.println(cluster.snapshot().toTable());
    } finally {
      Files.delete(file);
      Files.delete(copy);
    }
  }
}
