package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A proxy that balances S3 nodes, and how it is configured and started. */
enum ProxyProduct {
  HAPROXY("HAProxy", "haproxy", "haproxy.cfg"),
  NGINX("NGINX", "nginx", "nginx.conf"),
  SIDEKICK("Sidekick", "sidekick", "sidekick.args");

  /** Where packages put servers; not on the path of users who are not root. */
  private static final List<String> MORE_FOLDERS = List.of("/usr/sbin", "/usr/local/sbin");

  private final String shown;
  private final String program;
  private final String template;

  ProxyProduct(String shown, String program, String template) {
    this.shown = shown;
    this.program = program;
    this.template = template;
  }

  String shown() {
    return shown;
  }

  /** The file beside the results that it is configured by. */
  String template() {
    return template;
  }

  /** Its executable, if it is installed. */
  Optional<Path> executable() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(Stream.of(path.split(":")), MORE_FOLDERS.stream())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Name and version, as it says itself. */
  String version() {
    Optional<Path> executable = executable();
    if (executable.isEmpty()) {
      return shown + ", not installed";
    }
    try {
      Process asked =
          new ProcessBuilder(executable.get().toString(), this == SIDEKICK ? "--version" : "-v")
              .redirectErrorStream(true)
              .start();
      String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.lines().findFirst().orElse(shown).replaceAll(" - https.*", "");
    } catch (IOException e) {
      return shown;
    }
  }

  /** The configuration with its blanks filled in; a line that names a node comes once for each. */
  static String filled(
      String template, int port, int threads, Path folder, List<String> authorities) {
    List<String> lines = new ArrayList<>();
    for (String line : template.lines().toList()) {
      boolean comment = line.strip().startsWith("#");
      if (comment || !line.contains("@NODE@")) {
        lines.add(line);
        continue;
      }
      for (int i = 0; i < authorities.size(); i++) {
        lines.add(line.replace("@NAME@", "n" + (i + 1)).replace("@NODE@", authorities.get(i)));
      }
    }
    return String.join("\n", lines)
            .replace("@PORT@", Integer.toString(port))
            .replace("@THREADS@", Integer.toString(threads))
            .replace("@FOLDER@", folder.toString())
        + "\n";
  }

  /** The command that runs it in the foreground. */
  List<String> command(Path executable, Path config, Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    switch (this) {
      case HAPROXY -> command.addAll(List.of("-db", "-f", config.toString()));
      case NGINX ->
          command.addAll(
              List.of(
                  "-p", folder.toString(), "-e", folder + "/error.log", "-c", config.toString()));
      case SIDEKICK -> command.addAll(Files.readAllLines(config));
    }
    return command;
  }
}
