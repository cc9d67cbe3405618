package org.unrolled.quiz;

/**
 * The learner declares a variable: {@code String answer = "B";}. A blank string or null is "not attempted".
 * The checks of these kinds come with the kind; a question adds its own where it likes.
 */
public sealed interface ValueQuestion extends Exercise<Answer>
        permits ChoiceQuestion, NumberQuestion, ShapeQuestion, TextQuestion {

    /** What the variable is called. A name of its own ({@code dkVariance}) keeps a check from judging another question's answer. */
    default String variable() {
        return "answer";
    }

    /** What the comment behind the stub says about the form: "a letter". */
    String form();

    /** The right answer as a learner would type it. */
    String solutionText();

    /** What the answer means, so that {@code "64.0"} and 64 are one answer; an {@link AssertionError} says why it cannot be read. */
    Object read(Object value);

    @Override
    default Answer solution() {
        String text = solutionText();
        return () -> text;
    }

    @Override
    default String stub() {
        return "String " + variable() + " = \"\";   // " + form() + "\n";
    }

    @Override
    default String solutionSource() {
        String text = solutionText();
        return text.contains("\n")
                ? "String " + variable() + " = \"\"\"\n" + text.indent(4).stripTrailing() + "\"\"\";\n"
                : "String " + variable() + " = \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\";\n";
    }
}
