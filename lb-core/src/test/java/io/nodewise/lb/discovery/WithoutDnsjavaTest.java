package io.nodewise.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who leaves dnsjava out has everything but name servers. */
class WithoutDnsjavaTest {

  private static URLClassLoader withoutIt() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!element.contains("dnsjava")) {
        urls.add(new File(element).toURI().toURL());
      }
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  private static Object nodes(ClassLoader loader, boolean system) throws Exception {
    Class<?> source = loader.loadClass(DnsSource.class.getName());
    Object builder =
        source.getMethod("builder", String.class).invoke(null, "http://no-such.invalid:9000");
    Class<?> type = builder.getClass();
    type.getMethod("systemResolver", boolean.class).invoke(builder, system);
    Object made = type.getMethod("build").invoke(builder);
    try {
      return source.getMethod("nodes").invoke(made);
    } catch (InvocationTargetException e) {
      throw (Exception) e.getCause();
    }
  }

  @Test
  void names_need_the_system_and_that_is_said() throws Exception {
    try (URLClassLoader loader = withoutIt()) {
      assertThat(loader.getURLs()).isNotEmpty();
      assertThatThrownBy(() -> loader.loadClass("org.xbill.DNS.Name"))
          .isInstanceOf(ClassNotFoundException.class);
      assertThatThrownBy(() -> nodes(loader, false))
          .hasMessage("dnsjava is missing (expected: dnsjava:dnsjava, or systemResolver(true))");
      assertThatThrownBy(() -> nodes(loader, true))
          .hasMessage("no-such.invalid: not known to the system's resolver");
    }
  }
}
