package org.unrolled.quizzes.backpropagation;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** What it is, why it goes backwards, and what it costs, in the learner's words. */
@Question(id = "backpropagation/explain", title = "Explain backpropagation", lesson = "01-backpropagation", points = 4)
public final class ExplainBackpropagation implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend who knows derivatives asks: what is backpropagation, why does it go *backwards*, and what does it \
                cost? Three or four sentences.
                """;
    }

    @Override
    public List<Criterion> rubric() {
        return List.of(
                TextQuestion.criterion("says that it is the chain rule applied to a graph of small steps, each of which knows its own slope", 2),
                TextQuestion.criterion("says why backwards: one walk from the single loss gives the gradient of every parameter", 1),
                TextQuestion.criterion("says what it costs: a small multiple of the forward pass, and memory for all intermediate results", 1));
    }

    @Override
    public String variable() {
        return "explanation";
    }

    @Override
    public String form() {
        return "three or four sentences";
    }

    @Override
    public String modelAnswer() {
        return """
                A network's loss is computed in many small steps, and each step knows how fast its result changes with its inputs. \
                Backpropagation walks the graph of these steps from the loss to the parameters and multiplies the slopes along each way, adding where \
                ways meet: that is the chain rule. It goes backwards because there is one loss and there are many parameters, so a single walk from the \
                loss gives all of their gradients at once. It costs about two or three forward passes, and the memory to keep every intermediate result \
                until the walk comes by.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("Three things: what each node knows, how they are put together, and why the walk begins at the loss.");
    }
}
