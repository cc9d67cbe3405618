package org.unrolled.quiz;

import java.util.ArrayList;
import java.util.List;
import org.unrolled.quiz.internal.Values;

/** The learner chooses among options lettered A, B, C… in their order. More than one right: all of them, in any order. */
public non-sealed interface ChoiceQuestion extends ValueQuestion {

    /** An option; {@code comment} says why it is wrong, or what is worth knowing about a right one. */
    record Option(String text, boolean right, String comment) {}

    static Option right(String text) {
        return new Option(text, true, "");
    }

    static Option right(String text, String comment) {
        return new Option(text, true, comment);
    }

    /** @param why what the learner reads who chose it; it is the misconception's text, so it says what is wrong and why */
    static Option wrong(String text, String why) {
        return new Option(text, false, why);
    }

    /** Two to eight options. */
    List<Option> options();

    @Override
    default String form() {
        long right = options().stream().filter(Option::right).count();
        String letters = "A to " + (char) ('A' + options().size() - 1);
        return right == 1 ? "one letter, " + letters : "one letter or more, " + letters;
    }

    @Override
    default String solutionText() {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < options().size(); i++) {
            if (options().get(i).right()) {
                letters.append((char) ('A' + i));
            }
        }
        return letters.toString();
    }

    /** {@link Exercise#prompt()} with the lettered options under it, as the notebook shows it. */
    default String promptWithOptions() {
        StringBuilder text = new StringBuilder(prompt().strip()).append("\n\n");
        for (int i = 0; i < options().size(); i++) {
            text.append("- **").append((char) ('A' + i)).append("** ").append(options().get(i).text()).append('\n');
        }
        return text.toString();
    }

    @Override
    default List<Misconception<Answer>> misconceptions() {
        List<Misconception<Answer>> all = new ArrayList<>();
        for (int i = 0; i < options().size(); i++) {
            if (!options().get(i).right()) {
                String letter = String.valueOf((char) ('A' + i));
                all.add(Misconception.twin(options().get(i).comment(), () -> letter));
            }
        }
        return all;
    }

    @Check("the right option")
    default void rightOption(Answer yours) {
        Values.choice(this, yours);
    }

    @Override
    default Object read(Object value) {
        return Values.letters(this, value);
    }

    @Override
    default String kind() {
        return "choice";
    }
}
