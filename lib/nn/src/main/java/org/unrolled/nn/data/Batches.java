package org.unrolled.nn.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** One pass over a part, batch by batch; the last batch is smaller if the size does not divide the part. Each iteration has the same order. */
public final class Batches implements Iterable<Batch> {
    private final Part part;
    private final int[] order;
    private final int size;

    Batches(Part part, int[] order, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("batches(" + size + "): a batch has at least one example.");
        }
        if (order.length == 0) {
            throw new IllegalArgumentException("batches: the " + part.name() + " part is empty, so there are no batches. Hint: give it a share when you split.");
        }
        this.part = part;
        this.order = order;
        this.size = size;
    }

    /** Without the last batch if that is smaller: batch norm then always sees equally many examples. */
    public Batches dropLast() {
        if (order.length < size) {
            throw new IllegalArgumentException("dropLast: the " + part.name() + " part has " + order.length + " examples, so no batch of " + size
                    + " is full and nothing would be left. Hint: make batches smaller.");
        }
        return new Batches(part, Arrays.copyOf(order, order.length / size * size), size);
    }

    /** How many batches. */
    public int count() {
        return (order.length + size - 1) / size;
    }

    /** The i-th batch. */
    public Batch get(int i) {
        if (i < 0 || i >= count()) {
            throw new IndexOutOfBoundsException("batch " + i + " of " + count() + ": they are counted from 0 to " + (count() - 1) + ".");
        }
        int[] rows = Arrays.copyOfRange(order, i * size, Math.min(order.length, (i + 1) * size));
        Examples examples = part.examples;
        List<String> texts = examples.texts.isEmpty() ? List.of() : Arrays.stream(rows).mapToObj(examples.texts::get).toList();
        int @Nullable [] all = examples.lengths;
        if (all == null) {
            return new Batch(examples.inputs().take(rows), examples.y.take(rows), new int[0], texts, rows);
        }
        int[] lengths = new int[rows.length];
        int longest = 0;
        for (int k = 0; k < rows.length; k++) {
            lengths[k] = all[rows[k]];
            longest = Math.max(longest, lengths[k]);
        }
        return new Batch(examples.inputs().take(rows, longest), examples.targets(rows, longest), lengths, texts, rows);
    }

    @Override public Iterator<Batch> iterator() {
        return new Iterator<>() {
            private int next;

            @Override public boolean hasNext() {
                return next < count();
            }

            @Override public Batch next() {
                if (!hasNext()) throw new NoSuchElementException("there were " + count() + " batches");
                return get(next++);
            }
        };
    }
}
