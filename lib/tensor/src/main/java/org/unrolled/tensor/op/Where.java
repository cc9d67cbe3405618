package org.unrolled.tensor.op;

import org.unrolled.tensor.Tensor;

/** y = a where the mask is not 0, else b: two masked fills, so that a NaN on the side not taken stays away. */
public final class Where {
    private Where() { }

    /** The three are broadcast. */
    public static Tensor apply(Tensor mask, Tensor a, Tensor b) {
        for (Tensor t : new Tensor[] {mask, a, b}) Shapes.requireTensor("where", t);
        int[] both = Broadcast.of("where", "or", a.shape(), b.shape()).shape();
        int[] shape = Broadcast.of("where", "with mask", both, mask.shape()).shape();
        Tensor other = Affine.apply("where", MaskedFill.apply(mask.toFloat().detach(), mask, 1), -1, 1);
        return a.expand(shape).maskedFill(other, 0).add(b.expand(shape).maskedFill(mask, 0));
    }
}
