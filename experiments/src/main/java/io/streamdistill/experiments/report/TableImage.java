package io.streamdistill.experiments.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** The main table as a picture. Needs a font on the machine, but no screen. */
final class TableImage {

  private static final int SCALE = 2; // for screens with many pixels
  private static final int WIDTH = 860;
  private static final int ROW = 27;
  private static final int MARGIN = 16;
  private static final int TEXT_DOWN = 18; // from the top of a row to the line of its text
  private static final int PAPER_RIGHT = 620;
  private static final int OURS_RIGHT = 770;
  private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
  private static final Font BOLD = PLAIN.deriveFont(Font.BOLD);
  private static final Color INK = new Color(0x1f2328);
  private static final Color LINE = new Color(0xd0d7de);
  private static final Color STRIPE = new Color(0xf6f8fa);

  private TableImage() {}

  /** Writes a PNG. */
  static void write(MainTable table, Path file) throws IOException {
    List<MainTable.Row> rows = table.rows();
    int height = 2 * MARGIN + ROW * (rows.size() + 1);
    BufferedImage image =
        new BufferedImage(WIDTH * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    try {
      canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      canvas.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      canvas.scale(SCALE, SCALE);
      canvas.setColor(Color.WHITE);
      canvas.fillRect(0, 0, WIDTH, height);
      draw(
          canvas,
          BOLD,
          MARGIN,
          new MainTable.Row("", "MNIST, 10,000 test images", "paper", "here (mean ± sd)", 0),
          "seeds");
      for (int i = 0; i < rows.size(); i++) {
        int top = MARGIN + ROW * (i + 1);
        canvas.setColor(i % 2 == 0 ? STRIPE : Color.WHITE);
        canvas.fillRect(MARGIN, top, WIDTH - 2 * MARGIN, ROW);
        MainTable.Row row = rows.get(i);
        draw(canvas, PLAIN, top, row, row.seeds() == 0 ? "-" : Integer.toString(row.seeds()));
      }
      canvas.setColor(LINE);
      canvas.setStroke(new BasicStroke(1));
      canvas.drawLine(MARGIN, MARGIN + ROW, WIDTH - MARGIN, MARGIN + ROW);
    } finally {
      canvas.dispose();
    }
    ImageIO.write(image, "png", file.toFile());
  }

  private static void draw(Graphics2D canvas, Font font, int top, MainTable.Row row, String seeds) {
    canvas.setFont(font);
    canvas.setColor(INK);
    int line = top + TEXT_DOWN;
    canvas.drawString(row.what(), MARGIN + 8, line);
    right(canvas, row.paper(), PAPER_RIGHT, line);
    right(canvas, row.ours(), OURS_RIGHT, line);
    right(canvas, seeds, WIDTH - MARGIN - 8, line);
  }

  private static void right(Graphics2D canvas, String text, int right, int line) {
    canvas.drawString(text, right - canvas.getFontMetrics().stringWidth(text), line);
  }
}
