package org.unrolled.quiz.internal;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * What an answer prints while it is checked. A println in a loop, called for dozens of inputs, sends Jupyter more messages
 * than it takes, and the card after them would be lost: so it is kept, cut, and printed in one piece.
 */
final class Output {

    /** About a screen and a half. */
    static final int KEPT = 4000;

    private Output() {}

    static <T> T shortened(Supplier<T> judge) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        Kept keptOut = new Kept();
        Kept keptErr = new Kept();
        System.setOut(new PrintStream(keptOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(keptErr, true, StandardCharsets.UTF_8));
        try {
            return judge.get();
        } finally {
            System.setOut(out);
            System.setErr(err);
            keptOut.printTo(out);
            keptErr.printTo(err);
        }
    }

    /** Keeps the beginning and counts the rest; threads that did not end may still print into it. */
    private static final class Kept extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long dropped;

        @Override
        public synchronized void write(int b) {
            if (bytes.size() < KEPT) {
                bytes.write(b);
            } else {
                dropped++;
            }
        }

        @Override
        public synchronized void write(byte[] from, int offset, int length) {
            int kept = Math.clamp(KEPT - bytes.size(), 0, length);
            bytes.write(from, offset, kept);
            dropped += length - kept;
        }

        synchronized void printTo(PrintStream to) {
            if (bytes.size() > 0) {
                to.print(bytes.toString(StandardCharsets.UTF_8)
                        + (dropped == 0 ? "" : "\n… the answer printed " + dropped + " more bytes while it was checked\n"));
                to.flush();
            }
        }
    }
}
