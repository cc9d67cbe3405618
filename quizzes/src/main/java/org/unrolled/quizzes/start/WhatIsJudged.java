package org.unrolled.quizzes.start;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** What a check looks at. */
@Question(id = "start/what-is-judged", title = "What a check looks at", lesson = "00-start-here")
public final class WhatIsJudged implements ChoiceQuestion {

    @Override
    public String prompt() {
        return "You change an answer cell, do **not** run it, and run the check cell below it. What is judged?";
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("What stands in the answer cell now.",
                        "A notebook does not run what you have only typed. The answer cell has to run before its check sees the change."),
                right("The answer as it was when its cell last ran.",
                        "The card says which run it judged: In[12] is the number to the left of the cell."),
                wrong("Nothing: the check waits.",
                        "A check runs at once. It takes the last answer that ran, and the card says which: look for In[ ]."));
    }

    @Override
    public String variable() {
        return "whatIsJudged";
    }

    @Override
    public List<String> hints() {
        return List.of("Try it: change the answer above, run only the check, and read the first line of the card.");
    }
}
