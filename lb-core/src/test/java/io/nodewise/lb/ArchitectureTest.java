package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The folder tree is the architecture: who may call whom, and what users see. */
class ArchitectureTest {
  private static final String ROOT = "io.nodewise.lb";
  private static final Path MAIN = Path.of("src/main/java");
  private static final Path TEST = Path.of("src/test/java");

  /** Each room and those it may call; the façade is "". */
  private static final Map<String, Set<String>> ROOMS =
      Map.ofEntries(
          entry("node"),
          entry("time"),
          entry("hedge"),
          entry("observe", "node"),
          entry("routing", "node"),
          entry("retry", "node"),
          entry("health", "node"),
          entry("discovery", "node"),
          entry("probe", "node", "health", "time"),
          entry("cluster", "node", "routing", "health", "discovery", "probe", "retry", "time"),
          entry("config", "node", "routing", "health", "retry", "discovery", "observe"),
          entry(
              "",
              "node",
              "routing",
              "health",
              "discovery",
              "probe",
              "retry",
              "time",
              "cluster",
              "observe",
              "config"));

  private static Map.Entry<String, Set<String>> entry(String room, String... calls) {
    return Map.entry(room, Set.of(calls));
  }

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages(ROOT);

  private static boolean isOurs(JavaClass type) {
    return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
  }

  private static String room(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }

  @Test
  void every_class_lives_in_a_room_that_is_on_the_plan() {
    assertThat(CLASSES).hasSizeGreaterThan(50);
    assertThat(CLASSES.stream().map(ArchitectureTest::room).collect(Collectors.toSet()))
        .isEqualTo(ROOMS.keySet());
  }

  @Test
  void rooms_call_only_those_they_may() {
    Set<String> forbidden = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (isOurs(target)
            && !room(target).equals(room(type))
            && !ROOMS.get(room(type)).contains(room(target))) {
          forbidden.add(dependency.getDescription());
        }
      }
    }
    assertThat(forbidden).isEmpty();
  }

  @Test
  void the_plan_itself_has_no_cycle() {
    Set<String> placed = new TreeSet<>();
    while (placed.size() < ROOMS.size()) {
      List<String> next =
          ROOMS.entrySet().stream()
              .filter(room -> !placed.contains(room.getKey()))
              .filter(room -> placed.containsAll(room.getValue()))
              .map(Map.Entry::getKey)
              .toList();
      assertThat(next).as("rooms that call only those placed: %s", placed).isNotEmpty();
      placed.addAll(next);
    }
  }

  // What users see.

  private static Set<String> exported() throws IOException {
    String module = Files.readString(MAIN.resolve("module-info.java"));
    return Pattern.compile("exports ([\\w.]+);")
        .matcher(module)
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean isSeen(HasModifiers member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  /** Public or protected, and so is every class around it. */
  private static boolean isSeenType(JavaClass type) {
    return isSeen(type) && type.getEnclosingClass().map(ArchitectureTest::isSeenType).orElse(true);
  }

  /** All types that the signatures of this one mention. */
  private static Set<JavaClass> signature(JavaClass type) {
    Stream<JavaType> ofType =
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
    Stream<JavaType> ofFields =
        type.getFields().stream().filter(ArchitectureTest::isSeen).map(f -> f.getType());
    Stream<JavaType> ofCode =
        type.getCodeUnits().stream()
            .filter(ArchitectureTest::isSeen)
            .flatMap(
                code ->
                    Stream.of(
                            Stream.of(code.getReturnType()),
                            code.getParameterTypes().stream(),
                            code.getExceptionTypes().stream().map(JavaType.class::cast))
                        .flatMap(types -> types));
    return Stream.of(ofType, ofFields, ofCode)
        .flatMap(types -> types)
        .flatMap(mentioned -> mentioned.getAllInvolvedRawTypes().stream())
        .map(JavaClass::getBaseComponentType)
        .collect(Collectors.toSet());
  }

  private static Set<String> mentions(Set<String> packages, Set<String> allowed) {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      if (packages.contains(type.getPackageName()) && isSeenType(type)) {
        for (JavaClass mentioned : signature(type)) {
          String place = mentioned.getPackageName();
          if (!mentioned.isPrimitive() && !place.startsWith("java") && !allowed.contains(place)) {
            found.add(type.getSimpleName() + " -> " + mentioned.getName());
          }
        }
      }
    }
    return found;
  }

  @Test
  void no_third_party_type_is_in_a_public_signature() throws Exception {
    Set<String> ours = ROOMS.keySet().stream().map(this::packageOf).collect(Collectors.toSet());
    assertThat(mentions(exported(), ours)).isEmpty();
  }

  private String packageOf(String room) {
    return room.isEmpty() ? ROOT : ROOT + "." + room;
  }

  @Test
  void exported_are_the_rooms_users_need() throws Exception {
    assertThat(exported())
        .containsExactlyInAnyOrder(
            ROOT,
            ROOT + ".node",
            ROOT + ".discovery",
            ROOT + ".routing",
            ROOT + ".health",
            ROOT + ".retry",
            ROOT + ".observe",
            ROOT + ".config");
  }

  @Test
  void what_users_build_with_mentions_only_what_they_can_see() throws Exception {
    assertThat(mentions(exported(), exported())).isEmpty();
  }

  // Sources.

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  @Test
  void every_room_says_what_it_is() throws Exception {
    for (String room : ROOMS.keySet()) {
      Path info = MAIN.resolve(packageOf(room).replace('.', '/')).resolve("package-info.java");
      assertThat(info).exists().content().contains("@NullMarked").contains("/**");
    }
  }

  @Test
  void no_file_is_longer_than_can_be_read_in_one_go() throws Exception {
    Set<String> tooLong = new TreeSet<>();
    for (Path folder : List.of(MAIN, TEST)) {
      for (Path file : sources(folder)) {
        int lines = Files.readAllLines(file).size();
        if (lines > 350) {
          tooLong.add(file + ": " + lines + " lines");
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void nobody_waits_by_sleeping() throws Exception {
    Pattern sleep = Pattern.compile("Thread\\s*\\.\\s*sleep\\(");
    for (Path file : sources(MAIN)) {
      assertThat(sleep.matcher(Files.readString(file)).find()).as("%s", file).isFalse();
    }
  }

  @Test
  void classes_come_from_this_build() {
    assertThat(CLASSES.get(LoadBalancer.class).getSource())
        .as("not from a jar that lies about")
        .hasValueSatisfying(source -> assertThat(source.getUri().getScheme()).isEqualTo("file"));
  }
}
