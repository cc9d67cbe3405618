package org.unrolled.notebook.cell;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The byte code of cells as the compiler made it, before polls went in. Device kernels are compiled from it, and it
 * says exactly which methods an answer calls, however the source spells them.
 */
public final class CellCode {
    /** Every class that JShell makes lies in this package. */
    private static final String CELL_PACKAGE = "REPL.";

    private static final Map<String, byte[]> CODE = new ConcurrentHashMap<>();

    private CellCode() {}

    /** The class file of a cell's class, or empty for any other class and on a kernel that does not keep it. */
    public static Optional<byte[]> bytes(Class<?> cellClass) {
        return bytes(cellClass.getName());
    }

    static Optional<byte[]> bytes(String cellClass) {
        return Optional.ofNullable(CODE.get(cellClass)).map(byte[]::clone);
    }

    /** Whether a class of this name ({@code REPL.$JShell$7}) was made from a cell. */
    public static boolean isCell(String className) {
        return className.startsWith(CELL_PACKAGE);
    }

    static void keep(String className, byte[] bytes) {
        if (CODE.put(className.replace('/', '.'), bytes) != null) DeviceCode.forget();
    }

    /**
     * The methods that {@code method} of {@code cellClass} calls, itself or through other methods of cells, lambdas and
     * method references included.
     *
     * @return names like {@code org.unrolled.tensor.Tensor.matmul} ({@code <init>} for a constructor), calls between
     *     cells left out; empty where the byte code was not kept
     */
    static Optional<Set<String>> calls(String cellClass, String method) {
        return CODE.containsKey(cellClass) ? Optional.of(follow(List.of(new Site(cellClass, method)))) : Optional.empty();
    }

    /** The same for a lambda or method reference that the variable declared by {@code cellClass} holds. */
    static Optional<Set<String>> callsOfVariable(String cellClass) {
        return CODE.containsKey(cellClass) ? Optional.of(follow(List.of(new Site(cellClass, VALUE)))) : Optional.empty();
    }

    /** The same for all methods of a class that a cell declares. */
    static Optional<Set<String>> callsOfClass(String declared) {
        byte[] bytes = CODE.get(declared);
        return bytes == null ? Optional.empty() : Optional.of(follow(ClassFile.of().parse(bytes).methods().stream()
                .map(method -> new Site(declared, method.methodName().stringValue())).toList()));
    }

    private record Site(String owner, String name) {}

    /** Names the functions in a variable; no method is called so. */
    private static final String VALUE = "the value";

    private static Set<String> follow(List<Site> from) {
        Set<String> calls = new TreeSet<>();
        Set<Site> seen = new HashSet<>();
        Deque<Site> open = new ArrayDeque<>(from);
        while (!open.isEmpty()) {
            Site site = open.pop();
            byte[] bytes = CODE.get(site.owner());
            if (bytes == null || !seen.add(site)) continue;
            ClassModel model = ClassFile.of().parse(bytes);
            for (MethodModel candidate : model.methods()) {
                // JShell computes a variable's value in do_it$; what that calls for a number or tensor was no part of the answer
                boolean value = site.name().equals(VALUE);
                if (!candidate.methodName().equalsString(value ? "do_it$" : site.name())) continue;
                Visitor visitor = (owner, name) -> {
                    if (isCell(owner)) open.push(new Site(owner, name));
                    else calls.add(owner + "." + name);
                };
                candidate.code().ifPresent(code -> code.forEach(element -> {
                    switch (element) {
                        case InvokeInstruction call when value -> { }
                        case InvokeInstruction call -> visit(call.owner().asSymbol(), call.name().stringValue(), visitor);
                        case InvokeDynamicInstruction call -> call.bootstrapArgs().forEach(argument -> {
                            // a lambda's body or the method behind a method reference
                            if (argument instanceof DirectMethodHandleDesc target) visit(target.owner(), target.methodName(), visitor);
                        });
                        // a function that another cell's variable holds
                        case FieldInstruction field when isCell(name(field.owner().asSymbol())) -> open.push(new Site(name(field.owner().asSymbol()), VALUE));
                        default -> { }
                    }
                }));
            }
        }
        return calls;
    }

    private interface Visitor {
        void call(String owner, String name);
    }

    private static void visit(ClassDesc owner, String name, Visitor visitor) {
        if (!owner.isClassOrInterface()) return;  // clone() of an array
        visitor.call(name(owner), name);
    }

    /** As {@link Class#getName()} says it. */
    private static String name(ClassDesc type) {
        String descriptor = type.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
    }
}
