package org.unrolled.tornado;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.LocalVariableInfo;
import java.lang.classfile.attribute.LocalVariableTableAttribute;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a device can run a method that somebody wrote, seen in its byte code and in that of what it calls. TornadoVM 5.2 hangs for ever
 * over some of what is refused here (recursion), computes something else over some (a loop carried from round to round), and
 * answers the rest with a message of its compiler.
 */
final class KernelCode {
    private static final Set<Class<?>> PARAMETERS = Set.of(float[].class, int[].class, float.class, int.class);
    /** A grid of work items has so many axes. */
    private static final int AXES = 3;
    /** An array within a kernel lies in a work item's own, small memory; and every first value of it is an instruction. */
    private static final int LARGEST_OWN = 256;
    /** Types of OpenCL C that Java allows for a name. */
    private static final String VECTORS = "(u?(char|short|int|long)|float|double|half)(2|3|4|8|16)";
    /** What TornadoVM 5.2 knows of Math, each tried on a device against Java. */
    static final Set<String> MATH = Set.of("abs", "max", "min", "clamp", "signum", "sqrt", "exp", "log", "pow", "sin", "cos", "tan", "tanh", "asin", "acos", "atan", "atan2", "toRadians", "toDegrees", "floorMod", "floorDiv");

    private final Method kernel;
    private final List<String> open = new ArrayList<>();
    private final Set<String> done = new HashSet<>();

    private KernelCode(Method kernel) {
        this.kernel = kernel;
    }

    /** @throws IllegalArgumentException if a device cannot run the method: why, and what to write instead */
    static void check(Method kernel) {
        new KernelCode(kernel).check();
    }

    private IllegalArgumentException refuse(String why) {
        return new IllegalArgumentException(kernel.getName() + " cannot run on a device: " + why);
    }

    private void check() {
        if (!Modifier.isStatic(kernel.getModifiers())) throw refuse("it is no static method. Write: static void " + kernel.getName() + "(...).");
        if (kernel.getReturnType() != void.class) {
            throw refuse("it returns " + kernel.getReturnType().getSimpleName() + ", and a kernel returns nothing. Give it an array to write its results into.");
        }
        ClassModel type = ClassBytes.of(kernel.getDeclaringClass());
        MethodModel method = find(type, kernel.getName(), descriptor()).orElseThrow(() -> refuse("its byte code is not the one that runs. Run its cell again."));
        CodeAttribute code = (CodeAttribute) method.code().orElseThrow(() -> refuse("it has no body."));
        List<LocalVariableInfo> variables = code.findAttribute(Attributes.localVariableTable()).map(LocalVariableTableAttribute::localVariables).orElse(List.of());
        if (variables.isEmpty()) throw refuse(kernel.getDeclaringClass().getSimpleName() + " was compiled without the names of its variables. Compile it with javac -g.");
        parameters(variables);
        loops(code, variables, ParallelReader.marked(method));
        visit(type, method);
    }

    private String descriptor() {
        return java.lang.invoke.MethodType.methodType(kernel.getReturnType(), kernel.getParameterTypes()).descriptorString();
    }

    private static Optional<MethodModel> find(ClassModel type, String name, String descriptor) {
        return type.methods().stream().filter(method -> method.methodName().equalsString(name) && method.methodType().equalsString(descriptor)).findFirst();
    }

    private void parameters(List<LocalVariableInfo> variables) {
        int slot = 0;
        for (Class<?> parameter : kernel.getParameterTypes()) {
            int at = slot++;
            String name = variables.stream().filter(variable -> variable.slot() == at && variable.startPc() == 0).map(variable -> variable.name().stringValue()).findFirst().orElse("parameter " + at);
            if (!PARAMETERS.contains(parameter)) {
                throw refuse("its parameter " + name + " is a " + parameter.getSimpleName() + ". A kernel takes float[], int[], float and int"
                    + (parameter.getSimpleName().equals("Tensor") ? "; toArray() of a tensor is a float[]." : "."));
            }
            if (OpenClNames.taken(name) || name.matches(VECTORS)) throw refuse("its parameter " + name + " has the name of a function or word of OpenCL C. Call it something else, such as " + name + "s.");
        }
    }

    // ---- the loops

