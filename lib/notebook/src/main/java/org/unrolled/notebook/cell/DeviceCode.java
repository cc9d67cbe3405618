package org.unrolled.notebook.cell;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The classes of cells once more, as the compiler made them: those that run have polls in their loops, which no device can run. Arrays that they make are filled with 0 there by code of their own.
 * Class files are resources of this loader, since a device's compiler looks there for {@code @Parallel}; of a cell's own loader they are not.
 */
final class DeviceCode extends ClassLoader {
    /** A larger array is none that a work item has for itself. */
    private static final int LARGEST_FILLED = 256;
    private static @Nullable DeviceCode current;

    private DeviceCode(ClassLoader cells) {
        super("cells for a device", cells);
    }

    /** The twin of a cell's class; empty on a kernel that does not keep byte code. */
    static synchronized Optional<Class<?>> twin(Class<?> cell) {
        if (CellCode.bytes(cell.getName()).isEmpty()) return Optional.empty();
        DeviceCode loader = current;
        if (loader == null || loader.getParent() != cell.getClassLoader()) current = loader = new DeviceCode(cell.getClassLoader());
        try {
            return Optional.of(loader.loadClass(cell.getName()));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A class got other code: twins made so far are of the past. */
    static synchronized void forget() {
        current = null;
    }

    private static Optional<byte[]> code(String name) {
        return CellCode.bytes(name).map(DeviceCode::filled);
    }

    /** Writes 0 into every element of a new small array, as Java does without being told: on a device it begins with what lay there. */
    private static byte[] filled(byte[] type) {
        ClassFile dialect = ClassFile.of();
        return dialect.transformClass(dialect.parse(type), ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(() -> new CodeTransform() {
            private int size = -1;

            @Override public void accept(CodeBuilder code, CodeElement element) {
                // made anew, since one that was read is written as it was: with the places of @Parallel before code came in between
                code.with(element instanceof RuntimeVisibleTypeAnnotationsAttribute marks ? RuntimeVisibleTypeAnnotationsAttribute.of(marks.annotations()) : element);
                if (element instanceof NewPrimitiveArrayInstruction array && size >= 0 && size <= LARGEST_FILLED) {
                    TypeKind kind = array.typeKind();
                    for (int i = 0; i < size; i++) {
                        code.dup().loadConstant(i);
                        switch (kind.asLoadable()) {
                            case LONG -> code.lconst_0();
                            case FLOAT -> code.fconst_0();
                            case DOUBLE -> code.dconst_0();
                            default -> code.iconst_0();
                        }
                        code.arrayStore(kind);
                    }
                }
                if (element instanceof Instruction) size = element instanceof ConstantInstruction constant && constant.constantValue() instanceof Integer n ? n : -1;
            }
        })));
    }

    @Override protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        Optional<byte[]> code = code(name);
        if (code.isEmpty()) return super.loadClass(name, resolve);
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : defineClass(name, code.get(), 0, code.get().length);
        }
    }

    @Override public @Nullable InputStream getResourceAsStream(String name) {
        Optional<byte[]> code = name.endsWith(".class") ? code(name.substring(0, name.length() - ".class".length()).replace('/', '.')) : Optional.empty();
        return code.isPresent() ? new ByteArrayInputStream(code.get()) : super.getResourceAsStream(name);
    }
}
