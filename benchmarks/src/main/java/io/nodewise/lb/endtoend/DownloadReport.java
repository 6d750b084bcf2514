package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Machine;
import io.nodewise.lb.benchmarks.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Measures downloads under faults and writes {@code download.md}, {@code .csv} and {@code .svg}.
 */
public final class DownloadReport {
  private static final long MIB = 1 << 20;

  private DownloadReport() {}

  /** The first argument is the folder to write to; {@code --quick} may follow. */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> options = Arrays.asList(args).subList(1, args.length);
    boolean quick = options.contains("--quick");
    long size = (quick ? 32 : 256) * MIB;
    List<String> circumstances = new ArrayList<>();
    circumstances.add(Machine.hardware());
    circumstances.add(Machine.jdk());
    circumstances.add(("`benchmarks/run-download " + String.join(" ", options)).trim() + "`");
    circumstances.add(Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
    circumstances.add(Machine.quiet(Machine.load()));
    write(Path.of(args[0]), size, circumstances, run(size, 1, quick ? 2 : 9));
    System.exit(0); // threads of HTTP clients may linger
  }

  static void write(
      Path folder, long size, List<String> circumstances, Map<DownloadFault, List<Download>> all)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("download.md"), markdown(size, circumstances, all));
    Files.writeString(folder.resolve("download.csv"), csv(all));
    Files.writeString(folder.resolve("download.svg"), picture(size, all));
  }

  /**
   * Downloads of each kind, in turn.
   *
   * @param warmUps rounds before those that are kept
   */
  static Map<DownloadFault, List<Download>> run(long size, int warmUps, int rounds)
      throws IOException, InterruptedException {
    Map<DownloadFault, List<Download>> all = new EnumMap<>(DownloadFault.class);
    DownloadFault[] faults = DownloadFault.values();
    try (Downloads downloads = Downloads.of(size)) {
      for (int round = 0; round < warmUps + rounds; round++) {
        for (int i = 0; i < faults.length; i++) {
          DownloadFault fault = faults[(i + round) % faults.length];
          Download done = downloads.run(fault);
          System.err.printf(
              Locale.ROOT, "round %d: %s: %.2f s%n", round, fault.shown(), done.seconds());
          if (round >= warmUps) {
            all.computeIfAbsent(fault, any -> new ArrayList<>()).add(done);
          }
        }
      }
    }
    return all;
  }

  private static double median(List<Download> downloads) {
    double[] sorted = downloads.stream().mapToDouble(Download::seconds).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  static String markdown(
      long size, List<String> circumstances, Map<DownloadFault, List<Download>> all) {
    StringBuilder text = new StringBuilder("# A download whose nodes die: results\n\n");
    circumstances.forEach(one -> text.append("- ").append(one).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            """

            One object of %d MiB, read as an `InputStream` from four nodes by a new client, %d times each, in turn;
            every byte is compared. The node that serves is struck after a quarter, a half and three quarters (killed:
            SIGKILL) or after a half (stopped: SIGSTOP).

            ![progress of the median downloads](download.svg)

            | download | median s | slowest s | to undisturbed | resumed | wrong bytes |
            |---|--:|--:|--:|--:|--:|
            """,
            size / MIB,
            all.values().iterator().next().size()));
    double undisturbed = median(Objects.requireNonNull(all.get(DownloadFault.NONE)));
    all.forEach(
        (fault, downloads) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f × | %s | 0 |%n",
                    fault.shown(),
                    median(downloads),
                    downloads.stream().mapToDouble(Download::seconds).max().orElse(0),
                    median(downloads) / undisturbed,
                    resumes(downloads))));
    return text.toString();
  }

  private static String resumes(List<Download> downloads) {
    long least = downloads.stream().mapToLong(Download::resumes).min().orElse(0);
    long most = downloads.stream().mapToLong(Download::resumes).max().orElse(0);
    return least == most ? Long.toString(least) : least + " to " + most;
  }

  static String csv(Map<DownloadFault, List<Download>> all) {
    StringBuilder csv = new StringBuilder("download,seconds,resumes\n");
    all.forEach(
        (fault, downloads) ->
            downloads.forEach(
                one ->
                    csv.append(
                        String.format(
                            Locale.ROOT, "%s,%.3f,%d%n", fault, one.seconds(), one.resumes()))));
    return csv.toString();
  }

  /** What had come when, of the median download of each kind. */
  static String picture(long size, Map<DownloadFault, List<Download>> all) {
    int left = 60;
    int width = 820;
    int height = 260;
    int top = 40;
    List<String> colours = List.of("#7a7a7a", "#08519c", "#d9773f", "#2a8a4a");
    List<Download> shown = new ArrayList<>();
    all.values()
        .forEach(
            downloads ->
                shown.add(
                    downloads.stream()
                        .sorted(Comparator.comparingDouble(Download::seconds))
                        .toList()
                        .get(downloads.size() / 2)));
    double longest = shown.stream().mapToDouble(Download::seconds).max().orElse(1);
    Picture picture = new Picture(900, 11);
    picture.text(
        10, 24, "start", "font-size=\"16\" font-weight=\"bold\"", "MiB that have come, by seconds");
    picture.line(left, top + height, left + width, top + height);
    picture.line(left, top, left, top + height);
    for (int i = 0; i <= 4; i++) {
      double y = top + height - height * i / 4.0;
      picture.text(left - 6, y + 4, "end", "", Long.toString(size / MIB * i / 4));
      picture.text(
          left + width * i / 4.0,
          top + height + 16,
          "middle",
          "",
          String.format(Locale.ROOT, "%.1f", longest * i / 4));
    }
    for (int i = 0; i < shown.size(); i++) {
      Download one = shown.get(i);
      String colour = colours.get(i % colours.size());
      StringBuilder points = new StringBuilder();
      for (Download.Progress at : one.progress()) {
        points.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                left + width * at.seconds() / longest,
                top + height - (double) height * at.bytes() / size));
      }
      picture.polyline(colour, points.toString().trim());
      for (double struck : one.struck()) {
        picture.rect(left + width * struck / longest - 1, top + height - 8, 3, 8, colour);
      }
      picture.text(
          left + 12,
          top + 14 + 16 * i,
          "start",
          "fill=\"" + colour + "\"",
          one.fault().shown() + String.format(Locale.ROOT, ", %.2f s", one.seconds()));
    }
    return picture.done(top + height + 30);
  }
}