    /** The loop variables marked {@code @Parallel}, from the outside in, must make one grid, in which no round needs another. */
    private void loops(CodeAttribute code, List<LocalVariableInfo> variables, List<ParallelReader.Marked> loops) {
        if (loops.isEmpty()) throw refuse("none of its loops is @Parallel, so it would be a single work item. Mark the loop whose rounds may run at the same time: for (@Parallel int i = 0; ...).");
        if (loops.size() > AXES) throw refuse(loops.size() + " of its loops are @Parallel, and a grid of work items has at most " + AXES + " axes.");
        Places places = new Places(code);
        List<ParallelReader.Marked> around = new ArrayList<>();
        for (ParallelReader.Marked loop : loops) {
            String i = name(variables, loop);
            if (!around.isEmpty() && end(loop) > end(around.getLast())) {
                throw refuse("the @Parallel loop over " + i + " follows another one. All rounds of all of them would run at the same time; make it a kernel of its own, and run one after the other.");
            }
            counted(places, loop, i, around);
            if (!around.isEmpty() && places.between(around.getLast().start(), loop.start()).stream().anyMatch(place -> place.element() instanceof ArrayStoreInstruction)) {
                throw refuse("an array is written between its @Parallel loops, once by every round of the inner one. Write it inside the loop over " + i + ", or mark only the outer loop.");
            }
            around.add(loop);
        }
        for (ParallelReader.Marked loop : loops.reversed()) carried(places, variables, loop);
        shared(places, variables, loops.getLast());
    }

    /**
     * {@code out[0] += x[i]}: an element that every round changes, as far as that can be seen without doubt: at a constant index of a parameter,
     * and before anything in the round is a question or a loop.
     */
    private void shared(Places places, List<LocalVariableInfo> variables, ParallelReader.Marked loop) {
        List<Instruction> code = places.of(loop).stream().map(Place::element).filter(Instruction.class::isInstance).map(Instruction.class::cast).toList();
        int body = 0;
        while (!(code.get(body) instanceof BranchInstruction)) body++;
        for (int at = body + 1; at + 4 < code.size() && !(code.get(at) instanceof BranchInstruction); at++) {
            if (!(code.get(at) instanceof LoadInstruction array && array.typeKind() == TypeKind.REFERENCE && code.get(at + 1) instanceof ConstantInstruction index)) continue;
            boolean changed = code.get(at + 2).opcode() == Opcode.DUP2 && code.get(at + 3) instanceof ArrayLoadInstruction
                || code.get(at + 2) instanceof LoadInstruction again && again.typeKind() == TypeKind.REFERENCE && again.slot() == array.slot() && code.get(at + 3) instanceof ConstantInstruction same
                    && same.constantValue().equals(index.constantValue()) && code.get(at + 4) instanceof ArrayLoadInstruction;
            if (!changed) continue;
            variables.stream().filter(variable -> variable.slot() == array.slot() && variable.startPc() == 0).findFirst().ifPresent(parameter -> {
                throw refuse("all rounds of its @Parallel loop over " + name(variables, loop) + " change " + parameter.name().stringValue() + "[" + index.constantValue()
                    + "], and those that run at the same time lose each other's changes. Let every round write an element of its own, and add them up afterwards.");
            });
        }
    }

    /** A variable from before the loop that its rounds change would be carried from round to round. */
    private void carried(Places places, List<LocalVariableInfo> variables, ParallelReader.Marked loop) {
        for (Place place : places.of(loop)) {
            int slot = switch (place.element()) {
                case StoreInstruction store -> store.slot();
                case IncrementInstruction step when step.slot() != loop.index() -> step.slot();
                default -> -1;
            };
            variables.stream().filter(variable -> variable.slot() == slot && variable.startPc() <= place.bci() && place.bci() < variable.startPc() + variable.length() && variable.startPc() < loop.start()).findFirst().ifPresent(variable -> {
                throw refuse("the rounds of the @Parallel loop over " + name(variables, loop) + " all change " + variable.name().stringValue()
                    + ", and rounds that run at the same time do not see each other's values. Declare it inside the loop; for a sum over rounds, mark another loop.");
            });
        }
    }

    private static String name(List<LocalVariableInfo> variables, ParallelReader.Marked loop) {
        return variables.stream().filter(variable -> variable.slot() == loop.index() && variable.startPc() == loop.start()).map(variable -> variable.name().stringValue()).findFirst().orElse("?");
    }

