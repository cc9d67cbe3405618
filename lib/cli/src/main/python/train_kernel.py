"""Trains the kernel's AOT cache: starts the command given as arguments, runs typical cells, asks it to shut down, and waits.

The JVM writes the cache after an orderly shutdown, which takes some seconds: nothing here may kill it.
"""
import subprocess
import sys
import tempfile

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

# What the first minute of a lesson loads: JShell's compiler, tensors, pictures, tables, a check.
CELLS = [
    "import static org.unrolled.quiz.Lesson.*;\nimport org.unrolled.tensor.Tensor;",
    "Tensor q = randn(new java.util.Random(7), 4, 8);\nTensor k = randn(new java.util.Random(8), 5, 8);",
    "show(softmax(q.matmul(k.transpose()).div(sqrt(8))));",
    "Tensor attend(Tensor q, Tensor k, Tensor v) {\n    return softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1)))).matmul(v);\n}",
    "attend(q, k, k)",
    "for (int dK : java.util.List.of(4, 16)) row(dK, randn(new java.util.Random(7), 10, dK).variance());\nshowRows(\"d_k\", \"variance\");",
    "import org.unrolled.quizzes.attention.*;",
    "check(ScaledDotProduct.class, \"attend\");",
]


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        manager = KernelManager()
        manager._kernel_spec = KernelSpec(argv=command, display_name="training", language="java", interrupt_mode="message")
        manager.shutdown_wait_time = 120
        manager.start_kernel(cwd=folder, env=dict(__import__("os").environ, UNROLLED_PROGRESS=folder + "/progress.json"))
        process = manager.provisioner.process
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=120)
        failed = 0
        for cell in CELLS:
            reply = client.execute_interactive(cell, timeout=120, output_hook=lambda message: None)["content"]
            if reply["status"] != "ok":
                failed += 1
                print("a typical cell failed: %s\n  %s: %s" % (cell, reply.get("ename"), reply.get("evalue")))
        client.shutdown()
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            print("the kernel did not end within 120 s of its shutdown request")
            failed += 1
        client.stop_channels()
        manager.cleanup_resources()
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
