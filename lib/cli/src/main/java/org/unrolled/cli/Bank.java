package org.unrolled.cli;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.QuestionBank;

/** The questions on the class path, as the command needs them. */
final class Bank {
    private Bank() {}

    /** @throws IllegalArgumentException naming the ids of the same topic, where there is no such question */
    static Exercise<?> find(String id) {
        return QuestionBank.find(id).orElseThrow(() -> {
            String topic = id.contains("/") ? id.substring(0, id.indexOf('/') + 1) : id;
            String near = QuestionBank.all().stream().map(Bank::id).filter(other -> other.startsWith(topic)).collect(Collectors.joining(", "));
            return new IllegalArgumentException("there is no question \"" + id + "\"."
                    + (near.isEmpty() ? "" : " In this topic: " + near + ".") + " All of them: ./unrolled quiz list");
        });
    }

    static String solutionSource(String id) {
        return find(id).solutionSource();
    }

    static Question annotation(Exercise<?> question) {
        return question.getClass().getAnnotation(Question.class);
    }

    static String id(Exercise<?> question) {
        return annotation(question).id();
    }

    /** The annotation's title, or the class name in words: ScaledDotProduct is "Scaled dot product". */
    static String title(Exercise<?> question) {
        if (!annotation(question).title().isEmpty()) return annotation(question).title();
        String words = question.getClass().getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** The sentences of its checks, those that come with its kind included. */
    static List<String> checks(Exercise<?> question) {
        Set<Class<?>> types = new HashSet<>();
        collect(question.getClass(), types);
        return types.stream().flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Check.class) && !method.isBridge())
                .collect(Collectors.toMap(Method::getName, method -> method.getAnnotation(Check.class).value(), (first, _) -> first))
                .values().stream().sorted().toList();
    }

    private static void collect(Class<?> type, Set<Class<?>> into) {
        if (!into.add(type)) return;
        for (Class<?> above : type.getInterfaces()) collect(above, into);
        if (type.getSuperclass() != null) collect(type.getSuperclass(), into);
    }
}