    /** {@code for (int i = 0; i < n; i++)}, the first value and the step constant, n the same for all rounds of the loops around it, and no way out but the end. */
    private void counted(Places places, ParallelReader.Marked loop, String i, List<ParallelReader.Marked> around) {
        IllegalArgumentException form = refuse("its @Parallel loop over " + i + " does not count up from a constant to a bound. Write: for (@Parallel int " + i + " = 0; " + i + " < n; " + i + "++).");
        if (!(places.before(loop.start(), 2) instanceof ConstantInstruction first)) throw form;
        List<Instruction> head = new ArrayList<>();
        for (Place place : places.of(loop)) {
            if (place.element() instanceof Instruction instruction) head.add(instruction);
            if (place.element() instanceof BranchInstruction) break;
        }
        if (!(head.getFirst() instanceof LoadInstruction load) || load.slot() != loop.index() || !(head.getLast() instanceof BranchInstruction leave) || leave.opcode() != Opcode.IF_ICMPGE) throw form;
        List<CodeElement> changes = places.of(loop).stream().map(Place::element)
            .filter(element -> element instanceof StoreInstruction store && store.slot() == loop.index() || element instanceof IncrementInstruction step && step.slot() == loop.index()).toList();
        if (changes.size() != 1 || !(changes.getFirst() instanceof IncrementInstruction step) || step.constant() < 1) throw form;
        if (step.constant() > 1 && !first.constantValue().equals(0)) {
            throw refuse("its @Parallel loop over " + i + " starts at " + first.constantValue() + " and steps by " + step.constant() + ", which TornadoVM 5.2 computes wrongly. Let it start at 0, and add "
                + first.constantValue() + " where " + i + " is used.");
        }
        if (head.stream().anyMatch(instruction -> instruction instanceof LoadInstruction bound && around.stream().anyMatch(outer -> outer.index() == bound.slot()))) {
            throw refuse("the bound of its @Parallel loop over " + i + " depends on a @Parallel loop around it, so the rounds make no grid. Mark only the outer loop, or let the loop run over all and leave rounds out by an if.");
        }
        for (Place place : places.of(loop)) {
            boolean out = place.element() instanceof ReturnInstruction
                || place.element() instanceof BranchInstruction branch && branch != leave && (places.target(branch) < loop.start() || places.target(branch) >= end(loop));
            if (out) throw refuse("a round of its @Parallel loop over " + i + " leaves the loop, and other rounds run at the same time. Leave only the round, by continue.");
        }
    }

    /** An element of a method's code, and where it is. Equal elements may be one object. */
    private record Place(CodeElement element, int bci) { }

    /** A method's code with the place of each element. */
    private static final class Places {
        private final CodeAttribute code;
        private final List<Place> places = new ArrayList<>();

        Places(CodeAttribute code) {
            this.code = code;
            int bci = 0;
            for (CodeElement element : code) {
                if (element instanceof LabelTarget target) bci = code.labelToBci(target.label());
                places.add(new Place(element, bci));
                if (element instanceof Instruction instruction) bci += instruction.sizeInBytes();
            }
        }

        List<Place> between(int from, int to) {
            return places.stream().filter(place -> place.bci >= from && place.bci < to).toList();
        }

        List<Place> of(ParallelReader.Marked loop) {
            return between(loop.start(), end(loop));
        }

        int target(BranchInstruction branch) {
            return code.labelToBci(branch.target());
        }

        /** The n-th instruction before a place. */
        Instruction before(int bci, int n) {
            List<Instruction> earlier = places.stream().filter(place -> place.element instanceof Instruction && place.bci < bci).map(place -> (Instruction) place.element).toList();
            return earlier.get(Math.max(0, earlier.size() - n));
        }
    }

    private static int end(ParallelReader.Marked loop) {
        return loop.start() + loop.length();
    }

    // ---- what it does and calls

