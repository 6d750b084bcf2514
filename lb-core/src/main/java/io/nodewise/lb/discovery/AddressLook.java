package io.nodewise.lb.discovery;

import io.nodewise.lb.discovery.DnsLook.NoSuchNameException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Of several names the A records are asked for first and then the AAAA: a name server that does not
 * answer one kind of question uses up the time of a look, and is not to hide other names by it.
 */
/** What becomes of a name's addresses in one look, kind by kind. For one thread, and one use. */
final class AddressLook {
  private final String name;
  private KnownAddresses now;
  private @Nullable IOException failure; // the first one
  private boolean answered;

  AddressLook(String name, KnownAddresses before) {
    this.name = name;
    this.now = before;
  }

  /** Asks for one kind. One that can't be found out stays as it was. */
  void ask(boolean isV4, DnsLook look, AddressRules rules) {
    try {
      now = now.with(isV4, rules.wants(isV4) ? look.addresses(name, isV4) : List.of());
      answered |= rules.wants(isV4);
    } catch (NoSuchNameException e) {
      now = now.with(isV4, List.of());
      note(e);
    } catch (IOException e) {
      note(e);
    }
  }

  private void note(IOException e) {
    failure = failure == null ? e : failure;
  }

  /**
   * What is known now.
   *
   * @throws NoSuchNameException if there is no such name
   * @throws IOException if neither kind can be found out, or nothing is known but that
   */
  KnownAddresses result() throws IOException {
    IOException why = failure;
    boolean isUnknown = now.all().isEmpty() && !(why instanceof NoSuchNameException);
    if (why != null && (!answered || isUnknown)) {
      throw why;
    }
    return now;
  }
}
