package org.unrolled.quiz.internal.remote;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The student's JVM: makes one member of a class of theirs callable through the answer interface, and serves calls from
 * standard input until it ends. What the student's code prints goes nowhere, for standard output belongs to the protocol.
 */
public final class StudentMain {

    private StudentMain() {}

    /** Arguments: the answer interface, the student's class, and the name of its method or field. */
    public static void main(String[] args) throws ReflectiveOperationException {
        OutputStream toChecker = new FileOutputStream(FileDescriptor.out);
        InputStream fromChecker = new FileInputStream(FileDescriptor.in);
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        System.setIn(InputStream.nullInputStream());
        Class<?> type = Class.forName(args[0]);
        Object answer = answer(type, args[1], args[2]);
        try (Peer peer = new Peer(fromChecker, toChecker)) {
            peer.export(answer, type);
            peer.serve();
        }
        // threads that the student started do not keep the process alive
        Runtime.getRuntime().halt(0);
    }

    private static Object answer(Class<?> type, String className, String member) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return method.getName().equals("equals") ? (Object) (self == arguments[0]) : method.getName().equals("hashCode") ? (Object) 1 : "the answer";
            }
            // found at the first call, so that a class that cannot be initialised is an exception of the answer
            Class<?> owner = Class.forName(className);
            return invoke(owner, member, method, arguments == null ? new Object[0] : arguments);
        });
    }

    private static @Nullable Object invoke(Class<?> owner, String member, Method as, Object[] arguments) throws Throwable {
        for (Method m : owner.getDeclaredMethods()) {
            if (m.getName().equals(member) && Arrays.equals(m.getParameterTypes(), as.getParameterTypes())) {
                m.setAccessible(true);
                try {
                    return m.invoke(Modifier.isStatic(m.getModifiers()) ? null : instance(owner), arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }
        }
        if (arguments.length == 0) {
            Field field = owner.getDeclaredField(member);
            field.setAccessible(true);
            return field.get(Modifier.isStatic(field.getModifiers()) ? null : instance(owner));
        }
        throw new NoSuchMethodException("There is no " + as.getReturnType().getSimpleName() + " " + member
                + Arrays.stream(as.getParameterTypes()).map(Class::getSimpleName).collect(java.util.stream.Collectors.joining(", ", "(", ")")) + ".");
    }

    private static Object instance(Class<?> owner) throws ReflectiveOperationException {
        var constructor = owner.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }
}
