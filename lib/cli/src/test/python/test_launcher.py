"""The launcher's own tests: standard library only, run by `./unrolled test`, or python3 -m unittest discover lib/cli/src/test/python."""
import ast
import contextlib
import glob
import importlib.machinery
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 5))


def load(file=os.path.join(ROOT, "unrolled")):
    loader = importlib.machinery.SourceFileLoader("unrolled_launcher", file)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode, kept = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = kept
    return module


unrolled = load()


def call(*arguments):
    """(exit status, standard output, standard error) of the launcher in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = unrolled.entry(list(arguments))
    return status, out.getvalue(), err.getvalue()


class InAFolder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="un rolled ä ")  # a space and an umlaut in every path
        self.addCleanup(holder.cleanup)
        self.folder = os.path.realpath(holder.name)

    def write(self, name, text="", executable=False):
        file = os.path.join(self.folder, *name.split("/"))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        if executable:
            os.chmod(file, os.stat(file).st_mode | stat.S_IXUSR)
        return file

    def jdk(self, name, version):
        self.write(name + "/bin/" + ("javac.exe" if os.name == "nt" else "javac"), "", executable=True)
        if version:
            self.write(name + "/release", 'IMPLEMENTOR="Test"\nJAVA_VERSION="%s"\n' % version)
        return os.path.join(self.folder, name)


class FindsAJdk(InAFolder):
    def test_java_home_comes_first(self):
        home = self.jdk("mine", "25.0.1")
        self.assertEqual(unrolled.find_jdk({"JAVA_HOME": home, "PATH": ""}), (home, "25.0.1"))

    def test_another_version_in_java_home_is_passed_over(self):
        old, new = self.jdk("old", "17.0.15"), self.jdk("conda/lib/jvm", "25")
        self.assertEqual(unrolled.find_jdk({"JAVA_HOME": old, "CONDA_PREFIX": os.path.join(self.folder, "conda"), "PATH": ""}), (new, "25"))

    def test_on_the_path_and_in_sdkman(self):
        home = self.jdk("jdk", "25.0.2")
        self.assertEqual(unrolled.find_jdk({"PATH": os.path.join(home, "bin")})[0], home)
        sdk = self.jdk("sdk/candidates/java/25-tem", "25")
        self.assertIn(sdk, list(unrolled.jdk_folders({"SDKMAN_DIR": os.path.join(self.folder, "sdk"), "PATH": ""})))

    def test_a_runtime_without_a_compiler_is_no_jdk(self):
        self.write("jre/release", 'JAVA_VERSION="25"\n')
        self.assertIsNone(unrolled.jdk_version(os.path.join(self.folder, "jre")))

    @unittest.skipIf(os.name == "nt", "the stand-in for java is a shell script")
    def test_without_a_release_file_java_is_asked(self):
        home = self.jdk("plain", None)
        self.write("plain/bin/java", '#!/bin/sh\necho \'openjdk version "25.0.9" 2026-01-01\' >&2\n', executable=True)
        self.assertEqual(unrolled.jdk_version(home), "25.0.9")

    def test_missing_one_line_and_exit_2(self):
        with mock.patch.object(unrolled, "jdk_folders", lambda env: [self.jdk("old", "17.0.15")]):
            status, out, err = call("devices")
        self.assertEqual((status, out, err.count("\n")), (2, "", 1))
        self.assertIn("JDK 25 is missing (found only 17.0.15 in ", err)
        self.assertIn("conda install -c conda-forge openjdk=25", err)

    def test_none_at_all(self):
        with self.assertRaisesRegex(unrolled.Problem, r"JDK 25 is missing \(no JDK found\)\. Get it: "):
            unrolled.find_jdk({}, folders=[])


@unittest.skipIf(os.name == "nt", "the stand-in for mvn is a shell script")
class FindsMaven(InAFolder):
    def maven(self, says):
        self.write("bin/mvn", "#!/bin/sh\necho '%s'\n" % says, executable=True)
        return {"PATH": os.path.join(self.folder, "bin") + os.pathsep + "/bin"}

    def test_missing(self):
        with self.assertRaisesRegex(unrolled.Problem, r"Maven is missing: no mvn on PATH\. Get it: "):
            unrolled.find_maven({"PATH": self.folder})

    def test_missing_one_line_and_exit_2(self):
        with mock.patch.object(unrolled, "find_jdk", lambda: ("/jdk", "25")), mock.patch.dict(os.environ, PATH=self.folder), \
                mock.patch.object(unrolled, "ensure_venv", lambda: "python"), mock.patch.object(unrolled, "stale", lambda stamp, tornado: True), \
                mock.patch.object(unrolled, "ROOT", self.folder):
            status, out, err = call("devices")
        self.assertEqual((status, out, err.count("\n")), (2, "", 1), err)
        self.assertIn("Maven is missing", err)

    def test_too_old(self):
        with self.assertRaisesRegex(unrolled.Problem, r"Maven 3\.6\.3 in .* is too old: Unrolled needs 3\.8 or later\."):
            unrolled.find_maven(self.maven("Apache Maven 3.6.3"))

    def test_good(self):
        self.assertEqual(unrolled.find_maven(self.maven("Apache Maven 3.8.7"))[1], "3.8.7")

    def test_broken(self):
        with self.assertRaisesRegex(unrolled.Problem, "Maven does not start: .* says 'no java here'"):
            unrolled.find_maven(self.maven("no java here"))


class OldPython(unittest.TestCase):
    def test_sentence(self):
        with self.assertRaisesRegex(unrolled.Problem, r"Python 3\.9 is too old: Unrolled needs Python 3\.10 or later\."):
            unrolled.check_python((3, 9, 18))
        unrolled.check_python((3, 10, 0))

    def test_the_file_parses_on_python_3_6(self):
        with open(os.path.join(ROOT, "unrolled"), encoding="utf-8") as source:
            ast.parse(source.read(), feature_version=(3, 6))

    def test_with_a_real_old_python(self):
        versions = ("3.6", "3.7", "3.8", "3.9")
        found = [python for version in versions for python in
                 glob.glob(os.path.expanduser("~/.pyenv/versions/%s.*/bin/python" % version)) + [shutil.which("python" + version)] if python and subprocess.run([python, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0]
        if not found:
            self.skipTest("no Python 3.6 to 3.9 on this machine")
        for python in found:
            run = subprocess.run([python, os.path.join(ROOT, "unrolled"), "lab"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(run.returncode, 2, python)
            self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
            self.assertIn(b"Unrolled needs Python 3.10 or later", run.stderr)


class Stale(InAFolder):
    def setUp(self):
        super().setUp()
        self.write("pom.xml", "<project/>")
        self.write("lib/tensor/pom.xml", "<project/>")
        self.source = self.write("lib/tensor/src/main/java/A.java", "class A {}")
        self.write("lib/tensor/src/test/java/ATest.java", "class ATest {}")
        os.makedirs(os.path.join(self.folder, "kit"))
        self.stamp = {"glance": unrolled.glance(self.folder), "contents": unrolled.fingerprint(self.folder),
                      "kit": os.path.join(self.folder, "kit")}

    def stale(self):
        return unrolled.stale(self.stamp, self.folder)

    def test_untouched_is_fresh(self):
        self.assertFalse(self.stale())

    def test_never_built_is_stale(self):
        self.assertTrue(unrolled.stale({}, self.folder))

    def test_touched_but_equal_is_fresh_and_remembered(self):
        os.utime(self.source, (1, 1))
        self.assertFalse(self.stale())
        self.assertEqual(self.stamp["glance"], unrolled.glance(self.folder))

    def test_changed_is_stale(self):
        self.write("lib/tensor/src/main/java/A.java", "class A { }")
        self.assertTrue(self.stale())

    def test_a_new_file_or_module_is_stale(self):
        self.write("lib/tensor/src/main/resources/x.txt", "x")
        self.assertTrue(self.stale())

    def test_a_test_does_not_make_it_stale(self):
        self.write("lib/tensor/src/test/java/ATest.java", "class ATest { int changed; }")
        self.assertFalse(self.stale())

    def test_a_clone_that_was_moved_is_stale(self):
        self.assertTrue(unrolled.stale(dict(self.stamp, root="/elsewhere"), self.folder))

    def test_jars_deleted_is_stale(self):
        os.rmdir(os.path.join(self.folder, "kit"))
        self.assertTrue(self.stale())


@unittest.skipIf(os.name == "nt", "the stand-in for .venv's Python is a shell script")
class Packages(InAFolder):
    def setUp(self):
        super().setUp()
        self.lock = self.write("requirements.lock", "a==1\n")
        self.venv = os.path.join(self.folder, ".venv")
        self.python("%d.%d" % sys.version_info[:2])
        with mock.patch.object(unrolled, "ROOT", self.folder):
            unrolled.stamp_venv(self.venv, self.lock)

    def python(self, version):
        self.write(".venv/bin/python", "#!/bin/sh\necho %s\n" % version, executable=True)

    def holds(self, root=None):
        with mock.patch.object(unrolled, "ROOT", root or self.folder):
            return unrolled.venv_holds(self.venv, self.lock)

    def test_made_here_from_this_lock(self):
        self.assertTrue(self.holds())

    def test_another_python_first_on_the_path_changes_nothing(self):
        with mock.patch.object(sys, "version_info", (3, 99, 0, "final", 0)):
            self.assertTrue(self.holds())

    def test_its_own_python_was_upgraded_in_place(self):
        self.python("3.99")
        self.assertFalse(self.holds())

    def test_its_own_python_is_gone(self):
        os.remove(os.path.join(self.venv, "bin", "python"))
        self.assertFalse(self.holds())

    def test_another_lock_or_a_moved_clone(self):
        self.assertFalse(self.holds(root="/elsewhere"))
        self.write("requirements.lock", "a==2\n")
        self.assertFalse(self.holds())


class FindsTornado(InAFolder):
    def find(self, **env):
        with mock.patch.object(os.path, "expanduser", lambda name: self.folder):
            return unrolled.find_tornado(env)

    def test_none_says_so(self):
        self.assertEqual(self.find(), {"missing": "no TornadoVM SDK for JDK 25"})

    def test_in_its_own_folder_and_where_the_environment_says(self):
        api = self.write(".unrolled/tornadovm/share/java/tornado/tornado-api-5.2.0-jdk25.jar")
        self.assertEqual(self.find(), {"home": os.path.join(self.folder, ".unrolled", "tornadovm"), "version": "5.2.0-jdk25", "api": api})
        other = self.write("other/share/java/tornado/tornado-api-5.3.0-jdk25.jar")
        self.assertEqual(self.find(TORNADOVM_HOME=os.path.join(self.folder, "other"))["api"], other)

    def test_one_for_another_jdk_is_passed_over_and_named(self):
        self.write("old/share/java/tornado/tornado-api-5.2.0-jdk21.jar")
        home = os.path.join(self.folder, "old")
        self.assertEqual(self.find(TORNADOVM_HOME=home), {"missing": "no TornadoVM SDK for JDK 25 (found 5.2.0-jdk21 in %s)" % home})

    def test_a_found_or_lost_sdk_makes_the_kit_stale(self):
        stamp = {"glance": "g", "contents": "c", "kit": self.folder, "tornado": "api.jar"}
        with mock.patch.object(unrolled, "glance", lambda root: "g"):
            self.assertFalse(unrolled.stale(dict(stamp), self.folder, "api.jar"))
            self.assertTrue(unrolled.stale(dict(stamp), self.folder, None))
            self.assertTrue(unrolled.stale(dict(stamp), self.folder, "newer.jar"))

    def test_options_go_to_maven_through_a_file_that_may_lie_anywhere(self):
        self.write("an sdk/etc/exportLists/common-exports", "# a comment\n--add-reads=a=b\n")
        with mock.patch.object(unrolled, "ROOT", self.folder):
            said = unrolled.tornado_build({"home": os.path.join(self.folder, "an sdk"), "version": "5.2.0-jdk25", "api": "tornado-api-5.jar"})
        self.assertEqual(said, ["-Dtornado.api.jar=tornado-api-5.jar", "-Dtornado.runtime.jar=tornado-runtime-5.jar",
                                "-Dtornado.options=@" + os.path.join(self.folder, ".unrolled", "tornado.options")])
        with open(said[2].split("@", 1)[1], encoding="utf-8") as options:
            lines = options.read().splitlines()
        self.assertIn('"-Djava.library.path=%s"' % os.path.join(self.folder, "an sdk", "lib"), lines)
        self.assertEqual(lines[-1], "--add-reads=a=b")
        self.assertEqual(unrolled.tornado_build({"missing": "none"}), [])


class OpenClOnTheCpu(InAFolder):
    def test_without_it_nothing_is_set(self):
        with mock.patch.object(os.path, "expanduser", lambda name: self.folder):
            self.assertEqual(unrolled.opencl_environment({}), {})

    def test_with_it_java_finds_it_and_the_systems_drivers(self):
        library = self.write(".unrolled/opencl-cpu/lib/libintelocl.so")
        with mock.patch.object(os.path, "expanduser", lambda name: self.folder):
            env = unrolled.opencl_environment({"LD_LIBRARY_PATH": "/of/the/system"})
        self.assertEqual(env["LD_LIBRARY_PATH"], os.path.dirname(library) + os.pathsep + "/of/the/system")
        with open(os.path.join(env["OCL_ICD_VENDORS"], "intel-cpu.icd"), encoding="utf-8") as icd:
            self.assertEqual(icd.read().strip(), library)
        for driver in glob.glob("/etc/OpenCL/vendors/*.icd"):
            self.assertTrue(os.path.isfile(os.path.join(env["OCL_ICD_VENDORS"], os.path.basename(driver))), driver)

    def test_the_lock_pins_with_hashes_and_no_address(self):
        with open(os.path.join(ROOT, "lib", "tornado", "src", "main", "python", "opencl-cpu.lock"), encoding="utf-8") as lock:
            text = lock.read()
        self.assertRegex(text, r"intel-opencl-rt==2025\.3\.3 \\\n    --hash=sha256:")
        self.assertNotIn("://", text)

    def test_elsewhere_it_says_so(self):
        with mock.patch.object(sys, "platform", "darwin"), self.assertRaisesRegex(unrolled.Problem, "--opencl-cpu is for Linux"):
            unrolled.install_opencl_cpu()


class AnFpga(InAFolder):
    def find(self, tornado={"home": "/sdk", "version": "5.2.0-jdk25", "api": "api.jar"}, **env):
        with mock.patch.object(os.path, "expanduser", lambda name: self.folder), mock.patch.object(unrolled, "find_tornado", lambda: tornado):
            return unrolled.find_fpga(env)

    def sdk(self, version="4.0.1-jdk25", folder=".unrolled/tornadovm-fpga"):
        return self.write("%s/share/java/tornado/tornado-api-%s.jar" % (folder, version))

    def test_each_thing_that_is_missing_is_said(self):
        said = self.find()
        self.assertEqual(said["missing"], "no TornadoVM SDK 4.0 for JDK 25")
        self.assertIn("~/.unrolled/tornadovm-fpga, or set TORNADOVM_FPGA_HOME", said["fix"])
        self.sdk("5.2.0-jdk25", "newer")
        newer = os.path.join(self.folder, "newer")
        self.assertEqual(self.find(TORNADOVM_FPGA_HOME=newer)["missing"], "no TornadoVM SDK 4.0 for JDK 25 (found 5.2.0-jdk25 in %s)" % newer)
        self.sdk()
        self.assertEqual(self.find({"missing": "none"})["fix"], unrolled.TORNADO_FIX)
        said = self.find()
        self.assertEqual(said["missing"], "TornadoVM 4.0.1-jdk25 is there, but neither an FPGA emulator nor a board")
        self.assertIn("./unrolled install --fpga", said["fix"])
        self.assertEqual(self.find(TORNADOVM_FPGA_CONF="/nowhere.conf")["missing"], "TORNADOVM_FPGA_CONF names no file: /nowhere.conf")

    def test_with_the_emulator_java_finds_it_alone_and_without_its_vectorizer(self):
        api = self.sdk()
        library = self.write(".unrolled/opencl-fpga/lib/libintelocl_emu.so")
        found = self.find()
        self.assertEqual((found["api"], found["board"]), (api, None))
        with mock.patch.object(os.path, "expanduser", lambda name: self.folder):
            env = unrolled.fpga_environment(found)
        self.assertEqual(env["CL_CONFIG_USE_VECTORIZER"], "False")
        self.assertEqual(env["TORNADOVM_HOME"], os.path.join(self.folder, ".unrolled", "tornadovm-fpga"))
        self.assertEqual(os.listdir(env["OCL_ICD_VENDORS"]), ["intel-fpga-emulator.icd"])
        with open(os.path.join(env["OCL_ICD_VENDORS"], "intel-fpga-emulator.icd"), encoding="utf-8") as icd:
            self.assertEqual(icd.read().strip(), library)
        self.assertEqual(unrolled.fpga_environment({"missing": "none"}), {})

    def test_a_board_has_its_configuration_file_and_the_systems_drivers(self):
        self.sdk()
        board = self.write("board.conf", "DEVICE_NAME = p385a\nCOMPILER = aoc\n")
        found = self.find(TORNADOVM_FPGA_CONF=board)
        self.assertEqual(found["board"], board)
        with mock.patch.object(os.path, "expanduser", lambda name: self.folder):
            self.assertEqual(unrolled.fpga_environment(found), {"TORNADOVM_HOME": found["home"], "TORNADOVM_FPGA_CONF": board})
        self.assertEqual(unrolled.fpga_build(found), [], "no test makes bitstreams")

    def test_a_home_that_may_not_be_written_gets_one_of_our_own(self):
        self.write("sdk/bin/cleanFpga.sh")
        home = os.path.join(self.folder, "sdk")
        with mock.patch.object(os.path, "expanduser", lambda name: self.folder), mock.patch.object(os, "access", lambda folder, mode: False):
            own = unrolled.fpga_home(home)
            self.assertEqual(unrolled.fpga_home(home), own, "a second time too")
        self.assertNotEqual(own, home)
        self.assertTrue(os.path.isfile(os.path.join(own, "bin", "cleanFpga.sh")))

    def test_the_lock_pins_with_hashes_and_no_address(self):
        with open(os.path.join(ROOT, "lib", "tornado", "src", "main", "python", "opencl-fpga.lock"), encoding="utf-8") as lock:
            text = lock.read()
        self.assertRegex(text, r"intel-opencl-fpga-emu-rt==2025\.0\.5 \\\n    --hash=sha256:")
        self.assertNotIn("://", text)

    def test_elsewhere_it_says_so(self):
        with mock.patch.object(sys, "platform", "darwin"), self.assertRaisesRegex(unrolled.Problem, "--fpga is for Linux"):
            unrolled.install_emulator()

    def test_devices_shows_what_another_java_sees_or_what_is_missing(self):
        self.sdk()
        asked = []

        def java(ready, arguments, fpga=False, **streams):
            asked.append((arguments[:2], fpga))
            return (0, b'[{"name": "tornado:fpga", "usable": true}]') if fpga else 0

        for emulator in (False, True):
            if emulator:
                self.write(".unrolled/opencl-fpga/lib/libintelocl_emu.so")
            found = self.find()
            with mock.patch.object(unrolled, "set_up", lambda: {}), mock.patch.object(unrolled, "call_java", java), mock.patch.object(unrolled, "ROOT", self.folder), \
                    mock.patch.object(unrolled, "find_fpga", lambda: found), mock.patch.object(unrolled, "find_tornado", lambda: {"missing": "no SDK"}):
                self.assertEqual(unrolled.main(["devices", "--json"]), 0)
            lines = unrolled.read_json(os.path.join(self.folder, ".unrolled", "devices.json"))
            self.assertEqual(lines[0], {"name": "tornado", "usable": False, "reason": "No SDK.", "fix": "Fix: " + unrolled.TORNADO_FIX + "."})
            self.assertEqual(lines[1]["name"], "tornado:fpga")
            self.assertEqual(lines[1]["usable"], emulator)
        self.assertEqual(asked, [(["devices", "--json"], False), (["devices", "--lines"], True), (["devices", "--json"], False)])


class Kernelspec(InAFolder):
    def installed(self, own_jars, sdk={"missing": "none in this test"}, fpga={"missing": "none in this test"}):
        prefix, kit = os.path.join(self.folder, "prefix"), os.path.join(self.folder, "kit", "abc")
        self.write("kit/abc/unrolled-tensor.jar", "jar")
        with mock.patch.object(unrolled, "train", lambda jdk, jars, cache: "no JVM in this test"):
            with mock.patch.object(unrolled, "find_tornado", lambda: sdk), mock.patch.object(unrolled, "find_fpga", lambda: fpga):
                said = unrolled.install_kernel(prefix, self.folder, kit, own_jars)
        with open(os.path.join(prefix, "share", "jupyter", "kernels", "unrolled", "kernel.json"), encoding="utf-8") as spec:
            return said, json.load(spec)

    def test_paths_with_spaces_stay_one_argument(self):
        said, spec = self.installed(own_jars=False)
        argv = spec["argv"]
        self.assertEqual(argv[argv.index("-cp") + 1], os.path.join(self.folder, "kit", "abc", "unrolled-tensor.jar"))
        self.assertEqual(argv[-1], "{connection_file}")
        self.assertEqual((spec["language"], spec["interrupt_mode"], said["aot"]), ("java", "message", False))

    def test_without_a_cache_the_kernel_starts_without_the_option(self):
        _, spec = self.installed(own_jars=False)
        self.assertFalse([option for option in spec["argv"] if "AOT" in option])

    def test_beside_an_sdk_there_is_a_second_kernel_and_it_goes_with_it(self):
        for name in ("share/java/tornado/tornado-drivers-opencl-5.2.0-jdk25.jar", "lib/libtornado-opencl.so", "share/java/tornado/tornado-drivers-ptx-5.2.0-jdk25.jar"):
            self.write("sdk/" + name)
        _, plain = self.installed(False, {"home": os.path.join(self.folder, "sdk"), "version": "5.2.0-jdk25", "api": "api.jar"})
        spec = os.path.join(self.folder, "prefix", "share", "jupyter", "kernels", "unrolled-tornado", "kernel.json")
        with open(spec, encoding="utf-8") as text:
            kernel = json.load(text)
        argv = kernel["argv"]
        self.assertEqual(kernel["env"]["TORNADOVM_HOME"], os.path.join(self.folder, "sdk"), "where TornadoVM writes what failed")
        self.assertIn("--add-modules=tornado.runtime,tornado.annotation,tornado.drivers.common,tornado.drivers.opencl", argv, "no native library, no backend")
        self.assertIn("@" + os.path.join(self.folder, "sdk", "etc", "exportLists", "opencl-exports"), argv)
        self.assertEqual([option for option in plain["argv"] if "tornado" in option.replace(self.folder, "")], [], "lessons start without it")
        self.installed(False)
        self.assertFalse(os.path.exists(spec), "the SDK is gone")

    def test_for_an_fpga_there_is_another_kernel_on_its_own_sdk(self):
        for name in ("share/java/tornado/tornado-drivers-opencl-4.0.1-jdk25.jar", "lib/libtornado-opencl.so"):
            self.write("fpga/" + name)
        board, home = self.write("board.conf"), os.path.join(self.folder, "fpga")
        self.installed(False, fpga={"home": home, "version": "4.0.1-jdk25", "api": "api.jar", "board": board})
        spec = os.path.join(self.folder, "prefix", "share", "jupyter", "kernels", "unrolled-fpga", "kernel.json")
        with open(spec, encoding="utf-8") as text:
            kernel = json.load(text)
        self.assertEqual(kernel["display_name"], "Unrolled on an FPGA (Java)")
        self.assertEqual(kernel["env"], {"TORNADOVM_HOME": home, "TORNADOVM_FPGA_CONF": board})
        self.assertIn("--module-path=" + os.path.join(home, "share", "java", "tornado"), kernel["argv"])
        self.installed(False)
        self.assertFalse(os.path.exists(spec), "it is gone")

    def test_into_another_environment_the_jars_go_along(self):
        said, spec = self.installed(own_jars=True)
        shutil.rmtree(os.path.join(self.folder, "kit"))
        jar = spec["argv"][spec["argv"].index("-cp") + 1]
        self.assertTrue(os.path.isfile(jar), jar)
        self.assertTrue(jar.startswith(os.path.join(self.folder, "prefix")), jar)
        self.assertNotIn(ROOT, json.dumps(spec["argv"]))

    def test_a_cache_that_could_not_be_made_is_tried_again_by_install_alone(self):
        prefix, kit, tried = os.path.join(self.folder, "prefix"), os.path.join(self.folder, "kit", "abc"), []
        self.write("kit/abc/unrolled-tensor.jar", "jar")

        def train(jdk, jars, cache):
            tried.append(cache)
            if len(tried) == 1:
                return "not this time"
            self.write(os.path.relpath(cache, self.folder).replace(os.sep, "/"), "cache")

        with mock.patch.object(unrolled, "train", train):
            steps = [(unrolled.install_kernel(prefix, self.folder, kit, False, again=again)["aot"], len(tried))
                     for again in (False, False, True, True)]
            self.assertEqual(steps, [(False, 1), (False, 1), (True, 2), (True, 2)])
            os.remove(tried[-1])
            unrolled.install_kernel(prefix, self.folder, kit, False)
            self.assertEqual(len(tried), 3, "a cache that somebody deleted is made again")

    def test_old_caches_go_after_two_days(self):
        files = [self.write("kernel-%s.aot" % name) for name in ("new", "today", "old")]
        os.utime(files[2], (0, 0))
        os.utime(files[0], (0, 0))
        unrolled.forget_old(os.path.join(self.folder, "kernel-*.aot"), files[0])
        self.assertEqual([os.path.exists(file) for file in files], [True, True, False])

    def test_a_prefix_without_python(self):
        with self.assertRaisesRegex(unrolled.Problem, "is no Python environment"):
            unrolled.main(["install", "--prefix", self.folder])


class Usage(InAFolder):
    def test_help(self):
        status, out, _ = call("--help")
        self.assertEqual(status, 0)
        for command in unrolled.COMMANDS:
            self.assertIn("  " + command, out)

    def test_unknown_command(self):
        status, out, err = call("lap")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("no command 'lap': did you mean lab?", err)

    def test_port_taken(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with self.assertRaisesRegex(unrolled.Problem, "port %d is taken: choose another with --port" % port):
                unrolled.free_port(port)

    def test_a_port_that_is_none(self):
        for port in ("99999", "0", "-1", "http"):
            with self.assertRaisesRegex(SystemExit, "2"), contextlib.redirect_stderr(io.StringIO()) as err:
                unrolled.main(["lab", "--port=" + port])
            self.assertIn("%r is no port: choose a number from 1024 to 65535" % port, err.getvalue())

    def test_the_notebook_to_open(self):
        mine = self.write("my notes é.ipynb")
        with mock.patch.object(unrolled, "ROOT", self.folder):
            for name in (mine, "my notes é.ipynb", os.path.relpath(mine)):
                self.assertEqual(unrolled.address_of(name), "my%20notes%20%C3%A9.ipynb")
        for name in ("notebooks/nowhere.ipynb", mine):  # the second lies outside of the clone
            with self.assertRaisesRegex(unrolled.Problem, "no notebook .*: choose one under notebooks/"):
                unrolled.address_of(name)

    def test_a_clone_that_cannot_be_written(self):
        shutil.copy(os.path.join(ROOT, "unrolled"), self.folder)
        self.write(".unrolled", "a file where the folder should be")
        run = subprocess.run([sys.executable, os.path.join(self.folder, "unrolled"), "devices", "--json"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, encoding="utf-8")
        self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
        self.assertIn("Unrolled writes into .venv and .unrolled of " + self.folder, run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)

    @unittest.skipIf(os.name == "nt", "Windows has no such signals")
    def test_no_server_outlives_the_launcher(self):
        self.write("notebooks/00-start-here.ipynb")
        server = self.write("python", "#!%s\nimport http.server, re, sys\n"
                            "class Ok(http.server.BaseHTTPRequestHandler):\n    def do_GET(self):\n        self.send_response(200)\n        self.end_headers()\n"
                            "port = int(re.search(r'--port=([0-9]+)', ' '.join(sys.argv)).group(1))\n"
                            "http.server.HTTPServer(('127.0.0.1', port), Ok).serve_forever()\n" % sys.executable, executable=True)
        starter = ("import sys\nsys.path.insert(0, %r)\nimport test_launcher\nunrolled = test_launcher.unrolled\nunrolled.ROOT = %r\n"
                   "unrolled.set_up = lambda: {'python': %r}\nsys.exit(unrolled.entry(['lab', '--no-browser', '--json']))"
                   % (os.path.dirname(os.path.abspath(__file__)), self.folder, server))
        ends = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

        def attend_to_signals():  # whoever runs these tests in the background or under nohup has handed down deafness
            for end in ends:
                signal.signal(end, signal.SIG_DFL)

        for end in ends:
            with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  preexec_fn=attend_to_signals) as launcher:
                started = json.loads(launcher.stdout.readline())
                launcher.send_signal(end)
                self.assertEqual(launcher.wait(20), 0)
            with self.assertRaises(ProcessLookupError):
                os.kill(started["pid"], 0)

    def test_progress_off_a_terminal_is_plain_lines(self):
        stream = io.StringIO()
        with unrolled.Progress(stream).step("building"):
            pass
        self.assertEqual(stream.getvalue(), "unrolled: building ...\n")

    def test_from_a_folder_with_a_space(self):
        shutil.copy(os.path.join(ROOT, "unrolled"), self.folder)
        self.write("requirements.lock")
        run = subprocess.run([sys.executable, os.path.join(self.folder, "unrolled"), "doctor", "--json"], stdout=subprocess.PIPE,
                             encoding="utf-8", cwd="/" if os.name != "nt" else None)
        found = {line["check"]: line for line in json.loads(run.stdout)}
        self.assertEqual(found["kit"]["value"], "not built yet")
        self.assertEqual(run.returncode, 1)

    def test_reports_are_summed(self):
        self.write("TEST-a.xml", '<testsuite><testcase classname="a.B" name="ok"/><testcase classname="a.B" name="bad"><failure message="1 != 2&#10;more"/>'
                                 '</testcase><testcase classname="a.B" name="not here"><skipped message="no Chromium"/></testcase></testsuite>')
        self.assertEqual(unrolled.read_reports(os.path.join(self.folder, "TEST-*.xml")),
                         (1, ["B.bad: 1 != 2"], [("B.not here", "no Chromium")]))


class Bench(unittest.TestCase):
    def test_peers_in_both_spellings(self):
        with mock.patch.object(sys, "platform", "linux"), mock.patch.object(unrolled.platform, "machine", lambda: "x86_64"):
            self.assertEqual(unrolled.bench_peers(["bench", "gemm", "--against=mkl,onednn", "--against", "pytorch"]), ["pytorch", "mkl", "onednn"])
        self.assertEqual(unrolled.bench_peers(["bench", "gemm"]), [])
        self.assertEqual(unrolled.bench_peers(["bench", "--against", "nd4j", "--list"]), [], "a list of cases fetches nothing")

    def test_an_unknown_peer_is_told_before_anything_is_built(self):
        with mock.patch.object(unrolled, "set_up", side_effect=AssertionError("built")):
            with self.assertRaisesRegex(unrolled.Problem, r"--against 'pytroch': there is no such peer, did you mean pytorch\? Name some of pytorch,mkl,onednn,nd4j, with commas"):
                unrolled.main(["bench", "--against=pytroch"])
            with self.assertRaisesRegex(unrolled.Problem, r"--against ' mkl': there is no such peer, did you mean mkl\? Name"):
                unrolled.main(["bench", "--against", "pytorch, mkl"])

    def test_native_peers_are_for_linux(self):
        with mock.patch.object(sys, "platform", "darwin"), mock.patch.object(unrolled.platform, "machine", lambda: "arm64"):
            with self.assertRaisesRegex(unrolled.Problem, "--against mkl: its native code is fetched for Linux on x86-64 only, and this is darwin on arm64"):
                unrolled.bench_peers(["bench", "--against", "mkl"])
            self.assertEqual(unrolled.bench_peers(["bench", "--against", "pytorch"]), ["pytorch"])


class Pins(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(ROOT, "requirements.lock"), encoding="utf-8") as lock:
            self.lock = lock.read()

    def test_every_package_is_pinned_with_hashes_and_no_address(self):
        names = re.findall(r"^([a-z0-9-]+)==\S+[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", self.lock, re.MULTILINE)
        entries = [line for line in self.lock.splitlines() if line and not line.startswith(("#", " "))]
        self.assertEqual(len(names), len(entries))
        self.assertGreater(len(names), 50)
        self.assertNotIn("://", self.lock)

    def test_jjava_s_own_lines(self):
        version, lines = unrolled.pinned("jjava")
        self.assertEqual(version, "1.0a8")
        self.assertRegex(lines, r"^jjava==1\.0a8 \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+$")

    def test_environment_yml_pins_what_the_lock_pins(self):
        with open(os.path.join(ROOT, "environment.yml"), encoding="utf-8") as environment:
            pins = dict(re.findall(r"^ +- ([a-z]+)==?([\w.]+)$", environment.read(), re.MULTILINE))
        self.assertEqual(pins.pop("openjdk"), str(unrolled.JDK))
        self.assertGreaterEqual(tuple(map(int, pins.pop("maven").split("."))), unrolled.OLDEST_MAVEN)
        self.assertGreaterEqual(tuple(map(int, pins.pop("python").split("."))), unrolled.OLDEST_PYTHON)
        with open(os.path.join(ROOT, "requirements.in"), encoding="utf-8") as wanted:
            direct = re.findall(r"^([a-z]+)==([\w.]+)", wanted.read(), re.MULTILINE)
        self.assertEqual(pins, {name: unrolled.pinned(name)[0] for name, _ in direct})
        self.assertEqual(dict(direct), pins)

    def test_binder_reads_the_same_environment(self):
        link = os.path.join(ROOT, "binder", "environment.yml")
        self.assertEqual(os.path.realpath(link), os.path.join(ROOT, "environment.yml"))
        self.assertTrue(os.access(os.path.join(ROOT, "binder", "postBuild"), os.X_OK))


class Binder(unittest.TestCase):
    """The Dockerfile that repo2docker would build from this clone; nothing is built."""

    def setUp(self):
        venv = os.environ.get("UNROLLED_TEST_VENV")
        if not venv:
            self.skipTest("repo2docker is not installed: ./unrolled test (without --quick) brings it")
        self.bin = os.path.join(venv, "Scripts" if os.name == "nt" else "bin")

    def test_dockerfile(self):
        with tempfile.TemporaryDirectory() as folder:
            clone = os.path.join(folder, "clone")
            shutil.copytree(ROOT, clone, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv", ".unrolled", "target"))
            run = subprocess.run([os.path.join(self.bin, "jupyter-repo2docker"), "--no-build", "--debug", "--user-id", "1000",
                                  "--user-name", "jovyan", clone], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
            self.assertEqual(run.returncode, 0, run.stderr)
            file = os.path.join(folder, "Dockerfile")
            with open(file, "w", encoding="utf-8") as out:
                out.write(run.stdout)
            parse = "import json,sys,dockerfile_parse as d; print(json.dumps(d.DockerfileParser(sys.argv[1]).structure))"
            steps = json.loads(subprocess.check_output([os.path.join(self.bin, "python"), "-c", parse, file]))
        known = {"FROM", "ENV", "RUN", "ARG", "COPY", "USER", "WORKDIR", "LABEL", "EXPOSE", "ENTRYPOINT", "CMD", "COMMENT"}
        self.assertEqual({step["instruction"] for step in steps} - known, set())
        lines = ["%s %s" % (step["instruction"], step["value"]) for step in steps if step["instruction"] != "COMMENT"]
        update = self.index(lines, r'RUN .*env update -p \$\{NB_PYTHON_PREFIX\} --file "binder/environment.yml"')
        copy = self.index(lines, r"COPY --chown=1000:1000 src/ \$\{REPO_DIR\}")
        post = self.index(lines, r"RUN \./binder/postBuild$")
        self.assertLess(update, copy)
        self.assertLess(copy, post)
        self.assertEqual([line for line in lines[:post] if line.startswith("USER")][-1], "USER ${NB_USER}")
        for source in re.findall(r"src/(\S+) ", "\n".join(lines)):
            self.assertTrue(os.path.exists(os.path.join(ROOT, source)), source)

    def index(self, lines, pattern):
        found = [i for i, line in enumerate(lines) if re.match(pattern, line)]
        self.assertEqual(len(found), 1, "%s in\n%s" % (pattern, "\n".join(lines)))
        return found[0]


if __name__ == "__main__":
    unittest.main()
