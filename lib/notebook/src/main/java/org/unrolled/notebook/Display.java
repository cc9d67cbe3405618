package org.unrolled.notebook;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/**
 * The door to the notebook. Finds the Java kernel that runs this code (ours and stock JJava, its older releases, IJava) by reflection,
 * so that the kit compiles without any of them. Every output carries plain text too; where there is no kernel, the text is printed.
 */
public final class Display {
    /** Factory methods of the kernels' front doors, newest first. */
    private static final String[][] KERNELS = {
        {"org.dflib.jjava.jupyter.kernel.BaseKernel", "notebookKernel"},
        {"org.dflib.jjava.JJava", "getKernelInstance"},
        {"io.github.spencerpark.ijava.IJava", "getKernelInstance"}};

    private static final String HTML = "text/html";
    private static final String TEXT = "text/plain";

    private Display() {}

    /** Shows the text, in a notebook and elsewhere. */
    public static void text(String text) {
        show(Map.of(TEXT, text));
    }

    /** Shows HTML in a notebook and the text elsewhere. */
    public static void html(String html, String text) {
        show(bundle(html, text));
    }

    /** Shows one output in several forms, MIME type to value; {@code text/plain} must be among them. */
    public static void show(Map<String, String> forms) {
        String text = forms.get(TEXT);
        if (text == null) {
            throw new IllegalArgumentException("an output of " + forms.keySet() + " lacks text/plain: readers without pictures need it");
        }
        Object kernel = kernel();
        if (kernel == null || !new Stream(kernel).send(forms, null, false)) {
            System.out.println(text);
        }
    }

    /** Shows an output that can be replaced later, until the cell ends. */
    public static Handle updatable(String html, String text) {
        Handle handle = new Handle(UUID.randomUUID().toString());
        handle.first(html, text);
        return handle;
    }

    /**
     * Makes a kernel draw tensors and pictures that are the value of a cell's last line, as {@code show} would.
     * Called by our own kernel at its start, elsewhere by the first function of {@link Notebook}.
     */
    public static void drawValues(Object kernel) {
        try {
            Object renderer = kernel.getClass().getMethod("getRenderer").invoke(kernel);
            for (Class<?> type : List.of(Tensor.class, Picture.class)) {
                Object registration = renderer.getClass().getMethod("createRegistration", Class.class).invoke(renderer, type);
                registration = registration.getClass().getMethod("preferring", String[].class).invoke(registration, (Object) new String[] {HTML});
                Method register = oneArgument(registration.getClass(), "register");
                Class<?> function = register.getParameterTypes()[0];
                register.invoke(registration, Proxy.newProxyInstance(function.getClassLoader(), new Class<?>[] {function}, Display::render));
            }
        } catch (ReflectiveOperationException | LinkageError _) {
            // a kernel without renderers prints values as text
        }
    }

    static void drawValues() {
        Object kernel = kernel();
        if (kernel != null) {
            drawValues(kernel);
        }
    }

