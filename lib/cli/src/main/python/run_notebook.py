"""Executes one notebook through the kernelspec `unrolled`; RunCommand.java starts it and reads its lines.

Each line on standard output is one JSON object: {"cell": 3, "of": 40} while it runs, at the end
{"seconds", "peakRssMiB", "error", "checks": {"correct", "incorrect", "notAttempted"}, "verdicts": [{"question", "outcome"}]}.
"""
import argparse
import asyncio
import json
import os
import sys
import time

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

VERDICT = "application/vnd.unrolled.verdict+json"  # what a check's card carries beside its HTML


# The kernel inherits this process's standard output, and a JVM may print to it: keep the real one for our lines.
ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def say(value):
    print(json.dumps(value), file=ANSWERS, flush=True)


def peak_rss_mib(pid):
    """The most memory the kernel process ever held: from the system where it keeps that, None elsewhere."""
    try:
        with open("/proc/%d/status" % pid) as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return round(int(line.split()[1]) / 1024, 1)
    except OSError:
        pass
    try:
        import psutil
        return round(psutil.Process(pid).memory_info().peak_wset / 2**20, 1)  # Windows
    except Exception:
        return None


def verdicts_of(notebook):
    verdicts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            verdict = output.get("data", {}).get(VERDICT)
            if verdict is not None:
                verdict = json.loads(verdict) if isinstance(verdict, str) else verdict
                verdicts.append({"question": verdict["question"], "outcome": verdict["outcome"]})
    return verdicts


def count(verdicts):
    checks = {"correct": 0, "incorrect": 0, "notAttempted": 0}
    for verdict in verdicts:
        checks[verdict["outcome"] if verdict["outcome"] in checks else "incorrect"] += 1
    return checks


async def execute(notebook, options):
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = [0]

    def on_cell(cell, cell_index):
        if cell.cell_type == "code":
            done[0] += 1
            say({"cell": done[0], "of": code_cells})

    # without an SDK there is no such kernelspec, and Kernels.use says what is missing
    wanted = options.kernels or ""
    beside = "unrolled-fpga" if wanted.startswith("tornado:fpga") else "unrolled-tornado" if wanted.startswith("tornado") else "unrolled"
    client = NotebookClient(notebook, kernel_name=beside if beside in KernelSpecManager().find_kernel_specs() else "unrolled", timeout=options.timeout, startup_timeout=120,
                            resources={"metadata": {"path": options.folder}}, on_cell_start=on_cell, shutdown_kernel="graceful")
    error = peak = None
    begun = time.time()
    async with client.async_setup_kernel():
        try:
            if options.kernels:
                reply = await client.kc.execute_interactive(
                    "org.unrolled.tensor.kernel.Kernels.use(%s);" % json.dumps(options.kernels), store_history=False)
                if reply["content"]["status"] != "ok":
                    error = "--kernels %s: %s" % (options.kernels, reply["content"].get("evalue"))
            if error is None:
                for index, cell in enumerate(notebook.cells):
                    await client.async_execute_cell(cell, index)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
            error = "code cell %d of %d: %s" % (done[0], code_cells, describe(problem))
        finally:
            seconds = time.time() - begun
            provisioner = client.km.provisioner
            process = getattr(provisioner, "process", None)
            if process is not None:
                peak = peak_rss_mib(process.pid)
    return seconds, peak, error


def describe(problem):
    if isinstance(problem, CellExecutionError):
        return ("%s: %s" % (problem.ename, problem.evalue)).strip()
    return str(problem).strip().splitlines()[0]


def write_html(notebook, folder, name):
    from nbconvert import HTMLExporter
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook, {"metadata": {"name": name}})
    with open(os.path.join(folder, name + ".html"), "w", encoding="utf-8") as out:
        out.write(page)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook")
    parser.add_argument("--folder", required=True, help="the kernel's working folder")
    parser.add_argument("--timeout", type=int, default=600)
    parser.add_argument("--kernels")
    parser.add_argument("--html")
    options = parser.parse_args()
    notebook = nbformat.read(options.notebook, as_version=4)
    seconds, peak, error = asyncio.run(execute(notebook, options))
    if options.html:
        write_html(notebook, options.html, os.path.splitext(os.path.basename(options.notebook))[0])
    verdicts = verdicts_of(notebook)
    say({"seconds": round(seconds, 2), "peakRssMiB": peak, "error": error, "checks": count(verdicts), "verdicts": verdicts})


if __name__ == "__main__":
    sys.exit(main())
