package org.unrolled.nn.data;

/** What a model is judged by: the validation part while decisions are made, the test part once, at the end. */
public final class HeldOutPart extends Part {
    HeldOutPart(String name, Examples examples, int[] indices) {
        super(name, examples, indices);
    }
}
