package org.unrolled.tornado;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The COMPILER of TornadoVM's FPGA flow for an emulation device. A board's compiler (Intel's {@code aoc}) turns OpenCL C into a bitstream; the
 * emulator wants a program's binary, and OpenCL's own run-time makes that: it builds the source for the device and hands the binary out. So no
 * vendor's tool chain is needed. TornadoVM starts it as it would start {@code aoc}:
 * {@code SOURCE.cl [-cl-OPTION...] -march=emulator|-board=NAME -o BINARY}, and finds the result in BINARY.aocx.
 */
final class FpgaCompiler {
    private static final long ACCELERATOR = 1 << 3;
    private static final int PLATFORM_NAME = 0x0902, BUILD_LOG = 0x1183, BINARY_SIZES = 0x1165, BINARIES = 0x1166;

    private final Arena arena;
    private final SymbolLookup library;

    private FpgaCompiler(Arena arena) {
        this.arena = arena;
        this.library = SymbolLookup.libraryLookup("libOpenCL.so.1", arena);
    }

    public static void main(String[] arguments) {
        try (Arena arena = Arena.ofConfined()) {
            Path source = Path.of(arguments[0]), binary = null;
            List<String> options = new ArrayList<>();
            for (int i = 1; i < arguments.length; i++) {
                if (arguments[i].equals("-o")) binary = Path.of(arguments[++i] + ".aocx");
                else if (arguments[i].startsWith("-cl-")) options.add(arguments[i]);
            }
            if (binary == null) throw new IllegalArgumentException("The compiler was given no -o BINARY.");
            Files.write(binary, new FpgaCompiler(arena).compile(Files.readString(source), String.join(" ", options)));
        } catch (Throwable e) {
            System.err.println(e.getMessage() == null ? e : e.getMessage());
            System.exit(1);
        }
    }

    private byte[] compile(String source, String options) throws Throwable {
        MemorySegment device = device(), status = arena.allocate(ValueLayout.JAVA_INT);
        MemorySegment context = pointer("clCreateContext", status, MemorySegment.NULL, 1, device, MemorySegment.NULL, MemorySegment.NULL, status);
        MemorySegment text = arena.allocateFrom(source);
        MemorySegment program = pointer("clCreateProgramWithSource", status, context, 1, arena.allocateFrom(ValueLayout.ADDRESS, text), MemorySegment.NULL, status);
        int built = status("clBuildProgram", program, 1, device, arena.allocateFrom(options), MemorySegment.NULL, MemorySegment.NULL);
        if (built != 0) throw new IOException("clBuildProgram gave " + built + ": " + text("clGetProgramBuildInfo", program, device.get(ValueLayout.ADDRESS, 0), BUILD_LOG));
        MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
        require("clGetProgramInfo", program, BINARY_SIZES, size.byteSize(), size, MemorySegment.NULL);
        MemorySegment bytes = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
        require("clGetProgramInfo", program, BINARIES, ValueLayout.ADDRESS.byteSize(), arena.allocateFrom(ValueLayout.ADDRESS, bytes), MemorySegment.NULL);
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }

    /** The first accelerator of a platform with FPGA in its name, as an array of one. */
    private MemorySegment device() throws Throwable {
        MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
        require("clGetPlatformIDs", 0, MemorySegment.NULL, count);
        int platforms = count.get(ValueLayout.JAVA_INT, 0);
        MemorySegment ids = arena.allocate(ValueLayout.ADDRESS, platforms), device = arena.allocate(ValueLayout.ADDRESS);
        require("clGetPlatformIDs", platforms, ids, count);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < platforms; i++) {
            MemorySegment platform = ids.getAtIndex(ValueLayout.ADDRESS, i);
            String name = text("clGetPlatformInfo", platform, PLATFORM_NAME);
            names.add(name);
            if (name.toLowerCase(Locale.ROOT).contains("fpga") && status("clGetDeviceIDs", platform, ACCELERATOR, 1, device, count) == 0) return device;
        }
        throw new IOException("OpenCL has no FPGA. Its platforms: " + names + ".");
    }

    private String text(String function, Object... what) throws Throwable {
        MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
        require(function, with(what, 0L, MemorySegment.NULL, size));
        MemorySegment text = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
        require(function, with(what, text.byteSize(), text, size));
        return text.getString(0);
    }

    private static Object[] with(Object[] first, Object... more) {
        List<Object> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray();
    }

    private void require(String function, Object... arguments) throws Throwable {
        int status = status(function, arguments);
        if (status != 0) throw new IOException(function + " gave " + status + ".");
    }

    private int status(String function, Object... arguments) throws Throwable {
        return (int) handle(function, ValueLayout.JAVA_INT, arguments).invokeWithArguments(arguments);
    }

    private MemorySegment pointer(String function, MemorySegment status, Object... arguments) throws Throwable {
        MemorySegment made = (MemorySegment) handle(function, ValueLayout.ADDRESS, arguments).invokeWithArguments(arguments);
        if (status.get(ValueLayout.JAVA_INT, 0) != 0) throw new IOException(function + " gave " + status.get(ValueLayout.JAVA_INT, 0) + ".");
        return made;
    }

    /** A function of OpenCL's; what it takes is what it is given: int, long (a size or a set of flags) or a pointer. */
    private MethodHandle handle(String function, java.lang.foreign.MemoryLayout result, Object[] arguments) {
        var layouts = new java.lang.foreign.MemoryLayout[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] = arguments[i] instanceof Integer ? ValueLayout.JAVA_INT : arguments[i] instanceof Long ? ValueLayout.JAVA_LONG : ValueLayout.ADDRESS;
        }
        return Linker.nativeLinker().downcallHandle(library.find(function).orElseThrow(), FunctionDescriptor.of(result, layouts));
    }
}
