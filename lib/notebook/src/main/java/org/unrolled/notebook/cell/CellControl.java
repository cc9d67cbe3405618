package org.unrolled.notebook.cell;

import java.util.Map;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * A JShell execution engine that does what another one does, but keeps the byte code of each cell ({@link CellCode})
 * and puts polls into its loops ({@link LoopPolls}).
 */
public final class CellControl implements ExecutionControl {
    private final ExecutionControl engine;

    private CellControl(ExecutionControl engine) {
        this.engine = engine;
    }

    /** Wraps the engines that {@code provider} makes. */
    public static ExecutionControlProvider over(ExecutionControlProvider provider) {
        return new ExecutionControlProvider() {
            @Override public String name() {
                return provider.name();
            }

            @Override public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) throws Throwable {
                return new CellControl(provider.generate(env, parameters));
            }
        };
    }

    private static ClassBytecodes[] withPolls(ClassBytecodes[] classes) {
        ClassBytecodes[] polled = new ClassBytecodes[classes.length];
        for (int i = 0; i < classes.length; i++) {
            CellCode.keep(classes[i].name(), classes[i].bytecodes());
            polled[i] = new ClassBytecodes(classes[i].name(), LoopPolls.insert(classes[i].bytecodes()));
        }
        return polled;
    }

    @Override public void load(ClassBytecodes[] classes) throws ClassInstallException, NotImplementedException, EngineTerminationException {
        engine.load(withPolls(classes));
    }

    @Override public void redefine(ClassBytecodes[] classes) throws ClassInstallException, NotImplementedException, EngineTerminationException {
        engine.redefine(withPolls(classes));
    }

    @Override public String invoke(String className, String methodName) throws RunException, EngineTerminationException, InternalException {
        return engine.invoke(className, methodName);
    }

    @Override public String varValue(String className, String varName) throws RunException, EngineTerminationException, InternalException {
        return engine.varValue(className, varName);
    }

    @Override public void addToClasspath(String path) throws EngineTerminationException, InternalException {
        engine.addToClasspath(path);
    }

    @Override public Object extensionCommand(String command, Object argument) throws RunException, EngineTerminationException, InternalException {
        return engine.extensionCommand(command, argument);
    }

    @Override public void stop() throws EngineTerminationException, InternalException {
        engine.stop();
    }

    @Override public void close() {
        engine.close();
    }
}