    /** The kernel's RenderFunction: render(value, context). */
    private static @Nullable Object render(Object proxy, Method method, Object @Nullable [] arguments) throws ReflectiveOperationException {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "draws tensors and pictures";
            };
        }
        if (arguments != null && arguments.length == 2) {
            Outputs output = Outputs.of(null, arguments[0]);
            Object data = arguments[1].getClass().getMethod("getOutputContainer").invoke(arguments[1]);
            Method put = data.getClass().getMethod("putData", String.class, Object.class);
            put.invoke(data, HTML, output.html());
            put.invoke(data, TEXT, output.text());
        }
        return null;
    }

    private static Method oneArgument(Class<?> type, String name) throws NoSuchMethodException {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == 1) {
                return method;
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    /** Whether a Java kernel runs this code. */
    public static boolean inNotebook() {
        return kernel() != null;
    }

    private static Map<String, String> bundle(String html, String text) {
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put(HTML, html);
        forms.put(TEXT, text);
        return forms;
    }

    /** An output on the page that can be replaced. */
    public static final class Handle {
        /** Five pictures a second look alive; more only make the notebook's message stream long. */
        private static final long PAUSE_NANOS = 200_000_000;
        /** In plain text nothing can be replaced, so lines come rarely. */
        private static final long TEXT_PAUSE_NANOS = 5_000_000_000L;

        private final String id;
        private boolean printed;
        private long last;
        private long drawing;
        private String lastText = "";

        private Handle(String id) {
            this.id = id;
        }

        private void first(String html, String text) {
            Object kernel = kernel();
            printed = kernel == null || !new Stream(kernel).send(bundle(html, text), id, false);
            last = System.nanoTime();
        }

        /** Replaces the output. */
        public void update(String html, String text) {
            last = System.nanoTime();
            if (printed) {
                if (!text.equals(lastText)) {
                    System.out.println(text);
                }
                lastText = text;
                return;
            }
            Object kernel = kernel();
            if (kernel != null) {
                new Stream(kernel).send(bundle(html, text), id, true);
            }
        }

        /** Whether enough time has passed for the next picture; ask before drawing one. */
        public boolean due() {
            // on a slow machine drawing must not slow the training down: at most a twentieth of the time
            return System.nanoTime() - last >= (printed ? TEXT_PAUSE_NANOS : Math.max(PAUSE_NANOS, 20 * drawing));
        }

        /** Replaces the output at most five times a second; the supplier of the HTML is asked only then. */
        public void throttled(Supplier<String> html, Supplier<String> text) {
            if (due()) {
                long start = System.nanoTime();
                update(printed ? "" : html.get(), text.get());
                drawing = System.nanoTime() - start;
            }
        }
    }

    private static @Nullable Object kernel() {
        for (String[] door : KERNELS) {
            try {
                Object kernel = load(door[0]).getMethod(door[1]).invoke(null);
                if (kernel != null) {
                    return kernel;
                }
            } catch (ReflectiveOperationException | LinkageError _) {
                // not this kernel
            }
        }
        return null;
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        try {
            return Class.forName(name, true, Display.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            // stock IJava: the kit's jars come after the kernel's, in a loader that need not be a child of the kernel's
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context == null) {
                throw e;
            }
            return Class.forName(name, true, context);
        }
    }

    /** The display stream of a kernel; all base kernels share these names. */
    private record Stream(Object kernel) {
        /** False if the kernel takes no display now: then the caller prints. */
        boolean send(Map<String, String> forms, @Nullable String id, boolean update) {
            try {
                Object io = find(kernel.getClass(), "getIO").invoke(kernel);
                Field field = io.getClass().getField("display");
                Object stream = field.get(io);
                // outside a cell (a background thread after its end) the kernel would drop the output in silence
                if (!(boolean) find(stream.getClass(), "isAttached").invoke(stream)) {
                    return false;
                }
                Method display = oneArgument(stream.getClass(), update ? "updateDisplay" : "display");
                Class<?> dataType = display.getParameterTypes()[0];
                Object data = dataType.getConstructor().newInstance();
                Method put = dataType.getMethod("putData", String.class, Object.class);
                for (Map.Entry<String, String> form : forms.entrySet()) {
                    put.invoke(data, form.getKey(), form.getValue());
                }
                if (id != null) {
                    dataType.getMethod("setDisplayId", String.class).invoke(data, id);
                }
                // the kernel's own prints come first, in the order the cell wrote them
                System.out.flush();
                display.invoke(stream, data);
                return true;
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                if (e.getCause() instanceof Error cause) {
                    throw cause;
                }
                throw new IllegalStateException("the kernel " + kernel.getClass().getName() + " could not show an output", e.getCause());
            } catch (ReflectiveOperationException _) {
                return false;
            }
        }

        private static Method find(Class<?> type, String name) throws NoSuchMethodException {
            return type.getMethod(name);
        }
    }
}
