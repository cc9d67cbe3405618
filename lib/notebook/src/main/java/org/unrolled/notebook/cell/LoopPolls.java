package org.unrolled.notebook.cell;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.StackMapTableAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts calls of {@link Poll} into the byte code of a cell, so that its endless loops can be ended:
 * <ul>
 *   <li>{@code Poll.poll()} before every jump back;
 *   <li>{@code Poll.poll()} at the entry of lambdas (a stream's loop is in the library, its body is in the cell) and of
 *       methods that call methods of cells (recursion without a loop);
 *   <li>{@code Poll.caught(e)} first in every typed catch block, so that {@code catch (Throwable t) {}} cannot hold it;
 *   <li>{@code Poll.exit} instead of {@code System.exit}, which would end the kernel with everything computed so far.
 * </ul>
 * Innermost loops {@code for (int i = a; i < n; i++)} that call nothing but {@code Math} get none: they end within
 * 2³² rounds, and a poll would cost their vectorisation (measured: matmul +30 to 50 % with polls everywhere, at most
 * +2 % with this rule). A device's compiler gets the code without them ({@link DeviceCode}).
 */
final class LoopPolls {
    private static final ClassDesc POLL = ClassDesc.of(Poll.class.getName());
    private static final MethodTypeDesc NOTHING_TO_VOID = MethodTypeDesc.of(ConstantDescs.CD_void);
    private static final MethodTypeDesc THROWABLE_TO_VOID = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Throwable);
    private static final MethodTypeDesc INT_TO_VOID = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    private static final MethodTypeDesc RUNTIME_INT_TO_VOID =
            MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of("java.lang.Runtime"), ConstantDescs.CD_int);
    private static final String CELL_PACKAGE = "REPL/";
    private static final Set<String> LOOPLESS_LIBRARIES =
            Set.of("java/lang/Math", "java/lang/StrictMath", "java/lang/Float", "java/lang/Double", "java/lang/Integer", "java/lang/Long");

    private LoopPolls() {}

    /** {@code System.exit}, {@code Runtime.exit} and {@code Runtime.halt}. */
    private static boolean isExit(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        String name = call.name().stringValue();
        return owner.equals("java/lang/System") && name.equals("exit")
                || owner.equals("java/lang/Runtime") && (name.equals("exit") || name.equals("halt"));
    }

    /** The class with polls; the bytes as given where there is nothing to poll, or where the polls do not fit. */
    static byte[] insert(byte[] classFile) {
        // The old stack maps are put back at the end: the inserted calls change neither stack nor locals at any label,
        // so that no class hierarchy has to be resolved.
        ClassFile dialect = ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS);
        try {
            ClassModel model = dialect.parse(classFile);
            Map<MethodModel, Plan> plans = new HashMap<>();
            for (MethodModel method : model.methods()) {
                Plan plan = Plan.of(method);
                if (!plan.isEmpty()) plans.put(method, plan);
            }
            if (plans.isEmpty()) return classFile;
            return dialect.transformClass(model, (classBuilder, element) -> {
                if (element instanceof MethodModel method && plans.containsKey(method)) {
                    classBuilder.transformMethod(method, (methodBuilder, part) -> {
                        if (part instanceof CodeModel code) methodBuilder.transformCode(code, plans.get(method).over(code));
                        else methodBuilder.with(part);
                    });
                } else {
                    classBuilder.with(element);
                }
            });
        } catch (IllegalArgumentException tooLarge) {
            return classFile;  // a method near 64 KB: better without polls than not at all
        }
    }

    /**
     * @param jumps positions of the elements before which a poll goes
     * @param catches labels of the typed catch blocks
     * @param entry whether a poll goes to the method's start
     * @param exits whether it would end the JVM
     */
    private record Plan(BitSet jumps, Set<Label> catches, boolean entry, boolean exits) {
        static final Plan NONE = new Plan(new BitSet(), Set.of(), false, false);

        boolean isEmpty() {
            return jumps.isEmpty() && catches.isEmpty() && !entry && !exits;
        }

        static Plan of(MethodModel method) {
            if (method.code().isEmpty()) return NONE;
            List<CodeElement> elements = method.code().get().elementList();
            Map<Label, Integer> positions = new HashMap<>();
            List<Loop> loops = new ArrayList<>();
            Set<Label> catches = new HashSet<>();
            Set<Label> finallies = new HashSet<>();
            boolean callsCells = false;
            boolean exits = false;
            for (int i = 0; i < elements.size(); i++) {
                switch (elements.get(i)) {
                    case LabelTarget target -> positions.put(target.label(), i);
                    case BranchInstruction jump -> addIfBack(loops, positions, jump.target(), i);
                    case TableSwitchInstruction jump -> {
                        addIfBack(loops, positions, jump.defaultTarget(), i);
                        for (SwitchCase branch : jump.cases()) addIfBack(loops, positions, branch.target(), i);
                    }
                    case LookupSwitchInstruction jump -> {
                        addIfBack(loops, positions, jump.defaultTarget(), i);
                        for (SwitchCase branch : jump.cases()) addIfBack(loops, positions, branch.target(), i);
                    }
                    case ExceptionCatch handler -> (handler.catchType().isPresent() ? catches : finallies).add(handler.handler());
                    case InvokeInstruction call -> {
                        callsCells |= call.owner().asInternalName().startsWith(CELL_PACKAGE);
                        exits |= isExit(call);
                    }
                    default -> { }
                }
            }
            catches.removeAll(finallies);  // a block shared with a finally has to run
            BitSet jumps = new BitSet();
            for (Loop loop : loops) if (!endsByCounting(elements, positions, loop, loops)) jumps.set(loop.jump());
            String name = method.methodName().stringValue();
            boolean entry = name.startsWith("lambda$") || callsCells && !name.startsWith("<") && !name.equals("do_it$");
            return new Plan(jumps, catches, entry, exits);
        }

        private static void addIfBack(List<Loop> loops, Map<Label, Integer> positions, Label target, int jump) {
            Integer start = positions.get(target);
            if (start != null) loops.add(new Loop(start, jump));
        }

        CodeTransform over(CodeModel code) {
            return new CodeTransform() {
                private int position;
                private boolean catchBegins;

                @Override public void atStart(CodeBuilder builder) {
                    if (entry) builder.invokestatic(POLL, "poll", NOTHING_TO_VOID);
                }

                @Override public void accept(CodeBuilder builder, CodeElement element) {
                    if (jumps.get(position++)) builder.invokestatic(POLL, "poll", NOTHING_TO_VOID);
                    if (catchBegins && element instanceof Instruction) {
                        catchBegins = false;
                        builder.dup().invokestatic(POLL, "caught", THROWABLE_TO_VOID);
                    }
                    if (element instanceof InvokeInstruction call && isExit(call)) {
                        // the same operands, so that the stack maps still fit; a Runtime is one of them
                        builder.invokestatic(POLL, "exit", call.opcode() == Opcode.INVOKESTATIC ? INT_TO_VOID : RUNTIME_INT_TO_VOID);
                    } else {
                        builder.with(element);
                    }
                    if (element instanceof LabelTarget target && catches.contains(target.label())) catchBegins = true;
                }

                @Override public void atEnd(CodeBuilder builder) {
                    code.findAttribute(Attributes.stackMapTable())
                            .ifPresent(maps -> builder.with(StackMapTableAttribute.of(maps.entries())));
                }
            };
        }
    }

    /** The elements from {@code start} to {@code jump} repeat. */
    private record Loop(int start, int jump) {
        boolean holds(Loop other) {
            return other != this && other.start >= start && other.jump <= jump;
        }
    }

    /**
     * An innermost {@code for (int i...; i < n; i++)}, up or down, in which i and n are local and not assigned, and
     * that calls nothing that could loop. {@code i <= n} does not count: it never ends when n is the largest int.
     */
    private static boolean endsByCounting(List<CodeElement> elements, Map<Label, Integer> positions, Loop loop, List<Loop> loops) {
        if (loops.stream().anyMatch(loop::holds)) return false;
        if (!(elements.get(loop.jump()) instanceof BranchInstruction back) || back.opcode() != Opcode.GOTO && back.opcode() != Opcode.GOTO_W) return false;
        int last = loop.jump() - 1;
        while (last > loop.start() && !(elements.get(last) instanceof Instruction)) last--;
        if (!(elements.get(last) instanceof IncrementInstruction step) || Math.abs(step.constant()) != 1) return false;

        // The condition: i, then a bound that i has no part in, then a comparison that leaves the loop.
        Set<Integer> bound = new HashSet<>();
        int depth = 0;
        int i = loop.start();
        boolean tested = false;
        for (; i < last && !tested; i++) {
            switch (elements.get(i)) {
                case LoadInstruction load -> {
                    if ((depth == 0) != (load.slot() == step.slot())) return false;
                    if (depth > 0) bound.add(load.slot());
                    depth++;
                }
                case ConstantInstruction _ -> depth++;
                case OperatorInstruction operator -> {
                    if (operator.opcode() != Opcode.ARRAYLENGTH) depth--;
                    if (depth < 2) return false;
                }
                case BranchInstruction exit -> {
                    int operands = switch (exit.opcode()) {
                        case IFLT, IFLE, IFGT, IFGE -> 1;
                        case IF_ICMPGE, IF_ICMPLE -> 2;
                        default -> 0;
                    };
                    Integer target = positions.get(exit.target());
                    if (depth != operands || target == null || target <= loop.jump()) return false;
                    tested = true;
                }
                case Instruction _ -> { return false; }
                default -> { }
            }
        }
        if (!tested) return false;
        for (; i < last; i++) {
            switch (elements.get(i)) {
                case StoreInstruction store -> { if (store.slot() == step.slot() || bound.contains(store.slot())) return false; }
                case IncrementInstruction other -> { if (other.slot() == step.slot() || bound.contains(other.slot())) return false; }
                case InvokeInstruction call -> {
                    if (call.opcode() != Opcode.INVOKESTATIC || !LOOPLESS_LIBRARIES.contains(call.owner().asInternalName())) return false;
                }
                case InvokeDynamicInstruction _, MonitorInstruction _ -> { return false; }
                default -> { }
            }
        }
        return true;
    }
}
