package io.nodewise.lb.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The table of hosts that precedes name servers. Read anew each time, as it is small; all lines of
 * a name count, as with the C library's {@code multi on}. Stateless.
 */
final class HostsFile {
  private final Path file;

  HostsFile(Path file) {
    this.file = file;
  }

  /** The one of this host. */
  static HostsFile ofHost() {
    String root = System.getenv("SystemRoot");
    return new HostsFile(
        System.getProperty("os.name", "").startsWith("Windows") && root != null
            ? Path.of(root, "System32", "drivers", "etc", "hosts")
            : Path.of("/etc/hosts"));
  }

  /** The addresses of a name; none, if it is not in there, or the file can't be read. */
  List<InetAddress> find(String name) {
    List<InetAddress> found = new ArrayList<>();
    String wanted = name.toLowerCase(Locale.ROOT);
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        String[] words = line.replaceFirst("#.*", "").trim().toLowerCase(Locale.ROOT).split("\\s+");
        for (int i = 1; i < words.length; i++) {
          if (words[i].equals(wanted) && words[0].matches("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")) {
            found.add(InetAddress.getByName(words[0]));
            break;
          }
        }
      }
    } catch (IOException e) {
      return found; // there is none, as in some containers; or a line that nobody can read
    }
    return found;
  }
}
