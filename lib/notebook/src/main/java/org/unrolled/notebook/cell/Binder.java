package org.unrolled.notebook.cell;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jdk.jshell.EvalException;
import jdk.jshell.MethodSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;

/**
 * Binds an answer by name. A method handle on the snippet's class serves nearly every case in a millisecond or two;
 * where only the compiler can tell (generics, varargs, overloads that both fit) it is asked, which takes about 100.
 */
final class Binder<T> {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

    /** Something of the wanted name that could be called: its handle is not yet of the wanted type. */
    private record Candidate(PersistentSnippet snippet, Executable code, Signature.Fit fit) {}

    private final Cells cells;
    private final Class<T> type;
    private final Signature signature;
    private final String name;

    Binder(Cells cells, Class<T> type, String name) {
        this.cells = cells;
        this.type = type;
        this.signature = Signature.of(type);
        this.name = name;
    }

    Binding<T> bind() {
        Optional<CellLog.Declared> declared = cells.log().last(name);
        if (declared.isEmpty()) return new Binding.NotDefined<>(name, hint());
        List<Diagnostic> problems = cells.problems(declared.get(), name);
        if (!problems.isEmpty()) return new Binding.DoesNotCompile<>(cells.definition(name, declared.get(), problems), problems);
        List<PersistentSnippet> active = cells.active(name).toList();
        if (active.isEmpty()) return new Binding.NotDefined<>(name, hint());
        return switch (Objects.requireNonNull(declared.get().entry()).snippet()) {
            case VarSnippet variable -> variable(variable);
            case TypeDeclSnippet declaration -> type(declaration);
            default -> method(active);
        };
    }

    private Binding<T> method(List<PersistentSnippet> active) {
        List<Candidate> candidates = new ArrayList<>();
        for (PersistentSnippet snippet : active) {
            if (!(snippet instanceof MethodSnippet)) continue;
            Optional<Class<?>> home = Snippets.classOf(snippet);
            if (home.isEmpty()) return compile(snippet, call(name));
            for (Method method : home.get().getMethods()) {
                if (!method.getName().equals(name) || !Modifier.isStatic(method.getModifiers())) continue;
                method.setAccessible(true);  // JShell's class around it is not public
                candidates.add(new Candidate(snippet, method, signature.fits(method, method.getGenericReturnType(), method.getReturnType())));
            }
        }
        return choose(candidates, active.getLast(), call(name));
    }

    private Binding<T> type(TypeDeclSnippet snippet) {
        Optional<Class<?>> home = Snippets.classOf(snippet).flatMap(wrapper -> Arrays.stream(wrapper.getClasses())
                .filter(member -> member.getSimpleName().equals(name)).findFirst());
        if (home.isEmpty()) return compile(snippet, name + "::new");
        Class<?> answer = home.get();
        boolean implemented = type.isAssignableFrom(answer);
        List<Candidate> candidates = new ArrayList<>();
        for (Constructor<?> constructor : answer.getDeclaredConstructors()) {
            constructor.setAccessible(true);  // one without a modifier is not public, although a cell may call it
            if (!implemented) candidates.add(new Candidate(snippet, constructor, signature.fits(constructor, answer, answer)));
            else if (constructor.getParameterCount() == 0) return bound(snippet, instance(constructor));
        }
        return choose(candidates, snippet, name + "::new");
    }