    private void visit(ClassModel type, MethodModel method) {
        String id = type.thisClass().asInternalName() + "." + method.methodName().stringValue() + method.methodType().stringValue();
        String name = method.methodName().stringValue();
        if (open.contains(id)) {
            throw refuse((name.equals(kernel.getName()) ? "it calls itself" : name + " calls itself") + (open.getLast().equals(id) ? "" : ", through what it calls")
                + ". A device has no stack for that; write a loop.");
        }
        if (!done.add(id)) return;
        if (OpenClNames.taken(name)) throw refuse((open.isEmpty() ? "it" : "it calls " + name + ", which") + " has the name of a function or word of OpenCL C. Give the method another name.");
        if (!open.isEmpty() && !ParallelReader.marked(method).isEmpty()) throw refuse("it calls " + name + ", which has a @Parallel loop too, and a grid of work items has the axes of one method. Mark loops of " + kernel.getName() + " only.");
        open.add(id);
        Refusal refusal = why -> refuse((open.size() == 1 ? "it " : "it calls " + name + ", which ") + why);
        List<CodeElement> elements = method.code().map(code -> code.elementList()).orElse(List.of());
        if (elements.stream().anyMatch(element -> element instanceof FieldInstruction field && field.name().equalsString("$assertionsDisabled"))) throw refusal.because("has an assert, and a device cannot stop there.");
        if (elements.stream().anyMatch(ThrowInstruction.class::isInstance)) throw refusal.because("throws an exception, and nobody on a device catches it. Write a value that tells, such as -1.");
        arrays(method, elements, refusal);
        elements.forEach(element -> element(element, refusal));
        ownArrays(elements.stream().filter(Instruction.class::isInstance).map(Instruction.class::cast).toList(), refusal);
        open.removeLast();
    }

    /** Arrays that a work item has for itself: of a known size, and with first values, since memory of a device begins with what lay there. */
    private static void ownArrays(List<Instruction> code, Refusal refuse) {
        for (int i = 0; i < code.size(); i++) {
            if (!(code.get(i) instanceof NewPrimitiveArrayInstruction made)) continue;
            if (made.typeKind() == TypeKind.BOOLEAN) throw refuse.because("makes an array of boolean, over which TornadoVM 5.2 stumbles. Use int, 0 and 1.");
            if (!(code.get(i - 1) instanceof ConstantInstruction size)) {
                throw refuse.because("makes an array of a size that only the running kernel knows. Make the size a constant (new float[16]), or pass an array.");
            }
            if ((Integer) size.constantValue() > LARGEST_OWN) {
                throw refuse.because("makes an array of " + size.constantValue() + " elements, and a work item has room for " + LARGEST_OWN + ". Pass an array, of which every round uses a part of its own.");
            }
            boolean filled = code.get(i + 1).opcode() == Opcode.DUP && code.get(i + 2) instanceof ConstantInstruction;
            if (!filled && !size.constantValue().equals(0)) {
                throw refuse.because("makes an array whose elements begin as 0 in Java, and as garbage on a device. Write its first values: new float[] {0, 0}.");
            }
        }
    }

    /** A variable for arrays stands for one of them: TornadoVM 5.2 otherwise takes it that none is written, and copies nothing back. */
    private static void arrays(MethodModel method, List<CodeElement> elements, Refusal refusal) {
        List<LocalVariableInfo> variables = method.code().flatMap(code -> code.findAttribute(Attributes.localVariableTable())).map(LocalVariableTableAttribute::localVariables).orElse(List.of());
        Set<Label> joins = elements.stream().filter(BranchInstruction.class::isInstance).map(element -> ((BranchInstruction) element).target()).collect(Collectors.toSet());
        Set<LocalVariableInfo> assigned = new HashSet<>();
        variables.stream().filter(variable -> variable.startPc() == 0).forEach(assigned::add);      // parameters
        CodeElement before = null;
        for (Place place : new Places((CodeAttribute) method.code().orElseThrow()).places) {
            if (place.element() instanceof StoreInstruction store && store.typeKind() == TypeKind.REFERENCE) {
                int after = place.bci() + store.sizeInBytes();
                Optional<LocalVariableInfo> variable = variables.stream().filter(v -> v.slot() == store.slot() && v.startPc() <= after && after < v.startPc() + v.length()).findFirst();
                if (before instanceof LabelTarget target && joins.contains(target.label()) || variable.isPresent() && !assigned.add(variable.get())) {
                    throw refusal.because("chooses an array while it runs" + variable.map(v -> " (" + v.name().stringValue() + ")").orElse("") + ", and TornadoVM 5.2 does not see which one is written. Choose an index or a value instead.");
                }
            }
            if (place.element() instanceof Instruction || place.element() instanceof LabelTarget target && joins.contains(target.label())) before = place.element();
        }
    }

    private interface Refusal {
        IllegalArgumentException because(String why);
    }

