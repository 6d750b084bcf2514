package io.nodewise.lb.config;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kinds of values. What is out of an option's range is for the option to say. Stateless. */
final class Values {
  private static final int SHOWN = 60;

  /** So that no number of digits is a way to keep somebody busy. */
  private static final int LONGEST_NUMBER = 30;

  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|h|d)");

  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);

  static final ValueType<Duration> DURATION = ValueType.of("duration", Values::duration);

  static final ValueType<Double> SHARE = ValueType.of("share", Values::share);

  static final ValueType<Double> NUMBER = ValueType.of("number", Values::number);

  static final ValueType<Integer> COUNT = ValueType.of("whole number", Values::count);

  static final ValueType<Boolean> SWITCH = ValueType.of("`on` or `off`", Values::onOff);

  static final ValueType<String> TEXT = ValueType.of("text", Values::visible);

  static final ValueType<char[]> SECRET =
      new ValueType<>("text, never shown", String::toCharArray, true);

  static final ValueType<URI> ENDPOINT = ValueType.of("`http(s)://host:port`", Values::uri);

  static final ValueType<Path> FILE = ValueType.of("file", Values::path);

  static final ValueType<List<Path>> FILES =
      ValueType.of("files", text -> list(text, ",").stream().map(Values::path).toList());

  private Values() {}

  static <E extends Enum<E>> ValueType<E> oneOf(Class<E> choices) {
    String shown =
        Arrays.stream(choices.getEnumConstants())
            .map(each -> "`" + name(each) + "`")
            .collect(Collectors.joining(", "));
    return ValueType.of(shown, text -> choice(choices, text));
  }

  private static <E extends Enum<E>> E choice(Class<E> choices, String text) {
    List<String> names = new ArrayList<>();
    for (E each : choices.getEnumConstants()) {
      if (name(each).equals(plain(text))) {
        return each;
      }
      names.add(name(each));
    }
    throw unlike(text, "one of " + String.join(", ", names));
  }

  private static String name(Enum<?> value) {
    return plain(value.name());
  }

  /** How names are compared: {@code LEAST_LOADED} and {@code least-loaded} are the same. */
  static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static IllegalArgumentException unlike(String text, String expected) {
    return new IllegalArgumentException("'" + shown(text) + "' (expected: " + expected + ")");
  }

  /** One line, not endless, without what may be a password in a URL. */
  static String shown(String text) {
    String masked =
        text.replaceAll("[^\\s,;]*@", "***@").replaceAll("\\?[^\\s,;]+", "?***").strip();
    return line(masked);
  }

  /** One line, not endless. */
  static String line(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}\\s]", " ");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }

  /** The parts between the separators, without blanks around them; an empty part is an error. */
  static List<String> list(String text, String separator) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split(Pattern.quote(separator), -1)) {
      if (part.isBlank()) {
        throw unlike(text, "something before and after each '" + separator + "'");
      }
      parts.add(part.strip());
    }
    return parts;
  }

  private static Duration duration(String text) {
    String plain = text.toLowerCase(Locale.ROOT);
    try {
      if (plain.equals("0")) {
        return Duration.ZERO;
      }
      if (plain.startsWith("p") || plain.startsWith("-p") || plain.startsWith("+p")) {
        return Duration.parse(plain);
      }
      return sum(plain);
    } catch (DateTimeParseException | ArithmeticException e) {
      throw unlike(text, "a duration such as 250ms, 5s, 1m30s or PT5S");
    }
  }

  private static Duration sum(String text) {
    String parts = text.startsWith("-") ? text.substring(1) : text;
    Matcher part = PART.matcher(parts);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (end < parts.length() && part.find(end) && part.start() == end) {
      if (part.group().length() > LONGEST_NUMBER) {
        throw new ArithmeticException("too long");
      }
      BigDecimal unit = BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L));
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
      end = part.end();
    }
    if (end == 0 || end < parts.length()) {
      throw new ArithmeticException("no duration");
    }
    Duration sum = Duration.ofNanos(nanos.toBigInteger().longValueExact());
    return text.startsWith("-") ? sum.negated() : sum;
  }

  private static double share(String text) {
    String expected = "a share such as 10% or 0.1";
    return text.endsWith("%")
        ? decimal(text, text.substring(0, text.length() - 1), expected)
            .movePointLeft(2)
            .doubleValue()
        : decimal(text, text, expected).doubleValue();
  }

  private static double number(String text) {
    return decimal(text, text, "a number such as 2 or 1.5").doubleValue();
  }

  private static BigDecimal decimal(String text, String digits, String expected) {
    if (!digits.matches("[+-]?\\d{1,15}(\\.\\d{1,15})?")) {
      throw unlike(text, expected);
    }
    return new BigDecimal(digits);
  }

  private static int count(String text) {
    if (!text.matches("[+-]?\\d{1,9}")) {
      throw unlike(text, "a whole number of at most nine digits");
    }
    return Integer.parseInt(text);
  }

  static boolean onOff(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "on", "true", "yes" -> true;
      case "off", "false", "no" -> false;
      default -> throw unlike(text, "on or off");
    };
  }

  private static String visible(String text) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw unlike(text, "visible characters");
    }
    return text;
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw unlike(text, "http(s)://host[:port]");
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw unlike(text, "the path of a file");
    }
  }
}
