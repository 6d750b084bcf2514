package io.nodewise.lb.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files for bodies that are files. */
final class TempFile {
  private TempFile() {}

  /** What is done with a file. */
  interface Use {
    void of(Path file) throws IOException;
  }

  /** Does this with a file of that content, which is gone afterwards. */
  static void with(byte[] content, Use use) throws IOException {
    Path file = Files.createTempFile("nodewise-contract-", ".bin");
    try {
      Files.write(file, content);
      use.of(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** A path at which there is no file yet. */
  static Path none() throws IOException {
    Path file = Files.createTempFile("nodewise-contract-", ".bin");
    Files.delete(file);
    return file;
  }
}
