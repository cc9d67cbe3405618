package org.unrolled.notebook.cell;

import java.lang.invoke.MethodType;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How an answer is called: the one abstract method of its interface. */
record Signature(Method method) {
    /** Whether a definition can be called so, as far as that can be told without a compiler. */
    enum Fit {
        NO, YES, ASK_COMPILER;

        Fit and(Fit other) {
            if (this == NO || other == NO) return NO;
            return this == ASK_COMPILER ? this : other;
        }
    }

    private static final List<Class<?>> WIDENING = List.of(byte.class, short.class, int.class, long.class, float.class, double.class);

    static Signature of(Class<?> type) {
        List<Method> methods = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()) && !isObjects(method)).toList();
        if (!type.isInterface() || methods.size() != 1 || !isPublic(type)) {
            throw new IllegalArgumentException("bind: " + type.getName() + " is not a public interface with one abstract method, "
                    + "and only such a one can stand for an answer. Hint: public interface Attend { Tensor attend(Tensor q); } in a public class.");
        }
        return new Signature(methods.getFirst());
    }

    private static boolean isPublic(@Nullable Class<?> type) {
        return type == null || Modifier.isPublic(type.getModifiers()) && isPublic(type.getEnclosingClass());
    }

    private static boolean isObjects(Method method) {
        try {
            Object.class.getMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException own) {
            return false;
        }
    }

    boolean takesNothing() {
        return method.getParameterCount() == 0;
    }

    MethodType type() {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes());
    }

    /** A declaration of {@code name} that fits: {@code Tensor attend(Tensor q, Tensor k, Tensor v)}. */
    String declaration(String name) {
        return typeName(method.getGenericReturnType()) + " " + name + Arrays.stream(method.getParameters())
                .map(parameter -> typeName(parameter.getParameterizedType()) + " " + parameter.getName())
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /** The same where the answer is a value: {@code String answer}. */
    String variable(String name) {
        return typeName(method.getGenericReturnType()) + " " + name;
    }

    private static String typeName(Type type) {
        return Text.simpleNames(type.getTypeName()).replaceAll("\\b\\w+\\$", "");
    }

    /** For a method that returns {@code result}, or a constructor of that class. */
    Fit fits(Executable candidate, Type genericResult, Class<?> result) {
        if (candidate.isVarArgs() || candidate.getTypeParameters().length > 0) return Fit.ASK_COMPILER;
        Parameter[] given = method.getParameters();
        Parameter[] taken = candidate.getParameters();
        if (given.length != taken.length) return Fit.NO;
        Fit fit = Fit.YES;
        for (int i = 0; i < given.length; i++) {
            fit = fit.and(converts(given[i].getParameterizedType(), given[i].getType(), taken[i].getParameterizedType(), taken[i].getType()));
        }
        return fit.and(fitsResult(genericResult, result));
    }

    Fit fitsResult(Type genericResult, Class<?> result) {
        if (method.getReturnType() == void.class) return Fit.YES;
        return converts(genericResult, result, method.getGenericReturnType(), method.getReturnType());
    }

    /** Whether Java passes a value of one type where the other is declared, without a cast (JLS 5.3). */
    private static Fit converts(Type genericFrom, Class<?> from, Type genericTo, Class<?> to) {
        if (genericFrom.equals(genericTo)) return Fit.YES;
        boolean fits;
        if (from == void.class) fits = false;
        else if (from.isPrimitive() && to.isPrimitive()) fits = widens(from, to);
        else if (from.isPrimitive()) fits = to.isAssignableFrom(MethodType.methodType(from).wrap().returnType());
        else if (to.isPrimitive()) fits = widens(MethodType.methodType(from).unwrap().returnType(), to);
        else fits = to.isAssignableFrom(from);
        if (!fits) return Fit.NO;
        // erased types agree; whether List<String> and List<Tensor> do, the compiler knows
        return genericFrom instanceof Class && genericTo instanceof Class ? Fit.YES : Fit.ASK_COMPILER;
    }

    private static boolean widens(Class<?> from, Class<?> to) {
        if (from == to) return true;
        int target = WIDENING.indexOf(to);
        int source = from == char.class ? WIDENING.indexOf(short.class) : WIDENING.indexOf(from);
        return source >= 0 && target > source;
    }
}
