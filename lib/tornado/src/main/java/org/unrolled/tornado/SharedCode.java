package org.unrolled.tornado;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * One compiled program for all tasks of one source. TornadoVM compiles every task of every plan by itself, though our kernels' source
 * depends on nothing but the kernel; nine tenths of that time, and half of a plan's memory, are the OpenCL driver's. Here it is asked once.
 *
 * <p>TornadoVM keeps a plan's programs in an OCLCodeCache. A plan gets one of ours, a subclass made of byte code: the driver's classes are
 * in no API to compile against, and an SDK without OpenCL lacks them. On other backends, and where Java was started without the options
 * that ./unrolled gives, each task is compiled by itself as ever.
 */
final class SharedCode {
    /** What our caches can do besides. */
    public interface Cache {
        /** TornadoVM's own way: the driver compiles. */
        Object compile(Object meta, String id, String entryPoint, byte[] source);
    }

    /** @param context the driver's of a device: a program of one device is none of another's */
    private record Key(Object context, String source) { }

    /** @param codes of a plan's tasks */
    private record Plan(Object context, Map<String, Object> codes) { }

    private static final Map<Key, Object> COMPILED = new ConcurrentHashMap<>();
    private static final Map<Cache, Plan> PLANS = Collections.synchronizedMap(new WeakHashMap<>());
    private static final ThreadLocal<@Nullable Runnable> LISTENER = new ThreadLocal<>();

    private SharedCode() { }

    /**
     * Compiles the plan's graph.
     *
     * @param compiled is told after each task, where it can be
     */
    static void compile(TornadoExecutionPlan plan, Runnable compiled) {
        if (plan.getDevice(0).getTornadoVMBackend() == TornadoVMBackendType.OPENCL && OpenCl.CACHES != null) share(plan);
        LISTENER.set(compiled);
        try {
            plan.withPreCompilation();
        } finally {
            LISTENER.remove();
        }
    }

    /** Programs that a driver compiled for all plans so far. */
    static int programs() {
        return COMPILED.size();
    }

    private static void share(TornadoExecutionPlan plan) {
        Object context = plan.getDevice(0).getDeviceContext();
        try {
            @SuppressWarnings("unchecked") Map<Long, Object> caches = (Map<Long, Object>) OpenCl.CACHES.get(context);
            if (caches.get(plan.getId()) instanceof Cache) return;
            Cache cache = OpenCl.NEW_CACHE.newInstance(context);
            PLANS.put(cache, new Plan(context, new ConcurrentHashMap<>()));
            caches.put(plan.getId(), cache);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("TornadoVM's programs cannot be shared: " + e + ". Is its version the one in CONTRIBUTING.md?", e);
        }
    }

    // ---- what a cache of ours calls

    /** In place of OCLCodeCache.installSource. */
    public static Object install(Cache cache, Object meta, String id, String entryPoint, byte[] source) {
        Plan plan = PLANS.get(cache);
        Object code = COMPILED.computeIfAbsent(new Key(plan.context(), new String(source, StandardCharsets.UTF_8)), key -> cache.compile(meta, id, entryPoint, source));
        plan.codes().put(id + "-" + entryPoint, code);
        Runnable listener = LISTENER.get();
        if (listener != null) listener.run();
        return code;
    }

    /** In place of OCLCodeCache.getInstalledCode. */
    public static @Nullable Object installed(Cache cache, String id, String entryPoint) {
        return PLANS.get(cache).codes().get(id + "-" + entryPoint);
    }

    /** In place of OCLCodeCache.reset, which releases the programs: other plans use them. */
    public static void reset(Cache cache) {
        PLANS.get(cache).codes().clear();
    }

    /** The driver's classes, if there are any and they are open to us. */
    private static final class OpenCl {
        static final @Nullable Field CACHES = caches();
        static final Constructor<? extends Cache> NEW_CACHE = CACHES == null ? null : cache();

        private static @Nullable Field caches() {
            try {
                // the class of a device's context; found through the module, which this room does not name
                Module driver = ModuleLayer.boot().findModule("tornado.drivers.opencl").orElseThrow();
                Field caches = Class.forName(driver, "uk.ac.manchester.tornado.drivers.opencl.OCLDeviceContext").getDeclaredField("codeCache");
                caches.setAccessible(true);
                return caches;
            } catch (ReflectiveOperationException | RuntimeException e) {
                return null;
            }
        }

        private static Constructor<? extends Cache> cache() {
            String driver = "uk.ac.manchester.tornado.drivers.opencl.";
            ClassDesc theirs = ClassDesc.of(driver + "OCLCodeCache"), code = ClassDesc.of(driver + "graal.OCLInstalledCode"), context = ClassDesc.of(driver + "OCLDeviceContextInterface");
            ClassDesc meta = ClassDesc.of("uk.ac.manchester.tornado.runtime.tasks.meta.TaskDataContext"), bytes = CD_byte.arrayType();
            ClassDesc shared = SharedCode.class.describeConstable().orElseThrow(), ours = Cache.class.describeConstable().orElseThrow();
            byte[] made = ClassFile.of().build(ClassDesc.of(SharedCode.class.getPackageName(), "SharedCodeCache"), c -> c
                .withSuperclass(theirs).withInterfaceSymbols(ours).withFlags(ClassFile.ACC_PUBLIC)
                .withMethodBody(INIT_NAME, MethodTypeDesc.of(CD_void, context), ClassFile.ACC_PUBLIC, b -> b
                    .aload(0).aload(1).invokespecial(theirs, INIT_NAME, MethodTypeDesc.of(CD_void, context)).return_())
                .withMethodBody("compile", MethodTypeDesc.of(CD_Object, CD_Object, CD_String, CD_String, bytes), ClassFile.ACC_PUBLIC, b -> b
                    .aload(0).aload(1).checkcast(meta).aload(2).aload(3).aload(4).invokespecial(theirs, "installSource", MethodTypeDesc.of(code, meta, CD_String, CD_String, bytes)).areturn())
                .withMethodBody("installSource", MethodTypeDesc.of(code, meta, CD_String, CD_String, bytes), ClassFile.ACC_PUBLIC, b -> b
                    .aload(0).aload(1).aload(2).aload(3).aload(4).invokestatic(shared, "install", MethodTypeDesc.of(CD_Object, ours, CD_Object, CD_String, CD_String, bytes)).checkcast(code).areturn())
                .withMethodBody("getInstalledCode", MethodTypeDesc.of(code, CD_String, CD_String), ClassFile.ACC_PUBLIC, b -> b
                    .aload(0).aload(1).aload(2).invokestatic(shared, "installed", MethodTypeDesc.of(CD_Object, ours, CD_String, CD_String)).checkcast(code).areturn())
                .withMethodBody("reset", MethodTypeDesc.of(CD_void), ClassFile.ACC_PUBLIC, b -> b
                    .aload(0).invokestatic(shared, "reset", MethodTypeDesc.of(CD_void, ours)).return_()));
            try {
                Class<? extends Cache> cache = MethodHandles.lookup().defineClass(made).asSubclass(Cache.class);
                return cache.getConstructor(CACHES.getDeclaringClass().getModule().getClassLoader().loadClass(context.packageName() + "." + context.displayName()));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("TornadoVM's programs cannot be shared: " + e + ". Is its version the one in CONTRIBUTING.md?", e);
            }
        }
    }
}
