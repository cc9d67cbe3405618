package org.unrolled.quiz;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/** The arguments of one call of an answer, as they were before it. */
public record Inputs(List<@Nullable Object> values) {

    public <T> T get(int index, Class<T> type) {
        return type.cast(values.get(index));
    }

    public Tensor tensor(int index) {
        return get(index, Tensor.class);
    }

    public int integer(int index) {
        return get(index, Number.class).intValue();
    }

    public double number(int index) {
        return get(index, Number.class).doubleValue();
    }
}
