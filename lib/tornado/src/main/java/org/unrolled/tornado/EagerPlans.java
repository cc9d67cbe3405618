package org.unrolled.tornado;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.DeviceException;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/**
 * The plans of the calls that run one after the other. Arrays come in a few sizes, so that calls of like sizes share a plan; the least
 * used plans go when there are too many or when they hold too much.
 */
final class EagerPlans {
    /** Arrays have so many elements at least, four times as many up to {@link #FINE}, then the next power of two, and multiples of {@link #LARGE} beyond that: sending what is not used takes time too. */
    private static final int SMALL = 1 << 12, FINE = 1 << 16, LARGE = 1 << 22;
    private static final int MOST_PLANS = 128;
    private static final long MOST_BYTES = 128L << 20;

    /** @param reads whether the destinations are sent too */
    private record Key(DeviceKernel kernel, boolean reads, List<Integer> capacities) { }

    private final Devices.Device device;
    private final LinkedHashMap<Key, DevicePlan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private final long mostBytes;
    private long made;
    private long bytes;

    EagerPlans(Devices.Device device, long mostBytes) {
        this.device = device;
        this.mostBytes = mostBytes;
    }

    EagerPlans(Devices.Device device) {
        this(device, MOST_BYTES);
    }

    /** Plans made so far. */
    long made() {
        return made;
    }

    /** What they hold on the device. */
    long bytes() {
        return bytes;
    }

    /** Elements of the array for a buffer. */
    static int capacity(int length) {
        if (length <= SMALL) return SMALL;
        if (length > LARGE) return (int) Math.min(Integer.MAX_VALUE, ((long) length + LARGE - 1) / LARGE * LARGE);
        int power = Integer.highestOneBit(length - 1) << 1;
        // 2¹², 2¹⁴, 2¹⁶
        return power < FINE && Integer.numberOfTrailingZeros(power) % 2 == 1 ? 2 * power : power;
    }

    void run(DeviceCall call) {
        List<Integer> capacities = new ArrayList<>(call.buffers().size());
        for (Buffer buffer : call.buffers()) capacities.add(capacity(buffer.length()));
        Key key = new Key(call.kernel(), call.reads(), capacities);
        try {
            run(key, call);
        } catch (TornadoOutOfMemoryException e) {
            // the others' arrays may be in its way
            closeAll();
            try {
                run(key, call);
            } catch (TornadoOutOfMemoryException again) {
                throw device.full(call.kernel().name(), 4 * capacities.stream().mapToLong(Integer::longValue).sum(), again);
            }
        }
    }

    private void run(Key key, DeviceCall call) {
        DevicePlan plan = plans.get(key);
        if (plan == null) {
            plan = device.isFpga() ? new FpgaPlan(call, key.capacities(), device) : new EagerPlan(call, key.capacities(), device);
            made++;
            bytes += plan.bytes();
            plans.put(key, plan);
            while (plans.size() > 1 && (plans.size() > MOST_PLANS || bytes > mostBytes)) forget(plans.firstEntry().getKey());
        }
        try {
            plan.run(call);
        } catch (RuntimeException | TornadoInternalError e) {
            plans.remove(key);
            bytes -= plan.bytes();
            plan.abandon();
            if (e instanceof TornadoOutOfMemoryException || e instanceof DeviceException) throw e;
            throw device.failed(call.kernel().name(), e);
        }
    }

    private void forget(Key key) {
        DevicePlan plan = plans.remove(key);
        bytes -= plan.bytes();
        plan.close();
    }

    void closeAll() {
        for (Key key : List.copyOf(plans.keySet())) forget(key);
    }
}
