package org.unrolled.quiz.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which calls a rule forbids, by byte code and by source. */
class SourcesTest {

    @ParameterizedTest
    @CsvSource({
        "Attention.*,  org.unrolled.nn.Attention.weights, Attention.weights",
        "Attention.*,  org.unrolled.nn.Attentive.weights, ",
        "*.softmax,    org.unrolled.tensor.Tensor.softmax, softmax",
        "*.softmax,    org.unrolled.tensor.Tensor.logSoftmax, ",
        "Tensor.exp,   org.unrolled.tensor.Tensor.exp, Tensor.exp",
        "Tensor.exp,   org.unrolled.tensor.Tensors.exp, ",
        "Outer.*,      a.Inner$Outer.x, Outer.x"})
    void byByteCode(String rule, String call, String found) {
        assertThat(Sources.forbidden(List.of(rule), List.of(call), "").orElse(null)).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Attention.* | return Attention.weights(q);            | Attention
            Attention.* | return new Attention().run();           | Attention
            Attention.* | return attention(q);                    |
            *.softmax   | return softmax(x);                      | softmax
            *.softmax   | return x.softmax (1);                   | softmax
            *.softmax   | map(Tensor::softmax)                    | softmax
            *.softmax   | return logsoftmax(x);                   |
            *.softmax   | Tensor softmax = x;                     |
            *.softmax   | return x; // softmax(x)                 |
            *.softmax   | String s = "softmax(x)"; return x;      |
            *.softmax   | /* softmax(x) */ return x;              |
            Tensor.exp  | Tensor.exp(x)                           | Tensor.exp
            """)
    void bySource(String rule, String source, String found) {
        assertThat(Sources.forbidden(List.of(rule), List.of(), source).orElse(null)).isEqualTo(found);
    }

    @Test
    void bareSourceKeepsItsLines() {
        assertThat(Sources.bare("a /* b\nc */ d // e\n\"f\" 'g' \"\"\"\nh\"\"\"")).isEqualTo("a  \n d  \n\"\" \"\" \"\"\n");
    }
}
