package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Left of the ridge only bytes count. */
@Question(id = "kernels/what-helps", title = "Left of the ridge", lesson = "15-kernels")
public final class WhatHelps implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                ReLU of a large matrix lies far left of the ridge, close to its roof, with all threads at work. What makes a network's step with it faster?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Vectors twice as wide.", "They raise the flat part of the roof, which is far above this point. The numbers still arrive at the pace of the memory."),
                wrong("Twice as many multiply-add units.", "ReLU waits for numbers, not for arithmetic: the units would wait together."),
                right("Computing it in the loop that makes its input, before the numbers go to memory.",
                        "That is fusion: the numbers are in registers already, and a whole trip to memory and back is saved. Left of the ridge, time is bytes."),
                wrong("An assembler version with fewer instructions.", "Fewer instructions shorten what is not the limit: the kernel already takes as long as its bytes need to pass."));
    }

    @Override
    public String variable() {
        return "whatHelps";
    }

    @Override
    public List<String> hints() {
        return List.of("Where the roof slopes, the time is the number of bytes divided by the bandwidth. Which of these changes one of the two?");
    }
}
