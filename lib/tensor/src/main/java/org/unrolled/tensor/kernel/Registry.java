package org.unrolled.tensor.kernel;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the providers and remembers which one is in use. */
final class Registry {
    static final ScopedValue<Kernels> SCOPED = ScopedValue.newInstance();

    private static final Map<String, Kernels> CREATED = new HashMap<>();
    private static volatile @Nullable Kernels current;

    private Registry() { }

    static Kernels current() {
        if (SCOPED.isBound()) return SCOPED.get();
        Kernels chosen = current;
        return chosen != null ? chosen : chooseDefault();
    }

    static void use(Kernels kernels) {
        current = kernels;
    }

    private static final String ELSE = ", else ";

    static synchronized Kernels named(String name) {
        int at = name.indexOf(ELSE);
        if (at >= 0) return named(name.substring(0, at).strip(), named(name.substring(at + ELSE.length()).strip()));
        Kernels made = CREATED.get(name);
        if (made != null) return made;
        Usable usable = usable(name);
        return CREATED.computeIfAbsent(usable.name(), usable.provider()::create);
    }

    private static Kernels named(String name, Kernels instead) {
        Kernels device;
        try {
            device = named(name);
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage() + " Going on with \"" + instead.name() + "\", as asked.");
            return instead;
        }
        return ElseKernels.of(device, instead, System.err::println);
    }

    static DeviceRun runOnDevice(String name, Method kernel, Object... arguments) {
        Usable usable = usable(name);
        return usable.provider().runOnDevice(usable.name(), kernel, arguments);
    }

    /** A provider, and its own name for one of its lines. */
    private record Usable(KernelsProvider provider, String name) { }

    private static Usable usable(String name) {
        List<KernelsProvider> providers = load(new ArrayList<>());
        for (KernelsProvider provider : providers) {
            Optional<Kernels.Provider> found = provider.find(name);
            if (found.isEmpty()) continue;
            Kernels.Provider line = found.get();
            if (!line.usable()) {
                throw new IllegalStateException("Kernels \"" + name + "\" cannot be used here: " + line.reason()
                        + " " + line.fix());
            }
            return new Usable(provider, line.name());
        }
        if (name.startsWith("tornado")) {
            throw new IllegalStateException("Kernels \"" + name + "\" cannot be used here: the kit was built without TornadoVM. "
                    + "./unrolled doctor says how to get its SDK; then choose the notebook kernel \"Unrolled on TornadoVM\".");
        }
        throw new IllegalArgumentException("There are no kernels named \"" + name + "\". Known here: "
                + providers.stream().flatMap(provider -> provider.available().stream()).map(Kernels.Provider::name).collect(Collectors.joining(", "))
                + ". Kernels.available() says what each needs.");
    }

    static List<Kernels.Provider> available() {
        List<Kernels.Provider> broken = new ArrayList<>();
        List<Kernels.Provider> all = new ArrayList<>();
        for (KernelsProvider provider : load(broken)) all.addAll(provider.available());
        all.addAll(broken);
        return List.copyOf(all);
    }

    private static synchronized Kernels chooseDefault() {
        Kernels chosen = current;
        if (chosen != null) return chosen;
        for (KernelsProvider provider : load(new ArrayList<>())) {
            Optional<Kernels.Provider> usable = provider.available().stream().filter(Kernels.Provider::usable).findFirst();
            if (usable.isPresent()) {
                chosen = named(usable.get().name());
                current = chosen;
                return chosen;
            }
        }
        throw new IllegalStateException("No kernels are usable, not even the reference: META-INF/services is missing "
                + "from the class path. Rebuild unrolled-tensor.");
    }

    /** Highest rank first. A provider that cannot even be loaded goes to {@code broken} with the reason. */
    private static List<KernelsProvider> load(List<Kernels.Provider> broken) {
        List<KernelsProvider> found = new ArrayList<>();
        var iterator = ServiceLoader.load(KernelsProvider.class, KernelsProvider.class.getClassLoader()).stream().iterator();
        while (iterator.hasNext()) {
            ServiceLoader.Provider<KernelsProvider> next = iterator.next();
            try {
                found.add(next.get());
            } catch (ServiceConfigurationError | LinkageError e) {
                broken.add(new Kernels.Provider(next.type().getSimpleName(), false,
                        "it failed to load: " + e + ".", "Rebuild the kit: ./unrolled install."));
            }
        }
        found.sort(Comparator.comparingInt(KernelsProvider::rank).reversed());
        return found;
    }
}
