package io.nodewise.lb.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings read from text: what they say, and everything that is wrong with them. Immutable and
 * thread-safe.
 *
 * <p>A key may be given as a property, {@code nodewise.health-check.interval}, or as a variable of
 * the environment, {@code NODEWISE_HEALTH_CHECK_INTERVAL}; where it is given as both, the property
 * counts, because it is set for one process and the environment is inherited. A blank value is
 * none. Whatever begins otherwise is left alone; whatever begins so and is no key is a problem, but
 * for the variables that Kubernetes sets for a service which happens to be called {@code nodewise}.
 *
 * @see io.nodewise.lb.LoadBalancer#fromProperties
 */
public final class Configuration {
  /** Such as NODEWISE_SERVICE_HOST and NODEWISE_MINIO_PORT_9000_TCP_ADDR. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "NODEWISE(_\\w+)?_(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_\\w+)?)?)");

  private static final Map<String, Key> BY_NAME = new LinkedHashMap<>();
  private static final Map<String, Key> BY_ENVIRONMENT_NAME = new HashMap<>();

  static {
    for (Section<?, ?> section : Keys.SECTIONS) {
      for (Key key : section.keys()) {
        BY_NAME.put(key.name(), key);
        BY_ENVIRONMENT_NAME.put(key.environmentName(), key);
      }
    }
  }

  private final List<Consumer<Options>> settings;
  private final List<Problem> problems;

  private Configuration(List<Consumer<Options>> settings, List<Problem> problems) {
    this.settings = List.copyOf(settings);
    this.problems = List.copyOf(problems);
  }

  /** All keys, in the order of the reference. */
  public static List<Key> keys() {
    return List.copyOf(BY_NAME.values());
  }

  /** What these texts say; nothing else is looked at. */
  public static Configuration of(Map<String, String> texts) {
    List<Problem> problems = new ArrayList<>();
    Map<String, String> given = new HashMap<>();
    Map<String, String> as = new HashMap<>();
    for (Map.Entry<String, String> text : new TreeMap<>(ours(texts)).entrySet()) {
      // In this order properties come after variables of the environment, and replace them.
      String name = text.getKey();
      Key key = BY_NAME.getOrDefault(name, BY_ENVIRONMENT_NAME.get(name));
      if (key != null) {
        given.put(key.name(), text.getValue().strip());
        as.put(key.name(), name);
      } else if (!SERVICE_LINK.matcher(name).matches()) {
        problems.add(unknown(name));
      }
    }
    List<Consumer<Options>> settings = new ArrayList<>();
    for (Section<?, ?> section : Keys.SECTIONS) {
      Consumer<Options> setting = section.read(given, as, problems);
      if (setting != null) {
        settings.add(setting);
      }
    }
    return new Configuration(settings, problems);
  }

  /** The texts of properties, and of those they have as defaults. */
  public static Map<String, String> texts(Properties properties) {
    Map<String, String> texts = new HashMap<>();
    properties.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
    for (String name : properties.stringPropertyNames()) {
      texts.put(name, properties.getProperty(name));
    }
    return texts;
  }

  /** The JVM's system properties and the environment as they are just now. */
  public static Map<String, String> surroundings() {
    Map<String, String> texts = new HashMap<>(System.getenv());
    texts.putAll(texts((Properties) System.getProperties().clone()));
    return texts;
  }

  /** Whether any key is among these texts, right or wrong. */
  public static boolean isGiven(Map<String, String> texts) {
    return ours(texts).keySet().stream().anyMatch(key -> !SERVICE_LINK.matcher(key).matches());
  }

  private static Map<String, String> ours(Map<String, String> texts) {
    Map<String, String> ours = new HashMap<>();
    texts.forEach(
        (name, text) -> {
          if (name != null && text != null && isOurs(name) && !text.isBlank()) {
            ours.put(name, text);
          }
        });
    return ours;
  }

  private static boolean isOurs(String name) {
    return name.startsWith(Key.PREFIX) || name.startsWith(Key.ENVIRONMENT_PREFIX);
  }

  private static Problem unknown(String name) {
    Optional<String> near =
        name.startsWith(Key.PREFIX)
            ? Nearest.of(name, BY_NAME.keySet())
            : Nearest.of(name, BY_ENVIRONMENT_NAME.keySet());
    String hint = near.map(key -> " (did you mean " + key + "?)").orElse("");
    return Problem.of(Values.line(name), "unknown" + hint);
  }

  /** Everything that is wrong with the texts themselves, in no one option's order. */
  public List<Problem> problems() {
    return problems;
  }

  /** Sets what was said and can be; options of which nothing was said stay as they are. */
  public void applyTo(Options options) {
    settings.forEach(each -> each.accept(options));
  }

  /**
   * Refuses what has problems.
   *
   * @throws IllegalArgumentException if there is one; the message lists all
   */
  public static void requireNone(List<Problem> problems) {
    if (!problems.isEmpty()) {
      String many = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
      throw new IllegalArgumentException(
          problems.stream()
              .map(problem -> "\n  " + problem)
              .collect(Collectors.joining("", "configuration: " + many, "")));
    }
  }

  @Override
  public String toString() {
    return "Configuration[" + settings.size() + " options, problems: " + problems.size() + "]";
  }
}
