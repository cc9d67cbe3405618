package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Softmax runs along the keys. */
@Question(id = "attention/why-over-keys", title = "Softmax along the keys", lesson = "07-attention")
public final class WhyOverKeys implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                $S$ has one row for each query and one column for each key. Why does softmax run along each **row**, over the keys?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("So that every key is used: what the queries give to one key sums to one.",
                        "That is softmax down the columns. Then a query may get a total weight of 3 or of 0.1, and its output is no longer"
                                + " a mean of values. A key that nobody needs may well be left alone."),
                wrong("It makes no difference, because $S$ can be transposed.",
                        "Transposing swaps the roles of asker and asked. Two words can have very different weights in the two directions:"
                                + " 'it' looks at 'animal', but 'animal' has no reason to look at 'it'."),
                right("So that each query's weights are positive and sum to one: its output is a weighted mean of the values.",
                        "Therefore the output can never leave the range of the values, however many keys there are."),
                wrong("So that all the weights of the matrix together sum to one.",
                        "Then the outputs would shrink as queries are added, and queries would compete with each other. Each query is"
                                + " answered on its own: N queries, N sums equal to one."));
    }

    @Override
    public String variable() {
        return "whyOverKeys";
    }

    @Override
    public List<String> hints() {
        return List.of("An output row is Σ_j A_ij v_j. What has to hold for the A_ij of this sum to call it a mean?");
    }
}
