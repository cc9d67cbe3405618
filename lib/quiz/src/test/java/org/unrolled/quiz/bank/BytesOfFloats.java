package org.unrolled.quiz.bank;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** The example of a number question. */
@Question(id = "example/bytes-of-floats")
public final class BytesOfFloats implements NumberQuestion {
    @Override public String prompt() { return "How many bytes do 250 floats take?"; }
    @Override public double expected() { return 1000; }
    @Override public String unit() { return "B"; }
    @Override public List<String> hints() { return List.of("A float has 32 bits."); }
    @Override public List<Misconception<Answer>> misconceptions() {
        return List.of(NumberQuestion.wrong("That many bits times floats: a byte has 8 bits.", 8000));
    }
}
