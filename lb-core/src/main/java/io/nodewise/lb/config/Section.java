package io.nodewise.lb.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one option of the builder: they fill in a draft, and the draft makes the value. An
 * option of which no key is given is left alone. Not changed after the table is made.
 *
 * @param <D> the draft, often the value's own builder
 * @param <V> the value
 */
final class Section<D, V> {
  /** A key that was given, and its value, read. */
  record Given<D>(String key, Consumer<D> sets) {}

  private record Entry<D, T>(Key key, ValueType<T> type, BiConsumer<D, T> sets) {
    Given<D> given(String as, String text) {
      T value = type.read(text);
      return new Given<>(as, draft -> sets.accept(draft, value));
    }
  }

  private final String name;
  private final Supplier<D> start;
  private final Function<D, V> build;
  private final BiConsumer<Options, V> into;
  private final List<Entry<D, ?>> entries = new ArrayList<>();

  private Section(
      String name, Supplier<D> start, Function<D, V> build, BiConsumer<Options, V> into) {
    this.name = name;
    this.start = start;
    this.build = build;
    this.into = into;
  }

  /** An option of several keys. */
  static <D, V> Section<D, V> of(
      String name, Supplier<D> start, Function<D, V> build, BiConsumer<Options, V> into) {
    return new Section<>(name, start, build, into);
  }

  /** An option of one key. */
  static <T> Section<AtomicReference<T>, T> of(
      String name,
      ValueType<T> type,
      String defaultText,
      String description,
      BiConsumer<Options, T> into) {
    return new Section<AtomicReference<T>, T>(
            name, AtomicReference::new, AtomicReference::get, into)
        .key("", type, defaultText, description, AtomicReference::set);
  }

  /** Adds a key; one without a name has the section's. */
  <T> Section<D, V> key(
      String key,
      ValueType<T> type,
      String defaultText,
      String description,
      BiConsumer<D, T> sets) {
    String full = key.isEmpty() ? name : name.isEmpty() ? key : name + "." + key;
    entries.add(new Entry<>(new Key(full, type, defaultText, description), type, sets));
    return this;
  }

  List<Key> keys() {
    return entries.stream().map(Entry::key).toList();
  }

  /**
   * What these texts make of the option, or nothing if they say nothing of it or something wrong.
   *
   * @param texts by the key's name
   * @param as what a key is called where it was given
   */
  @Nullable Consumer<Options> read(
      Map<String, String> texts, Map<String, String> as, List<Problem> problems) {
    List<Given<D>> given = new ArrayList<>();
    int before = problems.size();
    for (Entry<D, ?> entry : entries) {
      String key = entry.key().name();
      String text = texts.get(key);
      if (text != null) {
        String called = as.getOrDefault(key, key);
        try {
          given.add(entry.given(called, text));
        } catch (IllegalArgumentException e) {
          problems.add(Problem.of(called, oneLine(e)));
        }
      }
    }
    if (given.isEmpty()) {
      return null;
    }
    try {
      V value = make(given);
      return problems.size() > before ? null : options -> into.accept(options, value);
    } catch (IllegalArgumentException e) {
      new Contradictions<D>(this::make, given, problems.size() > before).tell(problems);
      return null;
    }
  }

  private V make(List<Given<D>> given) {
    D draft = start.get();
    given.forEach(each -> each.sets().accept(draft));
    return build.apply(draft);
  }

  /** A caret under a column would not stand where it should any more. */
  static String oneLine(IllegalArgumentException e) {
    String message = String.valueOf(e.getMessage()).replaceAll("\n *\\^ ", ", ");
    return message.replaceAll("[\\p{Cntrl}\u2028\u2029\u0085]", " ");
  }
}
