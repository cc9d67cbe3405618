package org.unrolled.nn;

import java.util.List;
import org.unrolled.tensor.Tensor;

/** Layers one after the other; their parameters are named "0.weight", "1.weight", … */
public final class Sequential extends Layer {
    private final List<Layer> layers;

    /** The layers in order. */
    public Sequential(Layer... layers) {
        this.layers = List.of(layers);
        for (int i = 0; i < layers.length; i++) module(String.valueOf(i), layers[i]);
    }

    /** The layers in order, to look at what happens between them. */
    public List<Layer> layers() {
        return layers;
    }

    @Override public Tensor forward(Tensor x) {
        for (Layer layer : layers) x = run(layer, x);
        return x;
    }
}
