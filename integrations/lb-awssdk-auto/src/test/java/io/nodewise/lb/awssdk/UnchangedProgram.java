package io.nodewise.lb.awssdk;

import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A program that has never heard of a load balancer: puts and gets an object over and over until
 * somebody says something to it, then tells how many calls were well. What fails ends it.
 */
public final class UnchangedProgram {
  private static final int ENOUGH = 100_000;

  private UnchangedProgram() {}

  public static void main(String[] arguments) throws Exception {
    int calls = 0;
    try (S3Client s3 = S3Client.create()) {
      s3.createBucket(bucket -> bucket.bucket(arguments[0]));
      while (System.in.available() == 0 && calls < ENOUGH) {
        String content = "number " + calls;
        s3.putObject(put -> put.bucket(arguments[0]).key("key"), RequestBody.fromString(content));
        try (ResponseInputStream<?> body =
            s3.getObject(get -> get.bucket(arguments[0]).key("key"))) {
          String read = new String(body.readAllBytes(), StandardCharsets.UTF_8);
          if (!read.equals(content)) {
            throw new IllegalStateException("wrote '" + content + "', read '" + read + "'");
          }
        }
        calls += 2;
        if (calls % 20 == 0) {
          System.out.println("calls " + calls);
        }
      }
      if (arguments.length > 1) {
        try (S3AsyncClient async = S3AsyncClient.create()) {
          for (int i = 0; i < 20; i++) {
            async.headObject(head -> head.bucket(arguments[0]).key("key")).join();
          }
        }
        System.out.println("asynchronous calls too");
      }
    }
    System.out.println("well " + calls);
    Thread[] all = new Thread[1000];
    for (int i = Thread.enumerate(all) - 1; i >= 0; i--) {
      if (all[i].getName().startsWith("nodewise")) {
        System.out.println("left " + all[i].getName());
      }
    }
  }
}
