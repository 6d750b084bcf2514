package io.nodewise.examples.demo.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoredObjectTest {
  private final StoredObject object = new StoredObject("a/key", 42, 1_000);

  @Test
  void findsNoDifferenceInItsOwnContent() {
    assertThat(object.difference(object.content())).isEmpty();
  }

  @Test
  void findsOneFlippedBit() {
    byte[] wrong = object.content();
    wrong[678] ^= 1;
    assertThat(object.difference(wrong))
        .hasValueSatisfying(d -> assertThat(d).contains("byte 678"));
  }

  @Test
  void findsATruncation() {
    byte[] cut = Arrays.copyOf(object.content(), 999);
    assertThat(object.difference(cut))
        .hasValue("a/key differs at byte 999: 999 bytes read, 1000 uploaded");
  }

  @Test
  void otherSeedsGiveOtherContent() {
    StoredObject other = new StoredObject("a/key", 43, 1_000);
    assertThat(object.difference(other.content())).isPresent();
  }
}
