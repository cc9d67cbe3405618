package org.unrolled.tensor.kernel;

import java.util.List;

/**
 * Where the caller's own code entered the kit: the method it called and its line.
 *
 * @param op   such as "item"
 * @param line such as "Train.java:12"
 */
record CallSite(String op, String line) {
    private static final List<String> KIT = List.of("org.unrolled.tensor.", "org.unrolled.nn.", "org.unrolled.notebook.", "org.unrolled.quiz.");
    private static final String KERNELS = "org.unrolled.tensor.kernel.";
    private static final List<String> JDK = List.of("java.", "jdk.", "sun.");

    static CallSite find() {
        return StackWalker.getInstance().walk(frames -> {
            String op = "a kernel call";
            for (StackWalker.StackFrame frame : (Iterable<StackWalker.StackFrame>) frames::iterator) {
                String name = frame.getClassName();
                if (JDK.stream().anyMatch(name::startsWith) || name.contains("$Proxy")) continue;
                if (name.startsWith(KERNELS)) continue;
                if (KIT.stream().anyMatch(name::startsWith)) op = frame.getMethodName();
                else return new CallSite(op, frame.getFileName() + ":" + frame.getLineNumber());
            }
            return new CallSite(op, "an unknown line");
        });
    }
}
