package io.nodewise.examples.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class SvgTest {
  @Test
  void isWellFormedAndKeepsEveryWordInItsColumn() throws Exception {
    Line line =
        new Line().add(Ink.RED, "a < b & c").add(Ink.RED, "  ").add(Ink.GREEN, "  █▌ 37 %%");
    NodeList texts =
        parse(Svg.of("<title>", List.of(new Line(), line))).getElementsByTagName("text");
    assertThat(texts.getLength()).isEqualTo(3);
    assertThat(texts.item(1).getTextContent()).isEqualTo("a < b & c");
    assertThat(texts.item(2).getTextContent()).isEqualTo("█▌ 37 %");
    assertThat(column(texts, 2) - column(texts, 1)).isEqualTo(13);
  }

  @Test
  void plainTextHasNoEscapeSequences() {
    Line line = new Line().add(Ink.BOLD, "title ").add("%d", 7);
    assertThat(line.text()).isEqualTo("title 7");
    assertThat(line.ansi()).contains("\u001b[1m").endsWith("\u001b[0m");
  }

  private static long column(NodeList texts, int index) {
    Element text = (Element) texts.item(index);
    double width = Double.parseDouble(text.getAttribute("textLength"));
    double charWidth = width / text.getTextContent().length();
    return Math.round(Double.parseDouble(text.getAttribute("x")) / charWidth);
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }
}
