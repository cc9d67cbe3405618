package org.unrolled.tornado;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeAnnotation;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.vm.ci.hotspot.HotSpotJVMCIRuntime;
import jdk.vm.ci.meta.ResolvedJavaMethod;
import org.unrolled.tensor.kernel.Parallel;
import uk.ac.manchester.tornado.runtime.ASMClassVisitorProvider;
import uk.ac.manchester.tornado.runtime.common.ParallelAnnotationProvider;

/**
 * Tells TornadoVM which loops are {@code @Parallel}, ours or its own. TornadoVM's reader asks the system class loader for a class's
 * bytes, and so finds no cell of a notebook; this one asks the class's own. TornadoVM makes it, by the name in
 * {@code -Dtornado.load.annotation.implementation}.
 */
public final class ParallelReader implements ASMClassVisitorProvider {
    private static final Set<String> PARALLEL = Set.of(Parallel.class.descriptorString(), uk.ac.manchester.tornado.api.annotations.Parallel.class.descriptorString());
    private static final ParallelAnnotationProvider[] NONE = { };

    /**
     * A marked variable.
     *
     * @param start  of the code in which the slot is this variable
     * @param length of that code
     * @param index  its slot
     */
    record Marked(int start, int length, int index) implements ParallelAnnotationProvider {
        @Override public int getStart() {
            return start;
        }

        @Override public int getLength() {
            return length;
        }

        @Override public int getIndex() {
            return index;
        }
    }

    /** The marked variables of each method that has any. TornadoVM asks once for each method that is inlined into a kernel. */
    private static final ClassValue<Map<String, List<Marked>>> MARKED = new ClassValue<>() {
        @Override protected Map<String, List<Marked>> computeValue(Class<?> type) {
            return marked(ClassBytes.of(type));
        }
    };

    /** Called by TornadoVM. */
    public ParallelReader() { }

    @Override public ParallelAnnotationProvider[] getParallelAnnotations(ResolvedJavaMethod method) {
        Class<?> type = HotSpotJVMCIRuntime.runtime().getMirror(method.getDeclaringClass());
        return MARKED.get(type).getOrDefault(method.getName() + method.getSignature().toMethodDescriptor(), List.of()).toArray(NONE);
    }

    private static Map<String, List<Marked>> marked(ClassModel type) {
        Map<String, List<Marked>> all = new HashMap<>();
        for (MethodModel method : type.methods()) {
            List<Marked> marked = marked(method);
            if (!marked.isEmpty()) all.put(method.methodName().stringValue() + method.methodType().stringValue(), marked);
        }
        return all;
    }

    /** In the order of the code. */
    static List<Marked> marked(MethodModel method) {
        List<Marked> marked = new ArrayList<>();
        CodeModel code = method.code().orElse(null);
        if (!(code instanceof CodeAttribute offsets)) return marked;
        List<TypeAnnotation> annotations = code.findAttribute(Attributes.runtimeVisibleTypeAnnotations()).map(RuntimeVisibleTypeAnnotationsAttribute::annotations).orElse(List.of());
        for (TypeAnnotation annotation : annotations) {
            if (!PARALLEL.contains(annotation.annotation().className().stringValue()) || !(annotation.targetInfo() instanceof TypeAnnotation.LocalVarTarget variable)) continue;
            for (TypeAnnotation.LocalVarTargetInfo range : variable.table()) {
                int start = offsets.labelToBci(range.startLabel());
                marked.add(new Marked(start, offsets.labelToBci(range.endLabel()) - start, range.index()));
            }
        }
        marked.sort((a, b) -> Integer.compare(a.start, b.start));
        return marked;
    }
}
