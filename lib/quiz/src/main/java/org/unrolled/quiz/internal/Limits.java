package org.unrolled.quiz.internal;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs something for at most a while. */
final class Limits {

    interface Body {
        void run() throws Throwable;
    }

    private Limits() {}

    /** @return false where the time ran out; what the body throws is thrown here */
    static boolean run(Body body, Duration limit) throws Throwable {
        Throwable[] thrown = new Throwable[1];
        FutureTask<Void> task = new FutureTask<>(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                thrown[0] = t;
            }
            return null;
        });
        Thread thread = new Thread(task, "answer");
        thread.setDaemon(true);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.start();
        try {
            task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            return false;
        } catch (ExecutionException e) {
            throw e.getCause();
        }
        if (thrown[0] != null) {
            throw thrown[0];
        }
        return true;
    }
}
