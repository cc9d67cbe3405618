package org.unrolled.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

class ImagesTest {
    @Test void resizeAgreesWithPyTorch() {
        // torch.nn.functional.interpolate(arange(6).reshape(1, 1, 2, 3), (4, 5), mode="bilinear", align_corners=False), PyTorch 2.15
        Tensor y = Images.resize(Tensors.arange(6).reshape(1, 2, 3), 4, 5);
        assertThat(y.shape()).containsExactly(1, 4, 5);
        assertThat(y.toArray()).containsExactly(new float[] {0f, 0.4f, 1f, 1.6f, 2f, 0.75f, 1.15f, 1.75f, 2.35f, 2.75f, 2.25f, 2.65f, 3.25f, 3.85f, 4.25f, 3f, 3.4f, 4f, 4.6f, 5f}, within(1e-5f));
    }

    @Test void resizeKeepsWhatItCan() {
        Tensor x = Tensors.rand(new Random(1), 2, 3, 5, 4);
        assertThat(Images.resize(x, 5, 4).toArray()).isEqualTo(x.toArray());
        assertThat(Images.resize(Tensors.full(0.25, 1, 1, 1), 7, 3).toArray()).containsOnly(0.25f);
        assertThat(Images.resize(Tensors.zeros(0, 1, 8, 8), 16, 16).shape()).containsExactly(0, 1, 16, 16);
    }

    @Test void greyWeighsAsTheEyeDoes() {
        Tensor x = Tensors.tensor(new float[] {1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1}, 3, 1, 4);
        assertThat(Images.grey(x).toArray()).containsExactly(new float[] {0.299f, 0.587f, 0.114f, 1}, within(1e-6f));
        assertThat(Images.grey(x).shape()).containsExactly(1, 1, 4);
        assertThat(Images.grey(Tensors.stack(0, x, x)).shape()).containsExactly(2, 1, 1, 4);
    }

    @Test void errorsAreSentences() {
        assertThatIllegalArgumentException().isThrownBy(() -> Images.resize(Tensors.zeros(8, 8), 16, 16))
                .withMessage("resize: (8, 8) are no images: (C, H, W) or (N, C, H, W) floats. Hint: unsqueeze(0) gives a grey image its channel.");
        assertThatIllegalArgumentException().isThrownBy(() -> Images.resize(Tensors.zeros(1, 8, 8), 0, 16)).withMessage("resize: 0 by 16 pixels: an image has at least one of each.");
        assertThatIllegalArgumentException().isThrownBy(() -> Images.grey(Tensors.zeros(1, 8, 8)))
                .withMessage("grey: (1, 8, 8) has 1 channels, and a colour image has 3: red, green, blue.");
    }
}