    private T instance(Constructor<?> constructor) {
        try {
            return type.cast(constructor.newInstance());
        } catch (InvocationTargetException e) {
            throw sneaky(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Binding<T> choose(List<Candidate> candidates, PersistentSnippet last, String expression) {
        List<Candidate> fitting = candidates.stream().filter(candidate -> candidate.fit() == Signature.Fit.YES).toList();
        Optional<Candidate> exact = fitting.stream()
                .filter(candidate -> Arrays.equals(candidate.code().getParameterTypes(), signature.method().getParameterTypes())).findFirst();
        boolean unclear = candidates.stream().anyMatch(candidate -> candidate.fit() == Signature.Fit.ASK_COMPILER);
        if (exact.isEmpty() && (unclear || fitting.size() > 1)) return compile(last, expression);
        if (fitting.isEmpty()) return wrong(last);
        Candidate chosen = exact.orElse(fitting.getFirst());
        try {
            MethodHandle handle = chosen.code() instanceof Method method ? LOOKUP.unreflect(method) : LOOKUP.unreflectConstructor((Constructor<?>) chosen.code());
            return bound(chosen.snippet(), function(handle));
        } catch (IllegalAccessException closed) {
            return compile(chosen.snippet(), expression);
        }
    }

    private Binding<T> variable(VarSnippet snippet) {
        Optional<Class<?>> home = Snippets.classOf(snippet);
        if (home.isEmpty()) return compile(snippet, signature.takesNothing() ? "() -> " + name : name);
        try {
            Field field = home.get().getField(name);
            field.setAccessible(true);
            MethodHandle getter = LOOKUP.unreflectGetter(field);
            if (type.isAssignableFrom(field.getType()) && !signature.takesNothing()) {
                Object answer = getter.invoke();
                return answer == null ? wrong(snippet) : bound(snippet, type.cast(answer));
            }
            if (!signature.takesNothing()) return wrong(snippet);
            return switch (signature.fitsResult(field.getGenericType(), field.getType())) {
                case NO -> wrong(snippet);
                case ASK_COMPILER -> compile(snippet, "() -> " + name);
                case YES -> bound(snippet, function(failure(snippet, getter).orElse(getter)));
            };
        } catch (NoSuchFieldException | IllegalAccessException closed) {
            return compile(snippet, signature.takesNothing() ? "() -> " + name : name);
        } catch (Throwable impossible) {
            throw new IllegalStateException("reading " + name + " failed", impossible);
        }
    }

    /** {@code int answer = todo();} leaves a 0 behind that nobody wrote: reading it throws what its initializer threw. */
    private Optional<MethodHandle> failure(VarSnippet snippet, MethodHandle getter) throws Throwable {
        Exception failure = cells.log().entry(snippet).map(CellLog.Entry::failure).orElse(null);
        Object value = getter.invoke();
        boolean untouched = value == null || value.equals(false) || value instanceof Character c && c == 0 || value instanceof Number n && n.doubleValue() == 0;
        if (failure == null || !untouched) return Optional.empty();
        Throwable again = failure instanceof EvalException e ? Snippets.original(e) : failure;
        MethodHandle thrower = MethodHandles.throwException(getter.type().returnType(), Throwable.class);
        return Optional.of(MethodHandles.insertArguments(thrower, 0, again));
    }

    private T function(MethodHandle handle) {
        return MethodHandleProxies.asInterfaceInstance(type, handle.asType(signature.type()));
    }

    /** Lets the compiler decide, as if the learner had written the call in the check cell. */
    private Binding<T> compile(PersistentSnippet snippet, String expression) {
        List<String> problems = cells.evaluate(Handover.code(type, expression));
        return problems.isEmpty() ? bound(snippet, type.cast(Handover.take())) : wrong(snippet);
    }

    /** {@code (a0, a1) -> attend(a0, a1)} */
    private String call(String function) {
        String arguments = IntStream.range(0, signature.method().getParameterCount()).mapToObj(i -> "a" + i).collect(Collectors.joining(", ", "(", ")"));
        return arguments + " -> " + function + arguments;
    }

    private Binding<T> bound(PersistentSnippet snippet, T answer) {
        return new Binding.Bound<>(answer, definition(snippet));
    }

    private Binding<T> wrong(PersistentSnippet snippet) {
        boolean value = snippet instanceof VarSnippet && signature.takesNothing();
        return new Binding.WrongSignature<>(definition(snippet),
                value ? signature.variable(name) : signature.declaration(name), Text.header(snippet.source()));
    }

    private Definition definition(PersistentSnippet snippet) {
        return cells.log().entry(snippet)
                .map(entry -> cells.definition(name, new CellLog.Declared(entry.run(), entry), List.of()))
                .orElseGet(() -> new Definition(name, 0, Text.source(snippet.source()), List.of(), true));
    }

    /** What the learner may have meant: the name inside a class, or a name that is nearly the same. */
    private String hint() {
        for (CellLog.Entry entry : cells.log().all().toList()) {
            if (!(entry.snippet() instanceof PersistentSnippet snippet) || snippet.name().isEmpty()) continue;
            String cell = cells.definition(snippet.name(), new CellLog.Declared(entry.run(), entry), List.of()).cell();
            if (snippet instanceof TypeDeclSnippet && Declarations.inside(entry.source(), name)) {
                return cell + " defines " + name + " inside the class " + snippet.name() + "; write it on its own, outside any class.";
            }
            if (near(snippet.name().toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT))) {
                return cell + " defines " + snippet.name() + "; the name has to be " + name + ", letter by letter.";
            }
        }
        return "";
    }

    /** At most one letter in four may differ, be missing or be too many (Levenshtein). */
    private static boolean near(String a, String b) {
        int[] row = IntStream.rangeClosed(0, b.length()).toArray();
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()] <= Math.min(a.length(), b.length()) / 4;
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> RuntimeException sneaky(Throwable t) throws X {
        throw (X) t;
    }
}
