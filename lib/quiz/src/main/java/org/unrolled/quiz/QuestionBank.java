package org.unrolled.quiz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unrolled.quiz.internal.Engine;

/**
 * The questions on the class path. The build writes their class names into {@value #INDEX}; a question says everything
 * else itself.
 */
public final class QuestionBank {

    /** One class name a line; each bank on the class path has its own. */
    public static final String INDEX = "META-INF/unrolled/questions";

    private final Map<String, Exercise<?>> questions = new LinkedHashMap<>();

    private QuestionBank(List<Exercise<?>> all) {
        all.stream().sorted(Comparator.<Exercise<?>, String>comparing(q -> q.getClass().getAnnotation(Question.class).lesson())
                .thenComparing(Engine::id)).forEach(q -> {
            Exercise<?> other = questions.put(Engine.id(q), q);
            if (other != null) {
                throw new IllegalStateException("Two questions have the id " + Engine.id(q) + ": " + other.getClass().getName() + " and "
                        + q.getClass().getName() + ". An id names one question, because progress and marks are kept under it.");
            }
        });
    }

    /** The bank that this class loader sees. */
    public static QuestionBank of(ClassLoader loader) {
        try {
            List<Exercise<?>> all = new ArrayList<>();
            for (Enumeration<URL> indexes = loader.getResources(INDEX); indexes.hasMoreElements();) {
                try (InputStream in = indexes.nextElement().openStream()) {
                    for (String name : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\\R")) {
                        if (!name.isBlank()) {
                            all.add(make(Class.forName(name.strip(), true, loader)));
                        }
                    }
                }
            }
            return new QuestionBank(all);
        } catch (IOException e) {
            throw new UncheckedIOException("The index of questions cannot be read", e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The index of questions names " + e.getMessage() + ", which is not there. Build the bank again.", e);
        }
    }

    /** The bank on the application's class path. */
    public static List<Exercise<?>> all() {
        return of(QuestionBank.class.getClassLoader()).questions();
    }

    public static Optional<Exercise<?>> find(String id) {
        return of(QuestionBank.class.getClassLoader()).question(id);
    }

    /** @throws IllegalArgumentException saying why, where {@code type} is no question */
    public static Exercise<?> of(Class<?> type) {
        return make(type);
    }

    /** By lesson, then by id. */
    public List<Exercise<?>> questions() {
        return List.copyOf(questions.values());
    }

    public Optional<Exercise<?>> question(String id) {
        return Optional.ofNullable(questions.get(id));
    }

    private static Exercise<?> make(Class<?> type) {
        if (!Exercise.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(type.getSimpleName() + " is not a question: a question implements CodeQuestion, ChoiceQuestion or another kind.");
        }
        if (!type.isAnnotationPresent(Question.class)) {
            throw new IllegalArgumentException(type.getSimpleName() + " has no id: mark it @Question(id = \"topic/name\").");
        }
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return (Exercise<?>) constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(type.getSimpleName() + " has no constructor without parameters, which a question needs.", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getSimpleName() + " cannot be made: " + (e.getCause() == null ? e : e.getCause()), e);
        }
    }
}
