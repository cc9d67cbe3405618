package org.unrolled.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Exit status: 0 fine, 1 found a failure, 2 usage or a missing prerequisite. With {@code --json} one document goes to
 * standard output and nothing else; progress and errors go to standard error.
 */
@Command(
        name = "./unrolled",
        description = "Executes notebooks, lists devices, looks after the question bank.",
        subcommands = {DoctorCommand.class, DevicesCommand.class, RunCommand.class, QuizCommand.class},
        mixinStandardHelpOptions = true)
public final class Unrolled {
    static final Gson JSON = new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private Unrolled() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Unrolled());
        line.setExecutionExceptionHandler((e, command, _) -> {
            if (!(e instanceof Problem problem)) throw e;
            command.getErr().println("unrolled: " + problem.getMessage());
            return problem.exitCode;
        });
        // A missing subcommand (`unrolled quiz`) is a usage error like any other.
        line.setParameterExceptionHandler((e, _) -> {
            PrintWriter err = e.getCommandLine().getErr();
            err.println("unrolled: " + e.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
            e.getCommandLine().usage(err);
            return 2;
        });
        return line;
    }

    /** What a person can mend: cause, value, fix, without a stack trace. */
    static final class Problem extends RuntimeException {
        final int exitCode;

        Problem(int exitCode, String message) {
            super(message);
            this.exitCode = exitCode;
        }

        static Problem usage(String message) {
            return new Problem(2, message);
        }
    }

    /** The option of every command. */
    static final class Form {
        @Option(names = "--json", description = "one JSON document on standard output, nothing else there")
        boolean json;
    }
}
