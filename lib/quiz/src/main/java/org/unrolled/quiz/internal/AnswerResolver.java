package org.unrolled.quiz.internal;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;
import org.unrolled.notebook.cell.TimeLimit;
import org.unrolled.quiz.AnswerSource;
import org.unrolled.quiz.Check;

/**
 * Gives a check the learner's answer and a Random of its own, so that the order of checks changes nothing, and ends a
 * check that takes too long.
 */
public final class AnswerResolver implements ParameterResolver, InvocationInterceptor {

    /** The configuration parameter of the platform that says which run this is. */
    static final String RUN = "unrolled.run";

    static final Map<String, Run> RUNS = new ConcurrentHashMap<>();

    /** One run of a question's checks against an answer. */
    static final class Run {
        final Object answer;
        final long seed;
        final @Nullable Duration limit;
        final AnswerSource source;
        /** Set by a check that ran out of time: the others are not begun, they would take as long. */
        volatile boolean stopped;
        final Map<String, String> notes = new ConcurrentHashMap<>();

        Run(Object answer, long seed, @Nullable Duration limit, AnswerSource source) {
            this.answer = answer;
            this.seed = seed;
            this.limit = limit;
            this.source = source;
        }
    }

    /** A check ran out of time. */
    static final class TimedOut extends AssertionError {
        final TimeLimit.TimedOut<?> how;

        TimedOut(TimeLimit.TimedOut<?> how) {
            super("not finished after " + Text.seconds(how.limit()));
            this.how = how;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Random.class || type == AnswerSource.class || type.isInstance(run(context).answer);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Run run = run(context);
        return argument(parameter.getParameter().getType(), context.getRequiredTestMethod().getName(), run.answer, run.seed, run.source);
    }

    @Override
    public void interceptTestMethod(Invocation<Void> check, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        Run run = run(context);
        if (run.stopped) {
            check.skip();
            throw new TestAbortedException("not begun");
        }
        Duration limit = run.limit != null ? run.limit
                : Duration.ofMillis((long) (1000 * method.getExecutable().getAnnotation(Check.class).seconds()));
        TimeLimit.TimedOut<?> late;
        try {
            late = Limits.run(() -> {
                check.proceed();
                run.notes.put(method.getExecutable().getName(), Notes.take());
            }, limit);
        } catch (OutOfMemoryError e) {
            // JUnit would end the whole run with it
            run.stopped = true;
            throw new AssertionError("the memory was not enough");
        }
        if (late != null) {
            run.stopped = true;
            throw new TimedOut(late);
        }
    }

    /** What a check's parameter of this type is given. */
    static Object argument(Class<?> type, String check, Object answer, long seed, AnswerSource source) {
        return type == Random.class ? random(seed, check) : type == AnswerSource.class ? source : answer;
    }

    private static Random random(long seed, String check) {
        return new Random(seed * 1_000_003L + check.hashCode());
    }

    private static Run run(ExtensionContext context) {
        return context.getConfigurationParameter(RUN).map(RUNS::get).orElseThrow(() -> new IllegalStateException(
                "A question's checks run only through the engine (Lesson.check or BankProof)."));
    }
}