    private void element(CodeElement element, Refusal refuse) {
        switch (element) {
            case ExceptionCatch _ -> throw refuse.because("has a try, and a device knows no exceptions.");
            case MonitorInstruction _ -> throw refuse.because("has a synchronized block, and work items cannot wait for each other so.");
            case InvokeDynamicInstruction call -> throw refuse.because(call.bootstrapMethod().owner().displayName().equals("StringConcatFactory")
                ? "builds a text, and a device has only numbers." : "has a lambda or a method reference, and a device has no functions as values. Write the call or the loop out.");
            case NewReferenceArrayInstruction _ -> throw refuse.because("makes an array of objects, and a device has only arrays of numbers.");
            case NewMultiArrayInstruction _ -> throw refuse.because("makes an array of arrays. Use one array and compute the place: a[i * n + j].");
            case ConstantInstruction constant when isNaN(constant.constantValue()) -> throw refuse.because("has a constant NaN, which TornadoVM 5.2 cannot write down. Compute it, as 0f / zero of an argument zero.");
            case OperatorInstruction rest when rest.opcode() == Opcode.FREM || rest.opcode() == Opcode.DREM -> throw refuse.because("takes the remainder of floats by %, which the device's language has not. Write x - (int) (x / y) * y.");
            case OperatorInstruction shift when shift.opcode() == Opcode.IUSHR || shift.opcode() == Opcode.LUSHR ->
                throw refuse.because("shifts by >>>, which TornadoVM 5.2 computes wrongly for negative numbers. Write (x >> k) & mask.");
            case FieldInstruction field when field.opcode() == Opcode.GETSTATIC || field.opcode() == Opcode.PUTSTATIC -> throw refuse.because(field(field));
            case InvokeInstruction call -> call(call, refuse);
            default -> { }
        }
    }

    private static boolean isNaN(Object constant) {
        return constant instanceof Float f && f.isNaN() || constant instanceof Double d && d.isNaN();
    }

    private static String field(FieldInstruction field) {
        String name = field.name().stringValue();
        if (field.owner().asInternalName().equals("java/lang/System")) return "prints, and a device has nothing to print on. Write into an array, and print that.";
        return (field.opcode() == Opcode.GETSTATIC ? "reads" : "changes") + " the variable " + name + ", and a device sees only what a kernel is given. Make it a parameter.";
    }

    private void call(InvokeInstruction call, Refusal refuse) {
        String owner = call.owner().asInternalName();
        String name = call.name().stringValue();
        String shown = owner.substring(Math.max(owner.lastIndexOf('/'), owner.lastIndexOf('$')) + 1) + "." + name;
        if (owner.startsWith("uk/ac/manchester/tornado/api/")) return;
        if (owner.equals("java/lang/Math") || owner.equals("java/lang/StrictMath")) {
            if (name.equals("abs") && call.type().equalsString("(I)I")) throw refuse.because("calls Math.abs of an int, over which TornadoVM 5.2 stumbles. Write i < 0 ? -i : i.");
            if (!MATH.contains(name)) {
                throw refuse.because("calls " + shown + ", which TornadoVM 5.2 cannot compile. It knows " + MATH.stream().sorted().map(known -> "Math." + known).collect(Collectors.joining(", ")) + ". " + instead(name));
            }
            return;
        }
        if (owner.equals("java/lang/Float") && name.equals("isNaN")) return;
        if (name.equals("<init>") && (owner.equals("java/lang/Object") || owner.equals("java/lang/Record"))) return;
        if (owner.startsWith("java/") || owner.startsWith("[")) throw refuse.because("calls " + shown + ", and a device has none of Java's library but Math.");
        Optional<Class<?>> type = load(owner);
        ClassModel model = ClassBytes.of(type.orElseThrow(() -> refuse.because("calls " + shown + ", which cannot be found.")));
        find(model, name, call.type().stringValue()).filter(method -> method.code().isPresent()).ifPresentOrElse(method -> visit(model, method),
            () -> { throw refuse.because("calls " + shown + ", of which only the running program knows the code. Call a static method."); });
    }

    private static String instead(String name) {
        return switch (name) {
            case "fma" -> "Write a * b + c.";
            case "floor", "round", "rint", "ceil" -> "A cast to int cuts off what follows the point.";
            default -> "Write it out with those.";
        };
    }

    private Optional<Class<?>> load(String owner) {
        try {
            return Optional.of(Class.forName(owner.replace('/', '.'), false, kernel.getDeclaringClass().getClassLoader()));
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.empty();
        }
    }
}
