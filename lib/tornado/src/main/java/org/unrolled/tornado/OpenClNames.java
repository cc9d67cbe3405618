package org.unrolled.tornado;

import java.util.Set;

/**
 * Names that OpenCL C has taken. TornadoVM calls a kernel by its method's name and an argument by its variable's. Some drivers accept a
 * kernel called {@code max}; others (PoCL 3.1) end the whole JVM when it is launched, since {@code max} is one of OpenCL's functions there.
 */
final class OpenClNames {
    /** Built-in functions of OpenCL C 1.2 (section 6.12) that a Java method may well be called, and its own words that are none in Java. */
    private static final Set<String> TAKEN = Set.of(
        // math
        "acos", "acosh", "acospi", "asin", "asinh", "asinpi", "atan", "atan2", "atan2pi", "atanh", "atanpi", "cbrt", "ceil", "copysign", "cos", "cosh", "cospi",
        "erf", "erfc", "exp", "exp10", "exp2", "expm1", "fabs", "fdim", "floor", "fma", "fmax", "fmin", "fmod", "fract", "frexp", "hypot", "ilogb", "ldexp",
        "lgamma", "lgamma_r", "log", "log10", "log1p", "log2", "logb", "mad", "maxmag", "minmag", "modf", "nan", "nextafter", "pow", "pown", "powr", "remainder",
        "remquo", "rint", "rootn", "round", "rsqrt", "sin", "sincos", "sinh", "sinpi", "sqrt", "tan", "tanh", "tanpi", "tgamma", "trunc",
        "divide", "recip",
        // integers, common and geometric functions
        "abs", "abs_diff", "add_sat", "clamp", "clz", "ctz", "hadd", "mad24", "mad_hi", "mad_sat", "max", "min", "mul24", "mul_hi", "popcount", "rhadd", "rotate",
        "sub_sat", "upsample", "degrees", "mix", "radians", "sign", "smoothstep", "step",
        "cross", "distance", "dot", "fast_distance", "fast_length", "fast_normalize", "length", "normalize",
        // relations, vectors, memory, atomics
        "all", "any", "bitselect", "isequal", "isfinite", "isgreater", "isgreaterequal", "isinf", "isless", "islessequal", "islessgreater", "isnan", "isnormal",
        "isnotequal", "isordered", "isunordered", "select", "signbit", "shuffle", "shuffle2", "printf", "prefetch", "barrier",
        // words
        "auto", "bool", "constant", "event_t", "extern", "global", "half", "image2d_t", "inline", "kernel", "local", "private", "quad", "read_only", "read_write",
        "register", "restrict", "sampler_t", "signed", "sizeof", "struct", "typedef", "uchar", "uint", "ulong", "uniform", "union", "unsigned", "ushort",
        "write_only");

    private OpenClNames() { }

    static boolean taken(String name) {
        return TAKEN.contains(name);
    }
}
