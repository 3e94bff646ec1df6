"""Where every make target starts: find a Python that is new enough, then hand over to bootstrap.py.

Any Python from 2.7 on must be able to read this file, because it is the one that turns an old Python away.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))

if sys.version_info >= OLDEST:
    sys.dont_write_bytecode = True
    import bootstrap

    sys.exit(bootstrap.main(sys.argv[1:]))

# The tested versions first, then whatever came after them.
for minor in (13, 12, 11, 14, 15, 16):
    name = "python3.%d" % minor
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            with open(os.devnull, "w") as silence:
                usable = subprocess.call([path, "-c", "import ensurepip, venv"], stdout=silence, stderr=silence) == 0
            if usable:
                os.execv(path, [path, os.path.join(HERE, "begin.py")] + sys.argv[1:])  # noqa: RUF005

sys.stderr.write(
    "Sweetspot needs Python %d.%d or newer, and %s is %d.%d: install a newer one, or name it with "
    "PYTHON=/path/to/python3.\n" % (OLDEST + (sys.executable,) + sys.version_info[:2])  # noqa: RUF005
)
sys.exit(1)
