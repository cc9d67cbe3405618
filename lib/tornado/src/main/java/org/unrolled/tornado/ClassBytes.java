package org.unrolled.tornado;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;

/**
 * The class file of a loaded class, from where its own loader found it. Classes of a notebook's cells lie on no class path; the loader
 * that the notebook hands over gives them out.
 */
final class ClassBytes {
    private ClassBytes() { }

    static ClassModel of(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        ClassLoader loader = type.getClassLoader();
        try (InputStream bytes = loader == null ? ClassLoader.getSystemResourceAsStream(name) : loader.getResourceAsStream(name)) {
            if (bytes == null) {
                throw new IllegalStateException("The byte code of " + type.getName() + " cannot be found, so its @Parallel loops would be lost. A class for a device lies on Java's "
                    + "class path, or comes from a cell of a notebook whose kernel is \"Unrolled on TornadoVM\".");
            }
            return ClassFile.of().parse(bytes.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("The byte code of " + type.getName() + " cannot be read: " + e + ".", e);
        }
    }
}
