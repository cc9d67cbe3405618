"""Writes what scikit-learn computes for metrics, and a file of Python's safetensors package; checks a file that Java wrote.

Run by hand, from the repository's root, when a case is added (the tests only read the files):

    python3 -m venv /tmp/metricsenv
    /tmp/metricsenv/bin/pip install scikit-learn safetensors numpy
    /tmp/metricsenv/bin/python lib/nn/src/test/python/record_metrics.py

java.safetensors was written by SafetensorsTest's tensors(); the test holds that Java still writes these bytes, this script that
Python reads the right numbers from them.
"""
import json
import pathlib

import numpy as np
import safetensors
import safetensors.numpy
import sklearn
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_recall_fscore_support

RESOURCES = pathlib.Path(__file__).resolve().parents[1] / "resources"
random = np.random.default_rng(5)
cases = []
for name, classes, labels, predictions in [
        ("three classes", 3, random.integers(0, 3, 40), random.integers(0, 3, 40)),
        ("ten classes", 10, random.integers(0, 10, 300), random.integers(0, 10, 300)),
        ("all right", 4, np.arange(12) % 4, np.arange(12) % 4),
        ("a class that is never predicted", 3, np.array([0, 1, 2, 2, 1, 0]), np.array([0, 1, 1, 0, 1, 0])),
        ("a class that does not occur", 4, np.array([0, 1, 2, 2, 1, 0]), np.array([0, 1, 3, 2, 1, 3])),
        ("a class that neither occurs nor is predicted", 5, np.array([0, 1, 3, 0]), np.array([0, 3, 3, 1])),
        ("one example", 2, np.array([1]), np.array([0]))]:
    all_classes = list(range(classes))
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predictions, labels=all_classes, zero_division=0)
    macro = precision_recall_fscore_support(labels, predictions, labels=all_classes, average="macro", zero_division=0)
    cases.append({"name": name, "classes": classes, "labels": labels.tolist(), "predictions": predictions.tolist(),
                  "matrix": confusion_matrix(labels, predictions, labels=all_classes).tolist(), "accuracy": accuracy_score(labels, predictions),
                  "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
                  "macroPrecision": macro[0], "macroRecall": macro[1], "macroF1": macro[2]})
logits = random.normal(size=(6, 5)).astype(np.float32)
labels = random.integers(0, 5, 6)
probabilities = np.exp(logits.astype(np.float64))
probabilities /= probabilities.sum(axis=1, keepdims=True)
perplexity = {"logits": logits.reshape(-1).tolist(), "labels": labels.tolist(), "perplexity": float(np.exp(log_loss(labels, probabilities, labels=list(range(5)))))}
(RESOURCES / "metrics.json").write_text(json.dumps({"sklearn": sklearn.__version__, "source": "lib/nn/src/test/python/record_metrics.py", "cases": cases, "perplexity": perplexity}))

safetensors.numpy.save_file({
    "weight": np.array([[1.5, -2.25, 3e-8], [0.1, -0.0, 65504]], dtype=np.float32), "bias": np.array([0.5], dtype=np.float32), "scalar": np.array(2.5, dtype=np.float32),
    "half": np.array([1.5, -0.333, 65504], dtype=np.float16), "double": np.array([1 / 3, -1e300 * 1e-290], dtype=np.float64), "long": np.array([[7, -9]], dtype=np.int64),
    "int": np.array([1, -2, 3], dtype=np.int32), "bytes": np.array([0, 255], dtype=np.uint8), "flags": np.array([True, False]), "nothing": np.zeros((0, 3), dtype=np.float32)},
    RESOURCES / "safetensors" / "python.safetensors", metadata={"format": "pt", "note": "größer"})
java = safetensors.numpy.load_file(RESOURCES / "safetensors" / "java.safetensors")
assert sorted(java) == ["count", "empty", "linear.bias", "linear.weight", "scalar"], java.keys()
assert java["linear.weight"].dtype == np.float32 and java["linear.weight"].tolist() == [[1.0, -2.5, np.float32(0.1)], [np.inf, 0.0, 7.0]]
assert java["linear.bias"].tolist() == [0.25, -0.5] and java["scalar"].shape == () and java["empty"].shape == (0, 4)
assert java["count"].dtype == np.int32 and java["count"].tolist() == [3, -4, 2**31 - 1]
with safetensors.safe_open(RESOURCES / "safetensors" / "java.safetensors", "np") as opened:
    assert opened.metadata() == {"epoch": "3"}
