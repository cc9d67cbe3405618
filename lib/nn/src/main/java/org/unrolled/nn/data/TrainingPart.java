package org.unrolled.nn.data;

/**
 * What a model may learn from. A {@link Scaler} and a {@link Vocabulary} are fitted on nothing else: only {@link Split#train()} gives one,
 * so what they know cannot come from the validation or the test part.
 */
public final class TrainingPart extends Part {
    TrainingPart(Examples examples, int[] indices) {
        super("training", examples, indices);
    }
}
