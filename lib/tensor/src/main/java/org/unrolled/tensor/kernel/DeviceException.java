package org.unrolled.tensor.kernel;

/**
 * A device cannot do what it was asked: it is out of memory, or does not answer any more. Nothing that the call should have written was
 * touched, so the call can be made again elsewhere; {@code Kernels.use("tornado:gpu, else vector")} does.
 */
public final class DeviceException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** @param message a sentence with what is amiss and what helps */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param message a sentence with what is amiss and what helps */
    public DeviceException(String message) {
        super(message);
    }
}
