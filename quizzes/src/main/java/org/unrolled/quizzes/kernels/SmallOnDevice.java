package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a small call on a device is made of. */
@Question(id = "kernels/small-on-device", title = "A small product on a device", lesson = "15-kernels")
public final class SmallOnDevice implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A product of two matrices of 16 by 16 is sent to the device, compiled long before. What takes most of that call?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("The kernel: 8192 operations.", "A device does billions of them a second, so that these take a few millionths of one."),
                wrong("Copying the matrices there and back.", "Three matrices of 1 KiB are soon copied. What costs is that each copy has to be ordered and waited for."),
                right("Everything around it: ordering the copies and the kernel, and waiting until they are done.",
                        "It costs the same for a large call as for a small one, so only a small one feels it."),
                wrong("Compiling the kernel.", "That is done once, at the first call. It may take a thousand times as long as a warm call, and comes on top of it only then."));
    }

    @Override
    public String variable() {
        return "smallOnDevice";
    }

    @Override
    public List<String> hints() {
        return List.of("Each of the parts has a price for each byte or operation, and one for taking place at all. Which of the two counts when there is little to do?");
    }
}
