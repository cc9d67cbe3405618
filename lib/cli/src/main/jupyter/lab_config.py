"""How `./unrolled lab` runs Jupyter. The launcher passes this file; Jupyter reads `c`."""
import glob
import os

from nbformat import read
from nbformat.sign import NotebookNotary

# No news, no update check: nothing leaves the machine, and no toast covers a learner's first minute.
# overrides.json beside this file says the same to the browser's side.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.app_settings_dir = os.path.dirname(os.path.abspath(__file__))

# One kernel to choose from. The stock kernels (Python's, JJava's own) would start lessons without the kit.
c.KernelSpecManager.allowed_kernelspecs = {"unrolled", "unrolled-tornado", "unrolled-fpga"}
c.KernelSpecManager.ensure_native_kernel = False
c.MultiKernelManager.default_kernel_name = "unrolled"

# The kernel answers a shutdown request at once; what it still does after 0.4 s is not worth a wait on every restart.
c.KernelManager.shutdown_wait_time = 0.4

# A closed tab gives its JVM back after two hours; a tab left open overnight keeps its variables.
c.MappingKernelManager.cull_idle_timeout = 2 * 60 * 60
c.MappingKernelManager.cull_interval = 5 * 60
c.MappingKernelManager.cull_connected = False

# Output of a training loop comes in bursts; the default limit would cut a live curve off.
c.ZMQChannelsWebsocketConnection.iopub_msg_rate_limit = 5000

c.ServerApp.log_level = "WARN"

# Language servers: Jupyter looks for them with npm at every start, and none of them knows what a cell may say.
c.ServerApp.jpserver_extensions = {"jupyterlab": True, "jupyter_lsp": False}
c.LabApp.extension_manager = "readonly"

# Lessons as they are shipped hold no output, so nothing in them can run by itself: they are opened as trusted. What a
# learner runs and saves is signed by Jupyter, so that a scrubber still moves when the notebook is opened again.
for lesson in glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 4, "notebooks", "*.ipynb")):
    try:
        notebook = read(lesson, as_version=4)
    except Exception:
        continue  # a broken notebook must not keep the others from opening
    if not any(cell.get("outputs") for cell in notebook.cells):
        NotebookNotary().sign(notebook)
