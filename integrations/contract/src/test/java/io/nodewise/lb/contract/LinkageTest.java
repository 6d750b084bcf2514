package io.nodewise.lb.contract;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whether the libraries, as they were compiled, fit what is on the class path: also where no call
 * of the scenarios gets to. With another SDK there, this tells whether that one will do.
 */
class LinkageTest {
  private static final String SDK = "software.amazon.awssdk.";
  private static final JavaClasses MAIN = mainClasses();

  /** Without what they refer to: that is asked of the JVM, which takes a tenth of the time. */
  private static JavaClasses mainClasses() {
    ArchConfiguration configuration = ArchConfiguration.get();
    configuration.setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .withImportOption(location -> !location.contains("-tests.jar"))
        .importPackages("io.nodewise.lb");
  }

  @Test
  void everyMemberOfTheSdkThatIsUsedIsThere() {
    Set<String> missing = new TreeSet<>();
    int looked = 0;
    for (JavaClass one : MAIN) {
      if (one.getPackageName().equals("io.nodewise.lb.contract")) {
        continue;
      }
      Set<String> types = new TreeSet<>();
      one.getDirectDependenciesFromSelf()
          .forEach(needed -> types.add(needed.getTargetClass().getBaseComponentType().getName()));
      types.removeIf(type -> !type.startsWith(SDK) || load(type) != null);
      types.forEach(type -> missing.add(one.getSimpleName() + ": " + type));
      for (JavaAccess<?> access : one.getAccessesFromSelf()) {
        Class<?> owner = load(access.getTargetOwner().getName());
        if (access.getTargetOwner().getName().startsWith(SDK) && owner != null) {
          looked++;
          if (!has(owner, access.getTarget()) && !isHandedOn(access)) {
            missing.add(one.getSimpleName() + ": " + access.getTarget().getFullName());
          }
        }
      }
    }
    assertThat(looked).as("uses of the SDK").isGreaterThan(200);
    assertThat(missing).isEmpty();
  }

  /**
   * A method that hands on to the one it overrides: an SDK that has none of that name calls
   * neither.
   */
  private static boolean isHandedOn(JavaAccess<?> access) {
    return access.getOrigin().getName().equals(access.getTarget().getName());
  }

  private static Class<?> load(String name) {
    try {
      return name.startsWith(SDK) ? Class.forName(name) : null;
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  private static boolean has(Class<?> owner, AccessTarget target) {
    String name = target.getName();
    if (!(target instanceof CodeUnitAccessTarget unit)) {
      return hierarchy(owner).stream()
          .flatMap(type -> Stream.of(type.getDeclaredFields()))
          .map(Field::getName)
          .anyMatch(name::equals);
    }
    List<String> parameters = unit.getRawParameterTypes().stream().map(JavaClass::getName).toList();
    if (name.equals("<init>")) {
      return Stream.of(owner.getDeclaredConstructors())
          .map(Constructor::getParameterTypes)
          .anyMatch(types -> names(types).equals(parameters));
    }
    String result = unit.getRawReturnType().getName();
    return hierarchy(owner).stream()
        .flatMap(type -> Stream.of(type.getDeclaredMethods()))
        .filter(method -> method.getName().equals(name))
        .filter(method -> method.getReturnType().getName().equals(result))
        .map(Method::getParameterTypes)
        .anyMatch(types -> names(types).equals(parameters));
  }

  private static List<String> names(Class<?>[] types) {
    return Arrays.stream(types).map(Class::getName).toList();
  }

  /** The type and all that it inherits from. */
  private static List<Class<?>> hierarchy(Class<?> type) {
    List<Class<?>> all = new ArrayList<>();
    Deque<Class<?>> left = new ArrayDeque<>(List.of(type, Object.class));
    while (!left.isEmpty()) {
      Class<?> one = left.pop();
      all.add(one);
      left.addAll(List.of(one.getInterfaces()));
      if (one.getSuperclass() != null) {
        left.add(one.getSuperclass());
      }
    }
    return all;
  }

  /** Whatever HTTP client is there will do, the ones that the SDK's bundle has renamed as well. */
  @Test
  void noTypeOfAnHttpLibraryIsNeeded() {
    noClasses()
        .that()
        .resideInAPackage("io.nodewise.lb..")
        .and()
        .resideOutsideOfPackage("io.nodewise.lb.contract..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.http..", "io.netty..")
        .check(MAIN);
  }
}
