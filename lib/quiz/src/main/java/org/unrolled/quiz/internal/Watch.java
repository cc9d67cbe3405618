package org.unrolled.quiz.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Question;

/**
 * Stands between a check and the learner's answer and writes down every call: the arguments as they were, the result,
 * what was thrown and which arguments changed.
 */
final class Watch<A> {

    /**
     * @param before copies of the arguments, made before the call
     * @param result what came back; for a question whose answer changes its arguments, these as well
     */
    record Call(List<@Nullable Object> before, @Nullable Data result, @Nullable Object raw, @Nullable Throwable thrown, List<Integer> mutated) {
        boolean complete() {
            return thrown == null;
        }

        long size() {
            return before.stream().mapToLong(o -> Data.of(o).size()).sum();
        }
    }

    private final Class<A> type;
    private final A answer;
    private final boolean mutates;
    private final List<Call> calls = new ArrayList<>();
    private final A proxy;
    private boolean closed;

    Watch(Class<A> type, A answer, boolean mutates) {
        this.type = type;
        this.answer = answer;
        this.mutates = mutates;
        this.proxy = proxy(type, this::call);
    }

    A answer() {
        return proxy;
    }

    A target() {
        return answer;
    }

    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** From here on nothing is written down: a thread that did not end in time may still call. */
    synchronized void close() {
        closed = true;
    }

    /** The last thing that the answer threw, if the check let it pass through. */
    synchronized boolean threw(Throwable t) {
        return calls.stream().anyMatch(c -> c.thrown() == t);
    }

    private @Nullable Object call(Method method, @Nullable Object[] arguments) throws Throwable {
        List<@Nullable Object> before = new ArrayList<>();
        List<Data> snapshot = new ArrayList<>();
        for (Object argument : arguments) {
            before.add(Data.copy(argument));
            snapshot.add(Data.of(argument));
        }
        Object result = null;
        Throwable thrown = null;
        try {
            result = invoke(answer, method, arguments);
        } catch (Throwable t) {
            thrown = t;
        }
        List<Integer> mutated = new ArrayList<>();
        List<Data> after = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            after.add(Data.of(arguments[i]));
            if (!after.get(i).same(snapshot.get(i))) {
                mutated.add(i);
            }
        }
        Data seen = thrown != null ? null : mutates ? withArguments(method, result, after) : Data.of(result);
        synchronized (this) {
            if (!closed) {
                calls.add(new Call(before, seen, result, thrown, mutates ? List.of() : mutated));
            }
        }
        if (thrown != null) {
            throw thrown;
        }
        return result;
    }

    private static Data withArguments(Method method, @Nullable Object result, List<Data> after) {
        List<String> names = new ArrayList<>();
        List<Data> parts = new ArrayList<>();
        if (method.getReturnType() != void.class) {
            names.add("result");
            parts.add(Data.of(result));
        }
        for (int i = 0; i < after.size(); i++) {
            if (after.get(i).comparable()) {
                names.add(method.getParameters()[i].getName());
                parts.add(after.get(i));
            }
        }
        return new Data.Parts(names, parts);
    }

    /** What another answer says to the same arguments, or null where it throws. */
    @Nullable Data replay(A other, Call call) {
        return replay(other, call, UnaryOperator.identity());
    }

    @Nullable Data replay(A other, Call call, UnaryOperator<List<@Nullable Object>> change) {
        Watch<A> watch = new Watch<>(type, other, mutates);
        try {
            List<@Nullable Object> copies = new ArrayList<>();
            call.before().forEach(o -> copies.add(Data.copy(o)));
            invoke(watch.answer(), method(type), change.apply(copies).toArray());
            return watch.calls().getFirst().result();
        } catch (Throwable t) {
            if (t instanceof VirtualMachineError e && !(t instanceof StackOverflowError)) {
                throw e;
            }
            return null;
        }
    }

    /** What another answer throws at the same arguments, or null where it comes to a result. */
    @Nullable Throwable thrown(A other, Call call) {
        try {
            List<@Nullable Object> copies = new ArrayList<>();
            call.before().forEach(o -> copies.add(Data.copy(o)));
            invoke(other, method(type), copies.toArray());
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    interface Handler {
        @Nullable Object call(Method method, @Nullable Object[] arguments) throws Throwable;
    }

    static <A> A proxy(Class<A> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "the answer";
                };
            }
            if (method.isDefault()) {
                return java.lang.reflect.InvocationHandler.invokeDefault(self, method, arguments);
            }
            return handler.call(method, arguments == null ? new Object[0] : arguments);
        }));
    }

    static @Nullable Object invoke(Object target, Method method, @Nullable Object[] arguments) throws Throwable {
        try {
            method.setAccessible(true);
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The one abstract method of an answer interface. */
    static Method method(Class<?> type) {
        List<Method> methods = Arrays.stream(type.getMethods()).filter(m -> java.lang.reflect.Modifier.isAbstract(m.getModifiers())).toList();
        if (methods.size() != 1) {
            throw new IllegalStateException(type.getSimpleName() + " has " + methods.size() + " abstract methods; an answer interface has one.");
        }
        return methods.getFirst();
    }

    /** The A of a question that is an {@code Exercise<A>}. */
    @SuppressWarnings("unchecked")
    static <A> Class<A> answerType(Exercise<A> question) {
        if (!(question instanceof CodeQuestion<?>)) {
            return (Class<A>) Answer.class;
        }
        Class<?> found = find(question.getClass());
        if (found == null || !found.isInterface()) {
            throw new IllegalStateException(question.getClass().getSimpleName()
                    + " must name its answer interface: implements CodeQuestion<MyInterface>.");
        }
        return (Class<A>) found;
    }

    private static @Nullable Class<?> find(Class<?> type) {
        for (Type t : type.getGenericInterfaces()) {
            if (t instanceof ParameterizedType p && p.getRawType() instanceof Class<?> raw && CodeQuestion.class.isAssignableFrom(raw)
                    && p.getActualTypeArguments()[0] instanceof Class<?> a) {
                return a;
            }
        }
        return type.getSuperclass() == null ? null : find(type.getSuperclass());
    }

    static boolean mutates(Exercise<?> question) {
        Question q = question.getClass().getAnnotation(Question.class);
        return q != null && q.mutates();
    }
}
