package org.unrolled.quiz.internal;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives a check the learner's answer and a Random of its own, so that the order of checks changes nothing. */
public final class AnswerResolver implements ParameterResolver {

    /** The configuration parameter of the platform that says which run this is. */
    static final String RUN = "unrolled.run";

    record Run(Object answer, long seed) {}

    static final Map<String, Run> RUNS = new ConcurrentHashMap<>();

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Random.class || run(context).answer() != null && type.isInstance(run(context).answer());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Run run = run(context);
        return parameter.getParameter().getType() == Random.class
                ? random(run.seed(), context.getRequiredTestMethod().getName())
                : run.answer();
    }

    static Random random(long seed, String check) {
        return new Random(seed * 1_000_003L + check.hashCode());
    }

    private static Run run(ExtensionContext context) {
        return context.getConfigurationParameter(RUN).map(RUNS::get).orElseThrow(() -> new IllegalStateException(
                "A question's checks run only through the engine (Lesson.check or BankProof)."));
    }
}
