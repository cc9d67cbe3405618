package org.unrolled.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * JMH's loop around a task. It runs in this JVM (no fork): entrants take turns, round by round, so that a machine that slows down
 * slows down all of them; a fork for each round would measure a cold JVM.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TaskBenchmark {
    private static volatile @Nullable Task current;

    /** The whole call: a task writes arrays that are read afterwards, so nothing of it can be left out. */
    @Benchmark
    public void call() {
        Task task = current;
        if (task == null) throw new IllegalStateException("No task is set. Run it by ./unrolled bench.");
        task.call();
    }

    /** @return seconds a call took on average */
    static double round(Task task, double seconds) {
        current = task;
        try {
            RunResult result = new Runner(new OptionsBuilder().include(TaskBenchmark.class.getName() + ".call").forks(0).warmupIterations(0)
                .measurementIterations(1).measurementTime(TimeValue.nanoseconds((long) (seconds * 1e9))).verbosity(VerboseMode.SILENT).shouldDoGC(false).build()).runSingle();
            return result.getPrimaryResult().getScore() / 1e9;
        } catch (RunnerException e) {
            throw new IllegalStateException("JMH cannot time this case: " + e.getMessage(), e);
        } finally {
            current = null;
        }
    }
}
