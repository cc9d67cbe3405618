package org.unrolled.quiz.internal;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodDescriptor;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.unrolled.notebook.cell.Poll;
import org.unrolled.quiz.AnswerSource;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.Exercise;

/** The checks of a question: finding them in the order of the source, and running them. */
final class Checks {

    /** How a check went; {@code thrown} is null where it passed, {@code note} is what it measured. */
    record Ran(Method check, @Nullable Throwable thrown, String note) {
        String sentence() {
            return check.getAnnotation(Check.class).value();
        }

        int weight() {
            return check.getAnnotation(Check.class).weight();
        }
    }

    private static final Map<Class<?>, List<Method>> FOUND = new ConcurrentHashMap<>();

    /** One launcher for the whole session; looking for engines and listeners on the class path again would cost more than a check. */
    private static final class Platform {
        static final Launcher LAUNCHER = LauncherFactory.create(LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .addTestEngines(new JupiterTestEngine())
                .build());
    }

    private Checks() {}

    /** Checks that come with the kind first, then the question's own as its source lists them. */
    static List<Method> of(Class<?> question) {
        return FOUND.computeIfAbsent(question, Checks::find);
    }

    private static List<Method> find(Class<?> question) {
        List<Method> all = new ArrayList<>();
        collect(question, all);
        return List.copyOf(all);
    }

    private static void collect(@Nullable Class<?> type, List<Method> all) {
        if (type == null || type == Object.class) {
            return;
        }
        collect(type.getSuperclass(), all);
        for (Class<?> kind : type.getInterfaces()) {
            collect(kind, all);
        }
        List<String> order = sourceOrder(type);
        List<Method> own = new ArrayList<>();
        for (Method m : type.getDeclaredMethods()) {
            if (m.isAnnotationPresent(Check.class) && !m.isSynthetic()) {
                if (Modifier.isPrivate(m.getModifiers()) || Modifier.isStatic(m.getModifiers()) || m.getReturnType() != void.class) {
                    throw new IllegalStateException("Check " + type.getSimpleName() + "." + m.getName()
                            + " must be void, not private and not static: JUnit would leave it out.");
                }
                own.add(m);
            }
        }
        own.sort(Comparator.comparingInt(m -> order.indexOf(m.getName())));
        for (Method m : own) {
            all.removeIf(inherited -> inherited.getName().equals(m.getName()));
            m.setAccessible(true);
            all.add(m);
        }
    }

    /** Reflection promises no order; the class file keeps the source's. */
    private static List<String> sourceOrder(Class<?> type) {
        try (InputStream in = type.getResourceAsStream(type.getName().substring(type.getPackageName().length()
                + (type.getPackageName().isEmpty() ? 0 : 1)) + ".class")) {
            return in == null ? List.of() : ClassFile.of().parse(in.readAllBytes()).methods().stream().map(m -> m.methodName().stringValue()).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Keeps the order of {@link #of} inside JUnit too. Public because JUnit makes it by name. */
    public static final class SourceOrder implements MethodOrderer {
        @Override
        public void orderMethods(MethodOrdererContext context) {
            List<String> order = of(context.getTestClass()).stream().map(Method::getName).toList();
            context.getMethodDescriptors().sort(Comparator.comparingInt((MethodDescriptor m) -> order.indexOf(m.getMethod().getName())));
        }
    }

    /**
     * Runs every check through the JUnit Platform.
     *
     * @param limit for each check; null: the check's own
     */
    static List<Ran> launch(Class<?> question, Object answer, long seed, @Nullable Duration limit, AnswerSource source) {
        String run = UUID.randomUUID().toString();
        Map<String, TestExecutionResult> results = new LinkedHashMap<>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(question))
                .enableImplicitConfigurationParameters(false)
                .configurationParameter(AnswerResolver.RUN, run)
                .configurationParameter(MethodOrderer.DEFAULT_ORDER_PROPERTY_NAME, SourceOrder.class.getName())
                .build();
        @Nullable Throwable[] broken = new Throwable[1];
        AnswerResolver.Run state = new AnswerResolver.Run(answer, seed, limit, source);
        AnswerResolver.RUNS.put(run, state);
        try {
            Platform.LAUNCHER.execute(request, new TestExecutionListener() {
                @Override
                public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                    if (test.getSource().orElse(null) instanceof MethodSource method) {
                        results.put(method.getMethodName(), result);
                    } else {
                        result.getThrowable().ifPresent(t -> broken[0] = t);
                    }
                }
            });
        } finally {
            AnswerResolver.RUNS.remove(run);
        }
        List<Ran> ran = new ArrayList<>();
        for (Method check : of(question)) {
            TestExecutionResult result = results.get(check.getName());
            if (result == null) {
                throw new IllegalStateException("Check " + check.getName() + " of " + question.getSimpleName() + " was not run by JUnit.", broken[0]);
            }
            // the learner pressed Jupyter's interrupt: the whole cell ends
            if (result.getThrowable().orElse(null) instanceof Poll.Stopped stopped) {
                throw stopped;
            }
            ran.add(new Ran(check, result.getThrowable().orElse(null), state.notes.getOrDefault(check.getName(), "")));
        }
        return ran;
    }

    /** Runs one check without JUnit, for the proof and for more inputs; gives what it threw, or null. */
    static @Nullable Throwable invoke(Exercise<?> question, Method check, Object answer, long seed, AnswerSource source) {
        Object[] arguments = new Object[check.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = AnswerResolver.argument(check.getParameterTypes()[i], check.getName(), answer, seed, source);
        }
        try {
            Watch.invoke(question, check, arguments);
            return null;
        } catch (Throwable t) {
            return t;
        }
    }
}
