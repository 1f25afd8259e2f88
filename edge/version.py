"""The version of the edge, as installed.

Owns one constant and nothing else.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("phonghop")
except PackageNotFoundError:  # run from a source tree that was never installed
    VERSION = "0+source"
