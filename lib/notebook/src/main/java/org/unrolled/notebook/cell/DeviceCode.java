package org.unrolled.notebook.cell;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The classes of cells once more, as the compiler made them: those that run have polls in their loops, which no device can run.
 * Class files are resources of this loader, since a device's compiler looks there for {@code @Parallel}; of a cell's own loader they are not.
 */
final class DeviceCode extends ClassLoader {
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

    @Override protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        Optional<byte[]> code = CellCode.bytes(name);
        if (code.isEmpty()) return super.loadClass(name, resolve);
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : defineClass(name, code.get(), 0, code.get().length);
        }
    }

    @Override public @Nullable InputStream getResourceAsStream(String name) {
        Optional<byte[]> code = name.endsWith(".class") ? CellCode.bytes(name.substring(0, name.length() - ".class".length()).replace('/', '.')) : Optional.empty();
        return code.isPresent() ? new ByteArrayInputStream(code.get()) : super.getResourceAsStream(name);
    }
}
