"""How personal data looks in a text, for whoever masks it, replaces it or must not let it out.

Each pattern begins only where a run of its characters begins: else a long run, which anybody can
write, costs its length squared.
"""

import re

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: Eight characters and more; a date may be one.
PHONE = re.compile(r"(?<!\w)\+?\d[\d\s()./-]{6,}\d")
HANDLE = re.compile(r"(?<!\w)@[\w.]{2,30}")
