package org.unrolled.quiz.internal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.unrolled.notebook.cell.TimeLimit;

/** Runs something for at most a while. */
final class Limits {

    interface Body {
        void run() throws Throwable;
    }

    private Limits() {}

    /** @return how it ran out of time, or null where it did not; what the body throws is thrown here */
    static TimeLimit.@Nullable TimedOut<?> run(Body body, Duration limit) throws Throwable {
        TimeLimit.Result<Boolean> result = TimeLimit.call(() -> {
            try {
                body.run();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
            return true;
        }, limit);
        return result instanceof TimeLimit.TimedOut<?> late ? late : null;
    }
}
